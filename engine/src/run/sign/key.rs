//! Keys in files, as `openssl genpkey -algorithm ed25519` makes them.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use ed25519_dalek::pkcs8::{DecodePrivateKey, DecodePublicKey};
use ed25519_dalek::{SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::control::error::Error;
use crate::model::hex;

/// The longest file with a key, in bytes.
const LONGEST: u64 = 64 << 10;

/// What stands before the 32 bytes of an Ed25519 key in its DER form. (source: RFC 8410, section 4)
const DER: [u8; 12] = [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00];

/// The private key in a file, PKCS #8 in PEM.
pub(super) fn private_key(path: &Path) -> Result<SigningKey, Error> {
    let text = text(path)?;
    let refused = |why: &str| Error::Key { path: path.to_path_buf(), why: why.to_owned() };
    if text.contains("ENCRYPTED") {
        return Err(refused(
            "it is encrypted, which is not supported; `openssl pkey -in KEY -out PLAIN` takes its password off: \
             keep what that writes where nobody else reads it, and remove it afterwards",
        ));
    }
    if text.contains("PUBLIC KEY") && !text.contains("PRIVATE KEY") {
        return Err(refused("it is a public key; signing takes the private one"));
    }
    SigningKey::from_pkcs8_pem(text.trim()).map_err(|_| {
        refused(
            "it is no private Ed25519 key in PEM; `openssl genpkey -algorithm ed25519 -out examiner.pem` makes one",
        )
    })
}

/// The public key in a file, in PEM; also of a private key.
pub(in crate::run) fn public_key(path: &Path) -> Result<VerifyingKey, Error> {
    let text = text(path)?;
    if text.contains("PRIVATE KEY") {
        return Ok(private_key(path)?.verifying_key());
    }
    VerifyingKey::from_public_key_pem(text.trim()).map_err(|_| Error::Key {
        path: path.to_path_buf(),
        why: "it is no public Ed25519 key in PEM; `openssl pkey -in examiner.pem -pubout` gives that of a private \
              one"
            .to_owned(),
    })
}

/// The public key of that many hex digits.
pub(super) fn from_digits(digits: &str) -> Option<VerifyingKey> {
    VerifyingKey::from_bytes(&hex::decode(digits)?.try_into().ok()?).ok()
}

/// SHA-256 of the key in its DER form, as `openssl pkey -pubin -outform DER | sha256sum` gives it.
pub(super) fn fingerprint(key: &VerifyingKey) -> String {
    let digest = Sha256::new_with_prefix(DER).chain_update(key.as_bytes()).finalize();
    format!("SHA256:{}", hex::encode(&digest))
}

fn text(path: &Path) -> Result<Zeroizing<String>, Error> {
    let mut text = Zeroizing::new(String::new());
    let read = File::open(path).and_then(|file| file.take(LONGEST).read_to_string(&mut text));
    match read {
        Ok(_) => Ok(text),
        Err(error) => Err(Error::Key { path: path.to_path_buf(), why: error.to_string() }),
    }
}

/// Whether others than its owner may read a file, as far as the system tells.
pub fn is_readable_by_others(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        std::fs::metadata(path).is_ok_and(|metadata| metadata.mode() & 0o077 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // (source: RFC 8410, section 10.3)
    const PRIVATE: &str = "-----BEGIN PRIVATE KEY-----\n\
        MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n\
        -----END PRIVATE KEY-----\n";
    const PUBLIC: &str = "-----BEGIN PUBLIC KEY-----\n\
        MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n\
        -----END PUBLIC KEY-----\n";

    fn file(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        file
    }

    #[test]
    fn keys_of_the_standard_are_read() {
        let private = private_key(file(PRIVATE).path()).unwrap();
        let public = public_key(file(PUBLIC).path()).unwrap();
        assert_eq!(private.verifying_key(), public);
        assert_eq!(public_key(file(PRIVATE).path()).unwrap(), public);
        assert_eq!(from_digits(&hex::encode(public.as_bytes())), Some(public));
    }

    #[test]
    fn what_is_no_key_is_refused_with_what_to_do() {
        let encrypted = PRIVATE.replace("PRIVATE", "ENCRYPTED PRIVATE");
        for (text, expected) in [
            (encrypted.as_str(), "it is encrypted"),
            (PUBLIC, "it is a public key"),
            ("", "no private Ed25519 key"),
        ] {
            let error = private_key(file(text).path()).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
        assert!(public_key(file("x").path()).is_err() && public_key(Path::new("/no")).is_err());
    }
}
