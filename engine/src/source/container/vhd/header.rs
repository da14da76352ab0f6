//! The header of a dynamic or differencing image.

use crate::source::container::files::{u32_be, u64_be};
use crate::source::container::names::utf16;
use crate::source::container::opening::Opening;
use crate::source::container::places::SECTOR;
use crate::source::container::refusal::Refusal;

pub(super) const MAGIC: &[u8] = b"cxsparse";

/// Bytes of it.
const LEN: u64 = 1024;

/// Blocks that anybody makes: 4 KiB to 256 MiB, of which 2 MiB is usual.
const BLOCKS: std::ops::RangeInclusive<u64> = 4096..=256 << 20;

/// Where the name of the parent stands, and how long it may be, in bytes.
const NAME: std::ops::Range<usize> = 64..576;

/// Where other names of the parent are told, and how many; each takes 24 bytes.
const LOCATORS: usize = 576;
const MOST_LOCATORS: usize = 8;

/// The longest of them, in bytes.
const MOST_PATH: u32 = 4096;

/// Locators of paths of Windows, from the image and from a drive.
const RELATIVE: &[u8] = b"W2ru";
const ABSOLUTE: &[u8] = b"W2ku";

/// What the header says.
///
/// Its checksum is not asked for: files whose fields make sense are read by other programs, whatever it is, and a
/// table that is wrong is found out by where its blocks lie.
pub(super) struct Header {
    pub(super) table_at: u64,
    /// Entries of the table.
    pub(super) entries: u32,
    /// Bytes of a block, without its bitmap.
    pub(super) block_len: u64,
    /// What the parent is known by.
    pub(super) parent_id: [u8; 16],
    bytes: Vec<u8>,
}

impl Header {
    pub(super) fn read(opening: &Opening<'_>, at: u64) -> Result<Self, Refusal> {
        let damaged = || Refusal::damaged("header");
        let bytes = opening.read(at, LEN).filter(|bytes| bytes.starts_with(MAGIC));
        let bytes = bytes.ok_or_else(damaged)?;
        let number = |at| u32_be(&bytes, at).ok_or_else(damaged);
        let block_len = u64::from(number(32)?);
        if !BLOCKS.contains(&block_len) || !block_len.is_power_of_two() {
            return Err(damaged());
        }
        let parent_id = bytes.get(40..).and_then(|bytes| bytes.first_chunk()).copied();
        Ok(Header {
            table_at: u64_be(&bytes, 16).ok_or_else(damaged)?,
            entries: number(28)?,
            block_len,
            parent_id: parent_id.ok_or_else(damaged)?,
            bytes,
        })
    }

    /// Bytes of the bitmap before a block: a bit for each sector, in whole sectors.
    pub(super) fn bitmap_len(&self) -> u64 {
        (self.block_len / SECTOR).div_ceil(8).next_multiple_of(SECTOR)
    }

    /// What the parent is called: first by its path from the image.
    pub(super) fn parent_names(&self, opening: &Opening<'_>) -> Vec<String> {
        let own = utf16(&self.bytes[NAME], u16::from_be_bytes);
        let located = |kind: &[u8]| self.located(opening, kind);
        [located(RELATIVE), own, located(ABSOLUTE)].into_iter().flatten().collect()
    }

    /// The path in the locator of that kind.
    fn located(&self, opening: &Opening<'_>, kind: &[u8]) -> Option<String> {
        let rows =
            (0..MOST_LOCATORS).filter_map(|nth| self.bytes.get(LOCATORS + nth * 24..)?.get(..24));
        let row = rows.into_iter().find(|row| row.starts_with(kind))?;
        let (len, at) = (u32_be(row, 8)?, u64_be(row, 16)?);
        let bytes = opening.read(at, u64::from(len.min(MOST_PATH)))?;
        utf16(&bytes, u16::from_le_bytes)
    }
}
