//! A volume of BitLocker with a password and a recovery key, by AES-XTS with keys of 128 bits.
//!
//! Source: J. Metz, "BitLocker Drive Encryption (BDE) format specification"; RFC 3610.

use aes::Aes256;
use aes::cipher::{Array, BlockCipherEncrypt, KeyInit};
use sha2::{Digest, Sha256};

use super::{PASSPHRASE, xts};

/// The recovery key of every volume that is made here.
pub const RECOVERY_KEY: &str = "000011-000022-000033-000044-000055-000066-000077-000088";

/// What three copies of the metadata take, each.
const COPY: usize = 64 << 10;

/// How many bytes of the volume's beginning lie elsewhere.
const MOVED: usize = 8 << 10;

const IDENTIFIER: [u8; 16] = [
    0x3b, 0xd6, 0x67, 0x49, 0x29, 0x2e, 0xd8, 0x4a, 0x83, 0x99, 0xf6, 0xa3, 0x39, 0xe3, 0xd0, 0x01,
];

const MASTER_KEY: [u8; 32] = [0x77; 32];

/// A volume in which these bytes are: 200 KiB more of it hold what is needed to open it, and are zeros when it is open.
pub fn bitlocker(plain: &[u8]) -> Vec<u8> {
    let start = plain.len().next_multiple_of(COPY);
    let copies = [start, start + COPY, start + 2 * COPY];
    let (moved, len) = (start + 3 * COPY, start + 3 * COPY + MOVED);
    let volume_key: Vec<u8> = (0..32).map(|at| at * 5 + 3).collect();
    let mut volume = plain.to_vec();
    volume.resize(len, 0);
    volume.copy_within(..MOVED, moved);
    xts::encrypt(&volume_key, 0, &mut volume[..start]);
    xts::encrypt(&volume_key, (moved / 512) as u64, &mut volume[moved..]);
    volume[..MOVED].fill(0);
    let boot = &mut volume[..512];
    boot[..11].copy_from_slice(b"\xeb\x58\x90-FVE-FS-");
    boot[11..13].copy_from_slice(&512u16.to_le_bytes());
    boot[160..176].copy_from_slice(&IDENTIFIER);
    for (at, copy) in [176, 184, 192].into_iter().zip(copies) {
        boot[at..at + 8].copy_from_slice(&(copy as u64).to_le_bytes());
    }
    boot[510..].copy_from_slice(&[0x55, 0xaa]);
    let block = metadata(len, copies, moved, &volume_key);
    for copy in copies {
        volume[copy..copy + block.len()].copy_from_slice(&block);
    }
    volume
}

fn metadata(len: usize, copies: [usize; 3], moved: usize, volume_key: &[u8]) -> Vec<u8> {
    let offsets = [moved as u64, MOVED as u64].map(u64::to_le_bytes).concat();
    let password: Vec<u8> = PASSPHRASE.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let password = Sha256::digest(Sha256::digest(password)).into();
    let recovery: Vec<u8> = (1..=8u16).flat_map(u16::to_le_bytes).collect();
    let recovery = Sha256::digest(recovery).into();
    let entries = [
        protector(0x2000, &password, 1),
        protector(0x800, &recovery, 2),
        entry(3, 5, &seal(volume_key, &MASTER_KEY, 3)),
        entry(15, 15, &offsets),
    ]
    .concat();
    let mut block = vec![0; 64];
    block[..8].copy_from_slice(b"-FVE-FS-");
    block[10] = 2;
    block[16..24].copy_from_slice(&(len as u64).to_le_bytes());
    block[28..32].copy_from_slice(&((MOVED / 512) as u32).to_le_bytes());
    for (at, copy) in [32, 40, 48].into_iter().zip(copies) {
        block[at..at + 8].copy_from_slice(&(copy as u64).to_le_bytes());
    }
    block[56..64].copy_from_slice(&(moved as u64).to_le_bytes());
    let mut header = vec![0; 48];
    header[..4].copy_from_slice(&(48 + entries.len() as u32).to_le_bytes());
    header[4] = 1;
    header[8] = 48;
    header[36..40].copy_from_slice(&0x8004u32.to_le_bytes());
    [block, header, entries].concat()
}

fn entry(purpose: u16, value: u16, data: &[u8]) -> Vec<u8> {
    let size = 8 + data.len() as u16;
    [&[size, purpose, value, 1].map(u16::to_le_bytes).concat(), data].concat()
}

fn protector(kind: u16, digest: &[u8; 32], number: u8) -> Vec<u8> {
    let salt = [number; 16];
    let under = stretched(digest, &salt);
    let mut data = vec![number; 16];
    data.extend([0; 10]);
    data.extend(kind.to_le_bytes());
    data.extend(entry(0, 3, &[&0x1000u32.to_le_bytes()[..], &salt].concat()));
    data.extend(entry(0, 5, &seal(&MASTER_KEY, &under, number)));
    entry(2, 8, &data)
}

fn stretched(digest: &[u8; 32], salt: &[u8; 16]) -> [u8; 32] {
    let mut last = [0; 32];
    for round in 0..1u64 << 20 {
        last = Sha256::digest([&last, &digest[..], salt, &round.to_le_bytes()].concat()).into();
    }
    last
}

/// Seals a key by AES-CCM with a nonce of 12 bytes and a check of 16.
fn seal(key: &[u8], under: &[u8; 32], nonce: u8) -> Vec<u8> {
    let cipher = Aes256::new(under.into());
    let block = |first: u8, last: u32| -> [u8; 16] {
        let mut block = [nonce; 16];
        block[0] = first;
        block[13..].copy_from_slice(&last.to_be_bytes()[1..]);
        let mut block = Array::from(block);
        cipher.encrypt_block(&mut block);
        block.into()
    };
    let plain = [&[12 + key.len() as u8, 0, 0, 0, 1, 0, 0, 0, 3, 0x20, 0, 0][..], key].concat();
    let mut check = block(0x3a, plain.len() as u32);
    for part in plain.chunks(16) {
        check.iter_mut().zip(part).for_each(|(byte, part)| *byte ^= part);
        let mut next = Array::from(check);
        cipher.encrypt_block(&mut next);
        check = next.into();
    }
    let xor = |part: &[u8], with: [u8; 16]| -> Vec<u8> {
        part.iter().zip(with).map(|(part, with)| part ^ with).collect()
    };
    let check = xor(&check, block(2, 0));
    let encrypted =
        (1..).zip(plain.chunks(16)).flat_map(|(number, part)| xor(part, block(2, number)));
    [vec![nonce; 12], check, encrypted.collect()].concat()
}
