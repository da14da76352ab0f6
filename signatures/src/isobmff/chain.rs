//! The units that coded pictures consist of: each gives its length, so that together they must
//! fill the picture's bytes exactly. Their contents are not decoded, only looked through for what
//! coded data never contains.

use super::alien::{Alien, PADDING, Trace};
use crate::part::PictureKind;
use crate::verdict::Span;
use crate::view::View;

/// How a picture is coded, as far as its units are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// AVC: NAL units after lengths of `length` bytes.
    Avc {
        /// From 1 to 4.
        length: u8,
    },
    /// HEVC: NAL units after lengths of `length` bytes.
    Hevc {
        /// From 1 to 4.
        length: u8,
    },
    /// AV1: open bitstream units.
    Av1,
    /// No units, but every picture begins in a way of its own.
    Begun(Beginning),
}

/// How pictures begin that have no units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Beginning {
    /// A JPEG file (ITU-T T.81, B.1.1.3: SOI).
    Jpeg,
    /// A PNG file.
    Png,
    /// JPEG 2000, in boxes or not.
    Jpeg2000,
    /// H.263 (ITU-T H.263, 5.1.1: a picture start code of 22 bits).
    H263,
    /// MPEG-4 Visual (ISO/IEC 14496-2, 6.2.1: a start code), or H.263 in its short header.
    Mpeg4,
}

impl Beginning {
    /// Whether a picture may begin with these bytes, of which there are three or more.
    fn fits(self, head: &[u8]) -> bool {
        let is_h263 = head.starts_with(&[0, 0]) && head[2] & 0xfc == 0x80;
        let kind = PictureKind::of(head);
        match self {
            Beginning::Jpeg => head.starts_with(&[0xff, 0xd8]),
            Beginning::Png => kind == Some(PictureKind::Png),
            Beginning::Jpeg2000 => {
                matches!(kind, Some(PictureKind::Jpeg2000 | PictureKind::Jpeg2000Stream))
            }
            Beginning::H263 => is_h263,
            Beginning::Mpeg4 => head.starts_with(&[0, 0, 1]) || is_h263,
        }
    }

    /// Whether each picture is a file of its own.
    pub fn is_file(self) -> bool {
        matches!(self, Beginning::Jpeg | Beginning::Png | Beginning::Jpeg2000)
    }
}

/// Where a chain of units breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Break {
    /// The first unit that cannot be.
    pub at: u64,
    /// What is wrong with it.
    pub what: &'static str,
    /// Whether the source ends inside the unit, which itself is sound.
    pub missing: bool,
    /// Whether the picture is sound again after it: its units go on to the end, and the last
    /// bytes show nothing foreign.
    pub mends: bool,
}

/// How many bytes must show nothing foreign before a picture is taken to be sound again.
const SOUND: u64 = 16 << 10;

/// Follows the units that lie in `extents`, which are read as one. Takes time linear in their
/// length, since no unit is empty.
pub fn follow(view: &mut View<'_>, coding: Coding, extents: &[Span]) -> Result<(), Break> {
    if let Coding::Begun(beginning) = coding {
        return begun(view, beginning, extents);
    }
    let left = extents.iter().fold(0u64, |sum, extent| sum.saturating_add(extent.len));
    let mut units = Units { extents, skipped: 0, left, trace: None };
    while units.left > 0 {
        let at = units.at();
        let step = match coding {
            Coding::Avc { length } => units.avc(view, length),
            Coding::Hevc { length } => units.hevc(view, length),
            Coding::Av1 | Coding::Begun(_) => units.obu(view),
        };
        step.map_err(|what| match units.trace {
            Some(trace) => Break { at: trace.at, what: trace.what, missing: false, mends: false },
            None => Break { at, what, missing: what == MISSING, mends: false },
        })?;
    }
    let Some(Trace { at, what, last }) = units.trace else { return Ok(()) };
    let end = extents.iter().map(Span::end).max().unwrap_or(0);
    Err(Break { at, what, missing: false, mends: end.saturating_sub(last) > SOUND })
}

/// Where the units break that begin with `span`, or its end.
pub fn held(view: &mut View<'_>, coding: Coding, span: Span) -> u64 {
    follow(view, coding, &[span]).map_or_else(|found| found.at, |()| span.end())
}

fn begun(view: &mut View<'_>, beginning: Beginning, extents: &[Span]) -> Result<(), Break> {
    let Some(first) = extents.first().filter(|first| first.len >= 3) else { return Ok(()) };
    let broken = |at, what, missing| Break { at, what, missing, mends: false };
    let len = usize::try_from(first.len).unwrap_or(usize::MAX).min(PictureKind::HEAD);
    let head = view.up_to(first.at, len);
    if head.len() < 3 {
        return Err(broken(first.at, MISSING, true));
    }
    if !beginning.fits(head) {
        return Err(broken(first.at, "a picture does not begin as its coding does", false));
    }
    match view.check(first.at, first.len) {
        Ok(()) => Ok(()),
        Err(_) => Err(broken(first.at, MISSING, true)),
    }
}

/// Types of units that hold tiles.
///
/// Source: AV1 Bitstream and Decoding Process 1.0.0, 6.2.2 "OBU header semantics".
const TILE_GROUP: u8 = 4;
const FRAME: u8 = 6;

const MISSING: &str = "the source ends inside the picture";

/// A reader of several extents as one.
struct Units<'e> {
    extents: &'e [Span],
    /// Bytes of the first of `extents` that have been read.
    skipped: u64,
    /// Bytes of all that have not.
    left: u64,
    /// What is foreign in the units so far.
    trace: Option<Trace>,
}

/// Bytes that are looked through at once.
const PIECE: usize = 64 << 10;

impl Units<'_> {
    fn at(&self) -> u64 {
        self.extents.first().map_or(0, |extent| extent.at.saturating_add(self.skipped))
    }

    fn byte(&mut self, view: &mut View<'_>) -> Result<u8, &'static str> {
        if self.left == 0 {
            return Err("a unit's header is cut");
        }
        let byte = view.u8(self.at()).map_err(|_| MISSING)?;
        self.skip(view, 1)?;
        Ok(byte)
    }

    /// Goes over the payload of a coded picture and looks for what is foreign in it.
    fn look(&mut self, view: &mut View<'_>, len: u64, escapes: bool) -> Result<(), &'static str> {
        if len > self.left {
            return Err("a unit is longer than its picture");
        }
        let (mut alien, mut looked) = (Alien::new(escapes), len.saturating_sub(PADDING));
        let rest = len - looked;
        while looked > 0 {
            let Some(first) = self.extents.first() else { break };
            let most = looked.min(first.len - self.skipped).min(PIECE as u64);
            let at = self.at();
            let bytes = view.up_to(at, most as usize);
            let here = bytes.len() as u64;
            alien.feed(at, bytes);
            self.keep(alien.found());
            if here == 0 {
                return Err(MISSING);
            }
            self.skip(view, here)?;
            looked -= here;
        }
        self.skip(view, rest)
    }

    /// Remembers the first trace and how far the traces go.
    fn keep(&mut self, found: Option<Trace>) {
        if let Some(found) = found {
            let known = self.trace.unwrap_or(found);
            self.trace = Some(Trace { last: known.last.max(found.last), ..known });
        }
    }

    fn skip(&mut self, view: &View<'_>, len: u64) -> Result<(), &'static str> {
        if len > self.left {
            return Err("a unit is longer than its picture");
        }
        self.left -= len;
        let mut len = len;
        while let Some((first, rest)) = self.extents.split_first() {
            let here = len.min(first.len - self.skipped);
            view.check(self.at(), here).map_err(|_| MISSING)?;
            self.skipped += here;
            len -= here;
            if self.skipped < first.len {
                break;
            }
            (self.extents, self.skipped) = (rest, 0);
        }
        Ok(())
    }

    /// The length of the next NAL unit, which is at least that of its header.
    fn nal(&mut self, view: &mut View<'_>, length: u8, least: u64) -> Result<u64, &'static str> {
        let mut len = 0u64;
        for _ in 0..length {
            len = len << 8 | u64::from(self.byte(view)?);
        }
        if len < least {
            return Err("a NAL unit is shorter than its header");
        }
        if len > self.left {
            return Err("a NAL unit is longer than its picture");
        }
        Ok(len)
    }

    /// Source: ITU-T H.264 (V14), 7.3.1 "NAL unit syntax": forbidden_zero_bit, nal_ref_idc (2),
    /// nal_unit_type (5, of which 0 is nobody's and 1 to 5 are slices).
    fn avc(&mut self, view: &mut View<'_>, length: u8) -> Result<(), &'static str> {
        let len = self.nal(view, length, 1)?;
        let header = self.byte(view)?;
        if header & 0x80 != 0 || header & 31 == 0 {
            return Err("bad NAL unit header");
        }
        match header & 31 {
            1..=5 => self.look(view, len - 1, true),
            _ => self.skip(view, len - 1),
        }
    }

    /// Source: ITU-T H.265 (V10), 7.3.1.2 "NAL unit header syntax": forbidden_zero_bit,
    /// nal_unit_type (6, of which 0 to 31 are slices), nuh_layer_id (6, not 63),
    /// nuh_temporal_id_plus1 (3, not 0).
    fn hevc(&mut self, view: &mut View<'_>, length: u8) -> Result<(), &'static str> {
        let len = self.nal(view, length, 2)?;
        let header = u16::from_be_bytes([self.byte(view)?, self.byte(view)?]);
        if header & 0x8000 != 0 || header >> 3 & 63 == 63 || header & 7 == 0 {
            return Err("bad NAL unit header");
        }
        match header >> 9 & 63 {
            0..=31 => self.look(view, len - 2, true),
            _ => self.skip(view, len - 2),
        }
    }

    /// Source: AV1 Bitstream and Decoding Process 1.0.0, 5.3 "OBU syntax" and 6.2.2 (types 0 and 9
    /// to 14 are reserved, and so are the last bit of the header and three of its extension).
    fn obu(&mut self, view: &mut View<'_>) -> Result<(), &'static str> {
        let header = self.byte(view)?;
        let kind = header >> 3 & 15;
        if header & 0x81 != 0 || matches!(kind, 0 | 9..=14) {
            return Err("bad OBU header");
        }
        if header & 4 != 0 && self.byte(view)? & 7 != 0 {
            return Err("bad OBU extension");
        }
        let len = if header & 2 == 0 { self.left } else { self.leb128(view)? };
        if len > self.left {
            return Err("an OBU is longer than its picture");
        }
        match kind {
            TILE_GROUP | FRAME => self.look(view, len, false),
            _ => self.skip(view, len),
        }
    }

    /// Source: AV1 Bitstream and Decoding Process 1.0.0, 4.10.5 "leb128()".
    fn leb128(&mut self, view: &mut View<'_>) -> Result<u64, &'static str> {
        let mut value = 0u64;
        for index in 0..8 {
            let byte = self.byte(view)?;
            value |= u64::from(byte & 0x7f) << (7 * index);
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err("bad OBU size")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{Buffer, Runs};

    const HEVC: Coding = Coding::Hevc { length: 4 };

    #[track_caller]
    fn check(data: &[u8], coding: Coding, extents: &[(u64, u64)], expected: Result<(), u64>) {
        let (runs, mut buffer) = (Runs::whole(0, data.len() as u64), Buffer::default());
        let mut view = View::new(&data, &runs, &mut buffer);
        let extents: Vec<_> = extents.iter().map(|&(at, len)| Span { at, len }).collect();
        let found = follow(&mut view, coding, &extents).map_err(|found| found.at);
        assert_eq!(found, expected, "data: {data:02x?}");
    }

    #[test]
    fn nal_units_fill_the_picture_exactly() {
        let data = b"\0\0\0\x03\x26\x01a\0\0\0\x02\x26\x01";
        check(data, HEVC, &[(0, 13)], Ok(()));
        check(data, HEVC, &[(0, 12)], Err(7));
        check(data, HEVC, &[(0, 5), (5, 8)], Ok(()));
        check(data, HEVC, &[(0, 10)], Err(7));
    }

    #[test]
    fn impossible_nal_units_are_named() {
        check(b"\0\0\0\x02\xa6\x01", HEVC, &[(0, 6)], Err(0));
        check(b"\0\0\0\x02\x26\0", HEVC, &[(0, 6)], Err(0));
        check(b"\0\0\0\x02\x27\xf9", HEVC, &[(0, 6)], Err(0));
        check(b"\0\0\0\x01\x26\x01", HEVC, &[(0, 6)], Err(0));
    }

    #[test]
    fn units_of_avc_have_a_header_of_one_byte() {
        const AVC: Coding = Coding::Avc { length: 2 };
        check(b"\0\x03\x65ab\0\x01\x41", AVC, &[(0, 8)], Ok(()));
        check(b"\0\x03\x65ab\0\x01\xc1", AVC, &[(0, 8)], Err(5));
        check(b"\0\x03\x65ab\0\x01\x40", AVC, &[(0, 8)], Err(5));
        check(b"\0\0\0\0", AVC, &[(0, 4)], Err(0));
    }

    #[test]
    fn open_bitstream_units_fill_the_picture_exactly() {
        check(b"\x12\0\x0a\x02ab\x30cde", Coding::Av1, &[(0, 10)], Ok(()));
        check(b"\x12\0\x0a\x02ab\x32\x04cde", Coding::Av1, &[(0, 11)], Err(6));
        check(b"\x12\0\x4a\0", Coding::Av1, &[(0, 4)], Err(2));
        check(b"\x32\x83\0abc", Coding::Av1, &[(0, 6)], Ok(()));
    }

    #[test]
    fn the_end_of_the_source_is_told_from_a_bad_unit() {
        let data: &[u8] = b"\0\0\0\x09\x26\x01a";
        let (runs, mut buffer) = (Runs::whole(0, data.len() as u64), Buffer::default());
        let mut view = View::new(&data, &runs, &mut buffer);
        let found = follow(&mut view, HEVC, &[Span { at: 0, len: 13 }]);
        assert_eq!(found, Err(Break { at: 0, what: MISSING, missing: true, mends: false }));
    }
}
