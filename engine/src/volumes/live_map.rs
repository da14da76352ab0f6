//! Which live file the bytes at a place of a source belong to.

use afterimage_signatures::verdict::Span;

use crate::volumes::filesystem::{Entry, Location, clusters};
use crate::volumes::survey::Survey;

/// Places of the files that are still there, by their first byte.
#[derive(Debug, Default)]
pub struct Owners<'s> {
    runs: Vec<(Span, &'s Entry)>,
    /// Free clusters of volumes that can be relied on, in order and apart.
    free: Vec<Span>,
}

impl<'s> Owners<'s> {
    /// The owners that the volumes name which can be relied on.
    pub fn of(survey: &'s Survey) -> Self {
        let (mut runs, mut free) = (Vec::new(), Vec::new());
        for volume in survey.volumes.iter().filter(|volume| volume.is_trusted()) {
            for entry in volume.contents.entries.iter().filter(|entry| !entry.deleted) {
                runs.extend(spans(entry).map(|span| (span, entry)));
            }
            free.extend(volume.contents.free.iter().flatten());
        }
        runs.sort_by_key(|(span, entry)| (*span, entry.record));
        free.sort_unstable();
        Owners { runs, free }
    }

    /// The live file that holds the byte at `at`.
    pub fn at(&self, at: u64) -> Option<&'s Entry> {
        let behind = self.runs.partition_point(|(span, _)| span.at <= at);
        let (span, entry) = *self.runs.get(behind.checked_sub(1)?)?;
        (at < span.end()).then_some(entry)
    }

    /// Where live files lie.
    pub fn spans(&self) -> impl Iterator<Item = Span> + '_ {
        self.runs.iter().map(|(span, _)| *span)
    }

    /// Whether a live file holds any of the bytes from `at` to before `end`.
    pub fn meets(&self, at: u64, end: u64) -> bool {
        let behind = self.runs.partition_point(|(span, _)| span.at < end);
        let last = behind.checked_sub(1).map(|index| self.runs[index].0);
        last.is_some_and(|span| span.end() > at && at < end)
    }

    /// Where the first live file begins, or goes on, behind `at` and before `end`.
    pub fn first_between(&self, at: u64, end: u64) -> Option<u64> {
        let behind = self.runs.partition_point(|(span, _)| span.at <= at);
        self.runs.get(behind).map(|(span, _)| span.at).filter(|&first| first < end)
    }

    /// Whether the byte at `at` lies in a cluster that is known to be free.
    pub fn is_free(&self, at: u64) -> bool {
        clusters::is_free(Some(&self.free), at)
    }
}

/// Where the bytes of a file are recorded to lie.
fn spans(entry: &Entry) -> impl Iterator<Item = Span> + '_ {
    let runs = match entry.locations.first() {
        Some(Location::Runs(runs)) => runs.as_slice(),
        _ => &[],
    };
    runs.iter().map(|run| Span { at: run.at, len: run.len })
}
