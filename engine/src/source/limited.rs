//! A source that is read no faster than asked for: gentle with a card or a disk that is failing.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use super::definition::{Source, SourceKind};
use super::kept::Kept;
use super::pace::Pace;
use crate::control::progress::Stop;

/// Bytes that are read at once, so that a wait is short and can be ended.
const PIECE: usize = 64 << 10;

/// The longest wait at once: so soon a stop is noticed.
const NAP: Duration = Duration::from_millis(50);

/// A source with a limit on what is read of it in a second, by all threads and by all who share the pace. What was read
/// shortly before is kept, and is no burden for the device.
pub struct Limited {
    source: Box<dyn Source>,
    pace: Pace,
    kept: Kept,
    stop: Stop,
}

impl Limited {
    /// The source at that pace; as it is where the pace has no limit.
    pub fn at(source: Box<dyn Source>, pace: &Pace) -> Box<dyn Source> {
        match pace.limit() {
            None => source,
            Some(_) => Box::new(Limited {
                source,
                pace: pace.clone(),
                kept: Kept::default(),
                stop: Stop::default(),
            }),
        }
    }

    /// Waits until `len` more bytes may be read.
    fn wait(&self, len: usize) {
        let Some(due) = self.pace.turn(len as u64) else { return };
        while !self.stop.is_over() {
            let left = due.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            thread::sleep(left.min(NAP));
        }
    }

    fn read_piece(&self, at: u64, piece: &mut [u8]) {
        let done = self.kept.read(at, piece);
        let (at, rest) = (at.saturating_add(done as u64), &mut piece[done..]);
        if rest.is_empty() {
            return;
        }
        self.wait(rest.len());
        self.source.read_at(at, rest);
        let span = Span { at, len: rest.len() as u64 };
        // What could not be read may be read another time.
        if self.source.unreadable_in(span).is_none() {
            self.kept.keep(at, rest);
        }
    }
}

impl Bytes for Limited {
    fn len(&self) -> u64 {
        self.source.len()
    }

    fn mapped(&self, _at: u64, _len: usize) -> Option<&[u8]> {
        // What is mapped is read where it is touched, and nobody counts that.
        None
    }

    fn read_at(&self, at: u64, out: &mut [u8]) {
        let mut here = at;
        for piece in out.chunks_mut(PIECE) {
            self.read_piece(here, piece);
            here = here.saturating_add(piece.len() as u64);
        }
    }

    fn unreadable_in(&self, span: Span) -> Option<Span> {
        self.source.unreadable_in(span)
    }
}

impl Source for Limited {
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

    fn heed(&mut self, stop: &Stop) {
        self.stop = stop.clone();
        self.source.heed(stop);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::progress::Progress;
    use crate::source::MemorySource;

    fn limited(limit: u64) -> (Box<dyn Source>, Vec<u8>) {
        let data: Vec<u8> = (0..300_000u32).map(|at| (at % 251) as u8).collect();
        (Limited::at(Box::new(MemorySource::new("card", data.clone())), &Pace::of(limit)), data)
    }

    #[test]
    fn all_bytes_come_no_faster_than_asked_for() {
        let (source, data) = limited(1_000_000);
        let (clock, mut out) = (Instant::now(), vec![0; data.len()]);
        source.read_at(0, &mut out);
        assert!(out == data && source.mapped(0, 1).is_none());
        source.read_at(7, &mut out[..10]);
        assert_eq!(out[..10], data[7..17]);
        // The last piece is waited for by whoever reads next.
        assert!(clock.elapsed() >= Duration::from_millis(260), "{:?}", clock.elapsed());
    }

    #[test]
    fn what_was_read_shortly_before_is_not_waited_for() {
        let (source, data) = limited(1_000_000);
        let (clock, mut out) = (Instant::now(), vec![0; data.len()]);
        for _ in 0..1000 {
            source.read_at(0, &mut out);
            assert!(out == data);
        }
        assert!(clock.elapsed() < Duration::from_secs(60), "each time takes 0.3 s");
    }

    #[test]
    fn a_stop_ends_the_wait() {
        let (mut source, data) = limited(1000);
        let progress = Progress::default();
        source.heed(progress.wish());
        let (clock, mut out) = (Instant::now(), vec![0; data.len()]);
        thread::scope(|scope| {
            scope.spawn(|| {
                thread::sleep(Duration::from_millis(50));
                progress.stop();
            });
            source.read_at(0, &mut out);
        });
        assert!(clock.elapsed() < Duration::from_secs(10), "all of it takes five minutes");
    }
}
