//! The files of signatures.

use std::io::{ErrorKind, Read, Write};

use ed25519_dalek::Signature;

use crate::control::error::Error;
use crate::system::folder::Folder;

/// Name of the report's signature in the output folder.
pub(super) const REPORT_SIGNATURE: &str = "report.sig";

/// Name of the audit log's.
pub(super) const AUDIT_SIGNATURE: &str = "audit.sig";

/// What a line of the audit log says was done that tells of a signature.
pub(super) const ACTION: &str = "sign";

/// The longest report that is signed, in bytes: it is signed as a whole.
const LONGEST: u64 = 1 << 30;

/// The bytes of a file that is signed.
pub(super) fn whole(folder: &Folder, name: &str) -> Result<Vec<u8>, Error> {
    let failed = |error| Error::output("read", &folder.path().join(name), error);
    let mut bytes = Vec::new();
    let file = folder.read(name).map_err(failed)?;
    file.take(LONGEST + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > LONGEST {
        return Err(failed(std::io::Error::other("it is longer than 1 GiB")));
    }
    Ok(bytes)
}

/// Writes a signature in place of the one that is there.
pub(super) fn write(folder: &Folder, name: &str, signature: &Signature) -> Result<(), Error> {
    let failed = |error| Error::output("write", &folder.path().join(name), error);
    let unfinished = format!("{name}.new");
    let written = folder.replace(&unfinished).and_then(|mut file| {
        file.write_all(&signature.to_bytes())?;
        file.sync_all()?;
        folder.rename(&unfinished, folder, name)?;
        folder.sync()
    });
    written.map_err(failed)
}

/// What is in the place of a signature.
pub(super) enum Stored {
    Missing,
    /// Something else, or why it cannot be read.
    Unreadable(String),
    Signature(Signature),
}

/// The signature in a file.
pub(super) fn read(folder: &Folder, name: &str) -> Stored {
    let mut bytes = Vec::new();
    let most = Signature::BYTE_SIZE as u64 + 1;
    let read = folder.read(name).and_then(|file| file.take(most).read_to_end(&mut bytes));
    match read {
        Err(error) if error.kind() == ErrorKind::NotFound => Stored::Missing,
        Err(error) => Stored::Unreadable(error.to_string()),
        Ok(_) => stored(&bytes),
    }
}

/// The signature that the bytes of a file are.
fn stored(bytes: &[u8]) -> Stored {
    match Signature::from_slice(bytes) {
        Ok(signature) => Stored::Signature(signature),
        Err(_) => Stored::Unreadable(format!(
            "it has {}, and a signature has {}",
            if bytes.len() > Signature::BYTE_SIZE {
                "more bytes".to_owned()
            } else {
                format!("{} bytes", bytes.len())
            },
            Signature::BYTE_SIZE
        )),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// 64 bytes are a signature, whatever they are; nothing else is, and that is told.
        #[test]
        fn a_signature_has_its_length(bytes in prop::collection::vec(any::<u8>(), 0..66)) {
            match stored(&bytes) {
                Stored::Signature(signature) => prop_assert_eq!(signature.to_bytes().to_vec(), bytes),
                Stored::Unreadable(_) => prop_assert_ne!(bytes.len(), Signature::BYTE_SIZE),
                Stored::Missing => prop_assert!(false, "it is there"),
            }
        }
    }
}
