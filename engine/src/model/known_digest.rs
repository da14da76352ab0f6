//! A digest that somebody gives of a file.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::algorithm::Algorithm;
use super::hex;

/// Bytes of the longest digest.
const LONGEST: usize = 32;

/// The kinds of digests that lists give.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum DigestKind {
    /// BLAKE3.
    Blake3,
    /// SHA-256.
    Sha256,
    /// SHA-1.
    Sha1,
    /// MD5.
    Md5,
    /// Dropbox's content hash: the SHA-256 of the SHA-256s of blocks of 4 MiB.
    Dropbox,
}

impl DigestKind {
    /// Every kind.
    pub const ALL: [DigestKind; 5] = [
        DigestKind::Blake3,
        DigestKind::Sha256,
        DigestKind::Sha1,
        DigestKind::Md5,
        DigestKind::Dropbox,
    ];

    /// Its name in the report.
    pub fn name(self) -> &'static str {
        match self.algorithm() {
            Some(algorithm) => algorithm.name(),
            None => "blake3",
        }
    }

    /// Bytes of a digest of this kind.
    pub fn digest_len(self) -> usize {
        match self {
            DigestKind::Blake3 | DigestKind::Sha256 | DigestKind::Dropbox => LONGEST,
            DigestKind::Sha1 => 20,
            DigestKind::Md5 => 16,
        }
    }

    /// What computes it; nothing for BLAKE3, which is always computed.
    pub fn algorithm(self) -> Option<Algorithm> {
        match self {
            DigestKind::Blake3 => None,
            DigestKind::Sha256 => Some(Algorithm::Sha256),
            DigestKind::Sha1 => Some(Algorithm::Sha1),
            DigestKind::Md5 => Some(Algorithm::Md5),
            DigestKind::Dropbox => Some(Algorithm::Dropbox),
        }
    }
}

/// A digest that somebody gives of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct KnownDigest {
    kind: DigestKind,
    /// Its bytes; a shorter one ends in zeros.
    bytes: [u8; LONGEST],
}

impl KnownDigest {
    /// A digest of that kind; nothing where the bytes are not as many as it has.
    pub fn new(kind: DigestKind, bytes: &[u8]) -> Option<Self> {
        if bytes.len() != kind.digest_len() {
            return None;
        }
        let mut all = [0; LONGEST];
        all[..bytes.len()].copy_from_slice(bytes);
        Some(KnownDigest { kind, bytes: all })
    }

    /// A digest of that kind by its digits, in lower case.
    pub fn parse(kind: DigestKind, digits: &str) -> Option<Self> {
        Self::new(kind, &hex::decode(digits)?)
    }

    /// Its kind.
    pub fn kind(&self) -> DigestKind {
        self.kind
    }

    /// Its bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.kind.digest_len()]
    }

    /// Its lower-case hex digits.
    pub fn digits(self) -> String {
        hex::encode(&self.bytes[..self.kind.digest_len()])
    }
}

/// Its kind and its digits: `md5:9001...`.
impl From<KnownDigest> for String {
    fn from(digest: KnownDigest) -> Self {
        format!("{}:{}", digest.kind.name(), digest.digits())
    }
}

impl TryFrom<String> for KnownDigest {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let (name, digits) = text.split_once(':').ok_or("a digest has a kind")?;
        let kind = DigestKind::ALL.into_iter().find(|kind| kind.name() == name);
        kind.and_then(|kind| Self::parse(kind, digits)).ok_or("it is no digest")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_read_back_and_fit_their_kind() {
        for kind in DigestKind::ALL {
            let digits = "0d".repeat(kind.digest_len());
            let known = KnownDigest::parse(kind, &digits).unwrap();
            assert_eq!((known.kind(), known.digits()), (kind, digits.clone()));
            let text = String::from(known);
            assert_eq!(KnownDigest::try_from(text.clone()), Ok(known));
            assert!(KnownDigest::try_from(text[1..].to_owned()).is_err());
            assert_eq!(KnownDigest::parse(kind, &digits[2..]), None, "{}", kind.name());
        }
    }
}
