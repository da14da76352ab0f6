//! A file with some pages in memory that take the place of its own.

use std::collections::BTreeMap;
use std::path::Path;

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use crate::model::SpanSet;
use crate::source::definition::{Source, SourceKind};

/// Bytes of a page.
pub(super) const PAGE: u64 = 4096;

/// A source, zeros over it, and over both pages by their numbers.
pub(super) struct Patched {
    source: Box<dyn Source>,
    pages: BTreeMap<u64, Box<[u8]>>,
    zeros: SpanSet,
}

impl Patched {
    pub(super) fn new(
        source: Box<dyn Source>,
        pages: BTreeMap<u64, Box<[u8]>>,
        zeros: SpanSet,
    ) -> Self {
        Patched { source, pages, zeros }
    }

    fn pages_of(&self, at: u64, len: u64) -> std::ops::Range<u64> {
        at / PAGE..at.saturating_add(len).div_ceil(PAGE)
    }
}

impl Bytes for Patched {
    fn len(&self) -> u64 {
        self.source.len()
    }

    fn mapped(&self, at: u64, len: usize) -> Option<&[u8]> {
        let span = Span { at, len: len as u64 };
        let is_patched = self.zeros.meets(span)
            || self.pages.range(self.pages_of(at, span.len)).next().is_some();
        if is_patched { None } else { self.source.mapped(at, len) }
    }

    fn read_at(&self, at: u64, out: &mut [u8]) {
        self.source.read_at(at, out);
        let span = Span { at, len: out.len() as u64 };
        for zeros in self.zeros.parts(span) {
            out[(zeros.at - at) as usize..(zeros.end() - at) as usize].fill(0);
        }
        let end = at.saturating_add(span.len);
        for (number, page) in self.pages.range(self.pages_of(at, span.len)) {
            let (first, last) = ((number * PAGE).max(at), (number * PAGE + PAGE).min(end));
            let from = (first - number * PAGE) as usize;
            let inside = (first - at) as usize..(last - at) as usize;
            let len = inside.len();
            out[inside].copy_from_slice(&page[from..from + len]);
        }
    }

    fn unreadable_in(&self, span: Span) -> Option<Span> {
        self.source.unreadable_in(span)
    }
}

impl Source for Patched {
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
    use crate::source::MemorySource;

    #[test]
    fn pages_take_the_place_of_what_is_in_the_file() {
        let data: Vec<u8> = (0..20_000u32).map(|at| at as u8).collect();
        let pages = BTreeMap::from([
            (1, vec![9; PAGE as usize].into()),
            (4, vec![8; PAGE as usize].into()),
        ]);
        let zeros = vec![Span { at: 4000, len: 4500 }].into();
        let patched = Patched::new(Box::new(MemorySource::new("x", data.clone())), pages, zeros);
        let mut truth = data;
        truth[4000..8500].fill(0);
        truth[4096..8192].fill(9);
        truth[16_384..].fill(8);
        for (at, len) in
            [(0, 20_000), (4000, 200), (8000, 400), (5000, 10), (16_000, 4000), (9000, 100)]
        {
            let mut out = vec![1; len];
            patched.read_at(at as u64, &mut out);
            assert!(out == truth[at..at + len], "{at} {len}");
            let lent = patched.mapped(at as u64, len);
            assert!(lent.is_none_or(|lent| *lent == truth[at..at + len]));
        }
        assert!(patched.mapped(9000, 100).is_some() && patched.mapped(8191, 2).is_none());
    }
}
