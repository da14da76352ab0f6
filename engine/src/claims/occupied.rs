//! Which bytes of a source proven files hold.

use std::collections::{BTreeMap, BTreeSet};

use afterimage_signatures::verdict::Span;

use super::infer_grid::infer;
use super::standing::Standing;
use crate::ledger::IndexEntry;
use crate::model::{End, Grade, SpanSet};
use crate::volumes::survey::{Survey, Volume};

/// A carved file that is whole, by where it begins.
#[derive(Clone, Copy, Debug)]
pub struct CarvedFile {
    /// Its length in bytes.
    pub len: u64,
    /// How much was proven.
    pub grade: Grade,
    /// How its end is known.
    pub end: End,
    /// Whether it is part of another file, since it begins no cluster of its volume.
    pub is_part: bool,
}

impl CarvedFile {
    /// Whether all of its bytes are its own for sure.
    fn is_proven(&self) -> bool {
        self.grade == Grade::Verified && !self.is_part
    }
}

/// Bytes that belong to proven files.
#[derive(Debug, Default)]
pub struct Occupied {
    /// Carved files by where they begin.
    pub carved: BTreeMap<u64, CarvedFile>,
    /// Runs of files that were restored: their ends by where they begin.
    restored: BTreeMap<u64, u64>,
}

impl Occupied {
    /// What the carved files of one source hold that are files of their own and whole.
    pub fn by_carved(
        entries: &[IndexEntry],
        standings: &[Standing],
        source: u32,
        survey: &Survey,
    ) -> Self {
        let own = entries.iter().zip(standings).filter(|(entry, standing)| {
            let is_own = entry.source == source && **standing == Standing::Own;
            is_own && entry.is_whole() && !entry.packed
        });
        let begins_none = |at: u64| {
            let here = Span { at, len: 1 };
            let volumes = survey.volumes.iter();
            let mut holders = volumes.filter(|one| one.contents.span.holds(here)).peekable();
            holders.peek().is_some() && !holders.any(|volume| volume.begins_cluster(at))
        };
        let astray: BTreeSet<u64> =
            own.clone().map(|(entry, _)| entry.offset).filter(|&at| begins_none(at)).collect();
        // Photos of a file system of which nothing is left begin its clusters.
        let older = infer(astray.iter().copied());
        let carved = own.map(|(entry, _)| {
            let &IndexEntry { offset, len, grade, end, .. } = entry;
            let is_older = || older.is_some_and(|grid| grid.begins(offset));
            let is_part = astray.contains(&offset) && !is_older();
            (offset, CarvedFile { len, grade, end, is_part })
        });
        Occupied { carved: carved.collect(), restored: BTreeMap::new() }
    }

    /// Takes the runs of a restored file, unless another took some of them.
    pub fn take(&mut self, runs: &[Span]) -> bool {
        let is_new = runs.iter().all(|run| !self.is_taken(*run));
        if is_new {
            self.restored.extend(runs.iter().map(|run| (run.at, run.end())));
        }
        is_new
    }

    /// Whether a restored file holds some of `run`.
    pub fn is_taken(&self, run: Span) -> bool {
        let before = self.restored.range(..run.end()).next_back();
        before.is_some_and(|(_, &end)| end > run.at)
    }

    /// Whether nothing that is proven lies in the `runs` of a file, but for what it `holds`: which may be
    /// asked of a picture by where it begins in the source and in the file.
    pub fn leaves(&self, runs: &[Span], holds: impl Fn(u64, u64) -> bool) -> bool {
        let mut base = 0;
        runs.iter().all(|run| {
            let before = self.carved.range(..run.at).next_back();
            let reaches = before
                .is_some_and(|(at, file)| file.is_proven() && at.saturating_add(file.len) > run.at);
            let mut inside = self.carved.range(run.at..run.end());
            let is_left = inside.all(|(&at, _)| holds(at, base + (at - run.at)));
            base += run.len;
            !reaches && !self.is_taken(*run) && is_left
        })
    }

    /// Whether nothing that is proven begins a cluster of `runs`, or took some of them.
    pub fn leaves_tail(&self, runs: &[Span], volume: &Volume) -> bool {
        runs.iter().all(|run| {
            let mut inside = self.carved.range(run.at..run.end());
            !self.is_taken(*run) && !inside.any(|(&at, _)| volume.begins_cluster(at))
        })
    }

    /// Where carved files begin that are no part of others.
    pub fn apart(&self) -> impl Iterator<Item = u64> + '_ {
        self.carved.iter().filter(|(_, file)| !file.is_part).map(|(at, _)| *at)
    }

    /// Where carved files begin in a range.
    pub fn carved_in(&self, range: Span) -> impl Iterator<Item = u64> + '_ {
        self.carved.range(range.at..range.end()).map(|(at, _)| *at)
    }

    /// All that is proven to belong to a file.
    pub fn spans(&self) -> SpanSet {
        let carved = self.carved.iter().filter(|(_, file)| file.is_proven());
        let carved = carved.map(|(&at, file)| Span { at, len: file.len });
        let restored = self.restored.iter().map(|(&at, &end)| Span::between(at, end));
        carved.chain(restored).collect()
    }
}
