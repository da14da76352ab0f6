//! Bytes of which some are unreadable, for tests.

use super::Bytes;
use crate::verdict::Span;

/// Bytes that are not mapped, and the range of them that is unreadable.
pub(crate) struct Bad(pub(crate) Vec<u8>, pub(crate) Span);

impl Bytes for Bad {
    fn len(&self) -> u64 {
        self.0.len() as u64
    }

    fn mapped(&self, _: u64, _: usize) -> Option<&[u8]> {
        None
    }

    fn read_at(&self, at: u64, out: &mut [u8]) {
        self.0.as_slice().read_at(at, out);
    }

    fn unreadable_in(&self, span: Span) -> Option<Span> {
        (self.1.at < span.end() && span.at < self.1.end()).then_some(self.1)
    }
}
