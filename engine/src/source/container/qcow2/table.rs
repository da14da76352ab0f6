//! The tables that tell where the clusters lie.

use super::header::Header;
use crate::source::container::files::Files;
use crate::source::container::places::lose_impossible;
use crate::source::container::refusal::Refusal;

/// An entry, by its bits.
pub(super) const IS_COMPRESSED: u64 = 1 << 62;
pub(super) const IS_COPIED: u64 = 1 << 63;
pub(super) const IS_ZERO: u64 = 1;
pub(super) const OFFSET: u64 = 0x00FF_FFFF_FFFF_FE00;

/// Parts of a cluster that have a state of their own.
pub(super) const SUBCLUSTERS: u64 = 32;

/// Bytes of the first table at most, as in QEMU.
const MOST_L1: u64 = 32 << 20;

/// Reads the first table. Each second table is told once: what is told again, or lies outside, is lost.
///
/// That bounds what a short file can claim to hold, and clusters do not: several entries may tell one place. Each entry of
/// 8 bytes tells a cluster, which is 2 MiB at the most: a file of 64 MiB that is all tables holds 16 TiB.
pub(super) fn read_l1(files: &Files, header: &Header) -> Result<Vec<u64>, Refusal> {
    let needed = header.len.div_ceil(header.l2_reach());
    if needed.saturating_mul(8) > MOST_L1 || needed > u64::from(header.l1_len) {
        return Err(Refusal::damaged("table of tables"));
    }
    let bytes = files
        .bytes(0, header.l1_at, needed * 8)
        .ok_or_else(|| Refusal::damaged("table of tables"))?;
    let entries = bytes.as_chunks::<8>().0.iter().map(|entry| u64::from_be_bytes(*entry) & OFFSET);
    let mut tables: Vec<u64> = entries.collect();
    lose_impossible(&mut tables, files.len_of(0), header.cluster_len(), header.cluster_len());
    Ok(tables)
}
