//! CR3, Canon's raw pictures since the EOS M50, and CRM, its raw movies.

use crate::format::{self, Effort, Group, Signature};
use crate::isobmff::brand::{Brands, Family};
use crate::isobmff::closing::{Closing, Shape};
use crate::isobmff::crx::{Contents, canon, previews};
use crate::isobmff::layout::{Layout, Stop};
use crate::isobmff::outline::or_outline;
use crate::isobmff::track::{Track, tracks};
use crate::isobmff::{self, cover};
use crate::verdict::{Child, Grade, Kinship, MOST_CHILDREN, Reject, Span, Verdict};
use crate::view::View;

static SIGNATURE: Signature = Signature {
    name: "cr3",
    title: "Canon CR3",
    extensions: &["cr3", "crm"],
    aliases: &[],
    group: Group::Raw,
    magic: isobmff::MAGIC,
    min_len: 256,
    end_rule: "boxes, which Canon's table of contents and the sample tables must agree with",
    proof: "structure: boxes close, table of contents and samples inside",
    source: "ExifTool 12.57, Canon.pm; lclevy/canon_cr3",
};

/// How many chunks of samples a file may have; a raw movie has one or more a frame.
const MOST_CHUNKS: usize = 1 << 18;

/// A raw picture or movie of Canon's.
pub struct Format;

impl format::Format for Format {
    fn signature(&self) -> &'static Signature {
        &SIGNATURE
    }

    fn measure(&self, view: &mut View<'_>, effort: Effort) -> Result<Verdict, Reject> {
        if Brands::read(view)?.family() != Family::Crx {
            return Err(Reject::Other { what: "brands" });
        }
        let measured = measure(view);
        or_outline(view, effort, ("cr3", "image/x-canon-cr3"), measured)
    }
}

/// Measures a file of which all that tells how it is laid out can be read.
fn measure(view: &mut View<'_>) -> Result<Verdict, Reject> {
    let mut layout = Layout::read(view)?;
    let Some(moov) = layout.find(b"moov") else {
        return Err(match layout.stop {
            Stop::Cut { missing } => Reject::Truncated { at: layout.end, missing },
            _ => view.malformed(layout.end, "moov"),
        });
    };
    view.check(moov.at, moov.end - moov.at)?;
    let canon = canon(view, moov)?;
    let contents = Contents::read(view, canon)?;
    let media = Media::read(view, moov)?;
    let extents = contents.listed.iter().chain(&media.extents);
    layout.end_before_another(extents.map(Span::end).max().unwrap_or(0).max(moov.end));
    Ok(verdict(view, &layout, contents, media))
}

fn verdict(view: &mut View<'_>, layout: &Layout, contents: Contents, media: Media) -> Verdict {
    let extents = [&contents.listed[..], &media.extents].concat();
    let closing = Closing::of(layout, &extents, view.len());
    let mut verdict = Verdict::structural(closing.len, "cr3", "image/x-canon-cr3");
    verdict.end = closing.end;
    verdict.proof = "boxes close, table of contents and samples inside";
    verdict.pixels = media.pixels;
    closing.note(&mut verdict);
    verdict.grade = match closing.shape {
        Shape::Whole => Grade::Structural,
        Shape::Overrun { .. } => Grade::Damaged,
        Shape::Stray { .. } | Shape::Cut { .. } => Grade::Partial,
    };
    if matches!(closing.shape, Shape::Cut { complete: true, .. }) {
        verdict.share = Some(1.0);
    }
    let mut children = contents.children;
    children.extend(previews(view, layout));
    for &span in &media.jpegs {
        if view.array::<3>(span.at) == Ok([0xff, 0xd8, 0xff]) {
            children.push(Child { span, kinship: Kinship::Preview });
        }
    }
    children.retain(|child| child.span.end() <= verdict.len);
    children.sort_by_key(|child| child.span);
    children.truncate(MOST_CHILDREN);
    verdict.children = children;
    verdict.exif = contents.exif;
    verdict.unchecked = cover::unchecked(
        layout,
        verdict.len,
        cover::opaque([media.jpegs, media.timed].concat()).collect(),
    );
    verdict
}

/// What the tracks hold.
#[derive(Default)]
struct Media {
    /// All samples.
    extents: Vec<Span>,
    /// Samples that are JPEG files: the picture in full size.
    jpegs: Vec<Span>,
    /// Samples of timed metadata, which hold Exif and a small JPEG.
    timed: Vec<Span>,
    /// Dimensions of the full-size JPEG, else of the first picture there is.
    pixels: Option<(u32, u32)>,
}

impl Media {
    fn read(view: &mut View<'_>, moov: isobmff::Header) -> Result<Self, Reject> {
        let mut media = Media::default();
        for track in tracks(view, moov)? {
            let is_jpeg = is_jpeg(view, &track)?;
            if &track.handler == b"vide" && media.pixels.is_none() {
                media.pixels = track.pixels(view);
            }
            let kind = match &track.handler {
                b"vide" if is_jpeg => Some(&mut media.jpegs),
                b"meta" => Some(&mut media.timed),
                _ => None,
            };
            let mut found = Vec::new();
            let taken = media.extents.len();
            track.chunks(view, &mut |chunk| {
                if taken + found.len() >= MOST_CHUNKS {
                    return Err(Reject::OverBudget { at: chunk.at, len: chunk.len });
                }
                found.push(chunk);
                Ok(())
            })?;
            media.extents.extend_from_slice(&found);
            if let Some(kind) = kind {
                kind.extend(found);
            }
        }
        Ok(media)
    }
}

/// Whether the sample entry says that samples are JPEG files: a `CRAW` entry with a `JPEG` box
/// where raw ones have `CMP1`.
fn is_jpeg(view: &mut View<'_>, track: &Track) -> Result<bool, Reject> {
    if &track.entry.kind != b"CRAW" {
        return Ok(false);
    }
    // Canon's entry is four bytes longer than others of its kind.
    let mut boxes = track.entry.boxes(isobmff::track::VISUAL_ENTRY + 4);
    Ok(boxes.find(view, b"JPEG").unwrap_or(None).is_some())
}
