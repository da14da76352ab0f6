//! What stands before the picture of a JPEG where a segment should, and every decoder passes over:
//! lone bytes, a segment whose marker lost its first byte, the rest of one whose length is too
//! small, markers that mean nothing there.
//!
//! Source: libjpeg, "extraneous bytes before marker"; ITU-T T.81 (1992), B.1.1.3 "Marker
//! assignments".

use super::marker::{self, APP0, APP15, COM, DAC, DHT, DNL, DQT, DRI, EOI, MOST_FILL, Marker};
use super::marker::{RST0, RST7, SOI, SOS, TEM};
use crate::verdict::Span;
use crate::view::{Endian::Big, View};

/// The most bytes that are passed over in one file: as many as two segments hold.
pub const MOST_EXTRANEOUS: u64 = 128 << 10;

/// The most places in one file where bytes are passed over.
pub const MOST_GAPS: usize = 32;

/// More pictures than begin in the metadata of one.
const MOST_STARTS: usize = 16;

/// More segments than a picture has whose first cluster lies in the metadata of another.
const MOST_STEPS: usize = 1024;

/// The least that is looked through for the next marker at once, in bytes; often it is near.
const FIRST_PIECE: usize = 512;

/// The most that is looked through at once, in bytes.
const PIECE: usize = 64 << 10;

/// Bytes that are none of the picture's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Where they lie.
    pub span: Span,
    /// What they are.
    pub what: &'static str,
    /// The application segment or comment that they are, where it can be read all the same.
    pub segment: Option<Marker>,
}

impl Gap {
    fn new(at: u64, end: u64, what: &'static str) -> Self {
        Gap { span: Span::between(at, end), what, segment: None }
    }
}

/// What lies at `at`, where no segment stands that a picture may have there, and is passed over;
/// at most `most` bytes of it. Nothing when no header follows it.
pub fn at(view: &mut View<'_>, at: u64, most: u64) -> Option<Gap> {
    let gap = match marker_at(view, at) {
        Some((code, end)) => meaningless(view, at, code, end),
        None => torn(view, at).or_else(|| loose(view, at, most)),
    };
    gap.filter(|gap| (1..=most).contains(&gap.span.len))
}

/// Whether a picture that begins in `suspect` has the scan header at `scan` as its first, or so many
/// may begin there that nobody looks.
pub fn begins_in(view: &mut View<'_>, suspect: Span, scan: u64) -> bool {
    let (mut at, mut starts) = (suspect.at, 0);
    while at < suspect.end() {
        let most = usize::try_from(suspect.end() - at).unwrap_or(PIECE).min(PIECE);
        let piece = view.up_to(at, most + 1);
        let found = memchr::memmem::find(piece, &[0xff, SOI]);
        let Some(start) = found else {
            at += most as u64;
            continue;
        };
        let start = at + start as u64;
        starts += 1;
        if starts > MOST_STARTS || leads_to(view, start + 2, scan) {
            return true;
        }
        at = start + 2;
    }
    false
}

/// Whether the segments from `at` on lead to the scan header at `scan`.
fn leads_to(view: &mut View<'_>, mut at: u64, scan: u64) -> bool {
    for _ in 0..MOST_STEPS {
        if at >= scan {
            return at == scan;
        }
        match Marker::read(view, at) {
            Ok(Marker { code, content }) if is_header_code(code) && code != SOS => {
                at = content.end();
            }
            _ => return false,
        }
    }
    false
}

/// Whether bytes that begin with SOI and no marker after it may be a picture's all the same.
pub fn opens(view: &mut View<'_>) -> bool {
    match view.array(0) {
        Ok([0xff, SOI, 0xff]) | Err(_) => false,
        Ok(_) => at(view, 2, MOST_EXTRANEOUS).is_some(),
    }
}

/// Second byte and end of the marker at `at`.
fn marker_at(view: &mut View<'_>, at: u64) -> Option<(u8, u64)> {
    let mut end = at;
    while view.u8(end).ok()? == 0xff {
        end += 1;
        if end - at > MOST_FILL {
            return None;
        }
    }
    let code = view.u8(end).ok()?;
    (end > at && code != 0).then_some((code, end + 1))
}

/// A marker that means nothing here, with its segment.
fn meaningless(view: &mut View<'_>, at: u64, code: u8, end: u64) -> Option<Gap> {
    if matches!(code, SOI | EOI | SOS) {
        return None;
    }
    if marker::stands_alone(code) {
        return Some(Gap::new(at, end, "a marker that means nothing here"));
    }
    let after = end.checked_add(u64::from(view.u16(end, Big).ok()?))?;
    let foreign = code == DNL || !marker::is_known(code);
    (foreign && after >= end + 2 && is_header(view, after))
        .then(|| Gap::new(at, after, "a segment that means nothing here"))
}

/// An application segment or a comment whose marker lost its first byte.
fn torn(view: &mut View<'_>, at: u64) -> Option<Gap> {
    let [first, code] = view.array(at).ok()?;
    let len = u64::from(view.u16(at + 2, Big).ok()?);
    let content = Span { at: at + 4, len: len.checked_sub(2)? };
    let names_one = first != 0xff && matches!(code, APP0..=APP15 | COM);
    (names_one && is_header(view, content.end())).then(|| Gap {
        segment: Some(Marker { code, content }),
        ..Gap::new(at, content.end(), "a segment whose marker is broken")
    })
}

/// Bytes up to the next header, with no other marker among them that means something.
fn loose(view: &mut View<'_>, start: u64, most: u64) -> Option<Gap> {
    let limit = start.checked_add(most)?.min(view.len());
    let (mut at, mut piece) = (start, FIRST_PIECE);
    while at < limit {
        let bytes = view.up_to(at, piece.min((limit - at) as usize));
        let (taken, found) = next_marker(bytes);
        if bytes.is_empty() {
            return None;
        }
        at += taken as u64;
        piece = (2 * piece).min(PIECE);
        if found {
            let (code, end) = marker_at(view, at)?;
            if matches!(code, TEM | RST0..=RST7) {
                at = end;
                continue;
            }
            return is_header(view, at).then(|| Gap::new(start, at, "bytes before a marker"));
        }
    }
    None
}

/// How far the next marker is that means something, and whether there is one. Bytes 0xff at the
/// end are left, since what follows tells what they are; where there is nothing else, they count
/// as a marker.
fn next_marker(bytes: &[u8]) -> (usize, bool) {
    let mut past = 0;
    for index in memchr::memchr_iter(0xff, bytes) {
        if index < past {
            continue;
        }
        let Some(fill) = bytes[index..].iter().position(|&byte| byte != 0xff) else {
            return (index, index == 0);
        };
        match bytes[index + fill] {
            0 | TEM | RST0..=RST7 => past = index + fill,
            _ => return (index, true),
        }
    }
    (bytes.len(), false)
}

/// Whether a marker stands at `at` that may begin the header of a picture, and its segment fits.
fn is_header(view: &mut View<'_>, at: u64) -> bool {
    Marker::read(view, at).is_ok_and(|marker| is_header_code(marker.code))
}

fn is_header_code(code: u8) -> bool {
    matches!(code, 0xc0..=DHT | 0xc5..=0xc7 | 0xc9..=DAC | 0xcd..=0xcf)
        || matches!(code, SOS | DQT | DRI | APP0..=APP15 | COM)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{Buffer, Runs};

    #[track_caller]
    fn check(data: &[u8], len: Option<u64>) {
        let (runs, mut buffer) = (Runs::whole(0, data.len() as u64), Buffer::default());
        let gap = at(&mut View::new(&data, &runs, &mut buffer), 0, MOST_EXTRANEOUS);
        assert_eq!(gap.map(|gap| gap.span.len), len, "data: {data:02x?}");
    }

    const HEADER: &[u8] = b"\xff\xfe\0\x04ab";

    #[test]
    fn loose_bytes_reach_up_to_the_next_header() {
        check(&[b"\0", HEADER].concat(), Some(1));
        check(&[b"ab\xff\0c\xff\xd3\xff\x01d", HEADER].concat(), Some(10));
        check(&[b"ab\xff\0c\xff\xff\xff", HEADER].concat(), Some(5));
        check(&[&[7; 5000], HEADER].concat(), Some(5000));
        check(&[&[7; 511], HEADER].concat(), Some(511));
        check(&[&[7; MOST_EXTRANEOUS as usize + 1], HEADER].concat(), None);
        check(&[b"ab\xff\xd8", HEADER].concat(), None);
        check(&[b"ab\xff\xd9", HEADER].concat(), None);
        check(b"ab\xff\xfe\0\x01", None);
        check(b"ab\xff\xfe\0\xff", None);
        check(b"ab\xff", None);
        check(&[b'a'; 100], None);
    }

    #[test]
    fn a_segment_whose_marker_lost_its_first_byte_is_passed_whole() {
        let torn = [b"\0\xe1\0\x08\xff\xd8Ex", HEADER].concat();
        check(&torn[..6], None);
        check(&torn, None);
        check(&[b"\0\xe1\0\x08Exif\xff\xd8", HEADER].concat(), Some(10));
        check(&[b"\0\xdb\0\x08Exif\xff\xd8", HEADER].concat(), None);
    }

    #[test]
    fn markers_that_mean_nothing_are_passed() {
        check(&[b"\xff\x01", HEADER].concat(), Some(2));
        check(&[b"\xff\xff\xd2", HEADER].concat(), Some(3));
        check(&[b"\xff\xdc\0\x05abc", HEADER].concat(), Some(7));
        check(&[b"\xff\xf3\0\x02", HEADER].concat(), Some(4));
        check(&[b"\xff\x22\0\x02", HEADER].concat(), Some(4));
        check(&[b"\xff\xdc\0\x05abcd", HEADER].concat(), None);
        check(&[b"\xff\xdc\0\x01", HEADER].concat(), None);
        check(&[b"\xff\xe1\0\0", HEADER].concat(), None);
        check(HEADER, None);
        check(&[b"\xff\xd9", HEADER].concat(), None);
        check(&[b"\xff\xd8", HEADER].concat(), None);
    }
}
