//! Bytes that remember what they delivered, so that a source is found out that answers differently when it
//! is asked again: a failing card, or an image that somebody writes to.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use afterimage_signatures::verdict::Span;
use afterimage_signatures::{Bytes, Runs};

/// What is remembered of is such a block, in bytes; the last one of a source may be shorter.
const BLOCK: u64 = 4096;

/// Delivers bytes, and compares what is asked for again with what was delivered before.
///
/// The CRC-32 of a block tells whether two answers differ: it catches every change of up to 32 bits in a row,
/// and all others but one in four billion. Memory grows with what is measured of one file: some tens of bytes
/// for each block.
///
/// Bytes that a mapped image lends are not remembered as long as nobody writes to it: they are the same
/// memory, whoever looks.
pub struct Witness<'b> {
    bytes: &'b dyn Bytes,
    /// Whether what is lent is remembered too.
    is_written_to: bool,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    /// The CRC-32 of a block as it was delivered first, by its number.
    blocks: HashMap<u64, u32>,
    /// Blocks that were delivered in another way later.
    changed: BTreeSet<u64>,
    /// Whether what was not delivered before is left alone.
    only_compares: bool,
    /// Whole blocks around what is asked for.
    buffer: Vec<u8>,
}

impl<'b> Witness<'b> {
    /// Remembers what `bytes` deliver from now on, which are those of a source that somebody writes to or
    /// does not.
    pub fn new(bytes: &'b dyn Bytes, is_written_to: bool) -> Self {
        Witness { bytes, is_written_to, seen: Mutex::default() }
    }

    /// Whether what was lent is remembered too.
    pub fn is_written_to(&self) -> bool {
        self.is_written_to
    }

    /// From now on nothing more is remembered: what was delivered is compared.
    pub fn only_compare(&self) {
        self.lock().only_compares = true;
    }

    /// Whether some bytes were delivered in two ways.
    pub fn has_changed(&self) -> bool {
        !self.lock().changed.is_empty()
    }

    /// The first byte of a file in `runs` that lies in a block which was delivered in two ways, counted from
    /// the start of the file.
    pub fn first_changed(&self, runs: &Runs) -> Option<u64> {
        let seen = self.lock();
        let mut base = 0;
        for run in runs.as_slice() {
            let blocks = run.at / BLOCK..run.end().div_ceil(BLOCK);
            if let Some(block) = seen.changed.range(blocks).next() {
                return Some(base + (block * BLOCK).saturating_sub(run.at));
            }
            base += run.len;
        }
        None
    }

    /// The whole blocks around a range, as far as the source goes.
    fn around(&self, at: u64, len: u64) -> Span {
        let end = at.saturating_add(len).checked_next_multiple_of(BLOCK).unwrap_or(u64::MAX);
        Span::between(at - at % BLOCK, end.min(self.bytes.len()))
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seen {
    /// Takes note of whole blocks that were delivered, the first of which begins at `at`.
    fn note(&mut self, at: u64, bytes: &[u8]) {
        for (block, bytes) in (at / BLOCK..).zip(bytes.chunks(BLOCK as usize)) {
            let known = self.blocks.get(&block);
            if known.is_none() && self.only_compares {
                continue;
            }
            let crc = crc32fast::hash(bytes);
            match known {
                Some(known) if *known == crc => {}
                Some(_) => {
                    self.changed.insert(block);
                }
                None => {
                    self.blocks.insert(block, crc);
                }
            }
        }
    }
}

impl Bytes for Witness<'_> {
    fn len(&self) -> u64 {
        self.bytes.len()
    }

    fn mapped(&self, at: u64, len: usize) -> Option<&[u8]> {
        let bytes = self.bytes.mapped(at, len)?;
        if !self.is_written_to {
            return Some(bytes);
        }
        let around = self.around(at, len as u64);
        if let Some(blocks) = self.bytes.mapped(around.at, around.len as usize) {
            self.lock().note(around.at, blocks);
        }
        Some(bytes)
    }

    fn read_at(&self, at: u64, out: &mut [u8]) {
        let around = self.around(at, out.len() as u64);
        let mut seen = self.lock();
        if around.at == at && around.len == out.len() as u64 {
            self.bytes.read_at(at, out);
            return seen.note(at, out);
        }
        let mut buffer = std::mem::take(&mut seen.buffer);
        buffer.resize(around.len as usize, 0);
        self.bytes.read_at(around.at, &mut buffer);
        seen.note(around.at, &buffer);
        let wanted = buffer.get((at - around.at) as usize..).unwrap_or_default();
        let (head, tail) = out.split_at_mut(out.len().min(wanted.len()));
        head.copy_from_slice(&wanted[..head.len()]);
        tail.fill(0);
        seen.buffer = buffer;
    }

    fn unreadable_in(&self, span: Span) -> Option<Span> {
        self.bytes.unreadable_in(span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

    /// Bytes of which that at 10,000 is another one each time.
    struct Failing(Vec<u8>, AtomicU8);

    impl Bytes for Failing {
        fn len(&self) -> u64 {
            self.0.len() as u64
        }

        fn mapped(&self, _: u64, _: usize) -> Option<&[u8]> {
            None
        }

        fn read_at(&self, at: u64, out: &mut [u8]) {
            Bytes::read_at(self.0.as_slice(), at, out);
            if let Some(byte) = 10_000u64.checked_sub(at).and_then(|at| out.get_mut(at as usize)) {
                *byte = self.1.fetch_add(1, Relaxed);
            }
        }
    }

    #[test]
    fn the_same_bytes_come_through_from_anywhere() {
        let data: Vec<u8> = (0..20_000u32).map(|at| (at % 251) as u8).collect();
        let bytes = data.as_slice();
        let witness = Witness::new(&bytes, true);
        for (at, len) in [(0, 20_000), (4096, 4096), (4095, 2), (19_999, 1), (8192, 11_808)] {
            let mut out = vec![0; len];
            witness.read_at(at as u64, &mut out);
            assert!(out == data[at..at + len], "{at} {len}");
            assert!(witness.mapped(at as u64, len) == Some(&data[at..at + len]));
        }
        assert_eq!(witness.mapped(19_999, 2), None);
        assert!(!witness.has_changed());
    }

    #[test]
    fn a_second_answer_that_differs_is_found_out() {
        let source = Failing(vec![1; 20_000], AtomicU8::new(2));
        let witness = Witness::new(&source, false);
        let mut out = vec![0; 20_000];
        witness.read_at(0, &mut out[..5000]);
        witness.read_at(9000, &mut out[..5000]);
        assert!(!witness.has_changed(), "every block was delivered once");
        witness.read_at(0, &mut out);
        assert!(witness.has_changed());
        let runs = |spans: &[(u64, u64)]| {
            Runs::new(spans.iter().map(|&(at, len)| Span { at, len }).collect())
        };
        assert_eq!(witness.first_changed(&runs(&[(0, 8192), (12_288, 100)])), None);
        assert_eq!(witness.first_changed(&runs(&[(0, 20_000)])), Some(8192));
        assert_eq!(witness.first_changed(&runs(&[(0, 100), (9000, 5000)])), Some(100));
    }

    #[test]
    fn what_was_not_measured_is_not_compared() {
        let source = Failing(vec![1; 20_000], AtomicU8::new(2));
        let witness = Witness::new(&source, false);
        let mut out = vec![0; 20_000];
        witness.read_at(0, &mut out[..5000]);
        witness.only_compare();
        witness.read_at(0, &mut out);
        witness.read_at(0, &mut out);
        assert!(!witness.has_changed());
    }
}
