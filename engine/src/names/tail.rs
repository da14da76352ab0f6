//! What lies between the end that a format knows and the one that an entry tells of.

use std::collections::{BTreeMap, HashSet};

use afterimage_signatures::Runs;
use afterimage_signatures::verdict::Span;

use crate::volumes::filesystem::Entry;
use crate::volumes::live_map::LiveMap;
use crate::volumes::survey::Volume;

/// Entries by where their files may begin, each list in the order in which they count.
pub(super) type Starts<'s> = BTreeMap<u64, Vec<(&'s Volume, &'s Entry)>>;

/// Photos and entries in one tail that are looked at; one with more is not that of a photo.
const MOST_MET: usize = 1024;

/// Whose a tail is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tail {
    /// That of the file before it: nothing else claims it.
    Own,
    /// Some of it is of something that a file system tells of.
    Told,
    /// A photo begins in it that no file system tells of.
    Photo,
}

/// A run of a photo that was found.
#[derive(Clone, Copy, Debug)]
pub(super) struct FoundRun {
    pub(super) span: Span,
    /// Whether the photo is whole.
    pub(super) is_whole: bool,
}

/// The photos that were found on a source.
#[derive(Clone, Debug, Default)]
pub(super) struct FoundPhotos {
    /// Their runs.
    pub(super) runs: Vec<FoundRun>,
    /// Where those begin that are whole, and their lengths.
    pub(super) whole: HashSet<(u64, u64)>,
}

/// All that may claim a tail.
pub(super) struct Claims<'s> {
    live: &'s LiveMap,
    /// By their first bytes.
    found: Vec<FoundRun>,
    /// Where whole photos begin, and their lengths.
    whole: HashSet<(u64, u64)>,
    /// For each of them how far it and those before it reach that are whole.
    reach: Vec<u64>,
}

impl<'s> Claims<'s> {
    pub(super) fn new(live: &'s LiveMap, found: FoundPhotos) -> Self {
        let FoundPhotos { runs: mut found, whole } = found;
        found.sort_unstable_by_key(|run| (run.span.at, run.span.len));
        let mut furthest = 0;
        let reach = found.iter().map(|run| {
            furthest = furthest.max(if run.is_whole { run.span.end() } else { 0 });
            furthest
        });
        Claims { live, reach: reach.collect(), found, whole }
    }

    /// Whose the tail is that begins `len` bytes after the beginning of the file of an entry, which lies in
    /// `runs`. `is_far` tells whether it is longer than usual: then what can be seen of a photo that is not
    /// whole counts as well.
    pub(super) fn tail(
        &self,
        starts: &Starts<'_>,
        (volume, entry): (&Volume, &Entry),
        (runs, len): (&Runs, u64),
        is_far: bool,
    ) -> Tail {
        let (mut tail, mut left) = (Tail::Own, MOST_MET);
        let rest = runs.slice(len, u64::MAX);
        for (index, run) in rest.as_slice().iter().enumerate() {
            // The first run goes on where the picture ends.
            let is_covered = index > 0 && self.is_covered(run.at);
            let is_free = volume.contents.free.as_ref().is_none_or(|free| free.holds(*run));
            let is_told = self.live.meets(run.at, run.end())
                || is_covered
                || !is_free
                || is_told(starts, entry, *run);
            if is_told {
                tail = Tail::Told;
            }
            let first = self.found.partition_point(|found| found.span.at < run.at);
            let inside = self.found[first..].iter().take_while(|one| one.span.at < run.end());
            for photo in inside {
                let at = photo.span.at;
                let claims = (photo.is_whole || is_far) && volume.begins_cluster(at);
                left -= 1;
                if left == 0 || claims && !starts.contains_key(&at) {
                    return Tail::Photo;
                }
                tail = if claims { Tail::Told } else { tail };
            }
        }
        tail
    }

    /// Whether the file of an entry that may begin in several places was found whole in one of them.
    pub(super) fn has_whole(&self, entry: &Entry) -> bool {
        entry.starts().any(|start| self.whole.contains(&(start, entry.size)))
    }

    /// Whether a whole photo that begins before `at` reaches over it.
    fn is_covered(&self, at: u64) -> bool {
        let before = self.found.partition_point(|found| found.span.at < at);
        before.checked_sub(1).is_some_and(|last| self.reach[last] > at)
    }
}

/// Whether another entry tells of a file that begins in a run, and is not older than this one.
fn is_told(starts: &Starts<'_>, entry: &Entry, run: Span) -> bool {
    let civil = |entry: &Entry| entry.modified.map(|moment| moment.civil);
    let is_older = |other: &Entry| {
        other.deleted && civil(other).zip(civil(entry)).is_some_and(|(other, own)| other < own)
    };
    // Of several places where a file may begin the first alone is recorded.
    let is_recorded = |at: u64, other: &Entry| other.starts().next() == Some(at);
    let others = starts.range(run.at..run.end());
    let others = others.flat_map(|(&at, here)| here.iter().map(move |&(_, other)| (at, other)));
    let mut others = others.take(MOST_MET).enumerate();
    others
        .any(|(nth, (at, other))| nth + 1 == MOST_MET || is_recorded(at, other) && !is_older(other))
}
