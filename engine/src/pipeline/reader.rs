//! Fixed-size chunks of a source, read in order and sent to the workers: those first that may hold what is
//! not there any more.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use afterimage_signatures::verdict::Span;

use super::window::Window;
use crate::control::progress::Progress;
use crate::model::{Hasher, SpanSet};
use crate::source::Source;

/// A range of a source with the headers that start in it.
pub struct Chunk<'s> {
    /// First byte, from the start of the source.
    pub at: u64,
    /// Which bytes from `at` on may hold the start of a header that belongs to this chunk; the first chunk
    /// of a range may begin before it.
    pub own: Range<usize>,
    bytes: Held<'s>,
}

#[derive(Clone)]
enum Held<'s> {
    Mapped(&'s [u8]),
    Read(Arc<Vec<u8>>),
}

impl Chunk<'_> {
    /// The chunk's own bytes and the overlap after them.
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
    /// Bytes after a chunk's own.
    pub overlap: u64,
}

/// Takes chunks.
pub trait Sink<'s> {
    /// Waits until another chunk may be read; false when nobody wants one any more.
    fn ready(&self) -> bool;

    /// Takes a chunk; false when nobody wants it any more.
    fn send(&self, chunk: Chunk<'s>) -> bool;

    /// Takes a sparse hole, which is left out: all of it is zeros.
    fn skip(&self, hole: Span);
}

/// The source is hashed in pieces of this size, in bytes, so that it can be stopped in between.
const PIECE: usize = 128 << 10;

/// Hashes a range as it is stored; false where somebody stopped it.
fn hash_stored(stored: &dyn Source, span: Span, hasher: &mut Hasher, progress: &Progress) -> bool {
    let mut piece = vec![0; PIECE];
    let mut at = span.at;
    while at < span.end() {
        let piece = &mut piece[..(span.end() - at).min(PIECE as u64) as usize];
        stored.read_at(at, piece);
        if progress.is_over() {
            return false;
        }
        hasher.update(piece);
        at += piece.len() as u64;
    }
    true
}

/// Hashes zeros that are not read; false where somebody stopped it.
fn hash_zeros(mut len: u64, hasher: &mut Hasher, progress: &Progress) -> bool {
    const STEP: u64 = 64 << 20;
    while len > 0 {
        if progress.is_over() {
            return false;
        }
        let here = len.min(STEP);
        hasher.zeros(here);
        len -= here;
    }
    true
}

/// Which chunks are read in one pass over a source.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pass {
    All,
    /// Those of that rank.
    Of(usize),
}

/// Reads the chunks of a source.
pub struct Reader<'r, 's> {
    /// What is read.
    pub source: &'s dyn Source,
    /// Where it is read through, unless it is mapped.
    pub window: &'r Window<'s>,
    /// Which part of it, in which chunks.
    pub cut: Cut,
    /// What of that part is to be scanned.
    pub todo: &'r SpanSet,
    /// Chunks that meet one of these come before all others, in this order.
    pub first: &'r [SpanSet],
    /// Ranges of which the chunks that lie wholly in them come last: live files.
    pub last: &'r SpanSet,
    /// Shows how far it is, and stops it.
    pub progress: &'r Progress,
}

impl<'s> Reader<'_, 's> {
    /// Sends the chunks until the end, a stop, or the sink's end. Sparse holes are not read. With a hasher
    /// the whole source goes through it, in order, whatever the range. Returns whether the end was reached.
    pub fn read(&self, hasher: Option<&mut Hasher>, chunks: &impl Sink<'s>) -> bool {
        if hasher.is_some() || self.first.is_empty() && self.last.is_empty() {
            return self.pass(Pass::All, hasher, chunks);
        }
        let last = self.first.len() + usize::from(!self.last.is_empty());
        (0..=last).all(|rank| self.pass(Pass::Of(rank), None, chunks))
    }

    /// One pass; whether it came to its end.
    fn pass(&self, pass: Pass, mut hasher: Option<&mut Hasher>, chunks: &impl Sink<'s>) -> bool {
        let Reader { source, cut, progress, todo, .. } = *self;
        let mut index = cut.start / cut.chunk_len;
        let mut last = cut.end;
        if hasher.is_some() {
            (index, last) = (0, source.len());
        }
        // Some file systems look through the rest of a file to tell where its data ends: asked once for each range.
        let mut known: Option<Span> = None;
        loop {
            if hasher.is_none() {
                // What is scanned already is not even asked for.
                let Some(next) = todo.after(index * cut.chunk_len).first() else { return true };
                index = index.max(next.at / cut.chunk_len);
            }
            if index * cut.chunk_len >= last {
                return true;
            }
            // A file system of a network takes its time even to say where data is.
            if progress.stopped() {
                return false;
            }
            let base = index * cut.chunk_len;
            let reach = (base + cut.chunk_len + cut.overlap).min(source.len());
            let first = Span { at: base, len: 1 };
            let data = known.filter(|data| data.holds(first)).or_else(|| source.data_after(base));
            known = data;
            if data.is_none_or(|data| data.at >= reach) {
                // The next chunk with data may be far: leave out all of them at once.
                let next = data.map_or(last, |data| data.at - cut.overlap) / cut.chunk_len;
                let next = next.max(index + 1);
                let end = (next * cut.chunk_len).min(last);
                if let Some(hasher) = &mut hasher
                    && !hash_zeros(end - base, hasher, progress)
                {
                    return false;
                }
                if matches!(pass, Pass::All | Pass::Of(0)) {
                    for hole in todo.parts(Span::between(base, end)) {
                        chunks.skip(hole);
                        progress.scanned.fetch_add(hole.len, Relaxed);
                    }
                }
                index = next;
                continue;
            }
            let whole = cut.chunk_len.min(source.len() - base) as usize;
            let span = Span { at: base, len: whole as u64 };
            if !self.belongs(pass, span) {
                index += 1;
                continue;
            }
            let is_wanted = todo.meets(span);
            if is_wanted && !chunks.ready() || progress.stopped() {
                return false;
            }
            let bytes = match source.mapped(base, (reach - base) as usize) {
                Some(bytes) => Held::Mapped(bytes),
                None => Held::Read(self.window.read(index)),
            };
            let chunk = Chunk { at: base, own: 0..whole, bytes };
            if let (Some(hasher), Some(stored)) = (&mut hasher, source.stored()) {
                // The digest is of what is stored, not of what is shown of it.
                if !hash_stored(stored, span, hasher, progress) {
                    return false;
                }
            } else if let Some(hasher) = &mut hasher {
                // A mapped chunk is read only now.
                for piece in chunk.bytes()[..whole].chunks(PIECE) {
                    if progress.is_over() {
                        return false;
                    }
                    hasher.update(piece);
                }
            }
            if progress.is_over() {
                return false;
            }
            if is_wanted && !self.send(&chunk, chunks) || source.is_gone() {
                return false;
            }
            index += 1;
        }
    }

    /// Sends those parts of a chunk that are to be scanned; false when nobody wants them any more. Another one
    /// may be read already.
    fn send(&self, chunk: &Chunk<'s>, chunks: &impl Sink<'s>) -> bool {
        let span = Span { at: chunk.at, len: chunk.own.len() as u64 };
        for (number, part) in self.todo.parts(span).enumerate() {
            if number > 0 && !chunks.ready() {
                return false;
            }
            let own = (part.at - chunk.at) as usize..(part.end() - chunk.at) as usize;
            if !chunks.send(Chunk { at: chunk.at, own, bytes: chunk.bytes.clone() }) {
                return false;
            }
        }
        true
    }

    /// Whether a chunk is read in a pass.
    fn belongs(&self, pass: Pass, chunk: Span) -> bool {
        match pass {
            Pass::All => true,
            Pass::Of(rank) => self.rank(chunk) == rank,
        }
    }

    /// In which pass a chunk is read, where there are several.
    fn rank(&self, chunk: Span) -> usize {
        let first = self.first.iter().position(|ranges| ranges.meets(chunk));
        first.unwrap_or_else(|| self.first.len() + usize::from(self.last.holds(chunk)))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Mutex;
    use std::sync::atomic::AtomicUsize;

    use afterimage_signatures::Bytes;

    use super::*;
    use crate::control::metrics::Metrics;
    use crate::source::{MemorySource, SourceKind};

    #[derive(Default)]
    struct Taken(Mutex<Vec<(u64, Vec<u8>)>>);

    impl<'s> Sink<'s> for Taken {
        fn ready(&self) -> bool {
            true
        }

        fn send(&self, chunk: Chunk<'s>) -> bool {
            let from = chunk.at + chunk.own.start as u64;
            self.0.lock().unwrap().push((from, chunk.bytes()[chunk.own.clone()].to_vec()));
            true
        }

        fn skip(&self, hole: Span) {
            panic!("a source in memory has no sparse holes: {hole:?}");
        }
    }

    /// A source in memory that tells its data in ranges of 30 bytes, and counts how often it is asked.
    struct Asked(MemorySource, AtomicUsize);

    impl Bytes for Asked {
        fn len(&self) -> u64 {
            self.0.len()
        }

        fn mapped(&self, at: u64, len: usize) -> Option<&[u8]> {
            self.0.mapped(at, len)
        }

        fn read_at(&self, at: u64, out: &mut [u8]) {
            self.0.read_at(at, out);
        }

        fn unreadable_in(&self, span: Span) -> Option<Span> {
            self.0.unreadable_in(span)
        }
    }

    impl Source for Asked {
        fn path(&self) -> &Path {
            self.0.path()
        }

        fn kind(&self) -> SourceKind {
            self.0.kind()
        }

        fn sector_size(&self) -> u32 {
            self.0.sector_size()
        }

        fn unreadable(&self) -> Vec<Span> {
            self.0.unreadable()
        }

        fn data_after(&self, at: u64) -> Option<Span> {
            self.1.fetch_add(1, Relaxed);
            (at < self.len()).then(|| Span::between(at, (at + 30).min(self.len())))
        }

        fn bytes_read(&self) -> u64 {
            self.0.bytes_read()
        }
    }

    #[test]
    fn a_source_is_asked_once_for_each_range_of_data() {
        let source = Asked(MemorySource::new("card", vec![1; 95]), AtomicUsize::new(0));
        let (metrics, taken, none) = (Metrics::default(), Taken::default(), SpanSet::default());
        let window = &Window::new(&source, 10, 5, &metrics);
        let cut = Cut { start: 0, end: 95, chunk_len: 10, overlap: 5 };
        let (progress, todo) = (&Progress::default(), &vec![Span::between(0, 95)].into());
        let reader =
            Reader { source: &source, window, cut, todo, first: &[], last: &none, progress };
        assert!(reader.read(None, &taken));
        assert_eq!((taken.0.into_inner().unwrap().len(), source.1.into_inner()), (10, 4));
    }

    /// Where the chunks of ten bytes begin that a source of 45 is read in.
    fn order(last: &SpanSet, hasher: Option<&mut Hasher>) -> Vec<u64> {
        order_of(&vec![Span::between(0, 45)].into(), &[], last, hasher)
    }

    /// The same where only `todo` is to be scanned, and what meets `first` comes first.
    fn order_of(
        todo: &SpanSet,
        first: &[SpanSet],
        last: &SpanSet,
        hasher: Option<&mut Hasher>,
    ) -> Vec<u64> {
        let data: Vec<u8> = (0..45).collect();
        let source = MemorySource::new("card", data.clone()).unmapped();
        let (metrics, taken) = (Metrics::default(), Taken::default());
        let window = &Window::new(&source, 10, 5, &metrics);
        let cut = Cut { start: 0, end: 45, chunk_len: 10, overlap: 5 };
        let progress = &Progress::default();
        let reader = Reader { source: &source, window, cut, todo, first, last, progress };
        assert!(reader.read(hasher, &taken));
        let taken = taken.0.into_inner().unwrap();
        let all = taken.iter().map(|(at, bytes)| Span { at: *at, len: bytes.len() as u64 });
        assert_eq!(all.collect::<SpanSet>(), *todo);
        for (at, bytes) in &taken {
            assert_eq!(bytes[..], data[*at as usize..][..bytes.len()]);
        }
        taken.iter().map(|(at, _)| *at).collect()
    }

    #[test]
    fn chunks_that_lie_in_live_files_come_last() {
        let live: SpanSet = [Span::between(5, 31), Span::between(38, 45)].into_iter().collect();
        assert_eq!(order(&live, None), [0, 30, 10, 20, 40]);
        assert_eq!(order(&SpanSet::default(), None), [0, 10, 20, 30, 40]);
        assert_eq!(order(&vec![Span::between(0, 45)].into(), None), [0, 10, 20, 30, 40]);
        assert_eq!(order(&live, Some(&mut Hasher::new(&[]))), [0, 10, 20, 30, 40]);
    }

    #[test]
    fn chunks_that_meet_what_matters_most_come_first() {
        let live: SpanSet = vec![Span::between(0, 30)].into();
        let whole = vec![Span::between(0, 45)].into();
        let matters = [vec![Span::between(25, 26)].into(), vec![Span::between(20, 41)].into()];
        assert_eq!(order_of(&whole, &matters, &live, None), [20, 30, 40, 0, 10]);
        assert_eq!(order_of(&whole, &matters, &SpanSet::default(), None), [20, 30, 40, 0, 10]);
        assert_eq!(order_of(&whole, &matters[..1], &live, None), [20, 30, 40, 0, 10]);
        let in_order = order_of(&whole, &matters, &live, Some(&mut Hasher::new(&[])));
        assert_eq!(in_order, [0, 10, 20, 30, 40]);
    }

    #[test]
    fn what_was_scanned_already_is_not_sent_again() {
        let none = SpanSet::default();
        let todo = |parts: &[(u64, u64)]| -> SpanSet {
            parts.iter().map(|&(start, end)| Span::between(start, end)).collect()
        };
        assert!(order_of(&todo(&[]), &[], &none, None).is_empty());
        assert_eq!(order_of(&todo(&[(44, 45)]), &[], &none, None), [44]);
        let some = todo(&[(3, 5), (7, 12), (30, 40)]);
        assert_eq!(order_of(&some, &[], &none, None), [3, 7, 10, 30]);
        assert_eq!(order_of(&some, &[], &todo(&[(0, 10)]), None), [10, 30, 3, 7]);
        assert_eq!(order_of(&some, &[], &none, Some(&mut Hasher::new(&[]))), [3, 7, 10, 30]);
    }
}
