//! A stretch of other bytes.

use std::sync::Arc;

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

/// Bytes that several readers share.
pub(super) type Shared<'t> = Arc<dyn Bytes + Send + 't>;

/// A stretch of shared bytes, as bytes of its own.
pub(super) struct Slice<'t> {
    bytes: Shared<'t>,
    span: Span,
}

impl<'t> Slice<'t> {
    /// The bytes in `span`; what of it lies after their end is zeros and unreadable.
    pub(super) fn new(bytes: Shared<'t>, span: Span) -> Self {
        Slice { bytes, span }
    }

    /// The same from its beginning, of another length.
    pub(super) fn of_len(mut self, len: u64) -> Self {
        self.span.len = len;
        self
    }

    /// Bytes of it that are there.
    fn there(&self) -> u64 {
        self.bytes.len().saturating_sub(self.span.at).min(self.span.len)
    }
}

impl Bytes for Slice<'_> {
    fn len(&self) -> u64 {
        self.span.len
    }

    fn mapped(&self, at: u64, len: usize) -> Option<&[u8]> {
        let is_inside = at.checked_add(len as u64)? <= self.there();
        if is_inside { self.bytes.mapped(self.span.at + at, len) } else { None }
    }

    fn read_at(&self, at: u64, out: &mut [u8]) {
        let there = usize::try_from(self.there().saturating_sub(at)).unwrap_or(usize::MAX);
        let (inside, after) = out.split_at_mut(there.min(out.len()));
        if !inside.is_empty() {
            self.bytes.read_at(self.span.at + at, inside);
        }
        after.fill(0);
    }

    fn unreadable_in(&self, span: Span) -> Option<Span> {
        let (there, end) = (self.there(), span.end().min(self.span.len));
        let (from, to) = (span.at.min(there), end.min(there));
        let asked =
            Span::between(self.span.at.saturating_add(from), self.span.at.saturating_add(to));
        let bad = if from < to { self.bytes.unreadable_in(asked) } else { None };
        if let Some(bad) = bad {
            let at = bad.at.max(self.span.at) - self.span.at;
            return Some(Span::between(at, bad.end().saturating_sub(self.span.at).min(there)));
        }
        (end > there.max(span.at)).then(|| Span::between(there, self.span.len))
    }
}

/// The `len` bytes at `at`, where there are so many and all of them can be read.
pub(super) fn read(bytes: &dyn Bytes, at: u64, len: usize) -> Option<Vec<u8>> {
    at.checked_add(len as u64).filter(|end| *end <= bytes.len())?;
    let mut out = vec![0; len];
    bytes.read_at(at, &mut out);
    bytes.unreadable_in(Span { at, len: len as u64 }).is_none().then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Numbered;

    impl Bytes for Numbered {
        fn len(&self) -> u64 {
            100
        }

        fn mapped(&self, _at: u64, _len: usize) -> Option<&[u8]> {
            None
        }

        fn read_at(&self, at: u64, out: &mut [u8]) {
            out.iter_mut().enumerate().for_each(|(n, byte)| *byte = at as u8 + n as u8);
        }

        fn unreadable_in(&self, span: Span) -> Option<Span> {
            let bad = Span { at: 50, len: 10 };
            (span.at < bad.end() && bad.at < span.end()).then_some(bad)
        }
    }

    #[test]
    fn a_slice_ends_where_its_bytes_end() {
        let slice = |at, len| Slice::new(Arc::new(Numbered), Span { at, len });
        let mut out = [9; 4];
        slice(10, 3).read_at(1, &mut out);
        assert_eq!(out, [11, 12, 0, 0]);
        assert_eq!((slice(90, 50).len(), slice(90, 50).mapped(0, 11)), (50, None));
        assert_eq!(
            slice(90, 50).unreadable_in(Span { at: 5, len: 10 }),
            Some(Span { at: 10, len: 40 })
        );
        assert_eq!(slice(90, 50).unreadable_in(Span { at: 0, len: 10 }), None);
        assert_eq!(
            slice(200, 1).unreadable_in(Span { at: 0, len: 1 }),
            Some(Span { at: 0, len: 1 })
        );
        assert_eq!(
            slice(45, 10).unreadable_in(Span { at: 0, len: 10 }),
            Some(Span { at: 5, len: 5 })
        );
        assert_eq!(slice(45, 10).unreadable_in(Span { at: 0, len: 5 }), None);
        assert_eq!(read(&Numbered, 97, 4), None);
        assert_eq!(read(&Numbered, 58, 4), None);
        assert_eq!(read(&Numbered, 7, 2), Some(vec![7, 8]));
    }
}
