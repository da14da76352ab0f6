//! Volumes inside an encrypted one that is open.

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use super::{Survey, precedence};
use crate::source::unlock::UnlockedVolume;
use crate::volumes::partition;
use crate::volumes::survey::volume::Volume;

/// A range of a source, as if there was nothing else.
struct Window<'b> {
    bytes: &'b dyn Bytes,
    span: Span,
}

impl Bytes for Window<'_> {
    fn len(&self) -> u64 {
        self.span.len
    }

    fn mapped(&self, at: u64, len: usize) -> Option<&[u8]> {
        let is_inside = at.checked_add(len as u64).is_some_and(|end| end <= self.span.len);
        if is_inside { self.bytes.mapped(self.span.at + at, len) } else { None }
    }

    fn read_at(&self, at: u64, out: &mut [u8]) {
        let is_inside = at.checked_add(out.len() as u64).is_some_and(|end| end <= self.span.len);
        if is_inside { self.bytes.read_at(self.span.at + at, out) } else { out.fill(0) }
    }

    fn unreadable_in(&self, span: Span) -> Option<Span> {
        let moved = Span { at: span.at.checked_add(self.span.at)?, len: span.len };
        let bad = self.bytes.unreadable_in(moved)?;
        let from = bad.at.max(self.span.at);
        Some(Span::between(from - self.span.at, bad.end().saturating_sub(self.span.at)))
    }
}

impl Survey {
    /// Adds what begins where the bytes of an open volume do, and what a partition table in it leads to.
    pub(super) fn add_inside(&mut self, bytes: &dyn Bytes, open: &UnlockedVolume) {
        let inside = open.payload;
        let window = Window { bytes, span: inside };
        let mut places = vec![(inside, open.partition)];
        for found in partition::partitions(&window).list {
            let span = Span { at: inside.at + found.span.at, len: found.span.len };
            places.push((span, open.partition.or(Some(found.number))));
        }
        for (span, partition) in places {
            let is_known = self.volumes.iter().any(|known| known.contents.span.at == span.at);
            if !is_known
                && !self.is_full()
                && let Some(new) = Volume::read(bytes, span, partition)
            {
                precedence::admit(&mut self.volumes, new);
            }
        }
    }
}
