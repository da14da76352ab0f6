//! Markers, and the segments that follow most of them.
//!
//! Source: ITU-T T.81 (1992), B.1.1 "General aspects of the compressed data format".

use crate::verdict::{Reject, Span};
use crate::view::{Endian::Big, View};

/// For temporary use in arithmetic coding.
pub const TEM: u8 = 0x01;
/// The first of the restart markers.
pub const RST0: u8 = 0xd0;
/// The last of the restart markers.
pub const RST7: u8 = 0xd7;
/// Start of image.
pub const SOI: u8 = 0xd8;
/// End of image.
pub const EOI: u8 = 0xd9;
/// Start of scan.
pub const SOS: u8 = 0xda;
/// Define quantisation tables.
pub const DQT: u8 = 0xdb;
/// Define number of lines.
pub const DNL: u8 = 0xdc;
/// Define restart interval.
pub const DRI: u8 = 0xdd;
/// Define hierarchical progression.
pub const DHP: u8 = 0xde;
/// Expand reference components.
pub const EXP: u8 = 0xdf;
/// Define Huffman tables.
pub const DHT: u8 = 0xc4;
/// Define arithmetic coding conditions.
pub const DAC: u8 = 0xcc;
/// The first and the last of the application segments.
pub const APP0: u8 = 0xe0;
/// Application segment 1: Exif and XMP.
pub const APP1: u8 = 0xe1;
/// Application segment 2: MPF, ICC profiles, ISO gain maps.
pub const APP2: u8 = 0xe2;
/// Application segment 13: Photoshop.
pub const APP13: u8 = 0xed;
/// Application segment 15.
pub const APP15: u8 = 0xef;
/// Comment.
pub const COM: u8 = 0xfe;

/// Some encoders pad up to a sector or a cluster with fill bytes; erased flash reads as more.
pub const MOST_FILL: u64 = 4096;

/// A marker, and the content of its segment where it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marker {
    /// The second byte of the marker.
    pub code: u8,
    /// What follows the length field; empty after a marker that stands alone.
    pub content: Span,
}

impl Marker {
    /// The marker at `at`, after any fill bytes.
    ///
    /// The length field counts itself but not the marker, so a value below 2 is impossible.
    pub fn read(view: &mut View<'_>, at: u64) -> Result<Self, Reject> {
        if view.u8(at)? != 0xff {
            return Err(view.malformed(at, "marker"));
        }
        let mut end = at + 1;
        let code = loop {
            match view.u8(end)? {
                0xff if end - at < MOST_FILL => end += 1,
                0x00 | 0xff => return Err(view.malformed(at, "marker")),
                code => break code,
            }
        };
        end += 1;
        if stands_alone(code) {
            return Ok(Marker { code, content: Span { at: end, len: 0 } });
        }
        match view.u16(end, Big)? {
            0 | 1 => Err(view.malformed(end, "segment length")),
            len => {
                let content = Span { at: end + 2, len: u64::from(len) - 2 };
                view.check(content.at, content.len)?;
                Ok(Marker { code, content })
            }
        }
    }
}

/// Whether no length follows the marker: TEM, RST, SOI and EOI.
pub fn stands_alone(code: u8) -> bool {
    matches!(code, TEM | RST0..=EOI)
}

/// Whether the marker begins a segment that the standard gives a meaning.
pub fn is_known(code: u8) -> bool {
    matches!(code, 0xc0..=0xc7 | 0xc9..=0xcf | SOS..=EXP | APP0..=APP15 | COM)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{Buffer, Runs};

    #[track_caller]
    fn check(data: &[u8], expected: Result<(u8, u64, u64), Reject>) {
        let (runs, mut buffer) = (Runs::whole(0, data.len() as u64), Buffer::default());
        let mut view = View::new(&data, &runs, &mut buffer);
        let read = Marker::read(&mut view, 0);
        let read = read.map(|marker| (marker.code, marker.content.at, marker.content.len));
        assert_eq!(read, expected, "data: {data:02x?}");
    }

    #[test]
    fn segment_length_counts_itself_but_not_the_marker() {
        check(b"\xff\xe1\x00\x08Exif\0\0", Ok((APP1, 4, 6)));
        check(b"\xff\xe1\x00\x02", Ok((APP1, 4, 0)));
        check(b"\xff\xff\xff\xfe\x00\x03!", Ok((COM, 6, 1)));
        check(b"\xff\xd9", Ok((EOI, 2, 0)));
        check(b"\xff\xe1\x00\x01", Err(Reject::Malformed { at: 2, what: "segment length" }));
        check(b"\xff\xe1\x00", Err(Reject::Truncated { at: 2, missing: 1 }));
        check(b"\xff\xe1\x00\x09Exif\0\0", Err(Reject::Truncated { at: 4, missing: 1 }));
        check(b"\xff\x00\x00\x08", Err(Reject::Malformed { at: 0, what: "marker" }));
        check(b"Exif", Err(Reject::Malformed { at: 0, what: "marker" }));
    }
}
