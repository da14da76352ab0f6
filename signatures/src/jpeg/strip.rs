//! A JPEG that is one strip or tile of a larger picture, whose tables may stand elsewhere.
//!
//! Source: TIFF Technical Note 2 (1995), "Strips and tiles"; Adobe DNG 1.7, "Compression".

use super::skim::JpegOracle;
use crate::oracle::{Oracle, Said};
use crate::verdict::Span;
use crate::view::View;

/// Data is read in pieces of this many bytes.
const PIECE: usize = 64 << 10;

/// SOI, which begins a table stream and a strip.
const START: [u8; 2] = [0xff, 0xd8];

/// EOI, which ends a table stream.
const END: [u8; 2] = [0xff, 0xd9];

/// The oracle of a picture's strips, with the tables that they share.
pub struct Strips {
    oracle: JpegOracle,
    /// Bytes that the oracle has seen of the tables.
    fed: u64,
    /// Bytes at the start of each strip that the tables stand for.
    skipped: u64,
}

/// What became of a strip.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Strip {
    /// The first byte that cannot be, and why; nothing when it was decoded to its end.
    pub fault: Option<(u64, &'static str)>,
    /// Which part of the strip was decoded, from 0 to 1.
    pub share: f32,
    /// The first byte after what was decoded; nothing where no JPEG begins.
    pub end: Option<u64>,
}

impl Strips {
    /// Strips that refer to `tables`, an abbreviated stream from SOI to EOI, or to their own.
    pub fn new(tables: Option<&[u8]>) -> Self {
        let own = Strips { oracle: JpegOracle::new(), fed: 0, skipped: 0 };
        let Some(tables) = tables.and_then(|bytes| bytes.strip_suffix(&END)) else { return own };
        let mut oracle = JpegOracle::new();
        match oracle.feed(tables) {
            Said::More => Strips { oracle, fed: tables.len() as u64, skipped: START.len() as u64 },
            _ => own,
        }
    }

    /// Decodes the strip in `span`, as far as the view has it.
    pub fn prove(&self, view: &mut View<'_>, span: Span) -> Strip {
        if view.array(span.at) != Ok(START) {
            let fault = Some((span.at.min(view.len()), "no JPEG where a strip begins"));
            return Strip { fault, share: 0.0, end: None };
        }
        let mut oracle = self.oracle.clone();
        let end = span.end().min(view.len());
        let mut at = (span.at + self.skipped).min(end);
        while at < end && oracle.said() == Said::More {
            let most = usize::try_from(end - at).unwrap_or(PIECE).min(PIECE);
            let piece = view.up_to(at, most);
            if piece.is_empty() {
                break;
            }
            at += piece.len() as u64;
            oracle.feed(piece);
        }
        let reached = match oracle.said() {
            Said::Done { end } => self.offset(end, span),
            Said::Wrong { at, .. } => self.offset(at, span),
            Said::More => at,
        };
        let fault = match oracle.said() {
            Said::Done { .. } => None,
            // A writer may leave out EOI.
            Said::More if oracle.all_units() && end == span.end() => None,
            Said::More => Some((end, "a strip ends before its last unit")),
            Said::Wrong { at, what } => Some((self.offset(at, span), what)),
        };
        let share = if fault.is_none() { 1.0 } else { oracle.share() };
        Strip { fault, share, end: Some(reached) }
    }

    /// Where byte `at` of what the oracle has seen lies in the file.
    fn offset(&self, at: u64, span: Span) -> u64 {
        span.at.saturating_add(self.skipped).saturating_add(at.saturating_sub(self.fed))
    }
}
