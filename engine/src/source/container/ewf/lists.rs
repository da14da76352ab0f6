//! Where all chunks of an image are told, in order: by tables, and where those are missing by the chunks themselves.

use super::table::{self, ChunkPlace, Table};
use super::walk::Walked;
use crate::source::container::chunks::{self, ChunkTable};
use crate::source::container::files::Files;

/// Chunks that follow one another, and what tells where they lie.
pub(super) enum List {
    Told(Table),
    Walked(Walked),
}

impl List {
    /// The file that they lie in.
    pub(super) fn file(&self) -> usize {
        match self {
            List::Told(table) => table.file,
            List::Walked(walked) => walked.file,
        }
    }

    /// Where a chunk lies, counted from the first one; nothing where that cannot be told.
    pub(super) fn chunk(&self, files: &Files, index: u64) -> Option<ChunkPlace> {
        match self {
            List::Told(table) => table.chunk(files, index),
            List::Walked(walked) => walked.chunk(index),
        }
    }

    fn move_on(&mut self, by: u64) {
        let first = match self {
            List::Told(table) => &mut table.first,
            List::Walked(walked) => &mut walked.first,
        };
        *first = first.saturating_add(by);
    }
}

impl ChunkTable for List {
    fn first(&self) -> u64 {
        match self {
            List::Told(table) => table.first(),
            List::Walked(walked) => walked.first(),
        }
    }

    fn count(&self) -> u32 {
        match self {
            List::Told(table) => table.count(),
            List::Walked(walked) => walked.count(),
        }
    }
}

/// The lists while they are read.
#[derive(Default)]
pub(super) struct Lists {
    lists: Vec<List>,
    /// The number of the next chunk, where no gap comes before it.
    next: u64,
    gap: Option<Gap>,
    /// Whether they tell more chunks than there can be.
    are_too_many: bool,
    /// Whether some were missing or damaged.
    has_damage: bool,
}

/// Chunks of which not even the number is known: those after them are counted from the end of the disk.
struct Gap {
    /// Lists before it.
    lists: usize,
    /// Whether there is another one: then it is not known what lies between them.
    is_one_of_several: bool,
}

impl Lists {
    /// The number of the next chunk; nothing where a gap comes before it.
    pub(super) fn next(&self) -> Option<u64> {
        (self.gap.is_none() && !self.are_too_many).then_some(self.next)
    }

    /// Whether there is no gap, and no list was missing or damaged.
    pub(super) fn are_whole(&self) -> bool {
        self.gap.is_none() && !self.has_damage
    }

    /// The next list; `files_len` are the bytes of all files so far.
    pub(super) fn add(&mut self, mut table: Table, files_len: u64) {
        table.first = self.next;
        let count = u64::from(table.count);
        if self.count(count, files_len) {
            self.lists.push(List::Told(table));
        }
    }

    /// The same of one that is damaged, and tells more than could be found without it.
    pub(super) fn add_damaged(&mut self, table: Table, files_len: u64) {
        self.has_damage = true;
        self.add(table, files_len);
    }

    /// Whether there may be so many chunks more.
    pub(super) fn has_room(&self, count: u64, files_len: u64) -> bool {
        let next = self.next.saturating_add(count);
        !self.are_too_many && !chunks::are_too_many(next, table::ENTRY, files_len)
    }

    /// Chunks that were found without a list; of `count` where that is known.
    pub(super) fn add_walked(&mut self, walked: Walked, count: Option<u64>, files_len: u64) {
        self.has_damage = true;
        let count = count.unwrap_or_else(|| u64::from(walked.count()));
        if self.count(count, files_len) && walked.count() > 0 {
            self.lists.push(List::Walked(walked));
        }
    }

    /// Counts chunks; nothing more is believed once there are too many.
    fn count(&mut self, count: u64, files_len: u64) -> bool {
        self.next = self.next.saturating_add(count);
        self.are_too_many |= chunks::are_too_many(self.next, table::ENTRY, files_len);
        !self.are_too_many
    }

    /// Nobody knows how many chunks come now.
    pub(super) fn add_gap(&mut self) {
        match &mut self.gap {
            Some(gap) => gap.is_one_of_several |= self.lists.len() > gap.lists,
            None => {
                self.gap = Some(Gap { lists: self.lists.len(), is_one_of_several: false });
            }
        }
    }

    /// All lists; `total` are the chunks of the disk, where the last list is its end.
    pub(super) fn finish(mut self, total: Option<u64>) -> Vec<List> {
        let Some(gap) = self.gap else { return self.lists };
        let missing = total.and_then(|total| total.checked_sub(self.next));
        match missing.filter(|_| !gap.is_one_of_several && !self.are_too_many) {
            Some(missing) => {
                self.lists[gap.lists..].iter_mut().for_each(|list| list.move_on(missing));
            }
            None => self.lists.truncate(gap.lists),
        }
        self.lists
    }
}
