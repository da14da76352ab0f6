//! Tables of where chunks lie.

use std::sync::OnceLock;

use super::section::Section;
use crate::source::container::chunks::ChunkTable;
use crate::source::container::files::{Files, u32_le, u64_le};
use crate::source::container::unpack::adler32;

/// Bytes before the entries, what of them a checksum covers, and bytes of an entry.
const HEAD: u64 = 32;
const COVERED: usize = 16;
pub(super) const ENTRY: u64 = 16;

/// How a chunk lies, by the bits of its flags.
const IS_PACKED: u32 = 1;
const HAS_CHECKSUM: u32 = 2;
const IS_PATTERN: u32 = 4;

/// Entries of a table at the most.
const MOST_ENTRIES: u32 = 16 << 20;

/// A table.
pub(super) struct Table {
    pub(super) file: usize,
    /// The number of its first chunk.
    pub(super) first: u64,
    pub(super) count: u32,
    entries_at: u64,
    /// Whether the checksum of the entries holds: found out when the first of its chunks is asked for.
    holds: OnceLock<bool>,
}

/// Where a chunk lies.
pub(super) enum Chunk {
    /// Nowhere: it is these bytes again and again.
    Pattern([u8; 8]),
    Packed {
        at: u64,
        len: u64,
    },
    /// As it is, with a checksum after it.
    Checked {
        at: u64,
        len: u64,
    },
    Plain {
        at: u64,
    },
}

impl ChunkTable for Table {
    fn first(&self) -> u64 {
        self.first
    }

    fn count(&self) -> u32 {
        self.count
    }
}

impl Table {
    /// The table in a section, when the checksum of its head holds.
    pub(super) fn read(files: &Files, file: usize, section: &Section) -> Option<Self> {
        let head = files.array::<{ HEAD as usize }>(file, section.at)?;
        let (first, count) = (u64_le(&head, 0)?, u32_le(&head, 8)?);
        let len = HEAD + u64::from(count) * ENTRY;
        let is_fine = u32_le(&head, COVERED)? == adler32(&head[..COVERED])
            && (1..=MOST_ENTRIES).contains(&count)
            && len <= section.len;
        let entries_at = section.at.checked_add(HEAD)?;
        is_fine.then(|| Table { file, first, count, entries_at, holds: OnceLock::new() })
    }

    fn holds(&self, files: &Files) -> bool {
        let len = u64::from(self.count) * ENTRY;
        let check = || {
            let entries = files.bytes(self.file, self.entries_at, len)?;
            let said = files.array::<4>(self.file, self.entries_at.checked_add(len)?)?;
            Some(u32::from_le_bytes(said) == adler32(&entries))
        };
        *self.holds.get_or_init(|| check() == Some(true))
    }

    /// Where a chunk lies, counted from the first of the table; nothing where that cannot be told.
    pub(super) fn chunk(&self, files: &Files, index: u64) -> Option<Chunk> {
        if index >= u64::from(self.count) || !self.holds(files) {
            return None;
        }
        let at = self.entries_at.checked_add(index * ENTRY)?;
        let entry = files.array::<{ ENTRY as usize }>(self.file, at)?;
        let (at, len, flags) =
            (u64_le(&entry, 0)?, u64::from(u32_le(&entry, 8)?), u32_le(&entry, 12)?);
        let is = |flag| flags & flag != 0;
        Some(match (is(IS_PACKED), is(IS_PATTERN), is(HAS_CHECKSUM)) {
            (true, true, _) => Chunk::Pattern(at.to_le_bytes()),
            (true, false, _) => Chunk::Packed { at, len },
            (false, _, true) => Chunk::Checked { at, len },
            (false, _, false) => Chunk::Plain { at },
        })
    }
}
