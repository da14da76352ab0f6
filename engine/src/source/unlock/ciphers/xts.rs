//! XTS, as disks use it.
//!
//! Source: IEEE Std 1619-2018, 5.3 and 5.4; sectors are whole blocks, so that no ciphertext is stolen.

use super::block::{BLOCK, BlockCipher};

/// What a power of the primitive element that leaves the field is reduced by: x^7 + x^2 + x + 1.
const REDUCTION: u128 = 0x87;

/// Blocks that are decrypted at once.
const AT_ONCE: usize = 32;

/// A cipher in XTS with its two keys.
pub(crate) struct Xts {
    data: BlockCipher,
    tweak: BlockCipher,
}

impl Xts {
    /// The cipher that `keyed` gives for each half of a key.
    pub(crate) fn new(key: &[u8], keyed: impl Fn(&[u8]) -> Option<BlockCipher>) -> Option<Self> {
        let (data, tweak) = key.split_at_checked(key.len() / 2)?;
        if data.len() != tweak.len() {
            return None;
        }
        Some(Xts { data: keyed(data)?, tweak: keyed(tweak)? })
    }

    /// Decrypts the sector of that number in place.
    pub(crate) fn decrypt(&self, number: u128, sector: &mut [u8]) {
        let mut start = number.to_le_bytes();
        self.tweak.encrypt_block(&mut start);
        let mut tweak = u128::from_le_bytes(start);
        for blocks in sector.chunks_mut(AT_ONCE * BLOCK) {
            let first = tweak;
            tweak = mask(blocks, first);
            self.data.decrypt_blocks(blocks);
            mask(blocks, first);
        }
    }
}

/// Adds the tweaks from `tweak` on to whole blocks; gives the one after them.
fn mask(blocks: &mut [u8], mut tweak: u128) -> u128 {
    for block in blocks.as_chunks_mut::<BLOCK>().0 {
        *block = (u128::from_le_bytes(*block) ^ tweak).to_le_bytes();
        let carry = if tweak >> 127 == 1 { REDUCTION } else { 0 };
        tweak = (tweak << 1) ^ carry;
    }
    tweak
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        let pair = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
        (0..hex.len()).step_by(2).map(pair).collect()
    }

    /// IEEE Std 1619-2018, annex B: vectors 1, 2 and 3.
    #[test]
    fn the_vectors_of_the_standard_hold() {
        let zeros = "00".repeat(32);
        let key = ["11".repeat(16), "22".repeat(16)].concat();
        let other = ["fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0", &"22".repeat(16)].concat();
        let fours = "44".repeat(32);
        for (key, number, plain, encrypted) in [
            (&zeros, 0, &zeros, "917cf69ebd68b2ec9b9fe9a3eadda692cd43d2f59598ed858c02c2652fbf922e"),
            (
                &key,
                0x33_3333_3333,
                &fours,
                "c454185e6a16936e39334038acef838bfb186fff7480adc4289382ecd6d394f0",
            ),
            (
                &other,
                0x33_3333_3333,
                &fours,
                "af85336b597afc1a900b2eb21ec949d292df4c047e0b21532186a5971a227a89",
            ),
        ] {
            let xts = Xts::new(&bytes(key), BlockCipher::aes).unwrap();
            let mut sector = bytes(encrypted);
            xts.decrypt(number, &mut sector);
            assert_eq!(sector, bytes(plain));
        }
        assert!(Xts::new(&[0; 33], BlockCipher::aes).is_none());
        assert!(Xts::new(&[0; 40], BlockCipher::aes).is_none());
    }
}
