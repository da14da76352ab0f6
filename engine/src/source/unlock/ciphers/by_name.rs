//! Ciphers by the names that Linux gives them, such as `aes-xts-plain64` or `aes-cbc-essiv:sha256`.
//!
//! Source: cryptsetup, `docs/on-disk-format-luks2.pdf`, 3.2; Linux, `Documentation/admin-guide/device-mapper/dm-crypt.rst`.

use std::sync::Arc;

use super::block::BlockCipher;
use super::cbc::{Cbc, Ecb, Initial};
use super::xts::Xts;
use crate::source::unlock::luks::Hash;
use crate::source::unlock::piece::SectorCipher;

/// XTS with the numbers of sectors of 512 bytes.
struct NumberedXts {
    xts: Xts,
    initial: Plain,
    first: u64,
}

/// How much of a number counts.
enum Plain {
    Low32,
    All,
}

impl SectorCipher for NumberedXts {
    fn decrypt(&self, at: u64, sector: &mut [u8]) {
        let number = (at / 512).wrapping_add(self.first);
        let number = match self.initial {
            Plain::Low32 => number & u64::from(u32::MAX),
            Plain::All => number,
        };
        self.xts.decrypt(number.into(), sector);
    }
}

/// The cipher of that name with its key, whose first sector has the number `first`; nothing where it is not known, or
/// takes no key of that length.
pub(crate) fn by_name(name: &str, key: &[u8], first: u64) -> Option<Arc<dyn SectorCipher>> {
    let (cipher, rest) = name.split_once('-')?;
    let (mode, initial) = rest.split_once('-').unwrap_or((rest, "plain"));
    match mode {
        "xts" => {
            let initial = match initial {
                "plain" => Plain::Low32,
                "plain64" => Plain::All,
                _ => return None,
            };
            let xts = Xts::new(key, |half| BlockCipher::of(cipher, half))?;
            Some(Arc::new(NumberedXts { xts, initial, first }))
        }
        "cbc" => {
            let initial = match initial.split_once(':') {
                None if initial == "plain" => Initial::Plain,
                None if initial == "plain64" => Initial::Plain64,
                Some(("essiv", hash)) => {
                    let salt = Hash::of(hash)?.digest(key);
                    Initial::Encrypted(BlockCipher::of(cipher, &salt)?)
                }
                _ => return None,
            };
            Some(Arc::new(Cbc { cipher: BlockCipher::of(cipher, key)?, initial, first }))
        }
        // Older programs write `aes` and `ecb` alone.
        "ecb" => Some(Arc::new(Ecb(BlockCipher::of(cipher, key)?))),
        _ => None,
    }
}
