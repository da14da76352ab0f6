//! What application segments hold: Exif data and small pictures.

use super::marker::{APP0, APP1, APP13, Marker};
use crate::verdict::{Child, ExifBlock, ExifKind, Kinship, MOST_CHILDREN, Span, Verdict};
use crate::view::{Endian, Endian::Big, Endian::Little, View};

/// What Exif segments begin with (Exif 2.32, 4.7.2).
const EXIF: &[u8] = b"Exif\0\0";

/// What XMP segments begin with (XMP specification, part 3, 1.1.3).
const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";

/// What a thumbnail must begin with to be one.
const START: [u8; 3] = [0xff, 0xd8, 0xff];

/// More Exif blocks than any file has; a second one comes from careless editing.
const MOST_BLOCKS: usize = 4;

/// Notes the Exif blocks and the pictures in `segments`; those after the end of a file that is cut
/// back are not its own.
pub fn look_into(view: &mut View<'_>, segments: &[Marker], verdict: &mut Verdict) {
    for marker in segments {
        let content = marker.content;
        if content.end() > verdict.len {
            return;
        }
        match marker.code {
            APP0 => verdict.children.extend(jfxx(view, content)),
            APP1 if begins(view, content, EXIF) => exif(view, content, verdict),
            APP13 => photoshop(view, content, &mut verdict.children),
            _ => {}
        }
        if verdict.children.len() >= MOST_CHILDREN {
            return;
        }
    }
}

/// The XMP packet in the segment, if it is one.
pub fn xmp<'v>(view: &'v mut View<'_>, marker: &Marker) -> Option<&'v [u8]> {
    if marker.code != APP1 {
        return None;
    }
    view.bytes(marker.content.at, marker.content.len as usize).ok()?.strip_prefix(XMP)
}

/// Whether `content` begins with `what`.
pub fn begins(view: &mut View<'_>, content: Span, what: &[u8]) -> bool {
    content.len >= what.len() as u64
        && view.bytes(content.at, what.len()).is_ok_and(|bytes| bytes == what)
}

/// A picture of `len` bytes at `at` of `within`, clamped to its end.
fn picture(
    view: &mut View<'_>,
    within: Span,
    at: u64,
    len: u64,
    kinship: Kinship,
) -> Option<Child> {
    let at = within.at.checked_add(at)?;
    let span = Span::between(at, at.saturating_add(len).min(within.end()));
    let starts = span.len > START.len() as u64 && view.array(at) == Ok(START);
    starts.then_some(Child { span, kinship })
}

/// The JPEG thumbnail of a JFIF extension segment (JFIF 1.02, extension code 0x10).
fn jfxx(view: &mut View<'_>, content: Span) -> Option<Child> {
    if !begins(view, content, b"JFXX\0\x10") {
        return None;
    }
    picture(view, content, 6, content.len, Kinship::Thumbnail)
}

fn exif(view: &mut View<'_>, content: Span, verdict: &mut Verdict) {
    let skip = EXIF.len() as u64;
    let span = Span { at: content.at + skip, len: content.len - skip };
    let Some(ifd) = Tiff::open(view, span) else {
        return;
    };
    if verdict.exif.len() < MOST_BLOCKS {
        verdict.exif.push(ExifBlock { span, kind: ExifKind::Primary });
    }
    verdict.children.extend(ifd.thumbnail(view));
}

/// The resources of a Photoshop segment; 0x409 and 0x40c are thumbnails.
///
/// Source: Adobe Photoshop File Formats Specification, "Image Resources Section".
fn photoshop(view: &mut View<'_>, content: Span, children: &mut Vec<Child>) {
    const NAME: &[u8] = b"Photoshop 3.0\0";
    const THUMBNAIL_HEADER: u64 = 28;
    if !begins(view, content, NAME) {
        return;
    }
    let mut at = NAME.len() as u64;
    while children.len() < MOST_CHILDREN {
        let Ok(mut inside) = view.sub(content.at, content.len) else {
            return;
        };
        let Some((id, data)) = resource(&mut inside, at) else {
            return;
        };
        if matches!(id, 0x409 | 0x40c) && data.len > THUMBNAIL_HEADER {
            let (at, len) = (data.at + THUMBNAIL_HEADER, data.len - THUMBNAIL_HEADER);
            children.extend(picture(view, content, at, len, Kinship::Thumbnail));
        }
        at = data.end().next_multiple_of(2);
    }
}

/// Number and data of the resource at `at`: signature, number, padded name, length, data.
fn resource(view: &mut View<'_>, at: u64) -> Option<(u16, Span)> {
    if view.array(at) != Ok(*b"8BIM") {
        return None;
    }
    let id = view.u16(at + 4, Big).ok()?;
    let name = u64::from(view.u8(at + 6).ok()?) + 1;
    let at = at + 6 + name.next_multiple_of(2);
    let len = u64::from(view.u32(at, Big).ok()?);
    Some((id, Span { at: at + 4, len }))
}

/// A TIFF structure in a segment: just enough of it to find pictures.
///
/// Source: TIFF 6.0, section 2 "TIFF Structure".
#[derive(Clone, Copy, Debug)]
pub struct Tiff {
    span: Span,
    endian: Endian,
}

/// An entry of a directory: the field's tag and its value or offset.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// What it is.
    pub tag: u16,
    /// Number of values.
    pub count: u32,
    /// The value when it fits in four bytes, else where it lies.
    pub value: u32,
}

impl Tiff {
    /// More entries than a directory in a segment of 64 KiB can have.
    const MOST_ENTRIES: u16 = 5461;

    /// The structure whose header is at the start of `span`.
    pub fn open(view: &mut View<'_>, span: Span) -> Option<Self> {
        let endian = match &view.array::<4>(span.at).ok()? {
            b"II*\0" => Little,
            b"MM\0*" => Big,
            _ => return None,
        };
        Some(Tiff { span, endian })
    }

    /// Number of the structure's bytes at `at`, as the structure itself counts.
    pub fn u32(&self, view: &mut View<'_>, at: u64) -> Option<u32> {
        view.sub(self.span.at, self.span.len).ok()?.u32(at, self.endian).ok()
    }

    fn u16(&self, view: &mut View<'_>, at: u64) -> Option<u16> {
        view.sub(self.span.at, self.span.len).ok()?.u16(at, self.endian).ok()
    }

    /// The entries of the directory at `at`, and where the next directory lies.
    pub fn directory(&self, view: &mut View<'_>, at: u64) -> Option<(Vec<Entry>, u64)> {
        let count = self.u16(view, at).filter(|&count| count <= Self::MOST_ENTRIES)?;
        let mut entries = Vec::new();
        for index in 0..u64::from(count) {
            let at = at + 2 + 12 * index;
            let (tag, kind) = (self.u16(view, at)?, self.u16(view, at + 2)?);
            let short = self.u16(view, at + 8).map(u32::from);
            let value = if kind == 3 { short } else { self.u32(view, at + 8) };
            entries.push(Entry { tag, count: self.u32(view, at + 4)?, value: value? });
        }
        let next = self.u32(view, at + 2 + 12 * u64::from(count)).unwrap_or(0);
        Some((entries, u64::from(next)))
    }

    /// The first directory.
    pub fn first(&self, view: &mut View<'_>) -> Option<(Vec<Entry>, u64)> {
        let at = self.u32(view, 4)?;
        self.directory(view, u64::from(at))
    }

    /// The JPEG that the second directory points at (Exif 2.32, 4.5.8).
    fn thumbnail(&self, view: &mut View<'_>) -> Option<Child> {
        let (_, next) = self.first(view).filter(|&(_, next)| next > 0)?;
        let (entries, _) = self.directory(view, next)?;
        let value = |tag: u16| entries.iter().find(|entry| entry.tag == tag);
        let (at, len) = (value(0x201)?.value, value(0x202)?.value);
        picture(view, self.span, u64::from(at), u64::from(len), Kinship::Thumbnail)
    }
}
