//! The live map: which live file the bytes at an offset of a source belong to, and what is free.

use afterimage_signatures::verdict::Span;

use crate::model::span_set;
use crate::volumes::filesystem::{Entry, Location};
use crate::volumes::survey::Survey;

/// The runs of files that are still there, by their first byte.
#[derive(Debug, Default)]
pub struct LiveMap<'s> {
    runs: Vec<(Span, &'s Entry)>,
    /// Free extents of volumes that can be relied on, sorted and disjoint.
    free: Vec<Span>,
}

impl<'s> LiveMap<'s> {
    /// What the volumes say that can be relied on.
    pub(crate) fn of(survey: &'s Survey) -> Self {
        let (mut runs, mut free) = (Vec::new(), Vec::new());
        for volume in survey.volumes.iter().filter(|volume| volume.is_trusted()) {
            for entry in volume.contents.entries.iter().filter(|entry| !entry.deleted) {
                runs.extend(spans(entry).map(|span| (span, entry)));
            }
            free.extend(volume.contents.free.iter().flatten());
        }
        runs.sort_by_key(|(span, entry)| (*span, entry.record));
        LiveMap { runs, free: span_set::apart(free) }
    }

    /// The live file that holds the byte at `at`.
    pub(crate) fn at(&self, at: u64) -> Option<&'s Entry> {
        let after = self.runs.partition_point(|(span, _)| span.at <= at);
        let (span, entry) = *self.runs.get(after.checked_sub(1)?)?;
        (at < span.end()).then_some(entry)
    }

    /// Where live files lie.
    pub(crate) fn spans(&self) -> impl Iterator<Item = Span> + '_ {
        self.runs.iter().map(|(span, _)| *span)
    }

    /// Whether a live file holds any of the bytes from `at` to before `end`.
    pub(crate) fn meets(&self, at: u64, end: u64) -> bool {
        let after = self.runs.partition_point(|(span, _)| span.at < end);
        let last = after.checked_sub(1).map(|index| self.runs[index].0);
        last.is_some_and(|span| span.end() > at && at < end)
    }

    /// Where the first live file begins, or goes on, after `at` and before `end`.
    pub(crate) fn first_between(&self, at: u64, end: u64) -> Option<u64> {
        let after = self.runs.partition_point(|(span, _)| span.at <= at);
        self.runs.get(after).map(|(span, _)| span.at).filter(|&first| first < end)
    }

    /// Whether the byte at `at` lies in a cluster that is known to be free.
    pub(crate) fn is_free(&self, at: u64) -> bool {
        span_set::meets(&self.free, Span { at, len: 1 })
    }
}

/// The name that users of the live map know so far.
pub type Owners<'s> = LiveMap<'s>;

/// Where the bytes of a file are recorded to lie.
fn spans(entry: &Entry) -> impl Iterator<Item = Span> + '_ {
    let runs = match entry.locations.first() {
        Some(Location::Runs(runs)) => runs.as_slice(),
        _ => &[],
    };
    runs.iter().map(|run| Span { at: run.at, len: run.len })
}
