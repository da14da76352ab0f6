//! Bytes that remember what of them was asked for and could not be read.

use std::sync::{Mutex, PoisonError};

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use crate::model::SpanSet;

/// The bytes of a source as records of file systems are read from it.
pub(super) struct Noted<'b> {
    bytes: &'b dyn Bytes,
    unreadable: Mutex<SpanSet>,
}

impl<'b> Noted<'b> {
    pub(super) fn new(bytes: &'b dyn Bytes) -> Self {
        Noted { bytes, unreadable: Mutex::default() }
    }

    /// What was asked for and could not be read.
    pub(super) fn unreadable(&self) -> SpanSet {
        self.unreadable.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, asked: Span) {
        let mut at = asked.at;
        while let Some(range) = self.bytes.unreadable_in(Span::between(at, asked.end())) {
            let lost = Span::between(range.at.max(asked.at), range.end().min(asked.end()));
            self.unreadable.lock().unwrap_or_else(PoisonError::into_inner).insert(lost);
            at = range.end();
        }
    }
}

impl Bytes for Noted<'_> {
    fn len(&self) -> u64 {
        self.bytes.len()
    }

    fn mapped(&self, at: u64, len: usize) -> Option<&[u8]> {
        let bytes = self.bytes.mapped(at, len)?;
        self.note(Span { at, len: len as u64 });
        Some(bytes)
    }

    fn read_at(&self, at: u64, out: &mut [u8]) {
        self.bytes.read_at(at, out);
        self.note(Span { at, len: out.len() as u64 });
    }

    fn unreadable_in(&self, span: Span) -> Option<Span> {
        self.bytes.unreadable_in(span)
    }
}
