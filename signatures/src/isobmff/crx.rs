//! Canon's boxes in CR3 and CRM files.
//!
//! Source: ExifTool 12.57, Canon.pm "uuid" and QuickTime.pm; the layout is described in full by
//! the project lclevy/canon_cr3.

use super::layout::Layout;
use super::{FULL, Header};
use crate::verdict::{Child, ExifBlock, ExifKind, Kinship, Reject, Span};
use crate::view::{Endian::Big, View};

/// The `uuid` box in `moov` that holds Exif, maker notes, thumbnail and table of contents.
pub const CANON: [u8; 16] = *b"\x85\xc0\xb6\x87\x82\x0f\x11\xe0\x81\x11\xf4\xce\x46\x2b\x6a\x48";

/// The `uuid` box at the top level that holds the preview.
const PREVIEW: [u8; 16] = *b"\xea\xf4\x2b\x5e\x1c\x98\x4b\x88\xb9\xfb\xb7\xdc\x40\x6e\x4d\x16";

/// Bytes between the type of the preview's `uuid` box and the box in it.
const BEFORE_PREVIEW: u64 = 16 + 8;

/// How many entries a table of contents may have; cameras write five.
const MOST_CONTENTS: u32 = 64;

/// Canon's `uuid` box in the box `moov`.
pub fn canon(view: &mut View<'_>, moov: Header) -> Result<Header, Reject> {
    let mut boxes = moov.boxes(0);
    while let Some(header) = boxes.find(view, b"uuid")? {
        if header.body().len >= 16 && view.array::<16>(header.body)? == CANON {
            return Ok(header);
        }
    }
    Err(view.malformed(moov.body, "Canon's uuid box"))
}

/// What Canon's `uuid` box holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// Boxes that the table of contents (`CTBO`) lists, by where they lie in the file.
    pub listed: Vec<Span>,
    /// The directories IFD0, Exif and GPS, each with a TIFF header of its own.
    pub exif: Vec<ExifBlock>,
    /// The thumbnail.
    pub children: Vec<Child>,
}

impl Contents {
    /// Reads the box `canon`. It must hold IFD0.
    pub fn read(view: &mut View<'_>, canon: Header) -> Result<Self, Reject> {
        let (mut boxes, mut contents) = (canon.boxes(16), Contents::default());
        while let Some(header) = boxes.next(view)? {
            let exif = match &header.kind {
                b"CMT1" => ExifKind::Primary,
                b"CMT2" => ExifKind::Exif,
                b"CMT4" => ExifKind::Gps,
                b"CTBO" => {
                    contents.listed = listed(view, header)?;
                    continue;
                }
                b"THMB" => {
                    contents.children.extend(jpeg(view, header, Kinship::Thumbnail));
                    continue;
                }
                _ => continue,
            };
            if super::exif::is_tiff(view, header.body) {
                contents.exif.push(ExifBlock { span: header.body(), kind: exif });
            }
        }
        if !contents.exif.iter().any(|block| block.kind == ExifKind::Primary) {
            return Err(view.malformed(canon.body, "CMT1"));
        }
        Ok(contents)
    }
}

/// Entries of `CTBO`: a number, offset and length of each box; those of length 0 are absent.
fn listed(view: &mut View<'_>, header: Header) -> Result<Vec<Span>, Reject> {
    let mut body = view.sub(header.body, header.end - header.body)?;
    let count = body.u32(0, Big)?;
    if count > MOST_CONTENTS {
        return Err(Reject::OverBudget { at: header.body, len: u64::from(count) });
    }
    let mut found = Vec::new();
    for entry in 0..u64::from(count) {
        let at = 4 + 20 * entry;
        let span = Span { at: body.u64(at + 4, Big)?, len: body.u64(at + 12, Big)? };
        if span.at.checked_add(span.len).is_none() {
            return Err(body.malformed(at, "CTBO entry"));
        }
        if span.len > 0 {
            found.push(span);
        }
    }
    Ok(found)
}

/// The previews at the file's top level.
pub fn previews(view: &mut View<'_>, layout: &Layout) -> Vec<Child> {
    let mut found = Vec::new();
    for header in layout.boxes.iter().filter(|header| &header.kind == b"uuid") {
        if view.array::<16>(header.body) != Ok(PREVIEW) {
            continue;
        }
        if let Ok(Some(inner)) = header.boxes(BEFORE_PREVIEW).find(view, b"PRVW") {
            found.extend(jpeg(view, inner, Kinship::Preview));
        }
    }
    found
}

/// The JPEG in a box `THMB` or `PRVW`: after version and flags stand its width, height and
/// length, in an order that differs, then the JPEG, which begins 16 bytes into the body.
fn jpeg(view: &mut View<'_>, header: Header, kinship: Kinship) -> Option<Child> {
    let len_at = if &header.kind == b"THMB" { FULL + 4 } else { FULL + 8 };
    let len = u64::from(view.u32(header.body + len_at, Big).ok()?);
    let span = Span { at: header.body + 16, len };
    let begins = view.array::<3>(span.at).ok()? == [0xff, 0xd8, 0xff];
    (begins && header.body().holds(span)).then_some(Child { span, kinship })
}
