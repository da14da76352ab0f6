//! Block ciphers with blocks of 16 bytes.

use aes::cipher::{Array, Block, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit, typenum::U16};
use aes::{Aes128, Aes192, Aes256};

/// Bytes of a block.
pub(crate) const BLOCK: usize = 16;

/// A block cipher with its key, which is wiped when it is let go.
#[derive(Clone)]
pub(crate) enum BlockCipher {
    Aes128(Box<Aes128>),
    Aes192(Box<Aes192>),
    Aes256(Box<Aes256>),
    #[cfg(feature = "luks")]
    Serpent(Box<serpent::Serpent>),
    #[cfg(feature = "luks")]
    Twofish(Box<twofish::Twofish>),
}

/// Runs the same on whichever cipher it is.
macro_rules! with {
    ($cipher:expr, $one:ident => $run:expr) => {
        match $cipher {
            BlockCipher::Aes128($one) => $run,
            BlockCipher::Aes192($one) => $run,
            BlockCipher::Aes256($one) => $run,
            #[cfg(feature = "luks")]
            BlockCipher::Serpent($one) => $run,
            #[cfg(feature = "luks")]
            BlockCipher::Twofish($one) => $run,
        }
    };
}

fn keyed<C: KeyInit>(key: &[u8]) -> Option<Box<C>> {
    C::new_from_slice(key).ok().map(Box::new)
}

impl BlockCipher {
    /// AES with a key of 16, 24 or 32 bytes; nothing for another length.
    pub(crate) fn aes(key: &[u8]) -> Option<Self> {
        match key.len() {
            16 => keyed(key).map(BlockCipher::Aes128),
            24 => keyed(key).map(BlockCipher::Aes192),
            32 => keyed(key).map(BlockCipher::Aes256),
            _ => None,
        }
    }

    /// The cipher of that name; nothing where it is not known, or takes no key of that length.
    #[cfg(feature = "luks")]
    pub(crate) fn of(name: &str, key: &[u8]) -> Option<Self> {
        let usual = matches!(key.len(), 16 | 24 | 32);
        match name {
            "aes" => Self::aes(key),
            "serpent" if usual => keyed(key).map(BlockCipher::Serpent),
            "twofish" if usual => keyed(key).map(BlockCipher::Twofish),
            _ => None,
        }
    }

    /// Encrypts one block in place.
    pub(crate) fn encrypt_block(&self, block: &mut [u8; BLOCK]) {
        let block: &mut Array<u8, U16> = block.into();
        with!(self, cipher => cipher.encrypt_block(block));
    }

    /// Decrypts whole blocks in place, each by itself; what is left over stays.
    pub(crate) fn decrypt_blocks(&self, bytes: &mut [u8]) {
        let (blocks, _) = Block::<Aes128>::slice_as_chunks_mut(bytes);
        with!(self, cipher => cipher.decrypt_blocks(blocks));
    }
}
