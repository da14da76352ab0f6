//! From the first directory to a verdict.

use super::directory::{Directory, Origin};
use super::embedded;
use super::extent::{self, Extent, Settled, Use};
use super::family::{Evidence, Family, Findings};
use super::graph::Structure;
use super::header::Header;
use super::picture::{MAX_PARTS, Picture};
use super::tags;
use crate::verdict::{
    Child, ExifBlock, ExifKind, Grade, Issue, MOST_CHILDREN, Reject, Span, Verdict,
};
use crate::view::View;

/// An Exif block of a JPEG is never longer, in bytes.
///
/// Source: ITU-T T.81, B.1.1.4: a segment's length has 16 bits.
const LONGEST_SEGMENT: u64 = 0xFFFF;

/// Of a full-size picture with stray strips, at least this share makes it a damaged one; with
/// less it is a mere beginning.
const MOSTLY: f32 = 0.5;

/// Measures the file at the view's start, if it is one of `family`.
pub fn measure(view: &mut View<'_>, family: &Family) -> Result<Verdict, Reject> {
    let header = Header::read(view)?;
    let first = Directory::read(view, header.frame, header.first, Origin::First)?;
    if !first.is_sorted() {
        return Err(view.malformed(header.first, "order of tags"));
    }
    family.admits(view, &header, &first)?;
    let structure = Structure::walk(view, first);
    let mut findings = Findings::new(pictures(view, &structure));
    if let Some(vendor) = family.vendor {
        vendor(view, &structure, &mut findings);
    }
    let pictures = &findings.pictures;
    judge(pictures, structure.first(), family.evidence)?;
    let main = main_picture(pictures);
    let mut extents = extent::of_structure(&structure, pictures, main);
    let previews: Vec<_> = structure.notes.iter().filter_map(|note| note.preview(view)).collect();
    let mut more = structure.private_data(view);
    more.extend(&findings.metadata);
    let extra = |span, usage| Extent { span, usage, main: false };
    extents.extend(more.into_iter().map(|span| extra(span, Use::Metadata)));
    extents.extend(previews.into_iter().map(|span| extra(span, Use::Preview)));
    let settled = extent::settle(view, extents);
    if settled.share == 0.0 && !settled.extents.iter().any(|one| one.usage != Use::Metadata) {
        let missing = pictures.iter().flat_map(|one| &one.parts).map(|one| one.len).sum();
        return Err(Reject::Truncated { at: settled.end, missing });
    }
    let mut verdict = Verdict::structural(settled.end, family.signature.extensions[0], family.mime);
    verdict.proof = "directories, values and picture data within the file";
    verdict.end = findings.end;
    verdict.pixels = pixels(view, &structure, pictures, main);
    grade(&mut verdict, &settled, structure.issues.iter().chain(&settled.issues));
    let dropped: u64 = pictures.iter().map(|picture| picture.implausible).sum();
    if dropped > 0 {
        verdict.note(header.first, format!("{dropped} strips longer than their picture"));
    }
    verdict.unchecked = settled.unchecked();
    verdict.children = children(view, &settled, pictures, main);
    let span = Span { at: 0, len: settled.end };
    verdict.exif.push(ExifBlock { span, kind: ExifKind::Primary });
    verdict.exif.extend(findings.exif.iter().filter(|block| span.holds(block.span)));
    Ok(verdict)
}

/// The pictures of all directories.
fn pictures(view: &mut View<'_>, structure: &Structure) -> Vec<Picture> {
    let mut budget = MAX_PARTS;
    let mut out = Vec::new();
    for directory in structure.directories.iter().filter(|one| one.origin.has_pictures()) {
        if let Some(picture) = Picture::read(view, directory, budget) {
            budget -= picture.parts.len() as u64;
            out.push(picture);
        }
    }
    out
}

/// Whether there is a picture such as the family has.
///
/// The Exif block of a JPEG is a TIFF structure too. It describes the JPEG around it and has at
/// most a thumbnail, in the second directory of a short block.
fn judge(pictures: &[Picture], first: &Directory, evidence: Evidence) -> Result<(), Reject> {
    let last = |picture: &Picture| picture.parts.iter().map(|part| part.end()).max().unwrap_or(0);
    let shows = |picture: &Picture| match picture.origin {
        Origin::First => picture.jpeg.is_some() || picture.pixels.is_some(),
        Origin::Chained(_) => picture.sensor || last(picture) > LONGEST_SEGMENT,
        _ => true,
    };
    if !pictures.iter().any(shows) {
        return Err(Reject::Other { what: "no picture, as in an Exif block" });
    }
    let sensor = || pictures.iter().any(|picture| picture.sensor);
    let proven = match evidence {
        Evidence::Picture | Evidence::Marks => true,
        Evidence::Sensor => sensor(),
        Evidence::SensorOr(tag) => sensor() || first.has(tag),
        Evidence::Coding(coding) => pictures.iter().any(|one| one.compression == coding),
    };
    if proven { Ok(()) } else { Err(Reject::Other { what: "no sensor data" }) }
}

/// The full-size picture: sensor data before the first page before the largest.
fn main_picture(pictures: &[Picture]) -> Option<usize> {
    let largest = |wanted: fn(&Picture) -> bool| {
        let found = pictures.iter().enumerate().filter(|(_, one)| wanted(one));
        found.max_by_key(|(index, one)| (one.area(), usize::MAX - index)).map(|(index, _)| index)
    };
    let first = |one: &Picture| one.origin == Origin::First && !one.reduced;
    largest(|one| one.sensor && !one.parts.is_empty())
        .or_else(|| pictures.iter().position(first))
        .or_else(|| largest(|one| !one.reduced))
        .or_else(|| largest(|_| true))
}

/// The full-size picture's dimensions; where its directory lacks them (CR2), those in Exif.
fn pixels(
    view: &mut View<'_>,
    structure: &Structure,
    pictures: &[Picture],
    main: Option<usize>,
) -> Option<(u32, u32)> {
    let main = main.and_then(|index| pictures.get(index))?;
    if let Some(pixels) = main.pixels {
        return Some(pixels);
    }
    let exif = structure.by_origin(Origin::Exif).and_then(|exif| {
        let width = u32::try_from(exif.number(view, tags::PIXEL_X_DIMENSION)?).ok()?;
        let height = u32::try_from(exif.number(view, tags::PIXEL_Y_DIMENSION)?).ok()?;
        (width > 0 && height > 0).then_some((width, height))
    });
    exif.or_else(|| pictures.iter().max_by_key(|one| one.area()).and_then(|one| one.pixels))
}

fn grade<'i>(verdict: &mut Verdict, settled: &Settled, issues: impl Iterator<Item = &'i Issue>) {
    if settled.cut || settled.share < MOSTLY {
        verdict.grade = Grade::Partial;
        verdict.share = Some(settled.share);
    } else if settled.share < 1.0 {
        verdict.grade = Grade::Damaged;
    }
    for issue in issues {
        verdict.note(issue.at, issue.what.clone());
    }
}

/// The JPEGs that the structure points at, the full-size one included unless it is sensor data.
fn children(
    view: &mut View<'_>,
    settled: &Settled,
    pictures: &[Picture],
    main: Option<usize>,
) -> Vec<Child> {
    let whole = main.and_then(|index| pictures.get(index)?.whole_jpeg());
    let mut spans: Vec<_> = settled
        .extents
        .iter()
        .filter(|extent| extent.usage == Use::Preview || Some(extent.span) == whole)
        .map(|extent| extent.span)
        .collect();
    spans.sort_unstable();
    spans.dedup();
    spans.truncate(MOST_CHILDREN);
    spans.into_iter().filter_map(|span| embedded::child(view, span)).collect()
}
