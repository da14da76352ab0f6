//! Keys that are sealed under others, by AES-CCM.
//!
//! Source: RFC 3610, with a nonce of 12 bytes and a check of 16.

use zeroize::Zeroizing;

use crate::source::unlock::ciphers::BlockCipher;

const NONCE: usize = 12;
const CHECK: usize = 16;

/// The longest that is sealed, in bytes; a key takes a hundred.
const LONGEST: usize = 1024;

/// Bytes before the key in what was sealed.
const KEY_AT: usize = 12;

/// The key in the data of a sealed entry: a nonce, a check, and what is encrypted. Nothing where it is sealed under
/// another key.
pub(super) fn key(data: &[u8], under: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let plain = open(data, under)?;
    plain.get(KEY_AT..).map(|key| Zeroizing::new(key.to_vec()))
}

fn open(data: &[u8], under: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, rest) = data.split_at_checked(NONCE)?;
    let (said, encrypted) = rest.split_at_checked(CHECK)?;
    if encrypted.len() > LONGEST {
        return None;
    }
    let cipher = BlockCipher::aes(under)?;
    let mut check: [u8; CHECK] = said.try_into().ok()?;
    xor(&mut check, &counted(&cipher, nonce, 0));
    let mut plain = Zeroizing::new(encrypted.to_vec());
    for (number, block) in (1..).zip(plain.chunks_mut(CHECK)) {
        xor(block, &counted(&cipher, nonce, number));
    }
    (check == computed(&cipher, nonce, &plain)).then_some(plain)
}

/// The block of the key stream of that number.
fn counted(cipher: &BlockCipher, nonce: &[u8], number: u32) -> [u8; 16] {
    let mut block = [0; 16];
    block[0] = 2; // Three bytes of a number.
    block[1..13].copy_from_slice(nonce);
    block[13..].copy_from_slice(&number.to_be_bytes()[1..]);
    cipher.encrypt_block(&mut block);
    block
}

/// The check of what was sealed.
fn computed(cipher: &BlockCipher, nonce: &[u8], plain: &[u8]) -> [u8; CHECK] {
    let mut check = [0; 16];
    check[0] = (7 << 3) | 2; // A check of 16 bytes, three bytes of a length.
    check[1..13].copy_from_slice(nonce);
    check[13..].copy_from_slice(&(plain.len() as u32).to_be_bytes()[1..]);
    cipher.encrypt_block(&mut check);
    for block in plain.chunks(16) {
        xor(&mut check, block);
        cipher.encrypt_block(&mut check);
    }
    check
}

fn xor(bytes: &mut [u8], with: &[u8]) {
    bytes.iter_mut().zip(with).for_each(|(byte, with)| *byte ^= with);
}

#[cfg(test)]
pub(super) fn seal(key: &[u8], under: &[u8], nonce: [u8; NONCE]) -> Vec<u8> {
    let cipher = BlockCipher::aes(under).unwrap();
    let plain = [&[0x2c, 0, 0, 0, 1, 0, 0, 0, 2, 0x20, 0, 0][..], key].concat();
    let mut check = computed(&cipher, &nonce, &plain);
    xor(&mut check, &counted(&cipher, &nonce, 0));
    let mut encrypted = plain;
    for (number, block) in (1..).zip(encrypted.chunks_mut(CHECK)) {
        xor(block, &counted(&cipher, &nonce, number));
    }
    [&nonce[..], &check, &encrypted].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_opens_under_its_key_alone() {
        let sealed = seal(&[7; 32], &[9; 32], [3; NONCE]);
        assert_eq!(key(&sealed, &[9; 32]).map(|key| key.to_vec()), Some(vec![7; 32]));
        assert_eq!(key(&sealed, &[8; 32]), None);
        for at in 0..sealed.len() {
            let mut other = sealed.clone();
            other[at] ^= 1;
            assert_eq!(key(&other, &[9; 32]), None, "{at}");
        }
        assert_eq!(key(&sealed[..20], &[9; 32]), None);
        assert_eq!(key(&[0; 2000], &[9; 32]), None);
    }
}
