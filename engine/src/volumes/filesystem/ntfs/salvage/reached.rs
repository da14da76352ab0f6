//! What of a source belongs to files that are there, the tables of file records among them.

use afterimage_signatures::verdict::Span;

use crate::model::span_set;
use crate::volumes::filesystem::{Contents, Location};

/// Ranges that belong to live files.
#[derive(Debug)]
pub(crate) struct LiveRanges {
    /// Sorted and disjoint.
    spans: Vec<Span>,
}

impl LiveRanges {
    /// What the live files of `volumes` own.
    pub(crate) fn by(volumes: &[Contents]) -> Self {
        let live = volumes.iter().flat_map(|volume| &volume.entries).filter(|entry| !entry.deleted);
        let mut spans = Vec::new();
        for place in live.flat_map(|entry| &entry.locations) {
            if let Location::Runs(runs) = place {
                spans.extend(runs.iter().map(|run| Span { at: run.at, len: run.len }));
            }
        }
        LiveRanges { spans: span_set::apart(spans) }
    }

    /// Whether the byte at `at` belongs to one.
    pub(crate) fn holds(&self, at: u64) -> bool {
        span_set::meets(&self.spans, Span { at, len: 1 })
    }
}
