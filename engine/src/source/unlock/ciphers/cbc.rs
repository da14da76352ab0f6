//! CBC and ECB of sectors, with the ways to make the block that a sector begins from.

use super::block::{BLOCK, BlockCipher};
#[cfg(feature = "luks")]
use crate::source::unlock::piece::SectorCipher;

/// What the first block of a sector is made of.
#[derive(Clone)]
pub(crate) enum Initial {
    /// Its number, of which 32 bits count.
    #[cfg(feature = "luks")]
    Plain,
    /// Its number.
    #[cfg(feature = "luks")]
    Plain64,
    /// Its number, encrypted under another key.
    Encrypted(BlockCipher),
}

impl Initial {
    /// The block of the sector of that number.
    pub(crate) fn block(&self, number: u64) -> [u8; BLOCK] {
        let mut block = u128::from(number).to_le_bytes();
        match self {
            #[cfg(feature = "luks")]
            Initial::Plain => block[4..].fill(0),
            #[cfg(feature = "luks")]
            Initial::Plain64 => {}
            Initial::Encrypted(cipher) => cipher.encrypt_block(&mut block),
        }
        block
    }
}

/// Decrypts a sector in place that was encrypted from the block `initial` on.
pub(crate) fn decrypt(cipher: &BlockCipher, initial: [u8; BLOCK], sector: &mut [u8]) {
    const AT_ONCE: usize = 32 * BLOCK;
    let mut before = initial;
    let mut encrypted = [0; AT_ONCE];
    for blocks in sector.chunks_mut(AT_ONCE) {
        let kept = &mut encrypted[..blocks.len()];
        kept.copy_from_slice(blocks);
        cipher.decrypt_blocks(blocks);
        for (block, own) in blocks.as_chunks_mut::<BLOCK>().0.iter_mut().zip(kept.as_chunks().0) {
            block.iter_mut().zip(before).for_each(|(byte, before)| *byte ^= before);
            before = *own;
        }
    }
}

/// CBC with the numbers of sectors of 512 bytes.
#[cfg(feature = "luks")]
pub(crate) struct Cbc {
    pub(crate) cipher: BlockCipher,
    pub(crate) initial: Initial,
    /// The number of the first sector.
    pub(crate) first: u64,
}

#[cfg(feature = "luks")]
impl SectorCipher for Cbc {
    fn decrypt(&self, at: u64, sector: &mut [u8]) {
        let number = (at / 512).wrapping_add(self.first);
        decrypt(&self.cipher, self.initial.block(number), sector);
    }
}

/// Every block by itself.
#[cfg(feature = "luks")]
pub(crate) struct Ecb(pub(crate) BlockCipher);

#[cfg(feature = "luks")]
impl SectorCipher for Ecb {
    fn decrypt(&self, _at: u64, sector: &mut [u8]) {
        self.0.decrypt_blocks(sector);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// NIST SP 800-38A, F.2.1: CBC-AES128.
    #[test]
    fn the_vector_of_the_standard_holds() {
        let number = |text: &str| u128::from_str_radix(text, 16).unwrap().to_be_bytes();
        let key = number("2b7e151628aed2a6abf7158809cf4f3c");
        let initial = number("000102030405060708090a0b0c0d0e0f");
        let mut sector = [
            number("7649abac8119b246cee98e9b12e9197d"),
            number("5086cb9b507219ee95db113a917678b2"),
        ]
        .concat();
        decrypt(&BlockCipher::aes(&key).unwrap(), initial, &mut sector);
        assert_eq!(sector[..16], number("6bc1bee22e409f96e93d7e117393172a"));
        assert_eq!(sector[16..], number("ae2d8a571e03ac9c9eb76fac45af8e51"));
    }
}
