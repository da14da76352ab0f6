//! How sectors are encrypted.

use std::sync::Arc;

use super::elephant;
use crate::source::unlock::ciphers::{BlockCipher, Initial, Xts, decrypt_cbc};
use crate::source::unlock::piece::SectorCipher;

/// The cipher of a method with the key of a volume whose sectors have so many bytes, and its name; nothing where the
/// method is not known or the key too short.
pub(super) fn of(
    method: u16,
    key: &[u8],
    sector: u32,
) -> Option<(Arc<dyn SectorCipher>, &'static str)> {
    let cbc = |len: usize, tweak: Option<BlockCipher>| {
        let cipher = BlockCipher::aes(key.get(..len)?)?;
        let initial = Initial::Encrypted(cipher.clone());
        Some(Arc::new(Cbc { cipher, initial, tweak }) as Arc<dyn SectorCipher>)
    };
    let diffused = |len: usize| {
        let tweak = BlockCipher::aes(key.get(32..32 + len)?)?;
        cbc(len, Some(tweak))
    };
    let xts = |len: usize| {
        let xts = Xts::new(key.get(..len)?, BlockCipher::aes)?;
        Some(Arc::new(NumberedXts { xts, sector: sector.into() }) as Arc<dyn SectorCipher>)
    };
    Some(match method {
        0x8000 => (diffused(16)?, "aes-cbc-128-elephant"),
        0x8001 => (diffused(32)?, "aes-cbc-256-elephant"),
        0x8002 => (cbc(16, None)?, "aes-cbc-128"),
        0x8003 => (cbc(32, None)?, "aes-cbc-256"),
        0x8004 => (xts(32)?, "aes-xts-128"),
        0x8005 => (xts(64)?, "aes-xts-256"),
        _ => return None,
    })
}

struct NumberedXts {
    xts: Xts,
    sector: u64,
}

impl SectorCipher for NumberedXts {
    fn decrypt(&self, at: u64, sector: &mut [u8]) {
        self.xts.decrypt((at / self.sector.max(1)).into(), sector);
    }
}

/// CBC from the encrypted offset of a sector, and perhaps the diffuser with a key of its own.
struct Cbc {
    cipher: BlockCipher,
    initial: Initial,
    tweak: Option<BlockCipher>,
}

impl SectorCipher for Cbc {
    fn decrypt(&self, at: u64, sector: &mut [u8]) {
        decrypt_cbc(&self.cipher, self.initial.block(at), sector);
        let Some(tweak) = &self.tweak else { return };
        elephant::undo(sector);
        let mut key = [u128::from(at), u128::from(at) | (0x80 << 120)].map(u128::to_le_bytes);
        key.iter_mut().for_each(|half| tweak.encrypt_block(half));
        let key = key.as_flattened();
        sector.iter_mut().zip(key.iter().cycle()).for_each(|(byte, key)| *byte ^= key);
    }
}
