//! A source whose reads end soon after its run is asked to stop.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use crate::control::progress::Stop;
use crate::source::definition::{Source, SourceKind};

/// The smallest piece that a read is made in, in bytes, and the first one: nothing is known of a source yet.
const LEAST_PIECE: u64 = 64 << 10;

/// The largest.
const MOST_PIECE: u64 = 1 << 30;

/// A piece that takes longer is too long: nobody can stop it once it has begun.
const SLOW: Duration = Duration::from_millis(100);

/// A piece that takes no longer may be longer.
const FAST: Duration = Duration::from_millis(10);

/// A source that is read in pieces which a slow one answers quickly enough to be stopped between them. What
/// is read after the end of a stop is zeros, and worth nothing: whoever reads asks [`Stop::is_over`] before it
/// relies on what was read.
pub(crate) struct Watched {
    source: Box<dyn Source>,
    stop: Stop,
    /// Bytes that are read at once.
    piece: AtomicU64,
}

impl Watched {
    /// Watches for `stop` while `source` is read.
    pub(crate) fn new(mut source: Box<dyn Source>, stop: &Stop) -> Self {
        source.heed(stop);
        Watched { source, stop: stop.clone(), piece: AtomicU64::new(LEAST_PIECE) }
    }

    /// The source, which is watched no more.
    pub(crate) fn into_inner(self) -> Box<dyn Source> {
        self.source
    }

    /// Takes note of how long a piece took.
    fn learn(&self, piece: u64, len: u64, took: Duration) {
        let next = match took {
            took if took > SLOW => (piece / 2).max(LEAST_PIECE),
            took if took < FAST && len == piece => (piece * 2).min(MOST_PIECE),
            _ => return,
        };
        self.piece.store(next, Relaxed);
    }
}

impl Bytes for Watched {
    fn len(&self) -> u64 {
        self.source.len()
    }

    fn mapped(&self, at: u64, len: usize) -> Option<&[u8]> {
        if self.stop.is_over() { None } else { self.source.mapped(at, len) }
    }

    fn read_at(&self, mut at: u64, mut out: &mut [u8]) {
        while !out.is_empty() {
            if self.stop.is_over() {
                return out.fill(0);
            }
            let piece = self.piece.load(Relaxed);
            let here = piece.min(out.len() as u64);
            let (now, rest) = out.split_at_mut(here as usize);
            let clock = Instant::now();
            self.source.read_at(at, now);
            self.learn(piece, here, clock.elapsed());
            at = at.saturating_add(here);
            out = rest;
        }
    }

    fn unreadable_in(&self, span: Span) -> Option<Span> {
        self.source.unreadable_in(span)
    }
}

impl Source for Watched {
    fn path(&self) -> &Path {
        self.source.path()
    }

    fn kind(&self) -> SourceKind {
        self.source.kind()
    }

    fn sector_size(&self) -> u32 {
        self.source.sector_size()
    }

    fn unreadable(&self) -> Vec<Span> {
        self.source.unreadable()
    }

    fn data_after(&self, at: u64) -> Option<Span> {
        self.source.data_after(at)
    }

    fn bytes_read(&self) -> u64 {
        self.source.bytes_read()
    }

    fn inner(&self) -> Option<&dyn Source> {
        Some(self.source.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::progress::Progress;
    use crate::source::MemorySource;

    #[test]
    fn all_bytes_come_in_pieces_until_the_stop() {
        let data: Vec<u8> = (0..1_000_000u32).map(|at| (at % 251) as u8 | 1).collect();
        let progress = Progress::default();
        let source = MemorySource::new("card", data.clone()).unmapped();
        let watched = Watched::new(Box::new(source), progress.wish());
        for at in [0, 1, 65_535, 999_999] {
            let mut out = vec![0; data.len() - at];
            watched.read_at(at as u64, &mut out);
            assert!(out == data[at..], "{at}");
        }
        progress.stop();
        let mut out = vec![7; 10];
        watched.read_at(0, &mut out);
        assert_eq!((out, watched.mapped(0, 1)), (vec![0; 10], None));
    }

    #[test]
    fn pieces_are_as_long_as_a_source_answers_quickly() {
        let progress = Progress::default();
        let source = MemorySource::new("card", vec![1]);
        let watched = Watched::new(Box::new(source), progress.wish());
        let piece = || watched.piece.load(Relaxed);
        for _ in 0..100 {
            watched.learn(piece(), piece(), Duration::ZERO);
        }
        assert_eq!(piece(), MOST_PIECE);
        watched.learn(piece(), 5, Duration::ZERO);
        for _ in 0..100 {
            watched.learn(piece(), piece(), Duration::from_millis(200));
        }
        assert_eq!(piece(), LEAST_PIECE);
        watched.learn(piece(), 5, Duration::ZERO);
        assert_eq!(piece(), LEAST_PIECE, "a short read says nothing of a long one");
    }
}
