//! From the first directory to a verdict.

use super::directory::{Directory, Origin};
use super::embedded;
use super::extent::{self, Extent, Settled, Use};
use super::family::{Evidence, Family, Findings};
use super::graph::Structure;
use super::header::Header;
use super::picture::{MAX_NUMBERS, Picture};
use super::proof::{self, Proof};
use super::tags;
use crate::format::Effort;
use crate::verdict::{
    Child, End, ExifBlock, ExifKind, Grade, Issue, MOST_CHILDREN, Reject, Span, Verdict,
};
use crate::view::View;

/// An Exif block of a JPEG is never longer, in bytes.
///
/// Source: ITU-T T.81, B.1.1.4: a segment's length has 16 bits.
const LONGEST_SEGMENT: u64 = 0xFFFF;

/// The header of a file, in bytes: nothing else lies there.
const HEADER_LEN: u64 = 8;

/// Of a full-size picture with stray strips, at least this share makes it a damaged one; with
/// less it is a mere beginning.
const MOSTLY: f32 = 0.5;

/// Measures the file at the view's start, if it is one of `family`.
pub fn measure(view: &mut View<'_>, family: &Family, effort: Effort) -> Result<Verdict, Reject> {
    let first = admitted(view, family)?;
    let structure = Structure::walk(view, first);
    let mut findings = Findings::new(pictures(view, &structure));
    if let Some(vendor) = family.vendor {
        vendor(view, &structure, &mut findings);
    }
    let pictures = &findings.pictures;
    judge(pictures, structure.first(), family.evidence)?;
    let main = main_picture(pictures);
    let mut settled = settle(view, &structure, &findings, main)?;
    let proof = match effort {
        Effort::Structure => Proof::default(),
        Effort::Proof => proof::prove(view, pictures, main, &settled),
    };
    if let Some(at) = proof.cut(evidence(view, &structure, &settled)) {
        settled.cut_at(at);
    }
    let mut verdict = Verdict::structural(settled.end, family.signature.extensions[0], family.mime);
    verdict.proof = "directories, values and picture data within the file";
    verdict.end = findings.end;
    verdict.pixels = pixels(view, &structure, pictures, main);
    grade(&mut verdict, &settled, structure.issues.iter().chain(&settled.issues));
    doubt(&mut verdict, family, pictures, main);
    proof.tell(&mut verdict);
    verdict.unchecked = settled.unchecked(view, &proof.proven(settled.end));
    verdict.children = children(view, &settled, pictures, main);
    let span = Span { at: 0, len: settled.end };
    verdict.exif.push(ExifBlock { span, kind: ExifKind::Primary });
    verdict.exif.extend(findings.exif.iter().filter(|block| span.holds(block.span)));
    Ok(verdict)
}

/// Where the last directory or preview begins: that it is there shows that no tail is missing
/// before it.
fn evidence(view: &mut View<'_>, structure: &Structure, settled: &Settled) -> u64 {
    let directories = structure.directories.iter().filter(|one| one.origin != Origin::Note);
    let last = directories.map(|one| one.span.at).max().unwrap_or(0);
    let previews = settled.extents.iter().filter(|extent| extent.usage == Use::Preview);
    let starts = previews.map(|extent| extent.span.at);
    starts.filter(|&at| embedded::begins_as_jpeg(view, at)).fold(last, u64::max)
}

/// The first directory, if it is plausible and of that family. Most candidates end here.
fn admitted(view: &mut View<'_>, family: &Family) -> Result<Directory, Reject> {
    let header = Header::read(view)?;
    let first = Directory::read(view, header.frame, header.first, Origin::First)?;
    if !first.is_sorted() {
        return Err(view.malformed(header.first, "order of tags"));
    }
    family.admits(view, &header, &first)?;
    Ok(first)
}

/// The pictures of all directories.
fn pictures(view: &mut View<'_>, structure: &Structure) -> Vec<Picture> {
    let mut budget = MAX_NUMBERS;
    let mut out = Vec::new();
    for directory in structure.directories.iter().filter(|one| one.origin.has_pictures()) {
        let picture = Picture::read(view, directory, &mut budget);
        out.extend(
            picture.filter(|picture| !lies_on_directory(picture, directory, structure.first())),
        );
    }
    out
}

/// Whether all data of a picture are said to begin in the header, in its own directory or in the first one: then there are
/// none.
fn lies_on_directory(picture: &Picture, own: &Directory, first: &Directory) -> bool {
    let is_on = |part: &Span| {
        let begin = Span { at: part.at, len: 1 };
        part.at < HEADER_LEN || own.span.holds(begin) || first.span.holds(begin)
    };
    let mut parts = picture.parts.iter().chain(&picture.jpeg).peekable();
    parts.peek().is_some() && parts.all(is_on)
}

/// Everything that belongs to the file, as far as it is believed.
fn settle(
    view: &mut View<'_>,
    structure: &Structure,
    findings: &Findings,
    main: Option<usize>,
) -> Result<Settled, Reject> {
    let mut extents = extent::of_structure(structure, &findings.pictures, main);
    let mut add = |span, usage| extents.push(Extent { span, usage, main: false });
    structure.private_data(view).into_iter().for_each(|span| add(span, Use::Metadata));
    findings.metadata.iter().for_each(|&span| add(span, Use::Metadata));
    let previews = structure.notes.iter().filter_map(|note| note.preview(view));
    previews.for_each(|span| add(span, Use::Preview));
    let mut settled = extent::settle(view, extents);
    if settled.extents.iter().all(|extent| extent.usage == Use::Metadata) {
        let sized = main.is_some_and(|index| findings.pictures[index].pixels.is_some());
        if !sized || !structure.issues.is_empty() {
            let parts = findings.pictures.iter().flat_map(|picture| &picture.parts);
            let missing = parts.fold(0u64, |sum, part| sum.saturating_add(part.len));
            return Err(Reject::Truncated { at: settled.end, missing });
        }
        settled.cut_at(settled.end);
        settled.share = Some(0.0);
    }
    Ok(settled)
}

/// Whether there is a picture such as the family has.
///
/// The Exif block of a JPEG is a TIFF structure too. It describes the JPEG around it and has at
/// most a thumbnail, in the second directory of a short block.
fn judge(pictures: &[Picture], first: &Directory, evidence: Evidence) -> Result<(), Reject> {
    let is_beyond = |span: &Span| span.end() > LONGEST_SEGMENT;
    let is_large = |one: &Picture| one.parts.iter().chain(&one.jpeg).any(is_beyond);
    let shows = |picture: &Picture| match picture.origin {
        Origin::First if !picture.parts.is_empty() && picture.pixels.is_some() => true,
        Origin::First | Origin::Chained(_) => picture.sensor || is_large(picture),
        _ => true,
    };
    if !pictures.iter().any(shows) {
        return Err(Reject::Other { what: "no picture, as in an Exif block" });
    }
    let proven = match evidence {
        Evidence::Picture | Evidence::Marks => true,
        Evidence::Sensor => has_sensor_data(pictures),
        Evidence::SensorOr(tag) => has_sensor_data(pictures) || first.has(tag),
        Evidence::Coding(coding) => pictures.iter().any(|one| one.compression == coding),
    };
    if proven { Ok(()) } else { Err(Reject::Other { what: "no sensor data" }) }
}

fn has_sensor_data(pictures: &[Picture]) -> bool {
    pictures.iter().any(|picture| picture.sensor)
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
    let share = settled.share.unwrap_or(1.0);
    if settled.cut || share < MOSTLY {
        verdict.grade = Grade::Partial;
        verdict.share = settled.share;
    } else if share < 1.0 {
        verdict.grade = Grade::Damaged;
    }
    for issue in issues {
        verdict.note(issue.at, issue.what.clone());
    }
}

/// Notes that the full-size picture is missing, or parts of pictures that cannot be.
fn doubt(verdict: &mut Verdict, family: &Family, pictures: &[Picture], main: Option<usize>) {
    let reduced = main.and_then(|index| pictures.get(index)).is_some_and(|one| one.reduced);
    if family.evidence != Evidence::Picture && !has_sensor_data(pictures) {
        // Known are previews; in the A100 no directory ever names the sensor data.
        verdict.end = End::Minimum;
        verdict.grade = Grade::Partial;
        verdict.share = None;
        verdict.note(verdict.len, "nothing says where the sensor data lies");
    } else if reduced && verdict.grade != Grade::Partial {
        verdict.grade = Grade::Partial;
        verdict.note(verdict.len, "only smaller versions of the picture are there");
    }
    let plain = main.and_then(|index| pictures.get(index)?.plain_share());
    if family.evidence == Evidence::Picture
        && verdict.grade != Grade::Partial
        && let Some(share) = plain.filter(|&share| share < 1.0)
    {
        if share < MOSTLY {
            (verdict.grade, verdict.share) = (Grade::Partial, Some(share));
            verdict.note(0, "strips far shorter than the rows they are to hold");
        } else {
            verdict.note(0, "strips shorter than the rows they are to hold");
        }
    }
    let untold: u64 = pictures.iter().map(|picture| picture.untold).sum();
    if untold > 0 {
        verdict.note(0, format!("{untold} strips whose length only their data tells"));
    }
    let dropped: u64 = pictures.iter().map(|picture| picture.implausible).sum();
    if dropped > 0 {
        verdict.note(0, format!("{dropped} strips longer than their picture can be"));
    }
}

/// The picture files that the structure points at, the full-size one included unless it is sensor data.
fn children(
    view: &mut View<'_>,
    settled: &Settled,
    pictures: &[Picture],
    main: Option<usize>,
) -> Vec<Child> {
    let whole = main.and_then(|index| pictures.get(index)?.whole());
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
