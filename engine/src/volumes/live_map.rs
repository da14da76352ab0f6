//! Which bytes of a source belong to files that are still there, and which are free.

use afterimage_signatures::verdict::Span;

use super::filesystem::{Entry, Location};
use super::survey::{EntryId, Survey};
use crate::model::SpanSet;

/// What is in use, as far as the volumes of a source can be relied on.
#[derive(Debug, Default)]
pub struct LiveMap {
    /// Where live files lie, by their first byte.
    runs: Vec<(Span, EntryId)>,
    /// Clusters that no live file owns.
    free: SpanSet,
}

impl LiveMap {
    /// What the volumes say that can be relied on.
    pub fn of(survey: &Survey) -> Self {
        let (mut runs, mut free) = (Vec::new(), Vec::new());
        for (id, volume, entry) in survey.entries() {
            if volume.has_live(entry) {
                runs.extend(spans(entry).map(|span| ((span, entry.record), id)));
            }
        }
        for volume in survey.volumes.iter().filter(|volume| volume.is_trusted()) {
            free.extend(volume.contents.free.iter().flat_map(SpanSet::iter));
        }
        runs.sort_by_key(|(key, _)| *key);
        let runs = runs.into_iter().map(|((span, _), id)| (span, id)).collect();
        LiveMap { runs, free: free.into_iter().collect() }
    }

    /// The live file that holds the byte at `at`.
    pub fn owner(&self, at: u64) -> Option<EntryId> {
        let after = self.runs.partition_point(|(span, _)| span.at <= at);
        let (span, id) = self.runs[after.checked_sub(1)?];
        if at < span.end() { Some(id) } else { None }
    }

    /// Whether a live file holds the byte at `at`.
    pub fn holds(&self, at: u64) -> bool {
        self.owner(at).is_some()
    }

    /// Where live files lie.
    pub fn spans(&self) -> impl Iterator<Item = Span> + '_ {
        self.runs.iter().map(|(span, _)| *span)
    }

    /// Whether a live file holds any of the bytes from `at` to before `end`.
    pub fn meets(&self, at: u64, end: u64) -> bool {
        let after = self.runs.partition_point(|(span, _)| span.at < end);
        let last = after.checked_sub(1).map(|index| self.runs[index].0);
        last.is_some_and(|span| span.end() > at && at < end)
    }

    /// Where the first live file begins, or goes on, after `at` and before `end`.
    pub fn first_between(&self, at: u64, end: u64) -> Option<u64> {
        let after = self.runs.partition_point(|(span, _)| span.at <= at);
        self.runs.get(after).map(|(span, _)| span.at).filter(|&first| first < end)
    }

    /// Whether the byte at `at` lies in a cluster that is known to be free.
    pub fn is_free(&self, at: u64) -> bool {
        self.free.contains(at)
    }
}

/// Where the bytes of a file are recorded to lie.
fn spans(entry: &Entry) -> impl Iterator<Item = Span> + '_ {
    let runs = match entry.locations.first() {
        Some(Location::Runs(runs)) => runs.as_slice(),
        _ => &[],
    };
    runs.iter().copied()
}
