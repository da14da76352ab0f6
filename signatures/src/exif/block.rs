//! One block of Exif data and its fields.

use ::exif::{Context, Error, In, Rational, Reader, Tag, Value};

use crate::tiff;
use crate::verdict::{ExifBlock, ExifKind};
use crate::view::View;

/// Where a tag belongs; the same number means something else elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Space {
    /// IFD0.
    Tiff,
    /// The Exif directory.
    Exif,
    /// The GPS directory.
    Gps,
}

/// The longest block that is read as it stands. An Exif segment has at most 64 KiB; the limit also bounds what
/// a value of nothing but separators makes of its bytes.
const LONGEST: u64 = 256 << 10;

/// The fields of a block.
pub struct Fields {
    exif: ::exif::Exif,
    kind: ExifKind,
}

impl Fields {
    /// Reads a block; tells `report` what is wrong with it.
    pub fn read(
        view: &mut View<'_>,
        block: &ExifBlock,
        report: &mut impl FnMut(String),
    ) -> Option<Self> {
        let Some((bytes, kind)) = block_bytes(view, block) else {
            report("Exif is not readable: no TIFF header".to_owned());
            return None;
        };
        let exif = match Reader::new().continue_on_error(true).read_raw(bytes) {
            Ok(exif) => exif,
            Err(Error::PartialResult(partial)) => {
                let (exif, errors) = partial.into_inner();
                if let Some(error) = errors.first() {
                    report(format!("Exif is damaged: {error}"));
                }
                exif
            }
            Err(error) => {
                report(format!("Exif is not readable: {error}"));
                return None;
            }
        };
        Some(Fields { exif, kind })
    }

    /// The value of a tag; of a block that is an Exif or GPS directory its tags stand in IFD0.
    fn value(&self, (space, number): (Space, u16)) -> Option<&Value> {
        let context = match (self.kind, space) {
            (ExifKind::Primary, Space::Tiff)
            | (ExifKind::Exif, Space::Exif)
            | (ExifKind::Gps, Space::Gps) => Context::Tiff,
            (ExifKind::Primary, Space::Exif) => Context::Exif,
            (ExifKind::Primary, Space::Gps) => Context::Gps,
            _ => return None,
        };
        let field = self.exif.get_field(Tag(context, number), In::PRIMARY)?;
        Some(&field.value)
    }

    /// The first number of a tag.
    pub fn number(&self, tag: (Space, u16)) -> Option<u32> {
        self.value(tag)?.get_uint(0)
    }

    /// The first text of a tag that is not empty, whatever type it was written as.
    pub fn bytes(&self, tag: (Space, u16)) -> Option<Vec<u8>> {
        match self.value(tag)? {
            Value::Ascii(texts) => texts.iter().find(|text| !text.is_empty()).cloned(),
            Value::Byte(bytes) | Value::Undefined(bytes, _) => Some(bytes.clone()),
            _ => None,
        }
    }

    /// The fractions of a tag.
    pub fn fractions(&self, tag: (Space, u16)) -> Option<&[Rational]> {
        match self.value(tag)? {
            Value::Rational(fractions) => Some(fractions),
            _ => None,
        }
    }
}

/// The bytes of a block and what its first directory is: as they stand when they are few, else the
/// wanted tags gathered from all over it.
fn block_bytes(view: &mut View<'_>, block: &ExifBlock) -> Option<(Vec<u8>, ExifKind)> {
    if block.span.len > LONGEST
        && let Ok(mut inner) = view.sub(block.span.at, block.span.len)
        && let Some(bytes) = tiff::repack(&mut inner, block.kind)
    {
        return Some((bytes, ExifKind::Primary));
    }
    Some((head(view, block)?, block.kind))
}

/// The block's first bytes with the magic of a plain TIFF, whatever the vendor put in its place.
fn head(view: &mut View<'_>, block: &ExifBlock) -> Option<Vec<u8>> {
    let most = block.span.len.min(LONGEST) as usize;
    let mut bytes = view.up_to(block.span.at, most).to_vec();
    let magic: [u8; 4] = match bytes.get(..2)? {
        b"II" => *b"II*\0",
        b"MM" => *b"MM\0*",
        _ => return None,
    };
    bytes.get_mut(..4)?.copy_from_slice(&magic);
    Some(bytes)
}
