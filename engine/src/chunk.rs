//! Fixed-size chunks of a source, read in order and sent to the workers.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use crate::hash::Hasher;
use crate::progress::Progress;
use crate::source::Source;
use crate::window::Window;

/// A stretch of a source with the headers that start in it.
pub struct Chunk<'s> {
    /// First byte, from the start of the source.
    pub at: u64,
    /// How many bytes from `at` may hold the start of a header that belongs to this chunk; the
    /// first chunk of a range may begin before it.
    pub own: usize,
    bytes: Held<'s>,
}

enum Held<'s> {
    Mapped(&'s [u8]),
    Read(Arc<Vec<u8>>),
}

impl Chunk<'_> {
    /// The chunk's own bytes and the overlap behind them.
    pub fn bytes(&self) -> &[u8] {
        match &self.bytes {
            Held::Mapped(bytes) => bytes,
            Held::Read(bytes) => bytes,
        }
    }
}

/// Which part of a source to cut into chunks, and how.
#[derive(Clone, Copy, Debug)]
pub struct Cut {
    /// First byte of the range that headers may start in.
    pub start: u64,
    /// The first byte after that range.
    pub end: u64,
    /// Bytes a chunk.
    pub chunk_len: u64,
    /// Bytes behind a chunk's own.
    pub overlap: u64,
}

/// Takes chunks.
pub trait Sink<'s> {
    /// Waits until another chunk may be read; false when nobody wants one any more.
    fn ready(&self) -> bool;

    /// Takes a chunk; false when nobody wants it any more.
    fn send(&self, chunk: Chunk<'s>) -> bool;
}

/// Sends the chunks of a source in order until the end, a stop, or the sink's end. Holes of a
/// sparse file are not read. With a hasher the whole source goes through it, whatever the range.
/// Returns how many bytes of the range are holes, and whether the end was reached.
pub fn read<'s>(
    source: &'s dyn Source,
    window: &Window<'s>,
    cut: Cut,
    progress: &Progress,
    mut hasher: Option<&mut Hasher>,
    chunks: &impl Sink<'s>,
) -> (u64, bool) {
    let (mut holes, mut index) = (0, cut.start / cut.chunk_len);
    let mut last = cut.end;
    if hasher.is_some() {
        (index, last) = (0, source.len());
    }
    while index * cut.chunk_len < last {
        let base = index * cut.chunk_len;
        let reach = (base + cut.chunk_len + cut.overlap).min(source.len());
        let in_range = base < cut.end && base + cut.chunk_len > cut.start;
        let data = source.data_after(base);
        if data.is_none_or(|data| data.at >= reach) {
            // The next chunk with data may be far: leave out all of them at once.
            let next = data.map_or(last, |data| data.at - cut.overlap) / cut.chunk_len;
            let next = next.max(index + 1);
            let end = (next * cut.chunk_len).min(last);
            if let Some(hasher) = &mut hasher {
                hasher.zeros(end - base);
            }
            let skipped = end.min(cut.end).saturating_sub(base.max(cut.start));
            holes += skipped;
            progress.scanned.fetch_add(skipped, Relaxed);
            index = next;
            continue;
        }
        if progress.stopped() || (in_range && !chunks.ready()) {
            return (holes, false);
        }
        let bytes = match source.mapped(base, (reach - base) as usize) {
            Some(bytes) => Held::Mapped(bytes),
            None => Held::Read(window.read(index)),
        };
        let whole = cut.chunk_len.min(source.len() - base) as usize;
        let own = cut.chunk_len.min(cut.end.saturating_sub(base)) as usize;
        let chunk = Chunk { at: base, own: own.min(whole), bytes };
        if let Some(hasher) = &mut hasher {
            hasher.update(&chunk.bytes()[..whole]);
        }
        if in_range && !chunks.send(chunk) {
            return (holes, false);
        }
        index += 1;
    }
    (holes, true)
}
