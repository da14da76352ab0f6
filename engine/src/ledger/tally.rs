//! What the chunks of one source add up to.

use afterimage_signatures::verdict::Span;

use super::line::{ChunkLine, EndLine};
use crate::model::{Digests, SpanSet};
use crate::volumes::traces::{Trace, Traces};

/// What a scan says of its source.
#[derive(Debug, Default)]
pub struct ScanTally {
    /// Bytes in blocks of one value, and in sparse holes.
    pub erased: u64,
    /// Candidates that were not measured to their end, since the region around them is dense.
    pub left_out: u64,
    /// What was scanned.
    pub done: Vec<Span>,
    /// What could not be read.
    pub unreadable: SpanSet,
    /// Whether the scan came to its end.
    pub complete: bool,
    /// Digests of the whole source, where they were asked for and it was read to its end.
    pub digests: Option<Digests>,
    traces: Traces,
}

impl ScanTally {
    /// Adds what was counted in a chunk. The order of chunks does not matter.
    pub(super) fn add(&mut self, chunk: &ChunkLine) {
        self.erased += chunk.erased;
        self.left_out += chunk.left_out;
        let (at, len) = chunk.span;
        self.done.push(Span { at, len });
        self.traces.add(&chunk.traces);
        if !chunk.unreadable.is_empty() {
            let known = self.unreadable.iter().chain(chunk.unreadable.iter().copied());
            self.unreadable = known.collect();
        }
    }

    /// Adds how the scan ended.
    pub(super) fn end(&mut self, end: &EndLine) {
        self.complete = end.complete;
        self.digests.clone_from(&end.digests);
        self.unreadable = end.unreadable.iter().copied().collect();
    }

    /// Sectors that may be traces of file systems, by their offset; they are let go.
    pub fn take_traces(&mut self) -> Vec<Trace> {
        std::mem::take(&mut self.traces).sorted()
    }
}
