//! Lengths of strips and tiles that a directory leaves out or gives as 0: the data says where it
//! ends, by its rows, its coding, or the start of the next.
//!
//! Source: libtiff, tif_dirread.c, "EstimateStripByteCounts"; scanners' files.

use super::decode::{self, Coding};
use super::decoder::{Decoder, Step};
use super::deflate::Deflate;
use super::fax::Fax;
use super::layout::{Layout, Lens};
use super::lzw::Lzw;
use super::packbits::PackBits;
use crate::verdict::Span;
use crate::view::View;

/// Data is read in pieces of this many bytes.
const PIECE: usize = 16 << 10;

/// Bytes of a decoded part that count as much as one number of a directory.
const BYTES_A_NUMBER: u64 = 512;

/// What looking for the end of one part counts at least, in numbers of a directory.
const LEAST_COST: u64 = 32;

/// How the parts of a picture are coded, as far as that tells where they end.
pub struct MissingLengths<'p> {
    /// Whether the rows are not coded at all.
    pub plain: bool,
    /// The coding, if it is one that is followed.
    pub coding: Option<Coding>,
    /// The coding of a fax.
    pub fax: Option<Fax>,
    /// Tables that JPEG strips share.
    pub tables: Option<Span>,
    /// How long each part is when it is decoded.
    pub layout: Option<&'p Layout>,
    /// More bytes than a part can have.
    pub most: u64,
    /// Where the directory begins, which no part reaches over.
    pub directory: u64,
}

impl MissingLengths<'_> {
    /// Finds the lengths of those of `parts` that have none, each with its number; what is decoded
    /// counts against `budget`. Drops parts whose ends nothing tells. Returns how many were found.
    pub fn find(&self, view: &mut View<'_>, parts: &mut Vec<(Span, u64)>, budget: &mut u64) -> u64 {
        if parts.iter().all(|(part, _)| part.len > 0) {
            return 0;
        }
        let mut starts: Vec<u64> = parts.iter().map(|(part, _)| part.at).collect();
        starts.push(self.directory);
        starts.sort_unstable();
        let (mut found, mut last) = (0, Span { at: u64::MAX, len: 0 });
        for (part, number) in parts.iter_mut().filter(|(part, _)| part.len == 0) {
            if part.at == last.at {
                part.len = last.len;
                continue;
            }
            let next = starts.get(starts.partition_point(|&start| start <= part.at)).copied();
            let lens = self.layout.and_then(|layout| layout.lens(*number));
            // Any of them may be read to its end, or be decoded to all its rows.
            let read = self.limit(view, part.at, next).saturating_sub(part.at);
            let cost = lens.map_or(0, |lens| lens.own).max(read) / BYTES_A_NUMBER;
            let Some(left) = budget.checked_sub(cost.max(LEAST_COST)) else { break };
            *budget = left;
            part.len = self.len(view, part.at, next, lens).unwrap_or(0);
            last = *part;
            found += u64::from(part.len > 0);
        }
        parts.retain(|(part, _)| part.len > 0);
        found
    }

    /// Where the part at `at` ends at the latest.
    fn limit(&self, view: &View<'_>, at: u64, next: Option<u64>) -> u64 {
        next.unwrap_or(u64::MAX).min(view.len()).min(at.saturating_add(self.most))
    }

    /// Length of the part at `at`, after which the next begins at `next`.
    fn len(
        &self,
        view: &mut View<'_>,
        at: u64,
        next: Option<u64>,
        lens: Option<Lens>,
    ) -> Option<u64> {
        let limit = self.limit(view, at, next);
        let room = limit.checked_sub(at).filter(|&room| room > 0)?;
        let span = Span { at, len: room };
        let told = match (self.coding, lens) {
            _ if self.plain => {
                return lens.map(|lens| lens.own.min(next.map_or(u64::MAX, |_| room)));
            }
            (Some(Coding::Jpeg), _) => decode::strips(view, self.tables).prove(view, span).end,
            (Some(coding), Some(lens)) => followed(view, coding, span, lens),
            _ => self.fax.and_then(|fax| fax.end(view, at, limit)),
        };
        let told = told.and_then(|end| end.checked_sub(at));
        // What nothing tells reaches up to the next part.
        told.or_else(|| next.is_some_and(|next| next == limit).then_some(room))
    }
}

/// Where the coded part ends that begins `span`: after its own end, or after its last row where the
/// writer left that out; else where the first byte lies that cannot be.
fn followed(view: &mut View<'_>, coding: Coding, span: Span, lens: Lens) -> Option<u64> {
    let own = lens.own;
    let (end, _) = match coding {
        Coding::Deflate => drive(view, &mut Deflate::new(lens.most), span, own, PIECE),
        Coding::PackBits => drive(view, &mut PackBits::new(own, lens.most), span, own, PIECE),
        Coding::Lzw => match drive(view, &mut Lzw::new(lens.most), span, own, PIECE) {
            (_, false) => drive(view, &mut Lzw::new(lens.most), span, own, 1),
            ended => ended,
        },
        Coding::Jpeg => return None,
    };
    Some(end)
}

/// Feeds what lies in `span` to a decoder, at most `most` bytes at once; tells where it ended and
/// whether the coding said so. Byte by byte, all rows are the end too.
fn drive(
    view: &mut View<'_>,
    decoder: &mut impl Decoder,
    span: Span,
    own: u64,
    most: usize,
) -> (u64, bool) {
    let mut at = span.at;
    while at < span.end() {
        let piece = view.up_to(at, usize::try_from(span.end() - at).unwrap_or(most).min(most));
        if piece.is_empty() {
            break;
        }
        let (taken, step) = decoder.feed(piece);
        at += taken as u64;
        match step {
            Step::Done => return (at, true),
            Step::Wrong(_) => return (at, false),
            Step::More if most == 1 && decoder.decoded() >= own => return (at, false),
            Step::More => {}
        }
    }
    (at, false)
}
