//! The headers of an image, and the table of its regions.

use afterimage_signatures::verdict::Span;

use super::guid::guid;
use crate::source::container::crc32c::crc32c;
use crate::source::container::files::{Files, u16_le, u32_le, u64_le};

pub(super) const MAGIC: &[u8] = b"vhdxfile";

/// Where the two headers lie, and what they and their table begin with.
const HEADERS: [u64; 2] = [64 << 10, 128 << 10];
const REGIONS: [u64; 2] = [192 << 10, 256 << 10];
const HEADER: &[u8] = b"head";
const REGION: &[u8] = b"regi";

/// Bytes that a checksum covers.
const HEADER_LEN: u64 = 4096;
const REGIONS_LEN: u64 = 64 << 10;

const BLOCKS: [u8; 16] = guid(0x2DC2_7766, 0xF623, 0x4200, 0x9D64_115E_9BFD_4A08);
const METADATA: [u8; 16] = guid(0x8B7C_A206, 0x4790, 0x4B9A, 0xB8FE_575F_050F_886E);

/// Regions at the most.
const MOST_REGIONS: u32 = 2047;

/// What the newest header says.
pub(super) struct Header {
    sequence: u64,
    /// What the disk is known by: it changes when somebody writes to the disk.
    pub(super) data_id: [u8; 16],
    /// What entries of the log that count are marked with; zeros where there are none.
    pub(super) log_id: [u8; 16],
    pub(super) log: Span,
}

impl Header {
    /// The newest of the headers whose checksum holds.
    pub(super) fn newest(files: &Files) -> Option<Self> {
        let all = HEADERS.iter().filter_map(|at| Self::read(files, *at));
        all.max_by_key(|header| header.sequence)
    }

    fn read(files: &Files, at: u64) -> Option<Self> {
        let bytes = files.bytes(0, at, HEADER_LEN)?;
        if !is_whole(&bytes, HEADER) || u16_le(&bytes, 66)? != 1 {
            return None;
        }
        let id = |at: usize| bytes.get(at..)?.first_chunk::<16>().copied();
        Some(Header {
            sequence: u64_le(&bytes, 8)?,
            data_id: id(32)?,
            log_id: id(48)?,
            log: Span { at: u64_le(&bytes, 72)?, len: u64::from(u32_le(&bytes, 68)?) },
        })
    }
}

/// Whether a structure has its magic, and after it a checksum of all of it that holds.
pub(super) fn is_whole(bytes: &[u8], magic: &[u8]) -> bool {
    are_whole(bytes, &[], magic)
}

/// The same of a structure in two parts.
pub(super) fn are_whole(first: &[u8], rest: &[u8], magic: &[u8]) -> bool {
    let Some((before, after)) = first.split_at_checked(4) else { return false };
    let Some((said, after)) = after.split_at_checked(4) else { return false };
    before == magic && u32_le(said, 0) == Some(crc32c(&[before, &[0; 4], after, rest]))
}

/// Where the regions lie.
pub(super) struct Regions {
    pub(super) blocks: Span,
    pub(super) metadata: Span,
}

impl Regions {
    /// The first of the tables whose checksum holds.
    pub(super) fn read(files: &Files) -> Option<Self> {
        REGIONS.iter().find_map(|at| {
            let bytes = files.bytes(0, *at, REGIONS_LEN).filter(|bytes| is_whole(bytes, REGION))?;
            let count = u32_le(&bytes, 8)?.min(MOST_REGIONS) as usize;
            let rows =
                || bytes.get(16..).unwrap_or_default().as_chunks::<32>().0.iter().take(count);
            let find = |id: &[u8; 16]| {
                let row = rows().find(|row| row.starts_with(id))?;
                Some(Span { at: u64_le(row, 16)?, len: u64::from(u32_le(row, 24)?) })
            };
            Some(Regions { blocks: find(&BLOCKS)?, metadata: find(&METADATA)? })
        })
    }
}
