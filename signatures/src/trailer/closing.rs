//! Footers that tell where their trailer begins: nothing at its start announces it.
//!
//! Such a trailer may be as long as a film's log of its sensors, so that looking for its end from every
//! picture would cost many times the bytes of a disk. A view is searched a short way. A scan finds the
//! footers on its one way over the source and asks which file ends where their trailers begin.
//!
//! Source: ExifTool 12.57: `IdentifyTrailer`, `IdentifyTrailers` of QuickTime, and the modules named like
//! the programs.

use super::found::Trailer;
use super::limits::NEAR;
use super::search::each;
use crate::verdict::{Child, Kinship, Span};
use crate::view::{Endian::Big, Endian::Little, View};

/// The longest trailer that a footer is believed, in bytes: hours of a camera's motion.
const LONGEST: u64 = 1 << 30;

/// Bytes at or near the end of a trailer that tell its length.
#[derive(Clone, Copy)]
pub struct Footer {
    /// The bytes; none of them is zero at first.
    pub bytes: &'static [u8],
    /// Where the trailer may lie whose footer's bytes stand at that offset of a view.
    spans: fn(&mut View<'_>, u64) -> Spans,
}

/// One place, or two where it is not clear what a length counts.
type Spans = [Option<Span>; 2];

impl std::fmt::Debug for Footer {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.bytes.fmt(out)
    }
}

impl Footer {
    /// Where the trailer may lie whose footer's bytes stand at `at`.
    pub fn trailers(&self, view: &mut View<'_>, at: u64) -> impl Iterator<Item = Span> + use<> {
        let spans = (self.spans)(view, at).into_iter().flatten();
        spans.filter(|span| (1..=LONGEST).contains(&span.len))
    }
}

/// All footers that tell where their trailers begin.
pub static FOOTERS: &[Footer] = &[
    Footer { bytes: b"8db42d694ccc418790edff439fe026bf", spans: insta360 },
    Footer { bytes: &[0xa1, 0xb2, 0xc3, 0xd4], spans: foto_station },
    Footer { bytes: b"jxrs", spans: one_plus },
];

/// The trailer that begins at `at` and that only its end announces.
pub(super) fn unannounced(view: &mut View<'_>, at: u64) -> Option<Trailer> {
    let needles = [FOOTERS[0].bytes, FOOTERS[1].bytes, FOOTERS[2].bytes];
    each(view, at, NEAR, &needles, |view, found, which| {
        let span = FOOTERS[which].trailers(view, found).find(|span| span.at == at)?;
        let children = if which == 1 { preview(view, span) } else { None };
        Some(Trailer { end: span.end(), children: children.into_iter().collect() })
    })
}

/// The `len` bytes before `end`.
fn before(end: u64, len: u64) -> Option<Span> {
    Some(Span { at: end.checked_sub(len)?, len })
}

/// Insta360: the length stands forty bytes before the end.
fn insta360(view: &mut View<'_>, found: u64) -> Spans {
    let len = found.checked_sub(8).and_then(|at| view.u32(at, Little).ok());
    [len.and_then(|len| before(found + 32, u64::from(len))).filter(|span| span.len >= 40), None]
}

/// FotoStation: records with a footer of tag, length and magic each.
fn foto_station(view: &mut View<'_>, found: u64) -> Spans {
    let len = found.checked_sub(4).and_then(|at| view.u32(at, Big).ok());
    let span = len.and_then(|len| before(found + 4, u64::from(len)));
    [span.filter(|span| span.len >= FOTO_STATION_FOOTER), None]
}

/// Length of the footer of a record of FotoStation.
const FOTO_STATION_FOOTER: u64 = 10;

/// The picture in a record of FotoStation.
fn preview(view: &mut View<'_>, record: Span) -> Option<Child> {
    let end = record.end() - FOTO_STATION_FOOTER;
    let kinship = match view.u16(end, Big).ok()? {
        3 => Kinship::Thumbnail,
        _ => Kinship::Preview,
    };
    let is_picture = view.array(record.at) == Ok([0xff, 0xd8, 0xff]);
    is_picture.then_some(Child { span: Span::between(record.at, end), kinship })
}

/// OnePlus: a JSON list of blocks, its length after `jxrs`. The farthest block leads back to
/// the start, counted from the list or from the file's end.
fn one_plus(view: &mut View<'_>, found: u64) -> Spans {
    const LONGEST_LIST: u32 = 64 << 10;
    let read = |view: &mut View<'_>| {
        let len = view.u32(found + 4, Little).ok().filter(|&len| len <= LONGEST_LIST)?;
        let list_at = found.checked_sub(u64::from(len))?;
        Some((list_at, farthest(view.bytes(list_at, len as usize).ok()?)?))
    };
    let Some((list_at, back)) = read(view) else { return [None; 2] };
    let end = found + 8;
    let from_list = list_at.checked_sub(back).map(|at| Span::between(at, end));
    [before(end, back), from_list]
}

/// The largest `"offset"` of a JSON list.
fn farthest(list: &[u8]) -> Option<u64> {
    const KEY: &[u8] = b"\"offset\":";
    let numbers = memchr::memmem::find_iter(list, KEY).filter_map(|found| {
        let digits = &list[found + KEY.len()..];
        let len = digits.iter().take(12).take_while(|byte| byte.is_ascii_digit()).count();
        std::str::from_utf8(&digits[..len]).ok()?.parse().ok()
    });
    if list.starts_with(b"[") { numbers.max() } else { None }
}
