//! What the lines of a log may say by its head: logs come from disks, and from others.

use afterimage_signatures::verdict::Span;

use super::line::{ChunkLine, FoundLine, HeadLine};

impl HeadLine {
    /// Whether a chunk lies in its source.
    pub(super) fn fits(&self, chunk: &ChunkLine) -> bool {
        let (at, len) = chunk.span;
        let size = self.size(chunk.source);
        size.zip(at.checked_add(len)).is_some_and(|(size, end)| end <= size)
    }

    /// Whether the format of a file is known, and all of it lies in a source that is.
    pub(super) fn knows(&self, found: &FoundLine<'_>) -> bool {
        let record = &found.record;
        let size = self.size(record.source);
        let is_inside = |run: &Span| {
            size.zip(run.at.checked_add(run.len)).is_some_and(|(size, end)| end <= size)
        };
        usize::from(record.format) < self.settings.formats.len()
            && size.is_some()
            && record.runs.as_slice().iter().all(is_inside)
            && record.inflated.is_none_or(|inflated| inflated.end().is_some())
    }

    /// Bytes of a source that was opened.
    fn size(&self, source: u32) -> Option<u64> {
        let identity = self.sources.get(source as usize)?.as_ref()?;
        Some(identity.size)
    }
}
