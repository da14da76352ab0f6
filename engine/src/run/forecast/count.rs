//! Bytes of a source that count how many of them are read.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use crate::source::Source;

/// Bytes that are held at the most: what is measured is read a few times, and from the source once.
const MOST_HELD: u64 = 2 << 20;

/// A source whose reads are counted. It lends nothing, so that a mapped image costs what a device does.
pub(in crate::run) struct Counted<'s> {
    source: &'s dyn Source,
    read: AtomicU64,
    held: Mutex<Held>,
}

/// Bytes that were read last, from one place on.
#[derive(Default)]
struct Held {
    start: u64,
    bytes: Vec<u8>,
}

impl<'s> Counted<'s> {
    pub(in crate::run) fn new(source: &'s dyn Source) -> Self {
        Counted { source, read: AtomicU64::new(0), held: Mutex::default() }
    }

    /// Bytes that were read so far.
    pub(in crate::run) fn read(&self) -> u64 {
        self.read.load(Relaxed)
    }

    /// Reads are near `start` from now on: what is read from there on is held.
    pub(in crate::run) fn hold_from(&self, start: u64) {
        *self.held() = Held { start, bytes: Vec::new() };
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn fetch(&self, at: u64, out: &mut [u8]) {
        self.read.fetch_add(out.len() as u64, Relaxed);
        self.source.read_at(at, out);
    }
}

impl Bytes for Counted<'_> {
    fn len(&self) -> u64 {
        self.source.len()
    }

    fn mapped(&self, _: u64, _: usize) -> Option<&[u8]> {
        None
    }

    fn unreadable_in(&self, span: Span) -> Option<Span> {
        self.source.unreadable_in(span)
    }

    fn read_at(&self, at: u64, out: &mut [u8]) {
        let mut held = self.held();
        let (before, known) = (at.checked_sub(held.start), held.bytes.len() as u64);
        let reach = before.and_then(|before| before.checked_add(out.len() as u64));
        match (before, reach) {
            (Some(before), Some(reach)) if before <= known && reach <= MOST_HELD => {
                if reach > known {
                    let from = held.start + known;
                    held.bytes.resize(reach as usize, 0);
                    self.fetch(from, &mut held.bytes[known as usize..]);
                }
                out.copy_from_slice(&held.bytes[before as usize..reach as usize]);
            }
            _ => {
                drop(held);
                self.fetch(at, out);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::MemorySource;

    #[test]
    fn what_is_held_is_read_once() {
        let bytes: Vec<u8> = (0..=255).collect();
        let source = MemorySource::new("card", bytes.clone());
        let counted = Counted::new(&source);
        counted.hold_from(100);
        for (at, len, read) in
            [(100, 20, 20), (110, 10, 20), (115, 15, 30), (90, 10, 40), (140, 4, 44)]
        {
            let mut out = vec![0; len];
            counted.read_at(at, &mut out);
            assert_eq!(out, bytes[at as usize..at as usize + len]);
            assert_eq!(counted.read(), read, "{at}");
        }
    }
}
