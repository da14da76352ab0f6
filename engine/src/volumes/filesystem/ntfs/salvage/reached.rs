//! What of a source belongs to files that are there, the tables of file records among them.

use afterimage_signatures::verdict::Span;

use crate::volumes::filesystem::{Contents, Location};

/// Ranges that belong to live files.
#[derive(Debug)]
pub struct LiveRanges {
    /// In order and apart.
    spans: Vec<Span>,
}

impl LiveRanges {
    /// What the live files of `volumes` own.
    pub fn by(volumes: &[Contents]) -> Self {
        let live = volumes.iter().flat_map(|volume| &volume.entries).filter(|entry| !entry.deleted);
        let mut all: Vec<Span> = Vec::new();
        for place in live.flat_map(|entry| &entry.locations) {
            if let Location::Runs(runs) = place {
                all.extend(runs.iter().map(|run| Span { at: run.at, len: run.len }));
            }
        }
        all.sort_unstable();
        let mut spans: Vec<Span> = Vec::new();
        for span in all {
            match spans.last_mut().filter(|last| last.end() >= span.at) {
                Some(last) => last.len = last.end().max(span.end()) - last.at,
                None => spans.push(span),
            }
        }
        LiveRanges { spans }
    }

    /// Whether the byte at `at` belongs to one.
    pub fn holds(&self, at: u64) -> bool {
        let after = self.spans.partition_point(|span| span.end() <= at);
        self.spans.get(after).is_some_and(|span| span.at <= at)
    }
}
