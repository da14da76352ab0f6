//! What Panasonic's RAW files say in tags of their own, shared by RW2 and RWL.
//!
//! Source: ExifTool's PanasonicRaw.pm for the tags; the packings are those that the decoders of
//! dcraw and RawSpeed read.

use super::coded::Coded;
use super::directory::{Directory, Origin};
use super::embedded;
use super::family::Findings;
use super::graph::Structure;
use super::picture::Picture;
use super::tags;
use crate::verdict::{End, Span};
use crate::view::View;

const SENSOR_WIDTH: u16 = 0x2;
const SENSOR_HEIGHT: u16 = 0x3;
const TOP: u16 = 0x4;
const LEFT: u16 = 0x5;
const BOTTOM: u16 = 0x6;
const RIGHT: u16 = 0x7;
const BITS: u16 = 0xA;
const COMPRESSION: u16 = 0xB;
const RAW_FORMAT: u16 = 0x2D;
const JPEG: u16 = 0x2E;
const RAW_DATA_OFFSET: u16 = 0x118;

/// A value of `StripOffsets` that means: see `RawDataOffset`.
const ELSEWHERE: u64 = 0xFFFF_FFFF;

/// A value of `Compression`: samples of 16 bits.
const UNCOMPRESSED: u64 = 34826;

/// What the header holds at 8 in RW2 and RWL; older files, named .RAW, lack it.
pub const MARK: [u8; 16] = *b"\x88\xe7\x74\xd8\xf8\x25\x1d\x4d\x94\x7a\x6e\x77\x82\x2b\x5d\x6a";

/// Whether the file at the view's start has the mark of RW2 and RWL.
pub fn is_marked(view: &mut View<'_>) -> bool {
    view.array::<16>(8).is_ok_and(|mark| mark == MARK)
}

/// Reads the raw data's extent, the picture's size and the full-size JPEG.
pub fn complete(view: &mut View<'_>, structure: &Structure, findings: &mut Findings) {
    let first = structure.first();
    let jpeg = first.get(JPEG).filter(|entry| entry.outside).map(|entry| entry.value);
    let raw = raw_data(view, first);
    findings.exif.extend(jpeg.and_then(|span| embedded::exif_of_jpeg(view, span)));
    findings.end = raw.map_or(End::Minimum, |(_, end)| end);
    findings.pictures.retain(|picture| picture.origin != Origin::First);
    findings.pictures.push(Picture {
        origin: Origin::First,
        pixels: size(view, first),
        compression: first.number(view, COMPRESSION).unwrap_or(0),
        photometric: None,
        reduced: false,
        sensor: raw.is_some(),
        parts: raw.map(|(span, _)| span).into_iter().collect(),
        jpeg,
        begins_whole: false,
        implausible: 0,
        untold: 0,
        coded: Coded::default(),
    });
}

/// The visible part of the sensor, or all of it.
fn size(view: &mut View<'_>, first: &Directory) -> Option<(u32, u32)> {
    let mut side = |low, high, all| {
        let (low, high) = (first.number(view, low), first.number(view, high));
        let seen = high.zip(low).map_or(0, |(high, low)| high.saturating_sub(low));
        let len = if seen > 0 { Some(seen) } else { first.number(view, all) };
        len.filter(|&len| len > 0).and_then(|len| u32::try_from(len).ok())
    };
    Some((side(LEFT, RIGHT, SENSOR_WIDTH)?, side(TOP, BOTTOM, SENSOR_HEIGHT)?))
}

/// Where the raw data lies, and whether its length is certain.
///
/// `StripByteCounts` is the stored length on newer models, but zero or the length of 16-bit
/// samples on others. Then the packing gives the least length that the picture needs.
fn raw_data(view: &mut View<'_>, first: &Directory) -> Option<(Span, End)> {
    let strip = first.number(view, tags::STRIP_OFFSETS).filter(|&at| at != ELSEWHERE);
    let at = first.number(view, RAW_DATA_OFFSET).or(strip).filter(|&at| at > 0)?;
    let stated = first.number(view, tags::STRIP_BYTE_COUNTS).unwrap_or(0);
    let width = first.number(view, SENSOR_WIDTH)?.min(u64::from(u16::MAX));
    let height = first.number(view, SENSOR_HEIGHT)?.min(u64::from(u16::MAX));
    let samples = width * height;
    let packed = packed_len(view, first, samples);
    let most = match first.number(view, COMPRESSION) {
        Some(UNCOMPRESSED) => samples * 2,
        _ => (samples * 2).saturating_sub(1),
    };
    let certain = (packed..=most).contains(&stated);
    let (len, end) = if certain { (stated, End::Exact) } else { (packed, End::Minimum) };
    (len > 0).then_some((Span { at, len }, end))
}

/// The least length in bytes of that many samples: blocks of 16 bytes hold 14 of them (formats up
/// to 4), or 9 to 14 depending on the depth (5 and 6); later formats are entropy-coded.
fn packed_len(view: &mut View<'_>, first: &Directory, samples: u64) -> u64 {
    let bits = first.number(view, BITS).unwrap_or(12);
    let a_block = match (first.number(view, RAW_FORMAT).unwrap_or(4), bits) {
        (..=4, _) => 14,
        (5, 14) => 9,
        (5, _) => 10,
        (6, 14) => 11,
        (6, _) => 14,
        _ => return samples / 8,
    };
    samples / a_block * 16
}
