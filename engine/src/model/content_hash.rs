//! Dropbox's content hash: the SHA-256 of the SHA-256s of blocks.
//!
//! Source: Dropbox, "Content hash", developers' reference.

use sha2::{Digest, Sha256};

/// Bytes of a block; the last one may be shorter.
const BLOCK: usize = 4 << 20;

/// Computes a content hash.
#[derive(Clone, Default)]
pub(super) struct ContentHasher {
    /// Over the digests of the blocks that are full.
    blocks: Sha256,
    /// Over the block that is not.
    block: Sha256,
    /// Bytes in it.
    filled: usize,
}

impl ContentHasher {
    /// Goes on with the next bytes.
    pub(super) fn update(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (here, rest) = bytes.split_at(bytes.len().min(BLOCK - self.filled));
            self.block.update(here);
            self.filled += here.len();
            if self.filled == BLOCK {
                self.blocks.update(std::mem::take(&mut self.block).finalize());
                self.filled = 0;
            }
            bytes = rest;
        }
    }

    /// The hash of all bytes so far.
    pub(super) fn finish(mut self) -> [u8; 32] {
        if self.filled > 0 {
            self.blocks.update(self.block.finalize());
        }
        self.blocks.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition itself, over bytes that are all there.
    fn by_definition(bytes: &[u8]) -> [u8; 32] {
        let digests = bytes.chunks(BLOCK).map(Sha256::digest);
        let joined: Vec<u8> = digests.flat_map(|digest| digest.to_vec()).collect();
        Sha256::digest(joined).into()
    }

    /// Digests that another program gives, checked against the service (rdrop2, `test-08-rdrop2-content-hash.R`).
    #[test]
    fn a_content_hash_is_that_of_another_program() {
        let bytes: Vec<u8> = (0..7 * BLOCK / 2).map(|at| at as u8).collect();
        let over = [&bytes[..BLOCK], &[0xff]].concat();
        for (bytes, expected) in [
            (
                b"hello rdrop2".as_slice(),
                "1aa2b7623dfff520c4abdc1227d10bc4e229b74005b66b3458345830e556f4de",
            ),
            (&bytes[..BLOCK], "894bbb52d1212d6bcbe9967f1a2169138c4d4af0c8dfbaeae86cd1d3f0c03faf"),
            (&over, "9149387a91f71c7c2149b8427d15526b71c1a38d6c6f999ad71486a2ce788d57"),
            (&bytes, "f61d3ae93fa4f7646d37949fc0885141bf682faa9a130896b93459c650335d0f"),
        ] {
            let mut hasher = ContentHasher::default();
            hasher.update(bytes);
            assert_eq!(crate::model::hex::encode(&hasher.finish()), expected);
        }
    }

    #[test]
    fn a_content_hash_is_that_of_its_definition() {
        let bytes: Vec<u8> = (0..2 * BLOCK + 5).map(|at| (at % 251) as u8).collect();
        for len in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 2 * BLOCK + 5] {
            for piece in [1 << 16, 3_000_001] {
                let mut hasher = ContentHasher::default();
                bytes[..len].chunks(piece).for_each(|piece| hasher.update(piece));
                assert_eq!(hasher.finish(), by_definition(&bytes[..len]), "{len}");
            }
        }
    }
}
