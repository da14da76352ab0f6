//! An image with holes that are known: a map tells which of its bytes nobody has read.

use std::path::Path;

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use super::definition::{Source, SourceKind};
use super::sparse::first_range;
use crate::control::progress::Stop;
use crate::model::SpanSet;

/// A source of which some ranges are unreadable whatever it has there: an image holds zeros, or what was
/// there before, where its device could not be read. They are not read.
pub struct Holed {
    source: Box<dyn Source>,
    holes: SpanSet,
}

impl Holed {
    /// The source without what lies in `holes`; what these have beyond its end is nothing.
    pub fn new(source: Box<dyn Source>, holes: &SpanSet) -> Self {
        let len = source.len();
        let inside = holes.iter().map(|hole| Span::between(hole.at, hole.end().min(len)));
        Holed { source, holes: inside.collect() }
    }
}

impl Bytes for Holed {
    fn len(&self) -> u64 {
        self.source.len()
    }

    fn mapped(&self, at: u64, len: usize) -> Option<&[u8]> {
        let is_whole = !self.holes.meets(Span { at, len: len as u64 });
        if is_whole { self.source.mapped(at, len) } else { None }
    }

    fn read_at(&self, at: u64, out: &mut [u8]) {
        let end = at.saturating_add(out.len() as u64);
        let (mut here, mut rest) = (at, out);
        for hole in self.holes.meeting(Span::between(at, end)) {
            let before = hole.at.saturating_sub(here) as usize;
            let (now, after) = std::mem::take(&mut rest).split_at_mut(before);
            if !now.is_empty() {
                self.source.read_at(here, now);
            }
            let here_on = here.max(hole.at);
            let lost = (hole.end().min(end) - here_on) as usize;
            let (lost, after) = after.split_at_mut(lost);
            lost.fill(0);
            (here, rest) = (hole.end().min(end), after);
        }
        if !rest.is_empty() {
            self.source.read_at(here, rest);
        }
    }

    fn unreadable_in(&self, span: Span) -> Option<Span> {
        let hole = self.holes.meeting(span).first().copied();
        match (hole, self.source.unreadable_in(span)) {
            (Some(hole), Some(other)) => Some(hole.min(other)),
            (hole, other) => hole.or(other),
        }
    }
}

impl Source for Holed {
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
        let mut all = self.holes.clone();
        all.extend(self.source.unreadable());
        all.into()
    }

    fn data_after(&self, at: u64) -> Option<Span> {
        // A hole of the file that the map calls unread is no sparse hole: nobody knows what is there.
        let data = self.source.data_after(at);
        let hole =
            self.holes.after(at).first().map(|hole| Span::between(hole.at.max(at), hole.end()));
        first_range(data, hole)
    }

    fn bytes_read(&self) -> u64 {
        self.source.bytes_read()
    }

    fn inner(&self) -> Option<&dyn Source> {
        Some(self.source.as_ref())
    }

    fn heed(&mut self, stop: &Stop) {
        self.source.heed(stop);
    }

    fn holes(&self) -> Option<&SpanSet> {
        Some(&self.holes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::MemorySource;

    fn holed(mapped: bool) -> Holed {
        let source = MemorySource::new("card", (1..=100).collect());
        let source = if mapped { source } else { source.unmapped() };
        let holes = [(10, 20), (30, 31), (95, 200)];
        let holes = holes.into_iter().map(|(at, end)| Span::between(at, end)).collect();
        Holed::new(Box::new(source), &holes)
    }

    #[test]
    fn what_the_map_calls_unread_is_zeros_and_unreadable() {
        for source in [holed(true), holed(false)] {
            for at in 0..100u64 {
                for end in at..=100 {
                    let mut out = vec![0xee; (end - at) as usize];
                    source.read_at(at, &mut out);
                    let is_hole = |at: u64| (10..20).contains(&at) || at == 30 || at >= 95;
                    let truth = (at..end).map(|at| if is_hole(at) { 0 } else { at as u8 + 1 });
                    assert!(truth.eq(out), "{at} {end}");
                    let lent = source.mapped(at, (end - at) as usize);
                    assert!(lent.is_none() || !(at..end).any(is_hole));
                }
            }
            let spans = [(10, 20), (30, 31), (95, 100)].map(|(at, end)| Span::between(at, end));
            assert_eq!(source.unreadable(), spans);
            assert_eq!(source.unreadable_in(Span { at: 20, len: 11 }), Some(spans[1]));
            assert_eq!(source.unreadable_in(Span { at: 20, len: 10 }), None);
        }
    }
}
