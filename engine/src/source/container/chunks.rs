//! Disks in chunks of one length, which tables tell in order: what both versions of EWF have in common.

use afterimage_signatures::verdict::Span;

use super::piece::{Piece, Stored};
use super::places::SECTOR;
use super::unread;
use crate::model::SpanSet;

/// A table of chunks that follow one another.
pub(super) trait ChunkTable {
    /// The number of its first chunk.
    fn first(&self) -> u64;

    /// Chunks of it.
    fn count(&self) -> u32;

    /// The number after that of its last chunk.
    fn end(&self) -> u64 {
        self.first().saturating_add(u64::from(self.count()))
    }
}

/// The piece that holds the byte at `at` of a disk in chunks of `chunk_len` bytes: where `tables`, in order, have it by
/// `stored`, which gets the table and the number of the chunk. What no table tells is one piece, however long the disk is
/// said to be; `unread` is lost.
pub(super) fn piece<T: ChunkTable>(
    (chunk_len, unread): (u64, &SpanSet),
    tables: &[T],
    at: u64,
    stored: impl FnOnce(&T, u64) -> Stored,
) -> Piece {
    let number = at / chunk_len;
    let chunk = Span { at: number * chunk_len, len: chunk_len };
    if let Some(lost) = unread::lost(unread, chunk, at) {
        return lost;
    }
    let after = tables.partition_point(|table| table.first() <= number);
    let before = after.checked_sub(1).and_then(|index| tables.get(index));
    if let Some(table) = before.filter(|table| number < table.end()) {
        return Piece::new(chunk, stored(table, number));
    }
    let start = before.map_or(0, ChunkTable::end).saturating_mul(chunk_len);
    let end = tables.get(after).map_or(u64::MAX, |next| next.first().saturating_mul(chunk_len));
    Piece::new(Span::between(start, end), Stored::Lost)
}

/// Bytes of a packed chunk that are looked at, of one that comes to `chunk_len`: nobody packs it to much more, and what follows
/// it is padding.
pub(super) fn most_packed(chunk_len: u64) -> u64 {
    chunk_len * 2 + SECTOR
}

/// Whether the entries of tables, of `entry_len` bytes each, are more than lie in files of `files_len` bytes together:
/// then some are told again and again, and a short file would hold a disk without end.
pub(super) fn are_too_many(entries: u64, entry_len: u64, files_len: u64) -> bool {
    entries.saturating_mul(entry_len) > files_len
}
