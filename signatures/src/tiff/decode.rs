//! Strips and tiles, decoded only to see whether they can be.

use super::decoder::{Decoder, Step};
use super::deflate::Deflate;
use super::layout::Lens;
use super::lzw::Lzw;
use super::packbits::PackBits;
use crate::jpeg::strip::Strips;
use crate::verdict::Span;
use crate::view::View;

/// Data is read in pieces of this many bytes.
const PIECE: usize = 64 << 10;

/// Tables that JPEG strips share are no longer, in bytes: four of each kind.
const MOST_TABLES: u64 = 8 << 10;

/// Bytes that a writer may leave after the runs of a strip.
const PADDING: u64 = 3;

/// A coding that is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// A zlib stream for each strip.
    Deflate,
    /// Codes of 9 to 12 bits, from the highest bit on.
    Lzw,
    /// Runs of bytes.
    PackBits,
    /// A JPEG for each strip, of any process.
    Jpeg,
}

/// What became of a strip or tile.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// The first byte that cannot be, and why; nothing when it was decoded to its end.
    pub fault: Option<(u64, &'static str)>,
    /// What is not as it should be and damages nothing, and where.
    pub odd: Option<(u64, &'static str)>,
    /// What no foreign bytes could have replaced unseen.
    pub proven: Option<Span>,
    /// Which part of it was decoded, from 0 to 1.
    pub share: f32,
}

impl Coding {
    /// The coding of that number, if it is checked. An old-style JPEG may be one in each strip or
    /// not; that is seen from its first bytes.
    ///
    /// Source: TIFF 6.0, sections 9, 13 and 22; Adobe Photoshop TIFF Technical Notes (2002);
    /// libtiff's tiff.h for 32946; Adobe DNG 1.7 for 34892.
    pub fn of(compression: u64) -> Option<Self> {
        match compression {
            8 | 32946 => Some(Coding::Deflate),
            5 => Some(Coding::Lzw),
            32773 => Some(Coding::PackBits),
            6 | 7 | 34892 => Some(Coding::Jpeg),
            _ => None,
        }
    }
}

/// Decodes the JPEG in `part`.
///
/// That it ends right proves nothing: strips are short and share their tables, so that a piece of
/// one strip may fill up another with the very units that it lacks.
pub fn jpeg(view: &mut View<'_>, strips: &Strips, part: Span) -> Outcome {
    let strip = strips.prove(view, part);
    Outcome { fault: strip.fault, odd: None, proven: None, share: strip.share }
}

/// The oracle of strips whose tables lie there.
pub fn strips(view: &mut View<'_>, tables: Option<Span>) -> Strips {
    let tables = tables.filter(|tables| tables.len <= MOST_TABLES);
    Strips::new(tables.and_then(|span| view.bytes(span.at, span.len as usize).ok()))
}

/// Decodes `part`, which decodes to a known length. Runs of PackBits prove nothing: nearly all
/// bytes are legal, and lengths are soon made up for.
pub fn bytes(view: &mut View<'_>, coding: Coding, part: Span, lens: Lens) -> Outcome {
    match coding {
        Coding::Deflate => drive(view, &mut Deflate::new(lens.most), part, lens, Proof::Sealed),
        Coding::Lzw => drive(view, &mut Lzw::new(lens.most), part, lens, Proof::Strong),
        _ => drive(view, &mut PackBits::new(lens.own, lens.most), part, lens, Proof::None),
    }
}

/// What it proves of a part that it decodes to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
enum Proof {
    /// Nothing.
    None,
    /// That it has its rows.
    Strong,
    /// That it is what the writer wrote: there is a checksum.
    Sealed,
}

/// Feeds the part to a decoder until it has made up its mind.
fn drive(
    view: &mut View<'_>,
    decoder: &mut impl Decoder,
    part: Span,
    lens: Lens,
    proof: Proof,
) -> Outcome {
    let (strong, sealed) = (proof >= Proof::Strong, proof == Proof::Sealed);
    let end = part.end().min(view.len());
    let mut at = part.at;
    let mut step = Step::More;
    while at < end && step == Step::More {
        let piece = view.up_to(at, usize::try_from(end - at).unwrap_or(PIECE).min(PIECE));
        if piece.is_empty() {
            break;
        }
        let (taken, next) = decoder.feed(piece);
        at += taken as u64;
        step = next;
    }
    let decoded = decoder.decoded();
    let whole = decoded >= lens.own;
    let share = if whole { 1.0 } else { (decoded as f64 / lens.own as f64) as f32 };
    // Of a coding that proves its own end, that end is the writer's, wherever the rows are.
    let sealed = step == Step::Done && sealed;
    let missing = lens.own.saturating_sub(decoded);
    // A row of the last strip, not most of a strip of one row.
    let slight = missing <= lens.row.min(lens.own / 4) || sealed && missing <= lens.own / 2;
    let fault = match step {
        Step::Wrong(what) => Some((at, what)),
        // Strong codings say themselves where they end.
        Step::Done if !strong && end - at > PADDING => {
            Some((at, "a strip goes on after its last row"))
        }
        Step::Done | Step::More if whole || slight => None,
        Step::Done => Some((at.saturating_sub(1).max(part.at), "a strip ends before its last row")),
        Step::More => Some((end, "a strip ends before its last row")),
    };
    let odd = match decoder.odd() {
        _ if fault.is_some() => None,
        None if !whole => Some((part.at, "a strip is shorter than its rows")),
        odd => odd.map(|what| (part.at, what)),
    };
    let exact = step == Step::Done && (decoded == lens.own || decoded == lens.most);
    let proven = (strong && exact && fault.is_none()).then(|| Span::between(part.at, at));
    Outcome { fault, odd, proven, share }
}
