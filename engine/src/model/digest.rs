//! Digests of a file, all computed in one pass over its bytes.

use serde::{Deserialize, Serialize};
use sha2::Digest;

use super::hex;

/// A digest beside BLAKE3, which every file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Algorithm {
    /// SHA-256.
    Sha256,
    /// SHA-1.
    Sha1,
    /// MD5.
    Md5,
}

impl Algorithm {
    /// Every algorithm.
    pub const ALL: [Algorithm; 3] = [Algorithm::Sha256, Algorithm::Sha1, Algorithm::Md5];

    /// Its name on the command line and in the report.
    pub fn name(self) -> &'static str {
        match self {
            Algorithm::Sha256 => "sha256",
            Algorithm::Sha1 => "sha1",
            Algorithm::Md5 => "md5",
        }
    }
}

/// What the hashers came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digests {
    /// BLAKE3; two files with the same are one photo.
    #[serde(with = "super::hash_hex")]
    pub blake3: blake3::Hash,
    /// Lower-case hex, where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Lower-case hex, where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha1: Option<String>,
    /// Lower-case hex, where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub md5: Option<String>,
}

#[cfg(test)]
impl Digests {
    /// BLAKE3 of some bytes.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let mut hasher = Hasher::new(&[]);
        hasher.update(bytes);
        hasher.finish()
    }
}

/// BLAKE3 and the digests that were asked for.
pub struct Hasher {
    blake3: blake3::Hasher,
    sha256: Option<sha2::Sha256>,
    sha1: Option<sha1::Sha1>,
    md5: Option<md5::Md5>,
}

impl Hasher {
    /// Hashers for BLAKE3 and `algorithms`.
    pub fn new(algorithms: &[Algorithm]) -> Self {
        let wants = |algorithm| algorithms.contains(&algorithm);
        Hasher {
            blake3: blake3::Hasher::new(),
            sha256: wants(Algorithm::Sha256).then(sha2::Sha256::new),
            sha1: wants(Algorithm::Sha1).then(sha1::Sha1::new),
            md5: wants(Algorithm::Md5).then(md5::Md5::new),
        }
    }

    /// Goes on with the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.blake3.update(bytes);
        if let Some(hasher) = &mut self.sha256 {
            hasher.update(bytes);
        }
        if let Some(hasher) = &mut self.sha1 {
            hasher.update(bytes);
        }
        if let Some(hasher) = &mut self.md5 {
            hasher.update(bytes);
        }
    }

    /// Goes on with `len` bytes of zero.
    pub fn zeros(&mut self, mut len: u64) {
        const ZEROS: [u8; 16 << 10] = [0; 16 << 10];
        while len > 0 {
            let here = len.min(ZEROS.len() as u64) as usize;
            self.update(&ZEROS[..here]);
            len -= here as u64;
        }
    }

    /// The digests of all bytes so far.
    pub fn finish(self) -> Digests {
        Digests {
            blake3: self.blake3.finalize(),
            sha256: self.sha256.map(|hasher| hex::encode(&hasher.finalize())),
            sha1: self.sha1.map(|hasher| hex::encode(&hasher.finalize())),
            md5: self.md5.map(|hasher| hex::encode(&hasher.finalize())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_those_of_the_standards() {
        let mut hasher = Hasher::new(&Algorithm::ALL);
        hasher.update(b"a");
        hasher.update(b"bc");
        let digests = hasher.finish();
        // FIPS 180-4 and RFC 1321 give these for "abc".
        let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(digests.sha256.as_deref(), Some(sha256));
        assert_eq!(digests.sha1.as_deref(), Some("a9993e364706816aba3e25717850c26c9cd0d89d"));
        assert_eq!(digests.md5.as_deref(), Some("900150983cd24fb0d6963f7d28e17f72"));
        assert_eq!(digests.blake3, blake3::hash(b"abc"));
        assert_eq!(Hasher::new(&[]).finish().sha256, None);
    }
}
