//! What the chunks of one source add up to.

use afterimage_signatures::verdict::Span;

use super::line::{ChunkLine, EndLine};
use crate::model::{Digests, SpanSet};
use crate::volumes::entropy::Samples;
use crate::volumes::traces::{Trace, Traces};

/// So many unreadable ranges wait at the least before they are sorted.
const MOST_PENDING: usize = 1024;

/// What a scan says of its source.
#[derive(Debug, Default)]
pub struct ScanTally {
    /// Bytes in blocks of one value, and in sparse holes.
    pub erased: u64,
    /// Candidates that were not measured to their end, since the region around them is dense.
    pub left_out: u64,
    /// What was scanned.
    pub done: SpanSet,
    /// Whether the scan came to its end.
    pub complete: bool,
    /// Digests of the whole source, where they were asked for and it was read to its end.
    pub digests: Option<Digests>,
    /// What samples hold that were taken on the way.
    pub samples: Samples,
    traces: Traces,
    trailers: Vec<Span>,
    /// What could not be read, but for what came last.
    unreadable: SpanSet,
    /// What came last of it, in no order: to put each range in its place would take quadratic time.
    pending: Vec<Span>,
}

impl ScanTally {
    /// Adds what was counted in a chunk, unless it was scanned before. The order of chunks does not matter.
    pub(super) fn add(&mut self, chunk: &ChunkLine) {
        let (at, len) = chunk.span;
        let span = Span { at, len };
        if len > 0 && self.done.holds(span) {
            return;
        }
        self.done.insert(span);
        self.erased = self.erased.saturating_add(chunk.erased);
        self.left_out = self.left_out.saturating_add(chunk.left_out);
        self.traces.add(&chunk.traces);
        self.samples.extend(chunk.samples.iter().copied());
        self.trailers.extend(&chunk.trailers);
        self.add_unreadable(&chunk.unreadable);
    }

    /// Adds how a scan ended. Of several logs, one that came to its end is enough; a shard is not all of its source.
    pub(super) fn end(&mut self, end: &EndLine) {
        self.complete |= end.complete && end.shard.is_none();
        if self.digests.is_none() {
            self.digests.clone_from(&end.digests);
        }
        self.add_unreadable(&end.unreadable);
    }

    fn add_unreadable(&mut self, ranges: &[Span]) {
        self.pending.extend(ranges);
        if self.pending.len() > MOST_PENDING.max(self.unreadable.as_slice().len()) {
            self.unreadable.extend(std::mem::take(&mut self.pending));
        }
    }

    /// What could not be read.
    pub fn unreadable(&self) -> SpanSet {
        let mut all = self.unreadable.clone();
        all.extend(self.pending.iter().copied());
        all
    }

    /// Where the trailers may lie whose footers were seen, in order; they are let go.
    pub fn take_trailers(&mut self) -> Vec<Span> {
        let mut trailers = std::mem::take(&mut self.trailers);
        trailers.sort_unstable();
        trailers.dedup();
        trailers
    }

    /// Sectors that may be traces of file systems, by their offset; they are let go.
    pub fn take_traces(&mut self) -> Vec<Trace> {
        std::mem::take(&mut self.traces).sorted()
    }
}
