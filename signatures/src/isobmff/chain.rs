//! The units that coded pictures consist of: each gives its length, so that together they must
//! fill the picture's bytes exactly. Their contents are not looked at.

use crate::verdict::Span;
use crate::view::View;

/// How a picture is coded, as far as its units are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// AVC: NAL units behind lengths of `length` bytes.
    Avc {
        /// From 1 to 4.
        length: u8,
    },
    /// HEVC: NAL units behind lengths of `length` bytes.
    Hevc {
        /// From 1 to 4.
        length: u8,
    },
    /// AV1: open bitstream units.
    Av1,
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
}

/// Follows the units that lie in `extents`, which are read as one. Takes time linear in their
/// length, since no unit is empty.
pub fn follow(view: &mut View<'_>, coding: Coding, extents: &[Span]) -> Result<(), Break> {
    let left = extents.iter().fold(0u64, |sum, extent| sum.saturating_add(extent.len));
    let mut units = Units { extents, skipped: 0, left };
    while units.left > 0 {
        let at = units.at();
        let step = match coding {
            Coding::Avc { length } => units.avc(view, length),
            Coding::Hevc { length } => units.hevc(view, length),
            Coding::Av1 => units.obu(view),
        };
        step.map_err(|what| Break { at, what, missing: what == MISSING })?;
    }
    Ok(())
}

const MISSING: &str = "the source ends inside the picture";

/// A reader of several extents as one.
struct Units<'e> {
    extents: &'e [Span],
    /// Bytes of the first of `extents` that have been read.
    skipped: u64,
    /// Bytes of all that have not.
    left: u64,
}

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
    /// nal_unit_type (5, of which 0 is nobody's).
    fn avc(&mut self, view: &mut View<'_>, length: u8) -> Result<(), &'static str> {
        let len = self.nal(view, length, 1)?;
        let header = self.byte(view)?;
        if header & 0x80 != 0 || header & 31 == 0 {
            return Err("bad NAL unit header");
        }
        self.skip(view, len - 1)
    }

    /// Source: ITU-T H.265 (V10), 7.3.1.2 "NAL unit header syntax": forbidden_zero_bit,
    /// nal_unit_type (6), nuh_layer_id (6, not 63), nuh_temporal_id_plus1 (3, not 0).
    fn hevc(&mut self, view: &mut View<'_>, length: u8) -> Result<(), &'static str> {
        let len = self.nal(view, length, 2)?;
        let header = u16::from_be_bytes([self.byte(view)?, self.byte(view)?]);
        if header & 0x8000 != 0 || header >> 3 & 63 == 63 || header & 7 == 0 {
            return Err("bad NAL unit header");
        }
        self.skip(view, len - 2)
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
        self.skip(view, len)
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
        assert_eq!(found, Err(Break { at: 0, what: MISSING, missing: true }));
    }
}
