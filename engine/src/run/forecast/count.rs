//! Bytes of a source that count how many of them are read.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use afterimage_signatures::Bytes;

use crate::source::Source;

/// A source whose reads are counted. It lends nothing, so that a mapped image costs what a device does.
pub(super) struct Counted<'s> {
    source: &'s dyn Source,
    read: AtomicU64,
}

impl<'s> Counted<'s> {
    pub(super) fn new(source: &'s dyn Source) -> Self {
        Counted { source, read: AtomicU64::new(0) }
    }

    /// Bytes that were read so far.
    pub(super) fn read(&self) -> u64 {
        self.read.load(Relaxed)
    }
}

impl Bytes for Counted<'_> {
    fn len(&self) -> u64 {
        self.source.len()
    }

    fn mapped(&self, _: u64, _: usize) -> Option<&[u8]> {
        None
    }

    fn read_at(&self, at: u64, out: &mut [u8]) {
        self.read.fetch_add(out.len() as u64, Relaxed);
        self.source.read_at(at, out);
    }
}
