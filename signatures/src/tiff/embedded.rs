//! Pictures that a structure points at: are they there, and where is their Exif?

use crate::part::{NamedPart, PictureKind};
use crate::verdict::{Child, ExifBlock, ExifKind, Kinship, Span};
use crate::view::{Endian::Big, View};

/// Segments looked at before the Exif block is given up; it is the first or the second.
const MAX_SEGMENTS: usize = 16;

/// An Exif thumbnail fits a JPEG segment; what is longer is a preview.
///
/// Source: CIPA DC-008, 4.5.1 "Thumbnail data", with ITU-T T.81, B.1.1.4.
const MOST_THUMBNAIL: u64 = 0xFFFF;

/// Whether a JPEG begins at `at`: SOI, then another marker.
pub fn begins_as_jpeg(view: &mut View<'_>, at: u64) -> bool {
    view.array::<3>(at).is_ok_and(|start| start == [0xFF, 0xD8, 0xFF])
}

/// The picture in `span` as a child, unless none begins there.
pub fn child(view: &mut View<'_>, span: Span) -> Option<Child> {
    let kinship = if span.len <= MOST_THUMBNAIL { Kinship::Thumbnail } else { Kinship::Preview };
    NamedPart::read(view, span, PictureKind::is_sure).kind.map(|_| Child { span, kinship })
}

/// Where the JPEG in `span` keeps its Exif block.
///
/// Source: CIPA DC-008, 4.7.2 "Interoperability structure of APP1".
pub fn exif_of_jpeg(view: &mut View<'_>, span: Span) -> Option<ExifBlock> {
    if !begins_as_jpeg(view, span.at) {
        return None;
    }
    let mut at = span.at + 2;
    for _ in 0..MAX_SEGMENTS {
        let marker = view.u16(at, Big).ok()?;
        let len = u64::from(view.u16(at + 2, Big).ok()?);
        let next = at + 2 + len;
        if !(0xFFE0..=0xFFEF).contains(&marker) || len < 2 || next > span.end() {
            return None;
        }
        if marker == 0xFFE1 && len > 16 && &view.array::<6>(at + 4).ok()? == b"Exif\0\0" {
            let span = Span::between(at + 10, next);
            return Some(ExifBlock { span, kind: ExifKind::Primary });
        }
        at = next;
    }
    None
}
