//! What was found in one chunk, serialised by the worker that found it.

use std::borrow::Cow;
use std::collections::HashSet;

use super::index::{CandidateId, IndexEntry, LivePhotoHalf, NONE};
use super::journal::{LogPosition, encode};
use super::line::{ChunkLine, FoundLine, Line};
use crate::carve::Found;
use crate::model::Record;

/// Files and their lines. Positions count from the first line and the first entry of the batch, until
/// [`Ledger::commit`](super::Ledger::commit) moves them to where it stands.
#[derive(Debug, Default)]
pub struct Batch {
    pub(super) lines: Vec<u8>,
    pub(super) chunk: Option<ChunkLine>,
    pub(super) index: PartialIndex,
}

impl Batch {
    /// Adds what was found at one candidate: a file, and those that its structure points at.
    pub fn add(&mut self, found: &[Found]) {
        for (nth, file) in (0..).zip(found) {
            let parent = file.parent.map(|parent| parent as u32);
            let record = Cow::Borrowed(&file.record);
            let line = Line::Found(FoundLine { nth, parent, record });
            let (at, len) = encode(&mut self.lines, &line);
            let position = LogPosition { log: 0, at, len };
            self.index.add(nth, parent, &file.record, position);
        }
    }

    /// Ends the batch with the line that makes all of it count.
    pub fn close(&mut self, chunk: ChunkLine) {
        encode(&mut self.lines, &Line::Chunk(Cow::Borrowed(&chunk)));
        self.chunk = Some(chunk);
    }
}

/// Entries of an index whose first one is to stand further on.
#[derive(Debug, Default)]
pub(super) struct PartialIndex {
    entries: Vec<IndexEntry>,
    halves: Vec<LivePhotoHalf>,
    /// Where the files of the last candidate begin.
    candidate: u32,
}

impl PartialIndex {
    /// Adds a file by its position among those of its candidate, and that of its parent.
    pub(super) fn add(
        &mut self,
        nth: u32,
        parent: Option<u32>,
        record: &Record,
        position: LogPosition,
    ) {
        let entry = self.entries.len() as u32;
        if nth == 0 {
            self.candidate = entry;
        }
        if parent.is_none() {
            self.halves.extend(LivePhotoHalf::of(record, entry));
        }
        let parent = parent.map_or(NONE, |parent| self.candidate.saturating_add(parent));
        self.entries.push(IndexEntry::of(record, parent, position));
    }

    /// The same without the candidates that are known already.
    pub(super) fn without(self, known: &HashSet<CandidateId>) -> Self {
        // What was left out before an entry: parents stand among those of the same candidate.
        let (mut left_out, mut is_known) = (0, false);
        let mut index = PartialIndex::default();
        let mut at = vec![NONE; self.entries.len()];
        for (old, mut entry) in self.entries.into_iter().enumerate() {
            if entry.parent == NONE {
                is_known = known.contains(&(entry.source, entry.offset, entry.format));
            }
            if is_known {
                left_out += 1;
                continue;
            }
            if entry.parent != NONE {
                entry.parent -= left_out;
            }
            at[old] = index.entries.len() as u32;
            index.entries.push(entry);
        }
        let halves = self.halves.into_iter().filter_map(|half| {
            let entry = at[half.entry as usize];
            (entry != NONE).then_some(LivePhotoHalf { entry, ..half })
        });
        index.halves = halves.collect();
        index
    }

    /// Moves the entries to the end of an index, whose log has grown to `shift` bytes before their lines.
    pub(super) fn append_to(
        self,
        entries: &mut Vec<IndexEntry>,
        halves: &mut Vec<LivePhotoHalf>,
        shift: u64,
    ) {
        let base = entries.len() as u32;
        entries.extend(self.entries.into_iter().map(|mut entry| {
            entry.position.at += shift;
            if entry.parent != NONE {
                entry.parent += base;
            }
            entry
        }));
        let halves_here = self.halves.into_iter();
        halves.extend(halves_here.map(|half| LivePhotoHalf { entry: half.entry + base, ..half }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::build::record;

    #[test]
    fn candidates_that_are_known_leave_the_others_as_they_are() {
        let mut index = PartialIndex::default();
        for offset in [100, 200, 300] {
            for nth in 0..3_u32 {
                let file = record(offset + u64::from(nth), 10);
                let parent = nth.checked_sub(1);
                index.add(nth, parent, &file, LogPosition::default());
            }
        }
        let half = LivePhotoHalf::new(3, "x", false);
        index.halves = vec![half, LivePhotoHalf { entry: 6, ..half }];
        let first = record(0, 1);
        let known = [100, 200].map(|offset| (first.source, offset, first.format)).into();
        let left = index.without(&known);
        let entries: Vec<_> =
            left.entries.iter().map(|entry| (entry.offset, entry.parent)).collect();
        assert_eq!(entries, [(300, NONE), (301, 0), (302, 1)]);
        assert_eq!(left.halves, [LivePhotoHalf { entry: 0, ..half }]);
    }
}
