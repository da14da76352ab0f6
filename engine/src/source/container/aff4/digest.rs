//! Hashes of chunks, as some programs write them beside the chunks.
//!
//! Source: "AFF4 Standard v1.0a", 6.2 "Block Map Hashing", which calls their members `00000000.sha1`; pyaff4 and the reference images
//! call them `00000000.blockHash.sha1`.

use blake2::Blake2b512;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use super::archive::Member;
use super::volumes::Volumes;

/// An algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Algorithm {
    Sha1,
    Sha256,
    Sha512,
    Blake2b,
    Md5,
}

/// All of them: the one that is verified is the first for which there are hashes. Any of them finds damage; those in front
/// are the fastest.
const ALL: [(Algorithm, &str); 5] = [
    (Algorithm::Sha1, "sha1"),
    (Algorithm::Sha256, "sha256"),
    (Algorithm::Sha512, "sha512"),
    (Algorithm::Blake2b, "blake2b"),
    (Algorithm::Md5, "md5"),
];

/// The longest hash, in bytes.
pub(super) const LONGEST: usize = 64;

impl Algorithm {
    /// Bytes of a hash.
    pub(super) fn len(self) -> usize {
        match self {
            Algorithm::Md5 => 16,
            Algorithm::Sha1 => 20,
            Algorithm::Sha256 => 32,
            Algorithm::Sha512 | Algorithm::Blake2b => LONGEST,
        }
    }

    /// Whether bytes have that hash.
    pub(super) fn holds(self, bytes: &[u8], hash: &[u8]) -> bool {
        match self {
            Algorithm::Md5 => Md5::digest(bytes)[..] == *hash,
            Algorithm::Sha1 => Sha1::digest(bytes)[..] == *hash,
            Algorithm::Sha256 => Sha256::digest(bytes)[..] == *hash,
            Algorithm::Sha512 => Sha512::digest(bytes)[..] == *hash,
            Algorithm::Blake2b => Blake2b512::digest(bytes)[..] == *hash,
        }
    }
}

/// The member with the hashes of the chunks in the member `data`, where there is one.
pub(super) fn of(volumes: &Volumes, data: &str) -> Option<(Algorithm, Member)> {
    ALL.iter().find_map(|(algorithm, word)| {
        let names = [format!("{data}.blockHash.{word}"), format!("{data}.{word}")];
        let member = names.iter().find_map(|name| volumes.member(name))?;
        Some((*algorithm, member))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::hex;

    #[test]
    fn hashes_are_those_of_the_algorithms() {
        for (algorithm, expected) in [
            (Algorithm::Md5, "900150983cd24fb0d6963f7d28e17f72"),
            (Algorithm::Sha1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
            (Algorithm::Sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                Algorithm::Sha512,
                "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
                 2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
            ),
            (
                Algorithm::Blake2b,
                "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1\
                 7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923",
            ),
        ] {
            let bytes = hex::decode(expected).unwrap();
            assert_eq!(hex::encode(&bytes), expected);
            assert!(algorithm.holds(b"abc", &bytes) && !algorithm.holds(b"abd", &bytes));
            assert_eq!(algorithm.len(), bytes.len());
        }
    }
}
