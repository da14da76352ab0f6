//! What is read to know a device.

use std::sync::{Mutex, PoisonError};

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use crate::model::SpanSet;

/// Ranges that are kept before they are merged.
const MOST_PENDING: usize = 1 << 16;

/// Bytes that take note of what is read of them.
pub(super) struct Recorder<'b> {
    bytes: &'b dyn Bytes,
    read: Mutex<Vec<Span>>,
}

impl<'b> Recorder<'b> {
    pub(super) fn new(bytes: &'b dyn Bytes) -> Self {
        Recorder { bytes, read: Mutex::default() }
    }

    /// What was read.
    pub(super) fn read(self) -> SpanSet {
        self.read.into_inner().unwrap_or_else(PoisonError::into_inner).into()
    }

    fn note(&self, span: Span) {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        read.push(span);
        if read.len() >= MOST_PENDING {
            let merged = SpanSet::from(std::mem::take(&mut *read));
            *read = merged.into();
            // Where merging does not help any more, what is known is enough.
            read.truncate(MOST_PENDING / 2);
        }
    }
}

impl Bytes for Recorder<'_> {
    fn len(&self) -> u64 {
        self.bytes.len()
    }

    fn mapped(&self, at: u64, len: usize) -> Option<&[u8]> {
        self.note(Span { at, len: len as u64 });
        self.bytes.mapped(at, len)
    }

    fn unreadable_in(&self, span: Span) -> Option<Span> {
        self.bytes.unreadable_in(span)
    }

    fn read_at(&self, at: u64, out: &mut [u8]) {
        self.note(Span { at, len: out.len() as u64 });
        self.bytes.read_at(at, out);
    }
}
