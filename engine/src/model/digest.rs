//! Digests of a file, all computed in one pass over its bytes.

use serde::{Deserialize, Serialize};
use sha2::Digest;

use super::algorithm::Algorithm;
use super::content_hash::ContentHasher;
use super::hex;
use super::known_digest::{DigestKind, KnownDigest};

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
    /// Dropbox's content hash, lower-case hex, where a list gives such.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub dropbox: Option<String>,
}

impl Digests {
    /// All that were computed, each with its kind and its digits.
    pub fn all(&self) -> impl Iterator<Item = (DigestKind, String)> + '_ {
        let others = [
            (DigestKind::Sha256, &self.sha256),
            (DigestKind::Sha1, &self.sha1),
            (DigestKind::Md5, &self.md5),
            (DigestKind::Dropbox, &self.dropbox),
        ];
        let others = others.into_iter().filter_map(|(kind, digits)| Some((kind, digits.clone()?)));
        [(DigestKind::Blake3, self.blake3.to_hex().to_string())].into_iter().chain(others)
    }
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
#[derive(Clone)]
pub struct Hasher {
    blake3: blake3::Hasher,
    sha256: Option<sha2::Sha256>,
    sha1: Option<sha1::Sha1>,
    md5: Option<md5::Md5>,
    dropbox: Option<ContentHasher>,
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
            dropbox: wants(Algorithm::Dropbox).then(ContentHasher::default),
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
        if let Some(hasher) = &mut self.dropbox {
            hasher.update(bytes);
        }
    }

    /// One digest of all bytes so far, where it is computed; the hashers can go on.
    pub fn peek(&self, kind: DigestKind) -> Option<KnownDigest> {
        match kind {
            DigestKind::Blake3 => KnownDigest::new(kind, self.blake3.finalize().as_bytes()),
            DigestKind::Sha256 => KnownDigest::new(kind, &self.sha256.clone()?.finalize()),
            DigestKind::Sha1 => KnownDigest::new(kind, &self.sha1.clone()?.finalize()),
            DigestKind::Md5 => KnownDigest::new(kind, &self.md5.clone()?.finalize()),
            DigestKind::Dropbox => KnownDigest::new(kind, &self.dropbox.clone()?.finish()),
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
            dropbox: self.dropbox.map(|hasher| hex::encode(&hasher.finish())),
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

    #[test]
    fn hashers_can_be_asked_on_the_way() {
        let mut hasher = Hasher::new(&[Algorithm::Sha1, Algorithm::Dropbox]);
        hasher.update(b"abc");
        let before = DigestKind::ALL.map(|kind| hasher.peek(kind).map(KnownDigest::digits));
        hasher.update(b"d");
        let digits = |of: &Hasher| of.clone().finish().all().collect::<Vec<_>>();
        let mut short = Hasher::new(&[Algorithm::Sha1, Algorithm::Dropbox]);
        short.update(b"abc");
        let known = DigestKind::ALL.into_iter().zip(before);
        let known: Vec<_> = known.filter_map(|(kind, digits)| Some((kind, digits?))).collect();
        assert_eq!(known, digits(&short));
        assert_ne!(known, digits(&hasher));
    }
}
