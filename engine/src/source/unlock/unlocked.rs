//! A source whose encrypted volumes are read through their keys.

use std::path::Path;

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use super::piece::{LARGEST_SECTOR, Piece, Shown};
use super::volume::UnlockedVolume;
use crate::control::progress::Stop;
use crate::model::SpanSet;
use crate::source::definition::{Source, SourceKind};
use crate::source::sparse::first_range;

/// A source in which the bytes of unlocked volumes come decrypted, where they lie encrypted.
pub struct Unlocked {
    source: Box<dyn Source>,
    /// Ranges that show other bytes than lie there, in order and apart.
    pieces: Vec<Piece>,
    volumes: Vec<UnlockedVolume>,
}

impl Unlocked {
    /// The source with these volumes open. Of pieces that overlap the first counts.
    pub(super) fn new(
        source: Box<dyn Source>,
        mut pieces: Vec<Piece>,
        volumes: Vec<UnlockedVolume>,
    ) -> Self {
        let len = source.len();
        pieces.retain(|piece| {
            let stored = piece.stored().unwrap_or(piece.shown);
            let fits = |span: Span| span.at.checked_add(span.len).is_some_and(|end| end <= len);
            piece.shown.len > 0 && fits(piece.shown) && fits(stored)
        });
        pieces.sort_by_key(|piece| piece.shown);
        let mut end = 0;
        pieces.retain(|piece| {
            let is_apart = piece.shown.at >= end;
            if is_apart {
                end = piece.shown.end();
            }
            is_apart
        });
        Unlocked { source, pieces, volumes }
    }

    /// The parts of a range in order, each with the piece that it lies in, or with none.
    fn parts(&self, span: Span) -> impl Iterator<Item = (Span, Option<&Piece>)> {
        let first = self.pieces.partition_point(|piece| piece.shown.end() <= span.at);
        let mut rest = self.pieces.get(first..).unwrap_or_default();
        let mut at = span.at;
        std::iter::from_fn(move || {
            if at >= span.end() {
                return None;
            }
            let next = rest.first().filter(|piece| piece.shown.at < span.end());
            let (end, piece) = match next {
                Some(piece) if piece.shown.at <= at => {
                    rest = rest.get(1..).unwrap_or_default();
                    (piece.shown.end().min(span.end()), Some(piece))
                }
                Some(piece) => (piece.shown.at, None),
                None => (span.end(), None),
            };
            let part = Span::between(at, end);
            at = end;
            Some((part, piece))
        })
    }

    /// Fills `out` from whole sectors of a piece, which begin at `at`; those of which something could not be read
    /// become zeros.
    fn decrypt(&self, piece: &Piece, at: u64, out: &mut [u8]) {
        let Shown::Decrypted { from, origin, sector, cipher } = &piece.what else { return };
        let stored = from + (at - piece.shown.at);
        self.source.read_at(stored, out);
        let bad = self.source.unreadable_in(Span { at: stored, len: out.len() as u64 });
        for (place, bytes) in
            (stored..).step_by(*sector as usize).zip(out.chunks_mut(*sector as usize))
        {
            let span = Span { at: place, len: bytes.len() as u64 };
            if bad.is_some() && self.source.unreadable_in(span).is_some() {
                bytes.fill(0);
            } else {
                cipher.decrypt(place - origin, bytes);
            }
        }
    }

    /// Fills `out` from a part of a piece.
    fn show(&self, piece: &Piece, part: Span, out: &mut [u8]) {
        let Shown::Decrypted { sector, .. } = piece.what else {
            // It is read all the same: an image that is made on the way has it.
            self.source.read_at(part.at, out);
            return out.fill(0);
        };
        let sector = u64::from(sector);
        let (mut at, mut rest) = (part.at, out);
        while !rest.is_empty() {
            let inside = (at - piece.shown.at) % sector;
            let whole = rest.len() as u64 / sector * sector;
            let taken = if inside == 0 && whole > 0 {
                let (now, after) = std::mem::take(&mut rest).split_at_mut(whole as usize);
                self.decrypt(piece, at, now);
                rest = after;
                whole
            } else {
                let mut buffer = [0; LARGEST_SECTOR as usize];
                let buffer = &mut buffer[..sector as usize];
                self.decrypt(piece, at - inside, buffer);
                let wanted = &buffer[inside as usize..];
                let taken = wanted.len().min(rest.len());
                let (now, after) = std::mem::take(&mut rest).split_at_mut(taken);
                now.copy_from_slice(&wanted[..taken]);
                rest = after;
                taken as u64
            };
            at += taken;
        }
    }

    /// What an unreadable range of the source makes unreadable in a piece: whole sectors.
    fn lost(piece: &Piece, bad: Span) -> Option<Span> {
        let stored = piece.stored()?;
        let from = bad.at.max(stored.at);
        let met = Span::between(from, bad.end().min(stored.end()));
        let shown =
            Span { at: piece.shown.at + (from.min(stored.end()) - stored.at), len: met.len };
        (met.len > 0).then(|| piece.sectors(shown))
    }
}

impl Bytes for Unlocked {
    fn len(&self) -> u64 {
        self.source.len()
    }

    fn mapped(&self, at: u64, len: usize) -> Option<&[u8]> {
        let is_plain = self.parts(Span { at, len: len as u64 }).all(|(_, piece)| piece.is_none());
        if is_plain { self.source.mapped(at, len) } else { None }
    }

    fn read_at(&self, at: u64, out: &mut [u8]) {
        let mut rest = out;
        for (part, piece) in self.parts(Span { at, len: rest.len() as u64 }) {
            let (now, after) = std::mem::take(&mut rest).split_at_mut(part.len as usize);
            match piece {
                None => self.source.read_at(part.at, now),
                Some(piece) => self.show(piece, part, now),
            }
            rest = after;
        }
    }

    fn unreadable_in(&self, span: Span) -> Option<Span> {
        self.parts(span).find_map(|(part, piece)| {
            let Some(piece) = piece else { return self.source.unreadable_in(part) };
            let sectors = piece.sectors(part);
            let stored = piece.stored()?;
            let asked = Span { at: stored.at + (sectors.at - piece.shown.at), len: sectors.len };
            Self::lost(piece, self.source.unreadable_in(asked)?)
        })
    }
}

impl Source for Unlocked {
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
        let bad: SpanSet = self.source.unreadable().into();
        let shown: SpanSet = self.pieces.iter().map(|piece| piece.shown).collect();
        let mut all = bad.outside(&shown);
        for piece in &self.pieces {
            let Some(stored) = piece.stored() else { continue };
            all.extend(bad.meeting(stored).iter().filter_map(|bad| Self::lost(piece, *bad)));
        }
        all.into()
    }

    fn data_after(&self, at: u64) -> Option<Span> {
        // What comes from elsewhere has data, whatever lies where it is shown.
        let data = self.source.data_after(at);
        let mut moved = self.pieces.iter().filter(|piece| piece.is_moved());
        let moved = moved.find(|piece| piece.shown.end() > at);
        let moved = moved.map(|piece| Span::between(piece.shown.at.max(at), piece.shown.end()));
        first_range(data, moved)
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

    fn stored(&self) -> Option<&dyn Source> {
        Some(self.source.as_ref())
    }

    fn unlocked(&self) -> &[UnlockedVolume] {
        &self.volumes
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::piece::SectorCipher;
    use super::*;
    use crate::source::MemorySource;

    /// Adds the number of its sector to every byte.
    struct Numbered(u64);

    impl SectorCipher for Numbered {
        fn decrypt(&self, at: u64, sector: &mut [u8]) {
            assert!(at.is_multiple_of(self.0) && sector.len() as u64 == self.0);
            sector.iter_mut().for_each(|byte| *byte = byte.wrapping_add((at / self.0) as u8 + 1));
        }
    }

    const LEN: usize = 20_000;

    fn byte(at: usize) -> u8 {
        (at % 251) as u8
    }

    /// Zeros from 1000 to 1512; from 2048 on eight sectors of 1024 in place; two of them at 12,000 from 2048.
    fn unlocked(bad: &[(u64, u64)]) -> (Unlocked, Vec<u8>) {
        let cipher: Arc<dyn SectorCipher> = Arc::new(Numbered(1024));
        let piece = |at, len, from| Piece {
            shown: Span { at, len },
            what: Shown::Decrypted {
                from,
                origin: 2048,
                sector: 1024,
                cipher: Arc::clone(&cipher),
            },
        };
        let zeros = Piece { shown: Span { at: 1000, len: 512 }, what: Shown::Zeros };
        let beyond = piece(19_000, 1024, 19_000);
        let pieces = vec![piece(2048, 8192, 2048), zeros, piece(12_000, 2048, 2048), beyond];
        let data: Vec<u8> = (0..LEN).map(byte).collect();
        let mut truth = data.clone();
        truth[1000..1512].fill(0);
        for at in 0..8192 {
            truth[2048 + at] = byte(2048 + at).wrapping_add((at / 1024) as u8 + 1);
        }
        truth.copy_within(2048..4096, 12_000);
        let bad = bad.iter().map(|&(at, end)| Span::between(at, end)).collect();
        let source = MemorySource::new("disk", data).unmapped().with_bad_sectors(bad);
        (Unlocked::new(Box::new(source), pieces, Vec::new()), truth)
    }

    #[test]
    fn bytes_are_those_of_the_pieces_from_wherever_they_are_read() {
        let (source, truth) = unlocked(&[]);
        assert_eq!(source.pieces.len(), 3, "what passes the end is left out");
        for at in (0..LEN).step_by(97).chain([999, 1000, 2047, 2048, 10_240, 12_000]) {
            for len in [1, 2, 16, 511, 1024, 1025, 5000, LEN] {
                let mut out = vec![0xee; len.min(LEN - at)];
                source.read_at(at as u64, &mut out);
                assert!(out == truth[at..at + out.len()], "{at} {len}");
            }
        }
        assert!(source.mapped(900, 101).is_none() && source.mapped(2048, 1).is_none());
    }

    #[test]
    fn a_sector_of_which_something_cannot_be_read_is_zeros_and_unreadable() {
        let (source, mut truth) = unlocked(&[(500, 510), (3080, 3081), (1100, 1200)]);
        let mut out = vec![0; LEN];
        source.read_at(0, &mut out);
        // The source reads in sectors of its own.
        let bad = source.source.unreadable();
        assert!(bad.iter().any(|bad| bad.at <= 3080 && bad.end() > 3080), "{bad:?}");
        for at in [3072, 12_000 + 1024] {
            truth[at..at + 1024].fill(0);
            let span = Span { at: at as u64 + 1000, len: 3 };
            assert_eq!(source.unreadable_in(span), Some(Span { at: at as u64, len: 1024 }));
        }
        let plain = bad.iter().filter(|bad| bad.end() <= 1000);
        plain.for_each(|bad| truth[bad.at as usize..bad.end() as usize].fill(0));
        assert!(out == truth);
        let listed = source.unreadable();
        assert!(listed.contains(&Span { at: 3072, len: 1024 }), "{listed:?}");
        assert!(listed.contains(&Span { at: 13_024, len: 1024 }), "{listed:?}");
        assert_eq!(source.unreadable_in(Span { at: 1000, len: 512 }), None);
        assert_eq!(source.unreadable_in(Span { at: 4096, len: 1024 }), None);
    }
}
