//! XTS with AES, block by block as the standard has it.
//!
//! Source: IEEE Std 1619-2018, 5.3.

use aes::cipher::{Array, BlockCipherEncrypt, KeyInit};
use aes::{Aes128, Aes256};

/// Encrypts sectors of 512 bytes in place, of which the first has the number `first`.
pub(super) fn encrypt(key: &[u8], first: u64, bytes: &mut [u8]) {
    match key.len() {
        32 => sectors::<Aes128>(key, first, bytes),
        _ => sectors::<Aes256>(key, first, bytes),
    }
}

fn sectors<C: KeyInit + BlockCipherEncrypt<BlockSize = aes::cipher::typenum::U16>>(
    key: &[u8],
    first: u64,
    bytes: &mut [u8],
) {
    let (data, tweak) = key.split_at(key.len() / 2);
    let cipher = |key| C::new_from_slice(key).expect("a key of the cipher's length");
    let (data, tweaks) = (cipher(data), cipher(tweak));
    for (number, sector) in (first..).zip(bytes.chunks_mut(512)) {
        let mut tweak = Array::from(u128::from(number).to_le_bytes());
        tweaks.encrypt_block(&mut tweak);
        for block in sector.chunks_mut(16) {
            let mut one: [u8; 16] = block.try_into().expect("whole blocks");
            one.iter_mut().zip(tweak).for_each(|(byte, tweak)| *byte ^= tweak);
            let mut one = Array::from(one);
            data.encrypt_block(&mut one);
            block
                .iter_mut()
                .zip(one.iter().zip(tweak))
                .for_each(|(byte, (one, tweak))| *byte = one ^ tweak);
            let carry = tweak[15] >> 7;
            for at in (1..16).rev() {
                tweak[at] = (tweak[at] << 1) | (tweak[at - 1] >> 7);
            }
            tweak[0] = (tweak[0] << 1) ^ (0x87 * carry);
        }
    }
}
