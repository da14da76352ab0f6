//! What of a source belongs to files that are there, the tables of file records among them.

use crate::model::SpanSet;
use crate::volumes::filesystem::{Contents, Location};

/// Ranges that belong to live files.
#[derive(Debug)]
pub(crate) struct LiveRanges {
    spans: SpanSet,
}

impl LiveRanges {
    /// What the live files of `volumes` own.
    pub(crate) fn by(volumes: &[Contents]) -> Self {
        let live = volumes.iter().flat_map(|volume| &volume.entries).filter(|entry| !entry.deleted);
        let runs = live.flat_map(|entry| &entry.locations).flat_map(|location| match location {
            Location::Runs(runs) => runs.as_slice(),
            Location::Start(_) => &[],
        });
        LiveRanges { spans: runs.copied().collect() }
    }

    /// Whether the byte at `at` belongs to one.
    pub(crate) fn holds(&self, at: u64) -> bool {
        self.spans.contains(at)
    }
}
