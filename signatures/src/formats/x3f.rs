//! X3F: the RAW of Sigma's cameras with Foveon sensors.

use crate::format::{self, Effort, Group, Magic, Signature};
use crate::tiff::{self, begins_as_jpeg};
use crate::verdict::{Child, Kinship, MOST_CHILDREN, Reject, Role, Span, Unchecked, Verdict};
use crate::view::{Endian::Little, View};
use crate::x3f::{self, Container};

static SIGNATURE: Signature = Signature {
    name: "x3f",
    title: "Sigma X3F",
    extensions: &["x3f"],
    aliases: &[],
    group: Group::Raw,
    magic: &[Magic::new(0, x3f::MAGIC)],
    min_len: 52 + 12 + 12 + 4, // Header, and a directory of one entry with its offset.
    end_rule: "after the directory that is followed by its own offset",
    proof: "structure: the directory closes the file, and its sections lie before it",
    source: "ExifTool, SigmaRaw.pm",
};

/// What a section with a picture begins with.
const IMAGE: &[u8; 4] = b"SECi";

/// Its header: mark, version, type, format, columns, rows, bytes of a row.
const IMAGE_HEADER: u64 = 28;

/// Types of pictures: a rendering for the eye, ...
const RENDERED: u32 = 2;

/// ... the format of one that is a JPEG.
const JPEG: u32 = 18;

/// A RAW file of a Sigma camera.
pub struct Format;

impl format::Format for Format {
    fn signature(&self) -> &'static Signature {
        &SIGNATURE
    }

    fn measure(&self, view: &mut View<'_>, _: Effort) -> Result<Verdict, Reject> {
        let container = Container::find(view)?;
        let images = images(view, &container);
        if images.is_empty() {
            return Err(view.malformed(container.directory.at, "directory without a picture"));
        }
        let mut verdict = Verdict::structural(container.end(), "x3f", "image/x-sigma-x3f");
        verdict.proof = "the directory closes the file, and its sections lie before it";
        verdict.pixels = Some(container.pixels);
        verdict.children = children(view, &images);
        let children = verdict.children.iter().map(|child| child.span);
        verdict.exif = children.filter_map(|span| tiff::exif_of_jpeg(view, span)).collect();
        verdict.unchecked = unchecked(&images, verdict.len);
        Ok(verdict)
    }
}

/// A section with a picture.
struct Image {
    /// Its data, without its header.
    data: Span,
    /// What the picture is for.
    kind: u32,
    /// How it is coded.
    format: u32,
}

/// The pictures in order of offset.
fn images(view: &mut View<'_>, container: &Container) -> Vec<Image> {
    let sections = container.sections.iter().filter(|one| one.span.len > IMAGE_HEADER);
    let read = sections.filter_map(|section| {
        let Span { at, .. } = section.span;
        let data = Span::between(at + IMAGE_HEADER, section.span.end());
        let is_image = &view.array::<4>(at).ok()? == IMAGE;
        let (kind, format) = (view.u32(at + 8, Little).ok()?, view.u32(at + 12, Little).ok()?);
        is_image.then_some(Image { data, kind, format })
    });
    let mut images: Vec<_> = read.collect();
    images.sort_by_key(|image| image.data);
    images
}

/// The JPEGs among them.
fn children(view: &mut View<'_>, images: &[Image]) -> Vec<Child> {
    let jpegs = images.iter().filter(|image| (image.kind, image.format) == (RENDERED, JPEG));
    let there = jpegs.filter(|image| begins_as_jpeg(view, image.data.at));
    there
        .map(|image| Child { span: image.data, kinship: Kinship::Preview })
        .take(MOST_CHILDREN)
        .collect()
}

/// Sensor data as payload, all else as metadata.
fn unchecked(images: &[Image], end: u64) -> Vec<Unchecked> {
    let mut out = Vec::new();
    let mut at = 0;
    let mut push = |span: Span, role| {
        if span.len > 0 {
            out.push(Unchecked { span, role });
        }
    };
    for image in images.iter().filter(|image| image.kind != RENDERED) {
        push(Span::between(at, image.data.at), Role::Metadata);
        push(Span::between(image.data.at.max(at), image.data.end()), Role::Payload);
        at = at.max(image.data.end());
    }
    push(Span::between(at, end), Role::Metadata);
    out
}
