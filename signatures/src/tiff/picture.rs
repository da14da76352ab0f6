//! What a directory says of a picture: how large, how coded, where its bytes lie.

use super::coded::Coded;
use super::decode::Coding;
use super::directory::{Directory, Origin};
use super::fax::Fax;
use super::layout::Layout;
use super::lengths::MissingLengths;
use super::tags;
use crate::part::{NamedPart, PictureKind};
use crate::verdict::Span;
use crate::view::View;

/// Offsets and lengths of strips and tiles that are read of one file; bounds time and memory.
pub const MAX_NUMBERS: u64 = 1 << 21;

/// No picture is wider or higher, in pixels.
const MAX_SIDE: u64 = 1 << 20;

/// What a coder may add to incompressible data: a part is at most this many times the picture...
const MAX_EXPANSION: u64 = 2;

/// ...and a fixed allowance in bytes, for the headers of tiny pictures.
const ALLOWANCE: u64 = 1 << 16;

/// Rows of samples as they are. Source: TIFF 6.0, section 3.
const UNCOMPRESSED: u64 = 1;

/// How picture data is coded, as far as that matters here.
///
/// Source: TIFF 6.0, section 8 and 22; TIFF Technical Note 2; Adobe DNG 1.7.
const JPEG: [u64; 3] = [6, 7, 34892];

/// Codings of which each part is no picture file.
///
/// Source: the table of `Compression` in libtiff's tiff.h.
const PLAIN: [u64; 27] = [
    0, 1, 2, 3, 4, 5, 8, 9, 10, 32766, 32771, 32773, 32809, 32895, 32896, 32897, 32898, 32908,
    32909, 32946, 32947, 34661, 34676, 34677, 34887, 34925, 50000,
];

/// The kinds of which the parts of a picture so coded may be, each a file of its own.
///
/// Source: libtiff's tiff.h (34712, 50001, 50002); ExifTool's table of `Compression` (99, 33003 to
/// 33007 of microscopes, 34933); Adobe DNG 1.7 (34892, 52546).
pub fn kinds(compression: u64) -> &'static [PictureKind] {
    match compression {
        6 | 7 | 99 | 33007 | 34892 => &[PictureKind::Jpeg],
        33003..=33005 | 34712 => &[PictureKind::Jpeg2000, PictureKind::Jpeg2000Stream],
        34933 => &[PictureKind::Png],
        50001 => &[PictureKind::Webp],
        50002 | 52546 => &[PictureKind::JpegXl, PictureKind::JpegXlStream],
        plain if PLAIN.contains(&plain) || OF_SENSORS.contains(&plain) => &[],
        // Whatever else: what the structure points at is the file's own.
        _ => &[
            PictureKind::Jpeg,
            PictureKind::Png,
            PictureKind::Webp,
            PictureKind::Jpeg2000,
            PictureKind::Jpeg2000Stream,
            PictureKind::JpegXl,
            PictureKind::Heif,
        ],
    }
}

/// Codings that only cameras use, for sensor data.
///
/// Source: ExifTool's table of `Compression`: Kodak 262, 65000 and 65002, Sony 32767, packed
/// (Epson, Kodak) 32769, Samsung 32770 and 32772, Panasonic 34316 and 34828 to 34830, Nikon 34713,
/// Pentax 65535.
const OF_SENSORS: [u64; 13] =
    [262, 32767, 32769, 32770, 32772, 34316, 34713, 34828, 34829, 34830, 65000, 65002, 65535];

/// Colour filter array and demosaiced sensor data.
///
/// Source: Adobe DNG 1.7, tag `PhotometricInterpretation`.
const SENSOR_PHOTOMETRIC: [u64; 2] = [32803, 34892];

/// Canon's slices of the sensor, only in the raw directory of CR2.
const CR2_SLICES: u16 = 0xC640;

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// How its directory was reached.
    pub origin: Origin,
    /// Width and height in pixels, where the directory says it.
    pub pixels: Option<(u32, u32)>,
    /// How it is coded.
    pub compression: u64,
    /// What its samples mean.
    pub photometric: Option<u64>,
    /// Whether it is a smaller version of another one.
    pub reduced: bool,
    /// Whether it holds sensor data.
    pub sensor: bool,
    /// Its strips or tiles.
    pub parts: Vec<Span>,
    /// The one JPEG that it is.
    pub jpeg: Option<Span>,
    /// Whether its first part begins as a picture file of a kind that its coding is made of.
    pub begins_whole: bool,
    /// How many parts were left out because no such picture can have them.
    pub implausible: u64,
    /// How many parts have a length that the directory does not tell.
    pub untold: u64,
    /// How its parts can be checked.
    pub coded: Coded,
}

impl Picture {
    /// The picture that `directory` describes, if it has data. The offsets and lengths that are
    /// read count against `budget`.
    pub fn read(view: &mut View<'_>, directory: &Directory, budget: &mut u64) -> Option<Self> {
        let compression = directory.number(view, tags::COMPRESSION).unwrap_or(UNCOMPRESSED);
        let photometric = directory.number(view, tags::PHOTOMETRIC);
        let sensor = photometric.is_some_and(|value| SENSOR_PHOTOMETRIC.contains(&value))
            || OF_SENSORS.contains(&compression)
            || directory.has(CR2_SLICES);
        let subfile = directory.number(view, tags::NEW_SUBFILE_TYPE).unwrap_or(0);
        let pixels = size(view, directory);
        let layout = pixels.and_then(|size| Layout::read(view, directory, size));
        let coding = coding(view, directory, compression);
        let tables = directory.get(tags::JPEG_TABLES).map(|entry| entry.value);
        let mut parts = parts(view, directory, budget);
        let most = most_len(view, directory, pixels);
        let untold = MissingLengths {
            plain: compression == UNCOMPRESSED,
            coding,
            fax: fax(view, directory, compression),
            tables,
            layout: layout.as_ref(),
            most: most.unwrap_or(0),
            directory: directory.span.at,
        };
        let untold = untold.find(view, &mut parts, budget);
        let (parts, numbers): (Vec<Span>, _) = parts.into_iter().unzip();
        let begins_whole = parts.first().is_some_and(|&first| {
            NamedPart::read(view, first, |kind| kinds(compression).contains(&kind)).kind.is_some()
        });
        let mut picture = Picture {
            origin: directory.origin,
            pixels,
            compression,
            photometric,
            reduced: subfile & 1 == 1,
            sensor,
            parts,
            jpeg: directory.stretch(view, tags::JPEG_OFFSET, tags::JPEG_LENGTH),
            begins_whole,
            implausible: 0,
            untold,
            coded: Coded { coding, layout, numbers, tables },
        };
        if let Some(most) = most {
            picture.drop_implausible(most);
        }
        (picture.jpeg.is_some() || !picture.parts.is_empty()).then_some(picture)
    }

    /// Its strip, if that one strip is a whole picture file.
    pub fn whole(&self) -> Option<Span> {
        let is_whole = JPEG.contains(&self.compression) || self.begins_whole;
        match self.parts[..] {
            [only] if is_whole && !self.sensor => Some(only),
            _ => None,
        }
    }

    /// Which part of the bytes of an uncompressed picture its strips or tiles can hold at most.
    pub fn plain_share(&self) -> Option<f32> {
        if self.compression != UNCOMPRESSED {
            return None;
        }
        let layout = self.coded.layout.as_ref()?;
        let (mut held, mut needed) = (0, 0u64);
        for (part, number) in self.parts.iter().zip(&self.coded.numbers) {
            let own = layout.lens(*number)?.own;
            held += part.len.min(own);
            needed = needed.saturating_add(own);
        }
        (needed > 0).then(|| (held as f64 / needed as f64) as f32)
    }

    /// Number of pixels, 0 where the directory does not say it.
    pub fn area(&self) -> u64 {
        self.pixels.map_or(0, |(width, height)| u64::from(width) * u64::from(height))
    }

    /// Leaves out parts of more than `most` bytes.
    fn drop_implausible(&mut self, most: u64) {
        let before = self.parts.len();
        let pairs = self.parts.drain(..).zip(self.coded.numbers.drain(..));
        (self.parts, self.coded.numbers) = pairs.filter(|(part, _)| part.len <= most).unzip();
        self.implausible = (before - self.parts.len()) as u64;
    }
}

/// More bytes than a part of a picture of that size could ever have.
fn most_len(view: &mut View<'_>, directory: &Directory, pixels: Option<(u32, u32)>) -> Option<u64> {
    let area = pixels.map(|(width, height)| u64::from(width) * u64::from(height))?;
    let bits = directory.number(view, tags::BITS_PER_SAMPLE).unwrap_or(1).clamp(1, 64);
    let samples = directory.number(view, tags::SAMPLES_PER_PIXEL).unwrap_or(1).clamp(1, 64);
    // Fields that describe previews of RAW files are often wrong about the depth.
    let bits = (bits * samples).max(48);
    let plain = area.saturating_mul(bits) / 8;
    Some(plain.saturating_mul(MAX_EXPANSION).saturating_add(ALLOWANCE))
}

/// How the rows of a fax are coded, if they are and say where they end.
///
/// Source: TIFF 6.0, section 11 "CCITT Bilevel Encodings".
fn fax(view: &mut View<'_>, directory: &Directory, compression: u64) -> Option<Fax> {
    let reversed = directory.number(view, tags::FILL_ORDER) == Some(2);
    match compression {
        3 => {
            let options = directory.number(view, tags::T4_OPTIONS).unwrap_or(0);
            Some(Fax { ends: 6, tagged: options & 1 == 1, reversed })
        }
        4 => Some(Fax { ends: 2, tagged: false, reversed }),
        _ => None,
    }
}

/// Width and height, when both are there and sane.
fn size(view: &mut View<'_>, directory: &Directory) -> Option<(u32, u32)> {
    let width = directory.number(view, tags::IMAGE_WIDTH)?;
    let height = directory.number(view, tags::IMAGE_LENGTH)?;
    let sane = (1..=MAX_SIDE).contains(&width) && (1..=MAX_SIDE).contains(&height);
    sane.then_some((width as u32, height as u32))
}

/// The coding of the parts, if it is one that is checked.
///
/// Strips of old-style JPEGs are bare data where tags of their own name the tables (TIFF 6.0,
/// section 22); bytes whose bits stand in reverse order are left alone.
fn coding(view: &mut View<'_>, directory: &Directory, compression: u64) -> Option<Coding> {
    let reversed = directory.number(view, tags::FILL_ORDER) == Some(2);
    Coding::of(compression).filter(|&coding| match coding {
        Coding::Jpeg => !directory.has(tags::JPEG_PROC) && !directory.has(tags::JPEG_OFFSET),
        _ => !reversed,
    })
}

/// Of so many strips or more, a few are looked at before all are read.
const MANY_STRIPS: u64 = 1 << 10;

/// How many pairs of neighbours.
const PAIRS_LOOKED_AT: u64 = 64;

/// Whether the offsets of many strips were never written: of most neighbours, both are 0. Tiles may be left out.
fn are_void(view: &mut View<'_>, directory: &Directory) -> bool {
    let offsets = directory.get(tags::STRIP_OFFSETS).filter(|entry| entry.count >= MANY_STRIPS);
    let Some(offsets) = offsets else { return false };
    let mut is_void = |index: u64| {
        let pair = offsets.some(view, directory.frame.endian, index, 2);
        pair.iter().all(|&at| at == 0)
    };
    let step = (offsets.count - 1) / PAIRS_LOOKED_AT;
    let indices = (0..PAIRS_LOOKED_AT).map(|pair| pair * step);
    let void = indices.filter(|&index| is_void(index)).count() as u64;
    void * 2 > PAIRS_LOOKED_AT
}

/// The strips and tiles with their numbers; a length of 0 is one that the directory does not tell.
///
/// Source: TIFF 6.0, sections 3 "Bilevel Images" (strips) and 15 "Tiled Images".
fn parts(view: &mut View<'_>, directory: &Directory, budget: &mut u64) -> Vec<(Span, u64)> {
    let base = directory.frame.base;
    let mut out = Vec::new();
    if are_void(view, directory) {
        return out;
    }
    for (offset, len) in [
        (tags::STRIP_OFFSETS, tags::STRIP_BYTE_COUNTS),
        (tags::TILE_OFFSETS, tags::TILE_BYTE_COUNTS),
    ] {
        let offsets = directory.numbers(view, offset, *budget / 2);
        let mut lens = directory.numbers(view, len, *budget / 2);
        *budget = budget.saturating_sub((offsets.len() + lens.len()) as u64);
        lens.resize(offsets.len(), 0);
        // A part without an offset was never written.
        let pairs = offsets.into_iter().zip(lens).zip(0..).filter(|&((at, _), _)| at > 0);
        out.extend(
            pairs.map(|((at, len), number)| (Span { at: base.saturating_add(at), len }, number)),
        );
    }
    out
}
