//! What the lines of a log may say by its head: logs come from disks, and from others.

use afterimage_signatures::verdict::Span;

use super::line::{ChunkLine, EndLine, FoundLine, HeadLine};
use crate::volumes::traces::Trace;

impl HeadLine {
    /// Whether a chunk and all that it tells of lie in its source.
    pub(super) fn fits(&self, chunk: &ChunkLine) -> bool {
        let (at, len) = chunk.span;
        let Some(size) = self.size(chunk.source) else { return false };
        let begins_in = |place: u64| place >= at && place - at < len;
        let is_own = |trace: &Trace| trace.is_known() && begins_in(trace.at);
        ends_within(at, len, size)
            && chunk.traces.iter().all(is_own)
            && chunk.samples.iter().all(|(place, _)| begins_in(*place))
            && chunk.trailers.iter().chain(&chunk.unreadable).all(|span| is_inside(span, size))
    }

    /// Whether all that the end of a scan tells of lies in its source.
    pub(super) fn ends(&self, end: &EndLine) -> bool {
        // A source that could not be opened has no bytes that could not be read.
        let size = self.size(end.source).unwrap_or(0);
        end.unreadable.iter().all(|span| is_inside(span, size))
    }

    /// Whether the format of a file is known, and all of it lies in a source that is.
    pub(super) fn knows(&self, found: &FoundLine<'_>) -> bool {
        let record = &found.record;
        let Some(size) = self.size(record.source) else { return false };
        usize::from(record.format) < self.settings.formats.len()
            && record.runs.as_slice().iter().all(|run| is_inside(run, size))
            && record.inflated.is_none_or(|inflated| inflated.end().is_some())
    }

    /// Bytes of a source that was opened.
    fn size(&self, source: u32) -> Option<u64> {
        let identity = self.sources.get(source as usize)?.as_ref()?;
        Some(identity.size)
    }
}

fn is_inside(span: &Span, size: u64) -> bool {
    ends_within(span.at, span.len, size)
}

fn ends_within(at: u64, len: u64, size: u64) -> bool {
    at.checked_add(len).is_some_and(|end| end <= size)
}
