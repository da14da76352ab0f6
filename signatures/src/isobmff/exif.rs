//! Exif data in an item of a picture file.

use super::items::Items;
use crate::verdict::{ExifBlock, ExifKind, Span};
use crate::view::{Endian::Big, View};

/// The Exif blocks among the items: each begins with the number of bytes to skip to its TIFF
/// header. Writers that forget to count `Exif\0\0` are forgiven.
///
/// Source: ISO/IEC 23008-12:2022, A.2.1 "Exif data block".
pub fn blocks(view: &mut View<'_>, items: &Items) -> Vec<ExifBlock> {
    let mut found = Vec::new();
    for item in items.list.iter().filter(|item| &item.kind == b"Exif" && !item.protected) {
        let &[span] = &item.extents[..] else { continue };
        let Ok(mut body) = view.sub(span.at, span.len) else { continue };
        let Ok(skip) = body.u32(0, Big) else { continue };
        let tiff = [4 + u64::from(skip), 10].into_iter().find(|&at| is_tiff(&mut body, at));
        if let Some(at) = tiff {
            let span = Span { at: span.at + at, len: span.len - at };
            found.push(ExifBlock { span, kind: ExifKind::Primary });
        }
    }
    found
}

/// Whether a TIFF header is there.
pub fn is_tiff(view: &mut View<'_>, at: u64) -> bool {
    matches!(view.array(at), Ok([b'I', b'I', 42, 0] | [b'M', b'M', 0, 42]))
}
