//! What the metadata of an image say of its disk.

use afterimage_signatures::verdict::Span;

use super::guid::guid;
use crate::source::container::files::{Files, u16_le, u32_le, u64_le};
use crate::source::container::refusal::Refusal;

const MAGIC: &[u8] = b"metadata";

/// Bytes of the table, and entries of it at the most.
const TABLE: u64 = 64 << 10;
const MOST_ITEMS: usize = 1023;

const PARAMETERS: [u8; 16] = guid(0xCAA1_6737, 0xFA36, 0x4D43, 0xB3B6_33F0_AA44_E76B);
const SIZE: [u8; 16] = guid(0x2FA5_4224, 0xCD1B, 0x4876, 0xB211_5DBE_D83B_F4B8);
const SECTOR_SIZE: [u8; 16] = guid(0x8141_BF1D, 0xA96F, 0x4709, 0xBA47_F233_A8FA_AB5F);
const PARENT: [u8; 16] = guid(0xA8D3_5F2D, 0xB30B, 0x454D, 0xABF7_D3D8_4834_AB0C);

/// Blocks of 1 to 256 MiB, and disks of up to 64 TiB.
const BLOCKS: std::ops::RangeInclusive<u64> = 1 << 20..=256 << 20;
const MOST_LEN: u64 = 64 << 40;

/// Sectors that one bitmap tells.
const BITMAP_SECTORS: u64 = 1 << 23;

/// A parameter, by its bit.
const HAS_PARENT: u32 = 1 << 1;

/// What the metadata say.
pub(super) struct Metadata {
    /// Bytes of the disk.
    pub(super) len: u64,
    pub(super) block_len: u64,
    pub(super) sector_size: u32,
    pub(super) has_parent: bool,
    /// Where the names of the parent lie in the file.
    pub(super) locator: Option<Span>,
}

impl Metadata {
    /// Reads them from their region.
    pub(super) fn read(files: &Files, region: Span) -> Result<Self, Refusal> {
        let found = Self::find(files, region).ok_or_else(|| Refusal::damaged("metadata"))?;
        let is_fine = BLOCKS.contains(&found.block_len)
            && found.block_len.is_power_of_two()
            && matches!(found.sector_size, 512 | 4096)
            && found.len <= MOST_LEN;
        if is_fine { Ok(found) } else { Err(Refusal::damaged("metadata")) }
    }

    fn find(files: &Files, region: Span) -> Option<Self> {
        let table = files.bytes(0, region.at, TABLE).filter(|table| table.starts_with(MAGIC))?;
        let count = usize::from(u16_le(&table, 10)?).min(MOST_ITEMS);
        let item = |id: &[u8; 16]| {
            let rows = table.get(32..)?.as_chunks::<32>().0;
            let row = rows.iter().take(count).find(|row| row.starts_with(id))?;
            let at = region.at.checked_add(u64::from(u32_le(row, 16)?))?;
            Some(Span { at, len: u64::from(u32_le(row, 20)?) })
        };
        let parameters = files.array::<8>(0, item(&PARAMETERS)?.at)?;
        let size = files.array::<8>(0, item(&SIZE)?.at)?;
        let sector = files.array::<4>(0, item(&SECTOR_SIZE)?.at)?;
        Some(Metadata {
            len: u64_le(&size, 0)?,
            block_len: u64::from(u32_le(&parameters, 0)?),
            sector_size: u32_le(&sector, 0)?,
            has_parent: u32_le(&parameters, 4)? & HAS_PARENT != 0,
            locator: item(&PARENT),
        })
    }

    /// Blocks that one bitmap tells.
    pub(super) fn ratio(&self) -> u64 {
        (BITMAP_SECTORS * u64::from(self.sector_size) / self.block_len).max(1)
    }
}
