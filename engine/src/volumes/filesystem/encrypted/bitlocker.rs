//! BitLocker: a boot sector, and three blocks of metadata that say where the others lie.

use std::cmp::Reverse;

use afterimage_signatures::Bytes;

use super::header::EncryptedHeader;
use crate::volumes::fields::{array, le16, le32, le64};
use crate::volumes::filesystem::SECTOR;
use crate::volumes::read;

const NAME: [u8; 8] = *b"-FVE-FS-";

/// Where a boot sector that is made for the reader of BitLocker To Go has the identifier.
const TO_GO_AT: usize = 424;

/// 4967d63b-2e29-4ad8-8399-f6a339e3d001, and 92a84d3b-dd80-4d0e-9e4e-b1e3284eaed8 where only what
/// was in use is encrypted.
const IDENTIFIERS: [[u8; 16]; 2] = [
    [
        0x3b, 0xd6, 0x67, 0x49, 0x29, 0x2e, 0xd8, 0x4a, 0x83, 0x99, 0xf6, 0xa3, 0x39, 0xe3, 0xd0,
        0x01,
    ],
    [
        0x3b, 0x4d, 0xa8, 0x92, 0x80, 0xdd, 0x0e, 0x4d, 0x9e, 0x4e, 0xb1, 0xe3, 0x28, 0x4e, 0xae,
        0xd8,
    ],
];

/// Where a block says where all three lie, in bytes from the volume's first.
const BLOCKS_AT: [usize; 3] = [32, 40, 48];

fn found(len: Option<u64>) -> EncryptedHeader {
    EncryptedHeader { kind: "bitlocker", encrypted: "encrypted by BitLocker", label: None, len }
}

/// What a boot sector says.
pub(super) fn header(sector: &[u8]) -> Option<EncryptedHeader> {
    if array(sector, 510)? != [0x55, 0xaa] {
        return None;
    }
    let bytes = u64::from(le16(sector, 11)?).max(SECTOR as u64);
    match array(sector, 3)? {
        NAME => Some(found(le64(sector, 40)?.checked_mul(bytes))),
        [b'M', b'S', b'W', b'I', b'N', b'4', b'.', b'1']
            if IDENTIFIERS.contains(&array(sector, TO_GO_AT)?) =>
        {
            Some(found(u64::from(le32(sector, 32)?).checked_mul(bytes)))
        }
        _ => None,
    }
}

/// Where the volume began that the block of metadata at `at` belongs to: there the others lie where
/// it says.
pub(super) fn of_copy(bytes: &dyn Bytes, block: &[u8], at: u64) -> Option<(u64, EncryptedHeader)> {
    if array(block, 0)? != NAME {
        return None;
    }
    let locations: Vec<u64> = BLOCKS_AT.iter().filter_map(|&field| le64(block, field)).collect();
    let starts = locations.iter().filter_map(|&own| at.checked_sub(own));
    let others = |start: u64| {
        let others = locations.iter().filter_map(|&place| start.checked_add(place));
        let others = others.filter(|&other| other != at);
        others
            .filter(|&other| read::exact(bytes, other, 8).is_some_and(|mark| mark == NAME))
            .count()
    };
    // Any of the three may be this one; the more of the others lie there, the likelier it is.
    let (_, start) = starts.map(|start| (others(start), Reverse(start))).max()?;
    let start = Some(start.0).filter(|&start| others(start) > 0)?;
    Some((start, found(le64(block, 16))))
}
