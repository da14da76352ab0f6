//! Where the chunks lie: a table for each section of them, and a copy of it.

use std::sync::OnceLock;

use crate::source::container::chunks::ChunkTable;
use crate::source::container::files::{Files, u32_le, u64_le};
use crate::source::container::unpack::adler32;

/// Bytes before the entries, and those of them that a checksum covers.
const HEAD: u64 = 24;
const COVERED: usize = 20;

/// Bytes of an entry.
pub(super) const ENTRY: u64 = 4;

/// Entries of a table at the most; EnCase makes 16,375 or 65,534.
const MOST_ENTRIES: u32 = 16 << 20;

/// The bit of an entry that says that the chunk is packed.
const IS_PACKED: u32 = 1 << 31;

/// A table.
pub(super) struct Table {
    pub(super) file: usize,
    /// The number of its first chunk.
    pub(super) first: u64,
    pub(super) count: u32,
    place: Place,
    copy: Option<Place>,
    /// Where the chunks end.
    data_end: u64,
    /// Found out when it is asked for first.
    checked: OnceLock<Option<Checked>>,
}

/// Where the entries of a table lie.
#[derive(Clone, Copy)]
pub(super) struct Place {
    entries_at: u64,
    count: u32,
    /// What offsets count from.
    base: u64,
}

/// A table that can be followed.
struct Checked {
    /// Where its entries lie.
    place: Place,
    /// Whether their checksum holds.
    is_proven: bool,
    /// The first entry whose highest bit belongs to the offset: chunks went past 2 GiB.
    long_from: u32,
}

/// Where a chunk lies.
pub(super) struct ChunkPlace {
    pub(super) at: u64,
    pub(super) len: u64,
    pub(super) is_packed: bool,
}

impl Place {
    /// The head of the table in a section.
    pub(super) fn read(files: &Files, file: usize, at: u64) -> Option<Self> {
        let head = files.array::<{ HEAD as usize }>(file, at)?;
        let (count, base) = (u32_le(&head, 0)?, u64_le(&head, 8)?);
        let is_whole = u32_le(&head, COVERED)? == adler32(&head[..COVERED]);
        let is_fine = is_whole && count <= MOST_ENTRIES;
        is_fine.then_some(Place { entries_at: at.checked_add(HEAD)?, count, base })
    }

    fn entry(&self, files: &Files, file: usize, index: u32) -> Option<u32> {
        let at = self.entries_at + u64::from(index) * ENTRY;
        files.array::<4>(file, at).map(u32::from_le_bytes)
    }

    /// Checks the entries by their checksum, or else by that they go forward: programs before EnCase 2, and SMART, wrote
    /// none.
    fn check(self, files: &Files, file: usize, strictly: bool) -> Option<Checked> {
        let len = u64::from(self.count) * ENTRY;
        let entries = files.bytes(file, self.entries_at, len)?;
        let said = files.array::<4>(file, self.entries_at + len).map(u32::from_le_bytes);
        let numbers = || entries.as_chunks::<4>().0.iter().map(|entry| u32::from_le_bytes(*entry));
        let is_whole = said == Some(adler32(&entries));
        let low = |entry: u32| entry & !IS_PACKED;
        let turns = numbers().zip(numbers().skip(1)).position(|(one, next)| low(next) < low(one));
        let long_from = turns.map_or(self.count, |index| index as u32 + 1);
        let is_good = is_whole || !strictly && turns.is_none();
        is_good.then_some(Checked { place: self, is_proven: is_whole, long_from })
    }
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
    /// The table in a section, whose chunks end at `data_end`; the number of the first one is still to be told.
    pub(super) fn read(files: &Files, file: usize, at: u64, data_end: u64) -> Option<Self> {
        let place = Place::read(files, file, at)?;
        let (copy, checked) = (None, OnceLock::new());
        Some(Table { file, first: 0, count: place.count, place, copy, data_end, checked })
    }

    /// Whether all entries lie in the file, here or in the copy, and there are some.
    pub(super) fn is_there(&self, files: &Files) -> bool {
        let len = files.len_of(self.file);
        let is_inside = |place: Place| {
            let end = place.entries_at.saturating_add(u64::from(place.count) * ENTRY);
            end <= len
        };
        self.count > 0 && (is_inside(self.place) || self.copy.is_some_and(is_inside))
    }

    /// Whether a checksum of the entries holds, here or in the copy. Reads all of them.
    pub(super) fn is_proven(&self, files: &Files) -> bool {
        self.checked(files).is_some_and(|checked| checked.is_proven)
    }

    /// Whether the entries can be followed, proven or not. Reads all of them.
    pub(super) fn is_plausible(&self, files: &Files) -> bool {
        self.checked(files).is_some()
    }

    fn checked(&self, files: &Files) -> Option<&Checked> {
        let found = self.checked.get_or_init(|| {
            let places = || [Some(self.place), self.copy].into_iter().flatten();
            let check = |strictly| {
                places().find_map(|place: Place| place.check(files, self.file, strictly))
            };
            check(true).or_else(|| check(false))
        });
        found.as_ref()
    }

    pub(super) fn set_copy(&mut self, copy: Place) {
        self.copy = Some(copy).filter(|copy| copy.count == self.count);
    }

    /// Where a chunk lies, counted from the first of the table; nothing where that cannot be told.
    pub(super) fn chunk(&self, files: &Files, index: u64) -> Option<ChunkPlace> {
        let index = u32::try_from(index).ok().filter(|index| *index < self.count)?;
        let Checked { place, long_from, .. } = self.checked(files)?;
        let offset = |index: u32, entry: u32| match index < *long_from {
            true => entry & !IS_PACKED,
            false => entry,
        };
        let entry = place.entry(files, self.file, index)?;
        let at = place.base.checked_add(u64::from(offset(index, entry)))?;
        let end = match index + 1 < self.count {
            true => {
                let next = place.entry(files, self.file, index + 1)?;
                place.base.checked_add(u64::from(offset(index + 1, next)))?
            }
            false => self.data_end,
        };
        let len = end.checked_sub(at).filter(|len| *len > 0)?;
        let is_packed = index < *long_from && entry & IS_PACKED != 0;
        Some(ChunkPlace { at, len, is_packed })
    }
}
