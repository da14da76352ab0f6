//! CRW: the RAW of Canon's cameras until 2004.

use crate::ciff::{self, Heap};
use crate::format::{self, Effort, Group, Magic, Signature};
use crate::tiff::begins_as_jpeg;
use crate::trailer;
use crate::verdict::{Child, Kinship, Reject, Role, Span, Unchecked, Verdict};
use crate::view::View;

static SIGNATURE: Signature = Signature {
    name: "crw",
    title: "Canon CRW",
    extensions: &["crw"],
    aliases: &[],
    group: Group::Raw,
    magic: &[Magic::new(ciff::MARK_AT, ciff::MARK)],
    min_len: 26 + 2 + 10 + 4, // Header, and a directory of one entry with its offset.
    end_rule: "where the heap closes: its last bytes lead to the directory right before them",
    proof: "structure: the heap closes, and its records lie inside it",
    source: "ExifTool, CanonRaw.pm",
};

/// Sensor data, entropy-coded.
const RAW_DATA: u16 = 0x2005;

/// A JPEG of full size, ...
const PREVIEW: u16 = 0x2007;

/// ... and a small one.
const THUMBNAIL: u16 = 0x2008;

/// A heap of all that is known of the picture.
const PROPERTIES: u16 = 0x300A;

/// In that: width and height, 32 bits each, and more.
const IMAGE_INFO: u16 = 0x1810;

/// A RAW file of an early Canon camera.
pub struct Format;

impl format::Format for Format {
    fn signature(&self) -> &'static Signature {
        &SIGNATURE
    }

    fn measure(&self, view: &mut View<'_>, _: Effort) -> Result<Verdict, Reject> {
        let heap = ciff::find(view)?;
        let Some(properties) = heap.inner(view, PROPERTIES) else {
            return Err(view.malformed(heap.span.at, "heap without properties of a picture"));
        };
        let end = heap.span.end();
        let mut verdict = Verdict::structural(end, "crw", "image/x-canon-crw");
        verdict.proof = "the heap closes, and its records lie inside it";
        verdict.pixels = size(view, &properties);
        verdict.children = children(view, &heap);
        verdict.unchecked = unchecked(&heap);
        // Canon's programs append what was edited, and repeat the directory's offset after it.
        if let Some(trailer) = trailer::any(view, end) {
            let span = Span::between(end, trailer.end);
            verdict.unchecked.push(Unchecked { span, role: Role::Trailer });
            verdict.children.extend(trailer.children);
            verdict.len = trailer.end;
        }
        Ok(verdict)
    }
}

fn size(view: &mut View<'_>, properties: &Heap) -> Option<(u32, u32)> {
    let at = properties.record(IMAGE_INFO).filter(|info| info.len >= 8)?.at;
    let width = view.u32(at, properties.endian).ok()?;
    let height = view.u32(at + 4, properties.endian).ok()?;
    (width > 0 && height > 0).then_some((width, height))
}

/// The JPEGs, in order of offset.
fn children(view: &mut View<'_>, heap: &Heap) -> Vec<Child> {
    let kinds = [(PREVIEW, Kinship::Preview), (THUMBNAIL, Kinship::Thumbnail)];
    let named = kinds.into_iter().filter_map(|(tag, kinship)| {
        let child = Child { span: heap.record(tag)?, kinship };
        begins_as_jpeg(view, child.span.at).then_some(child)
    });
    let mut children: Vec<_> = named.collect();
    children.sort_by_key(|child| child.span);
    children
}

/// The sensor data as payload, all else as metadata.
fn unchecked(heap: &Heap) -> Vec<Unchecked> {
    let end = heap.span.end();
    let data = heap.record(RAW_DATA).unwrap_or(Span { at: end, len: 0 });
    let parts = [
        (Span::between(0, data.at), Role::Metadata),
        (data, Role::Payload),
        (Span::between(data.end(), end), Role::Metadata),
    ];
    let some = parts.into_iter().filter(|(span, _)| span.len > 0);
    some.map(|(span, role)| Unchecked { span, role }).collect()
}
