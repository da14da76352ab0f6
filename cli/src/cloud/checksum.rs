//! Checksums of what was downloaded, held against those of the service.

use afterimage_engine::{Algorithm, Hasher};

use super::item::Item;

/// Bytes of a block of Dropbox's content hash.
const BLOCK: usize = 4 << 20;

/// Goes over the bytes of a download.
pub struct Checksums {
    whole: Hasher,
    /// The digests of all finished blocks, and the block that is not finished, with its bytes.
    blocks: Option<(Hasher, Hasher, usize)>,
    len: u64,
}

impl Checksums {
    /// What is needed to check `item`.
    pub fn of(item: &Item) -> Self {
        let mut algorithms = Vec::new();
        algorithms.extend(item.md5.as_ref().map(|_| Algorithm::Md5));
        algorithms.extend(item.sha256.as_ref().map(|_| Algorithm::Sha256));
        let blocks = item.content_hash.as_ref().map(|_| (sha256(), sha256(), 0));
        Checksums { whole: Hasher::new(&algorithms), blocks, len: 0 }
    }

    /// Goes on with the next bytes.
    pub fn update(&mut self, mut bytes: &[u8]) {
        self.len += bytes.len() as u64;
        self.whole.update(bytes);
        while let Some((digests, block, filled)) = &mut self.blocks {
            let (here, rest) = bytes.split_at(bytes.len().min(BLOCK - *filled));
            block.update(here);
            *filled += here.len();
            if *filled == BLOCK {
                finish_block(digests, block, filled);
            }
            if rest.is_empty() {
                break;
            }
            bytes = rest;
        }
    }

    /// What is wrong with what was downloaded of `item`; nothing where all is well. `true` where a checksum
    /// proved it.
    pub fn verdict(self, item: &Item) -> Result<bool, String> {
        if let Some(size) = item.size.filter(|size| *size != self.len) {
            return Err(format!("{} bytes came of {size}", self.len));
        }
        let digests = self.whole.finish();
        let content_hash = self.blocks.map(|(mut digests, mut block, mut filled)| {
            if filled > 0 {
                finish_block(&mut digests, &mut block, &mut filled);
            }
            hex(digests)
        });
        let pairs = [
            ("MD5", &item.md5, digests.md5),
            ("SHA-256", &item.sha256, digests.sha256),
            ("content hash", &item.content_hash, content_hash),
        ];
        let mut is_proven = false;
        for (name, expected, found) in pairs {
            let Some(expected) = expected else { continue };
            if !found.is_some_and(|found| found.eq_ignore_ascii_case(expected)) {
                return Err(format!("its {name} is not the one that the service gives"));
            }
            is_proven = true;
        }
        Ok(is_proven)
    }
}

fn sha256() -> Hasher {
    Hasher::new(&[Algorithm::Sha256])
}

fn hex(hasher: Hasher) -> String {
    hasher.finish().sha256.unwrap_or_default()
}

/// Adds the digest of a block, as bytes, to the others.
fn finish_block(digests: &mut Hasher, block: &mut Hasher, filled: &mut usize) {
    let digest = hex(std::mem::replace(block, sha256()));
    *filled = 0;
    for pair in digest.as_bytes().chunks_exact(2) {
        let digit = |byte: u8| (byte as char).to_digit(16).unwrap_or_default() as u8;
        digests.update(&[digit(pair[0]) << 4 | digit(pair[1])]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], step: usize, content_hash: &str) {
        let item = Item { content_hash: Some(content_hash.to_owned()), ..Item::default() };
        let mut sums = Checksums::of(&item);
        bytes.chunks(step).for_each(|bytes| sums.update(bytes));
        assert_eq!(sums.verdict(&item), Ok(true), "{} bytes by {step}", bytes.len());
    }

    #[test]
    fn the_content_hash_is_that_of_the_digests_of_blocks() {
        // Computed with Python's hashlib from the vendor's description.
        check(b"", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        check(b"abc", 1, "4f8b42c22dd3729b519ba6f68d2da7cc5b2d606d05daed5ad5128cc03e6c6358");
        let zeros = vec![0; 2 * BLOCK + 1];
        for step in [BLOCK, BLOCK - 1, 3 * BLOCK, 1 << 16] {
            check(&zeros, step, ZEROS);
            check(&zeros[..2 * BLOCK], step, WHOLE_BLOCKS);
        }
    }

    const ZEROS: &str = "0abd0f48fe25004ce9ca2e45df928ba9b1052f20666d7dde21ecdbeb7aa96482";
    const WHOLE_BLOCKS: &str = "03ae066c707c588592d9e27aa2444ca98423e0999024f1ceaa11a153790b37de";

    #[test]
    fn a_wrong_sum_or_length_is_told() {
        let md5 = "900150983cd24fb0d6963f7d28e17f72";
        let item = Item { md5: Some(md5.to_owned()), size: Some(3), ..Item::default() };
        let verdict = |bytes: &[u8]| {
            let mut sums = Checksums::of(&item);
            sums.update(bytes);
            sums.verdict(&item)
        };
        assert_eq!(verdict(b"abc"), Ok(true));
        assert_eq!(
            verdict(b"abx"),
            Err("its MD5 is not the one that the service gives".to_owned())
        );
        assert_eq!(verdict(b"ab"), Err("2 bytes came of 3".to_owned()));
        assert_eq!(Checksums::of(&Item::default()).verdict(&Item::default()), Ok(false));
    }
}
