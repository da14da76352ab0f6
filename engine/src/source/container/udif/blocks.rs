//! Tables of blocks: where runs of sectors lie, and how they are packed.

use crate::source::container::files::{u32_be, u64_be};
use crate::source::container::piece::{MOST_PACKED, Packed, Stored};
use crate::source::container::places::SECTOR;
use crate::source::container::unpack::Codec;

const MAGIC: &[u8] = b"mish";

/// Bytes of the head of a table, and of a row.
const HEAD: usize = 204;
const ROW: usize = 40;

/// Runs of a disk at the most; each takes 64 bytes of memory.
const MOST_RUNS: usize = 4 << 20;

/// Kinds of runs.
const ZERO: u32 = 0;
const RAW: u32 = 1;
const UNUSED: u32 = 2;
const ADC: u32 = 0x8000_0004;
const ZLIB: u32 = 0x8000_0005;
const BZIP2: u32 = 0x8000_0006;
const LZFSE: u32 = 0x8000_0007;
const XZ: u32 = 0x8000_0008;

/// A run of sectors.
#[derive(Clone, Copy)]
pub(super) struct Run {
    /// Its first byte in the disk.
    pub(super) at: u64,
    pub(super) len: u64,
    pub(super) stored: Stored,
}

/// The runs that tables tell, in order; of those that overlap, the first one. The data lie from `data_at` on.
pub(super) fn all(tables: &[Vec<u8>], data_at: u64) -> Vec<Run> {
    let rows = tables.iter().flat_map(|table| rows(table, data_at));
    let mut runs: Vec<Run> = rows.take(MOST_RUNS).collect();
    runs.sort_by_key(|run| run.at);
    let mut free = 0;
    runs.retain(|run| {
        let is_apart = run.at >= free;
        free = if is_apart { run.at + run.len } else { free };
        is_apart
    });
    runs
}

/// The runs of one table.
fn rows(table: &[u8], data_at: u64) -> impl Iterator<Item = Run> + '_ {
    let is_one = table.starts_with(MAGIC);
    let first = u64_be(table, 8).filter(|_| is_one);
    let data_at = u64_be(table, 24).and_then(|at| data_at.checked_add(at));
    let count = u32_be(table, 200).unwrap_or(0) as usize;
    let rows = table.get(HEAD..).unwrap_or_default().as_chunks::<ROW>().0.iter().take(count);
    rows.filter_map(move |row| run(row, first?, data_at?))
}

fn run(row: &[u8; ROW], first: u64, data_at: u64) -> Option<Run> {
    let sector = first.checked_add(u64_be(row, 8)?)?;
    let (at, len) = (sector.checked_mul(SECTOR)?, u64_be(row, 16)?.checked_mul(SECTOR)?);
    at.checked_add(len).filter(|end| *end <= i64::MAX as u64 && len > 0)?;
    let (from, packed) = (data_at.checked_add(u64_be(row, 24)?)?, u64_be(row, 32)?);
    let with = |codec| {
        // What is packed is not much longer than what is in it.
        let is_fine = len <= MOST_PACKED && packed <= len.saturating_mul(2) + SECTOR;
        match is_fine {
            true => Stored::Packed(Packed { file: 0, at: from, len: packed, codec }),
            false => Stored::Lost,
        }
    };
    let stored = match u32_be(row, 0)? {
        ZERO | UNUSED => Stored::Zero,
        RAW => Stored::Plain { file: 0, at: from },
        ADC => with(Codec::Adc),
        ZLIB => with(Codec::Zlib),
        BZIP2 => with(Codec::Bzip2),
        LZFSE => with(Codec::Lzfse),
        XZ => with(Codec::Xz),
        // Comments, and the end.
        0x7FFF_FFFE | 0xFFFF_FFFF => return None,
        _ => Stored::Lost,
    };
    Some(Run { at, len, stored })
}
