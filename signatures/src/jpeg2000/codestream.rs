//! The codestream: a main header, tile-parts that give their lengths, and an end marker.

use super::data;
use super::header::{EOC, Header, SOD, SOT, segment};
use crate::format::Effort;
use crate::verdict::{End, Grade, Reject, Span, Verdict};
use crate::view::{Endian::Big, View};

/// Headers of the smallest picture, and the end marker.
pub const MIN_LEN: u64 = 81;

/// How many tile-parts a codestream may have: each tile 255.
const MOST_PARTS: usize = 65_535 * 255;

/// How a codestream goes on to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Every tile-part is followed by another, the last by the end marker.
    Whole,
    /// The same, but at `at` stand bytes that no coder makes.
    Flawed {
        /// Where they stand.
        at: u64,
    },
    /// What follows the data that can be kept is not of this codestream.
    Broken,
    /// The source ends first.
    Cut,
}

/// A codestream that has been walked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Codestream {
    /// What its header says.
    pub header: Header,
    /// The first byte after it, or after what can be kept.
    pub end: u64,
    /// How it got there.
    pub shape: Shape,
    /// Which part of the picture is there, from 0 to 1, by tiles and by bytes of the last one.
    pub share: f32,
}

/// Walks the codestream at `at`.
///
/// Source: T.800, A.4.2 "SOT": Psot counts from the marker; 0 means that the tile-part reaches to
/// the end marker.
pub fn walk(view: &mut View<'_>, at: u64, effort: Effort) -> Result<Codestream, Reject> {
    let header = Header::read(view, at)?;
    let mut walk = Walk { header, begun: 0, flaw: None };
    let mut next = header.end;
    for _ in 0..MOST_PARTS {
        let part = Part::read(view, next, &header)?;
        walk.begun += u64::from(part.is_first);
        let Some(end) = part.end else {
            return Ok(walk.open(view, part));
        };
        if effort == Effort::Proof && walk.flaw.is_none() && end <= view.len() {
            walk.flaw = data::marker(view, Span::between(part.data, end)).map(|found| found.0);
        }
        match view.u16(end, Big) {
            Ok(EOC) => {
                let shape = walk.flaw.map_or(Shape::Whole, |at| Shape::Flawed { at });
                return Ok(Codestream { header, end: end + 2, shape, share: 1.0 });
            }
            Ok(SOT) if Part::read(view, end, &header).is_ok() => next = end,
            follows => match next_part(view, end, &header) {
                Some(at) => next = at,
                None => return Ok(walk.broken(view, part, end, follows.is_err())),
            },
        }
    }
    Err(Reject::OverBudget { at: next, len: MOST_PARTS as u64 })
}

/// How far the next tile-part is looked for after what is unreadable, in bytes.
const MOST_SOUGHT: u64 = 64 << 20;

/// It is looked for in pieces of so many bytes.
const PIECE: usize = 64 << 10;

/// The first tile-part after the one whose header at `at` is unreadable.
fn next_part(view: &mut View<'_>, at: u64, header: &Header) -> Option<u64> {
    let range = view.unreadable_in(at, 12)?;
    let mut from = view.readable_from(range.at);
    let end = view.len().min(from.saturating_add(MOST_SOUGHT));
    while from < end {
        let len = usize::try_from(end - from).unwrap_or(PIECE).min(PIECE);
        let piece = view.up_to(from, len);
        let step = piece.len().saturating_sub(3) as u64;
        if step == 0 {
            return None;
        }
        // SOT and the length of its segment.
        let found = memchr::memmem::find_iter(piece, &[0xff, 0x90, 0, 10]);
        let found: Vec<u64> = found.map(|index| from + index as u64).collect();
        if let Some(at) = found.into_iter().find(|&at| Part::read(view, at, header).is_ok()) {
            return Some(at);
        }
        from += step;
    }
    None
}

/// What the walk has seen.
struct Walk {
    header: Header,
    /// Tiles whose first part was met.
    begun: u64,
    flaw: Option<u64>,
}

impl Walk {
    /// The last part has no length: its end is marked.
    fn open(&self, view: &mut View<'_>, part: Part) -> Codestream {
        let header = self.header;
        let rest = Span::between(part.data, view.len());
        match data::end(view, rest) {
            Ok(at) => {
                let shape = self.flaw.map_or(Shape::Whole, |at| Shape::Flawed { at });
                Codestream { header, end: at + 2, shape, share: 1.0 }
            }
            Err(end) => {
                let shape = if end >= view.len() { Shape::Cut } else { Shape::Broken };
                Codestream { header, end, shape, share: self.share(0.0) }
            }
        }
    }

    /// What follows `part` is neither another part nor the end: its own data end where bytes
    /// stand that no coder makes.
    fn broken(&self, view: &mut View<'_>, part: Part, end: u64, is_cut: bool) -> Codestream {
        let held = end.min(view.len());
        let foreign = data::marker(view, Span::between(part.data, held)).map(|found| found.0);
        let kept = foreign.unwrap_or(held);
        let shape = if is_cut && foreign.is_none() { Shape::Cut } else { Shape::Broken };
        let fraction = (kept - part.at) as f32 / (end - part.at) as f32;
        Codestream { header: self.header, end: kept, shape, share: self.share(fraction) }
    }

    /// All tiles that were begun but the last, and that fraction of it.
    fn share(&self, fraction: f32) -> f32 {
        let tiles = self.begun.saturating_sub(1) as f32 + fraction;
        (tiles / self.header.tiles as f32).clamp(0.0, 1.0)
    }
}

/// One tile-part.
#[derive(Clone, Copy)]
struct Part {
    at: u64,
    /// Where its data begin.
    data: u64,
    /// The first byte after it, unless it reaches to the end marker.
    end: Option<u64>,
    /// Whether it is the first of its tile.
    is_first: bool,
}

/// Segments in the header of a tile-part.
const MOST_SEGMENTS: usize = 1 << 12;

impl Part {
    fn read(view: &mut View<'_>, at: u64, header: &Header) -> Result<Self, Reject> {
        if view.u16(at, Big)? != SOT || view.u16(at + 2, Big)? != 10 {
            return Err(view.malformed(at, "start of tile-part"));
        }
        if u64::from(view.u16(at + 4, Big)?) >= header.tiles {
            return Err(view.malformed(at + 4, "tile number"));
        }
        let len = u64::from(view.u32(at + 6, Big)?);
        let [number, count] = view.array(at + 10)?;
        if (1..14).contains(&len) || number == 255 || (count > 0 && number >= count) {
            return Err(view.malformed(at + 6, "tile-part"));
        }
        let end = (len > 0).then_some(at + len);
        let mut next = at + 12;
        for _ in 0..MOST_SEGMENTS {
            let marker = view.u16(next, Big)?;
            if marker == SOD {
                let data = next + 2;
                return match end {
                    Some(end) if data > end => Err(view.malformed(at + 6, "tile-part length")),
                    end => Ok(Part { at, data, end, is_first: number == 0 }),
                };
            }
            next = segment(view, next, marker)?;
        }
        Err(Reject::OverBudget { at: next, len: MOST_SEGMENTS as u64 })
    }
}

impl Codestream {
    /// Tells in `verdict`, whose length is set already, how whole the codestream is.
    pub fn judge(&self, verdict: &mut Verdict) {
        verdict.pixels = Some(self.header.pixels);
        match self.shape {
            Shape::Whole => {}
            Shape::Flawed { at } => {
                verdict.grade = Grade::Damaged;
                verdict.note(at, "bytes that no coder makes");
            }
            Shape::Broken | Shape::Cut => {
                (verdict.grade, verdict.end) = (Grade::Partial, End::Minimum);
                verdict.share = Some(self.share);
                let what = match self.shape {
                    Shape::Cut => "the source ends before the codestream",
                    _ => "foreign bytes where the codestream should go on",
                };
                verdict.note(self.end, what);
            }
        }
    }
}
