//! A small TIFF block in memory with what Exif says of a photo.
//!
//! In a large RAW file directories and values lie anywhere, and readers of Exif want one slice
//! that begins with a classic header. So the wanted tags are gathered into a new block.

use super::directory::{Directory, Entry, Origin, size_of};
use super::header::{Frame, Header};
use super::tags;
use crate::verdict::ExifKind;
use crate::view::{Endian, View};

/// No wanted value is longer, in bytes: lens names and place names are the longest.
const MAX_VALUE: u64 = 512;

/// Tags wanted of the first directory, ascending.
const PRIMARY: &[u16] = &[
    tags::IMAGE_WIDTH,
    tags::IMAGE_LENGTH,
    tags::MAKE,
    tags::MODEL,
    tags::ORIENTATION,
    tags::SOFTWARE,
    tags::DATE_TIME,
];

/// Tags wanted of the Exif directory, ascending. Some programs write them into the first one.
///
/// Source: CIPA DC-008, 4.6.5 "Exif IFD Attribute Information".
const EXIF: &[u16] = &[
    0x829A, // ExposureTime
    0x829D, // FNumber
    0x8827, // PhotographicSensitivity
    0x9003, // DateTimeOriginal
    0x9004, // DateTimeDigitized
    0x9010, // OffsetTime
    0x9011, // OffsetTimeOriginal
    0x9012, // OffsetTimeDigitized
    0x920A, // FocalLength
    0x9290, // SubSecTime
    0x9291, // SubSecTimeOriginal
    0x9292, // SubSecTimeDigitized
    tags::PIXEL_X_DIMENSION,
    tags::PIXEL_Y_DIMENSION,
    0xA434, // LensModel
];

/// The last tag of the GPS directory; all are wanted.
const LAST_GPS: u16 = 0x1F;

/// A value to write: tag, type, number of values, their bytes in little-endian order.
type Field = (u16, u16, u32, Vec<u8>);

/// The wanted tags of the TIFF structure at the view's start, whatever its variant, as a classic
/// little-endian TIFF of at most a few KiB. `kind` says what its first directory is.
pub fn repack(view: &mut View<'_>, kind: ExifKind) -> Option<Vec<u8>> {
    let header = Header::read(view).ok()?;
    let first = Directory::read(view, header.frame, header.first, Origin::First).ok()?;
    let (mut primary, mut exif, mut gps) = (Vec::new(), Vec::new(), Vec::new());
    match kind {
        ExifKind::Primary => {
            primary = fields(view, &first, |tag| PRIMARY.contains(&tag));
            let inner = linked(view, &first, tags::EXIF_IFD, Origin::Exif);
            exif = fields(view, inner.as_ref().unwrap_or(&first), |tag| EXIF.contains(&tag));
            if let Some(inner) = linked(view, &first, tags::GPS_IFD, Origin::Gps) {
                gps = fields(view, &inner, |tag| tag <= LAST_GPS);
            }
        }
        ExifKind::Exif => exif = fields(view, &first, |tag| EXIF.contains(&tag)),
        ExifKind::Gps => gps = fields(view, &first, |tag| tag <= LAST_GPS),
    }
    let found = primary.len() + exif.len() + gps.len() > 0;
    found.then(|| block(primary, &exif, &gps))
}

/// The directory that `tag` names.
fn linked(view: &mut View<'_>, from: &Directory, tag: u16, origin: Origin) -> Option<Directory> {
    let at = from.number(view, tag)?;
    Directory::read(view, from.frame, at, origin).ok()
}

/// The wanted fields of a directory, in order of their tags, each once.
fn fields(view: &mut View<'_>, directory: &Directory, wanted: fn(u16) -> bool) -> Vec<Field> {
    let mut out: Vec<_> = directory
        .entries
        .iter()
        .filter(|entry| wanted(entry.tag) && entry.value.len <= MAX_VALUE)
        .filter_map(|entry| field(view, entry, directory.frame))
        .collect();
    out.sort_by_key(|field| field.0);
    out.dedup_by_key(|field| field.0);
    out
}

/// The entry with its value in little-endian order and a type that classic TIFF knows.
fn field(view: &mut View<'_>, entry: &Entry, frame: Frame) -> Option<Field> {
    let count = u32::try_from(entry.count).ok()?;
    if matches!(entry.kind, 16 | 18) {
        let numbers = entry.numbers(view, frame.endian, entry.count);
        let narrow: Option<Vec<_>> = numbers.iter().map(|&n| u32::try_from(n).ok()).collect();
        let bytes = narrow?.iter().flat_map(|n| n.to_le_bytes()).collect();
        return Some((entry.tag, 4, count, bytes));
    }
    let mut bytes = view.bytes(entry.value.at, entry.value.len as usize).ok()?.to_vec();
    if frame.endian == Endian::Big {
        let unit = match entry.kind {
            5 | 10 => 4,
            kind => size_of(kind)? as usize,
        };
        bytes.chunks_exact_mut(unit).for_each(<[u8]>::reverse);
    }
    let kind = if entry.kind == 13 { 4 } else { entry.kind };
    Some((entry.tag, kind, count, bytes))
}

/// The three directories one after the other, each followed by its values.
fn block(mut primary: Vec<Field>, exif: &[Field], gps: &[Field]) -> Vec<u8> {
    let links = [(tags::EXIF_IFD, exif), (tags::GPS_IFD, gps)];
    let links = || links.into_iter().filter(|(_, fields)| !fields.is_empty());
    let mut at = 8 + len_of(&primary) + 12 * links().count();
    for (tag, fields) in links() {
        primary.push((tag, 4, 1, (at as u32).to_le_bytes().to_vec()));
        at += len_of(fields);
    }
    let mut out = b"II*\0\x08\0\0\0".to_vec();
    write(&mut out, &primary);
    links().for_each(|(_, fields)| write(&mut out, fields));
    out
}

/// Length in bytes of a directory of those fields with its values.
fn len_of(fields: &[Field]) -> usize {
    let outside =
        |field: &Field| if field.3.len() > 4 { field.3.len().next_multiple_of(2) } else { 0 };
    2 + 12 * fields.len() + 4 + fields.iter().map(outside).sum::<usize>()
}

/// Appends a directory of those fields and their values.
fn write(out: &mut Vec<u8>, fields: &[Field]) {
    let mut values = Vec::new();
    let values_at = out.len() + 2 + 12 * fields.len() + 4;
    out.extend((fields.len() as u16).to_le_bytes());
    for (tag, kind, count, bytes) in fields {
        out.extend(tag.to_le_bytes());
        out.extend(kind.to_le_bytes());
        out.extend(count.to_le_bytes());
        if bytes.len() > 4 {
            out.extend(((values_at + values.len()) as u32).to_le_bytes());
            values.extend(bytes);
            values.resize(values.len().next_multiple_of(2), 0);
        } else {
            let mut inline = [0; 4];
            inline[..bytes.len()].copy_from_slice(bytes);
            out.extend(inline);
        }
    }
    out.extend([0; 4]);
    out.append(&mut values);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{Buffer, Runs};

    #[test]
    fn big_endian_values_are_turned_and_links_are_made() {
        // Orientation in the first directory; a GPS directory with one fraction.
        let bytes: &[u8] = b"MM\0*\0\0\0\x08\0\x02\
            \x01\x12\0\x03\0\0\0\x01\0\x06\0\0\x88\x25\0\x04\0\0\0\x01\0\0\0\x26\0\0\0\0\
            \0\x01\0\x06\0\x05\0\0\0\x01\0\0\0\x38\0\0\0\0\0\0\0\x07\0\0\0\x02";
        let (runs, mut buffer) = (Runs::whole(0, bytes.len() as u64), Buffer::default());
        let mut view = View::new(&bytes, &runs, &mut buffer);
        let block = repack(&mut view, ExifKind::Primary).unwrap();
        let expected: &[u8] = b"II*\0\x08\0\0\0\x02\0\
            \x12\x01\x03\0\x01\0\0\0\x06\0\0\0\x25\x88\x04\0\x01\0\0\0\x26\0\0\0\0\0\0\0\
            \x01\0\x06\0\x05\0\x01\0\0\0\x38\0\0\0\0\0\0\0\x07\0\0\0\x02\0\0\0";
        assert_eq!(block, expected);
    }
}
