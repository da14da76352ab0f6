//! The table of frames that some programs write after them: a frame without data for others.
//!
//! Source: "Zstandard Seekable Format" 0.1.0, of the makers of zstd.

use crate::source::container::files::{Files, u32_le};
use crate::source::container::piece::MOST_PACKED;

const MAGIC: u32 = 0x8F92_EAB1;
const HEADER_MAGIC: u32 = 0x184D_2A5E;

/// Bytes before the rows, and of what follows them.
const HEADER: u64 = 8;
const FOOTER: u64 = 9;

/// No frame packs its bytes to fewer than one in so many: a block of three bytes and one more comes to 128 KiB.
const MOST_RATIO: u64 = 32 << 10;

/// A frame of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) at: u64,
    /// The first byte after it.
    pub(super) end: u64,
    /// Bytes that come out of it.
    pub(super) len: u64,
    /// The checksum of those, where the table has it.
    pub(super) checksum: Option<u32>,
}

/// The frames with something in them, as a table tells that covers all of the file: nothing where there is none, where
/// it does not add up, or where a frame of it is too long to be unpacked at once.
pub(super) fn read(files: &Files, most: usize) -> Option<Vec<Row>> {
    let footer_at = files.len_of(0).checked_sub(FOOTER)?;
    let footer = files.array::<{ FOOTER as usize }>(0, footer_at)?;
    let (count, flags) = (u32_le(&footer, 0)?, footer[4]);
    if u32_le(&footer, 5)? != MAGIC || flags & 0x7C != 0 || count as usize > most {
        return None;
    }
    let row_len = if flags & 0x80 != 0 { 12 } else { 8 };
    let table_len = u64::from(count) * row_len;
    let rows_at = footer_at.checked_sub(table_len)?;
    let table_at = rows_at.checked_sub(HEADER)?;
    let header = files.array::<{ HEADER as usize }>(0, table_at)?;
    let is_header =
        u32_le(&header, 0)? == HEADER_MAGIC && u64::from(u32_le(&header, 4)?) == table_len + FOOTER;
    if !is_header {
        return None;
    }
    let bytes = files.bytes(0, rows_at, table_len)?;
    let (mut rows, mut at) = (Vec::new(), 0u64);
    for row in bytes.chunks_exact(row_len as usize) {
        let (packed, len) = (u64::from(u32_le(row, 0)?), u64::from(u32_le(row, 4)?));
        if len > MOST_PACKED || len > packed.saturating_mul(MOST_RATIO) {
            return None;
        }
        let end = at + packed;
        if len > 0 {
            // Rows without it end before.
            rows.push(Row { at, end, len, checksum: u32_le(row, 8) });
        }
        at = end;
    }
    (at == table_at && !rows.is_empty()).then_some(rows)
}
