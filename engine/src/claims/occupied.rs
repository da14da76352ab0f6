//! Which bytes belong to files that are proven.

use std::collections::BTreeMap;

use afterimage_signatures::Run;
use afterimage_signatures::verdict::Span;

use crate::output::report::{End, Grade};
use crate::restore::layouts;
use crate::volumes::survey::Volume;

/// A carved file, by where it begins.
#[derive(Clone, Copy)]
pub struct Carved {
    pub len: u64,
    pub grade: Grade,
    pub end: End,
    /// Whether it is part of another file, since it begins no cluster of its volume.
    pub is_part: bool,
}

/// Bytes that belong to proven files.
pub struct Claims {
    /// Carved files by where they begin.
    pub carved: BTreeMap<u64, Carved>,
    /// Runs of files that file systems told of: their ends by where they begin.
    taken: BTreeMap<u64, u64>,
}

impl Claims {
    /// Carved files claim what they begin in and reach.
    pub fn new(carved: BTreeMap<u64, Carved>) -> Self {
        Claims { carved, taken: BTreeMap::new() }
    }

    /// Takes the runs of a file unless another took some of them.
    pub fn take(&mut self, runs: &[Run]) -> bool {
        let is_new = runs.iter().all(|run| !self.is_taken(run));
        if is_new {
            self.taken.extend(runs.iter().map(|run| (run.at, run.at + run.len)));
        }
        is_new
    }

    pub fn is_taken(&self, run: &Run) -> bool {
        let before = self.taken.range(..run.at.saturating_add(run.len)).next_back();
        before.is_some_and(|(_, &end)| end > run.at)
    }

    /// Whether nothing that is proven lies in the `runs` of a file, but for what it `holds`: which may be
    /// asked of a picture by where it begins in the source and in the file.
    pub fn leave(&self, runs: &[Run], holds: impl Fn(u64, u64) -> bool) -> bool {
        let mut base = 0;
        runs.iter().all(|run| {
            let end = run.at + run.len;
            let before = self.carved.range(..run.at).next_back();
            let reaches = before.is_some_and(|(at, file)| {
                file.grade == Grade::Verified && !file.is_part && at + file.len > run.at
            });
            let mut inside = self.carved.range(run.at..end);
            let is_left = inside.all(|(&at, _)| holds(at, base + (at - run.at)));
            base += run.len;
            !reaches && !self.is_taken(run) && is_left
        })
    }

    /// Whether nothing that is proven begins a cluster of `runs`, or took some of them.
    pub fn leave_tail(&self, runs: &[Run], volume: &Volume) -> bool {
        runs.iter().all(|run| {
            let mut inside = self.carved.range(run.at..run.at.saturating_add(run.len));
            !self.is_taken(run) && !inside.any(|(&at, _)| volume.begins_cluster(at))
        })
    }

    /// Where photos begin that carving found whole between the runs of a file.
    pub fn between<'c>(&'c self, runs: &'c [Run]) -> impl Iterator<Item = u64> + 'c {
        let begins = |gap: Span| self.carved.range(gap.at..gap.end()).map(|(at, _)| *at);
        layouts::gaps(runs).flat_map(begins)
    }

    /// All claimed stretches, in order and apart.
    pub fn spans(&self) -> Vec<Span> {
        let whole = |file: &Carved| file.grade == Grade::Verified && !file.is_part;
        let carved = self.carved.iter().filter(|(_, file)| whole(file));
        let carved = carved.map(|(&at, file)| Span { at, len: file.len });
        let taken = self.taken.iter().map(|(&at, &end)| Span::between(at, end));
        layouts::apart(carved.chain(taken).collect())
    }
}
