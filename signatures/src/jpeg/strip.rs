//! A JPEG that is one strip or tile of a larger picture, whose tables may stand elsewhere.
//!
//! Source: TIFF Technical Note 2 (1995), "Strips and tiles"; Adobe DNG 1.7, "Compression".

use super::frame::{Coding, Frame};
use super::marker::SOS;
use super::skim::JpegOracle;
use super::walk::MOST_SEGMENTS;
use crate::oracle::{Oracle, Said};
use crate::verdict::Span;
use crate::view::{Endian::Big, View};

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
    /// Entropy-coded data that was decoded to its end.
    pub data: Option<Span>,
    /// Which part of the strip was decoded, from 0 to 1.
    pub share: f32,
    /// Samples of all components, where none is sampled more coarsely than another.
    pub samples: Option<u64>,
    /// Whether the data codes differences of samples, without blocks.
    pub lossless: bool,
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
        let mut strip =
            Strip { fault: None, data: None, share: 0.0, samples: None, lossless: false };
        if view.array(span.at) != Ok(START) {
            strip.fault = Some((span.at.min(view.len()), "no JPEG where a strip begins"));
            return strip;
        }
        if let Some(frame) = frame(view, span) {
            let area = u64::from(frame.width) * u64::from(frame.height);
            strip.samples = Some(area * frame.components.len() as u64);
            strip.lossless = frame.coding == Coding::Lossless;
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
        strip.share = oracle.share();
        // A writer may leave out EOI.
        let ended = match oracle.said() {
            Said::Done { .. } => true,
            Said::More => oracle.all_units() && end == span.end(),
            Said::Wrong { .. } => false,
        };
        if ended {
            let place = |at: u64| self.place(at, span);
            strip.data = match (oracle.data(), &oracle.scans()[..]) {
                ([data], _) if data.proven => Some(*data).map(|data| data.span),
                ([], [scan]) if !oracle.is_opaque() => Some(*scan),
                _ => None,
            };
            strip.data = strip
                .data
                .filter(|_| oracle.flaw().is_none())
                .map(|data| Span::between(place(data.at), place(data.end())));
        } else {
            strip.fault = Some(match oracle.said() {
                Said::Wrong { at, what } => (self.place(at, span), what),
                _ => (end, "a strip ends before its last unit"),
            });
        }
        strip
    }

    /// Where byte `at` of what the oracle has seen lies in the file.
    fn place(&self, at: u64, span: Span) -> u64 {
        span.at.saturating_add(self.skipped).saturating_add(at.saturating_sub(self.fed))
    }
}

/// The frame header of the JPEG in `span`.
fn frame(view: &mut View<'_>, span: Span) -> Option<Frame> {
    let mut at = span.at + START.len() as u64;
    for _ in 0..MOST_SEGMENTS {
        let [_, code] = view.array(at).ok().filter(|marker: &[u8; 2]| marker[0] == 0xff)?;
        let len = u64::from(view.u16(at + 2, Big).ok()?);
        if len < 2 || at + 2 + len > span.end() || code == SOS {
            return None;
        }
        if matches!(code, 0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf) {
            return Frame::parse(code, view.bytes(at + 4, len as usize - 2).ok()?).ok();
        }
        at += 2 + len;
    }
    None
}
