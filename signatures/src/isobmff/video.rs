//! Video files: MP4, QuickTime and their kin.
//!
//! Source: ISO/IEC 14496-12:2022; Apple, QuickTime File Format Specification (2012).

use super::Header;
use super::brand::Brands;
use super::chain::{Coding, held};
use super::closing::{Closing, Shape};
use super::cover::unchecked;
use super::flavour::Flavour;
use super::keys;
use super::layout::{Layout, SIGNATURE, Stop};
use super::movie::Movie;
use super::outline::or_outline;
use crate::format::{Effort, Magic};
use crate::part::{self, NamedPart, PictureKind};
use crate::trailer;
use crate::verdict::{Child, End, Grade, Kinship, MOST_CHILDREN, Reject, Span, Verdict};
use crate::view::View;

/// No movie header with a track is shorter.
pub const MIN_LEN: u64 = 300;

/// Where QuickTime files begin. Before there was a `ftyp` box they began with `moov`, whose first
/// box is a movie header of 108 bytes, or with `mdat`, often after an empty box.
pub static QUICKTIME: &[Magic] = &[
    super::FTYP,
    Magic::new(4, b"moov\0\0\0\x6cmvhd"),
    Magic::new(4, b"mdat"),
    Magic::new(12, b"mdat"),
];

/// Length of the box that Motion JPEG 2000 begins with.
const SIGNATURE_LEN: u64 = 12;

/// Where MP4 begins, or Motion JPEG 2000, whose boxes are the same.
pub static MP4: &[Magic] = &[super::FTYP, Magic::after(b"\0\0\0\x0cjP  ", 16, b"ftypmjp2")];

/// How the end of video is found, for people.
pub const END_RULE: &str =
    "boxes, with all fragments; extents of samples where the last box has no size";

/// What the best grade of video rests on, for people.
pub const PROOF: &str = "structure: boxes close, samples inside, NAL units fill each AVC and HEVC \
     sample exactly and show no start codes, text, zeros or JPEG data; pictures of JPEG, PNG, \
     JPEG 2000, H.263 and MPEG-4 begin as such (nothing is decoded: foreign noise goes unseen)";

/// Measures the file at the view's start, if it is of that flavour.
pub fn measure(view: &mut View<'_>, effort: Effort, flavour: Flavour) -> Result<Verdict, Reject> {
    let brands = match &view.array(4)? {
        b"ftyp" => Some(Brands::read(view)?),
        SIGNATURE => Some(Brands::read(&mut view.from(SIGNATURE_LEN))?),
        _ => None,
    };
    let found = brands.as_ref().map_or(Some(Flavour::QuickTime), Flavour::of);
    if found != Some(flavour) {
        return Err(Reject::Other { what: "brands" });
    }
    let names = flavour.names(brands.as_ref());
    let measured = measure_all(view, effort, names, brands.as_ref());
    match brands {
        Some(_) => or_outline(view, effort, names, measured),
        None => measured,
    }
}

/// The same where all that tells how it is laid out can be read.
fn measure_all(
    view: &mut View<'_>,
    effort: Effort,
    (extension, mime): (&'static str, &'static str),
    brands: Option<&Brands>,
) -> Result<Verdict, Reject> {
    let blank = Verdict::structural(0, extension, mime);
    let mut layout = Layout::read(view)?;
    let moov = layout.find(b"moov").filter(|moov| moov.end <= view.len());
    let Some(moov) = moov else {
        return unfinished(view, &layout, brands, blank);
    };
    let movie = Movie::read(view, &layout, moov)?;
    release(view, &mut layout, &movie);
    let closing = Closing::of(&layout, &movie.extents, view.len());
    if brands.is_none() {
        confirm(view, &layout, &closing, &movie)?;
    }
    verdict(view, effort, &File { layout, closing, movie, moov }, blank)
}

/// A file whose movie header is there.
struct File {
    layout: Layout,
    closing: Closing,
    movie: Movie,
    moov: Header,
}

fn verdict(
    view: &mut View<'_>,
    effort: Effort,
    file: &File,
    blank: Verdict,
) -> Result<Verdict, Reject> {
    let File { layout, closing, movie, .. } = file;
    let mut verdict = Verdict { len: closing.len, end: closing.end, ..blank };
    // Any fragment may be the last, unless an index of all of them follows.
    if movie.is_fragmented && layout.find(b"mfra").is_none() {
        verdict.end = End::Minimum;
    }
    verdict.proof = "boxes close, all samples inside";
    verdict.pixels = movie.pixels;
    verdict.content_identifier = keys::of_movie(view, file.moov);
    closing.note(&mut verdict);
    let followed = match effort {
        Effort::Structure => None,
        Effort::Proof => Some(Followed::of(view, movie, &mut verdict)?),
    };
    grade(file, followed.as_ref(), &mut verdict);
    if verdict.grade == Grade::Partial {
        verdict.share = Some(movie.share(verdict.len));
    } else if movie.is_coded() && followed.is_some_and(|followed| followed.all) {
        verdict.proof = "boxes close, all samples inside, each picture fits its coding";
    }
    describe(view, file, &mut verdict);
    if closing.shape == Shape::Whole && verdict.grade > Grade::Partial {
        trailer::add(view, &mut verdict);
    }
    Ok(verdict)
}

/// Adds what lies inside: pictures that are files of their own, and what no check covers.
fn describe(view: &mut View<'_>, file: &File, verdict: &mut Verdict) {
    let read = |&span: &Span| NamedPart::read(view, span, PictureKind::is_sure);
    let parts: Vec<NamedPart> = file.movie.files.iter().map(read).collect();
    let is_inside = |part: &&NamedPart| part.kind.is_some() && part.span.end() <= verdict.len;
    let children = parts.iter().filter(is_inside).take(MOST_CHILDREN);
    verdict.children =
        children.map(|part| Child { span: part.span, kinship: Kinship::Inner }).collect();
    let roles = part::roles(view, &parts);
    verdict.unchecked = unchecked(&file.layout, verdict.len, roles);
}

/// Sets grade and length. A file none of whose samples holds after the first broken one ends
/// there, unless a box of its own proves that it goes on.
fn grade(file: &File, followed: Option<&Followed>, verdict: &mut Verdict) {
    let File { layout, closing, movie, moov } = file;
    let broken = followed.and_then(|followed| followed.broken);
    let tail = broken.filter(|&at| {
        let after = followed.is_some_and(|followed| followed.last_sound > at);
        !after && layout.holder(at).is_none_or(|held| held.end >= layout.end) && moov.end <= at
    });
    verdict.grade = match (closing.shape, broken) {
        (Shape::Whole, None) if movie.pictures.is_empty() => Grade::Partial,
        (Shape::Whole, None) => Grade::Structural,
        (Shape::Whole | Shape::Overrun { .. }, Some(_)) if tail.is_none() => Grade::Damaged,
        (Shape::Overrun { .. }, None) => Grade::Damaged,
        (Shape::Stray { .. }, None) if followed.is_some_and(|f| f.last_sound >= movie.last()) => {
            (verdict.len, verdict.end) = (movie.last(), End::Minimum);
            Grade::Damaged
        }
        (Shape::Stray { .. }, _) => {
            let held = followed.map_or(0, |followed| followed.last_sound);
            (verdict.len, verdict.end) = (verdict.len.max(held), End::Minimum);
            Grade::Partial
        }
        _ => Grade::Partial,
    };
    if let (Grade::Partial, Some(at)) = (verdict.grade, tail) {
        (verdict.len, verdict.end) = (verdict.len.min(at), End::Minimum);
    }
}

/// What following the units of all samples gave.
struct Followed {
    /// Where the first broken unit lies.
    broken: Option<u64>,
    /// The end of the last sample that holds.
    last_sound: u64,
    /// Whether all samples were followed.
    all: bool,
}

impl Followed {
    fn of(view: &mut View<'_>, movie: &Movie, verdict: &mut Verdict) -> Result<Self, Reject> {
        let (mut broken, mut last_sound) = (None, 0u64);
        let all = movie.follow(view, &mut |sample| match sample.wrong {
            Some((at, what)) => {
                verdict.note(at, what);
                broken = Some(broken.map_or(at, |known: u64| known.min(at)));
            }
            None if sample.missing => {}
            None => last_sound = last_sound.max(sample.span.end()),
        })?;
        Ok(Followed { broken, last_sound, all })
    }
}

/// Gives back boxes that hold no sample and stand before another file's `moov`: they are that
/// file's.
fn release(view: &mut View<'_>, layout: &mut Layout, movie: &Movie) {
    let foreign = Header::read(view, layout.end).is_ok_and(|next| &next.kind == b"moov");
    if layout.stop != Stop::Closed || !foreign {
        return;
    }
    let last = movie.last();
    while let Some(header) = layout.boxes.last() {
        let spare = matches!(&header.kind, b"mdat" | b"wide" | b"free" | b"skip");
        if !spare || header.body < last {
            break;
        }
        layout.end = header.at;
        layout.boxes.pop();
    }
}

/// The most bytes between a box of media and its first sample where nothing else tells that the
/// samples lie where the tables say: less than the shortest `ftyp` box.
const SLACK: u64 = 15;

/// Refuses what only looks like a QuickTime file without `ftyp`: the rest of a file whose first
/// box was cut off has tables that point beside its samples.
fn confirm(
    view: &mut View<'_>,
    layout: &Layout,
    closing: &Closing,
    movie: &Movie,
) -> Result<(), Reject> {
    let Some(first) = movie.pictures.iter().map(|span| span.at).min() else {
        return Err(Reject::Other { what: "no samples" });
    };
    let begun = layout.boxes.iter().take(2).any(|header| &header.kind == b"moov");
    let after_media = layout
        .boxes
        .windows(2)
        .any(|pair| matches!((&pair[0].kind, &pair[1].kind), (b"mdat", b"moov")));
    if closing.shape != Shape::Whole || !(begun || after_media) {
        return Err(view.malformed(0, "ftyp"));
    }
    let start = movie.extents.iter().map(|span| span.at).min().unwrap_or(first);
    let tight = layout.holder(start).is_some_and(|held| start - held.body.min(start) <= SLACK);
    let units = movie.first_holds(view)?;
    if units.unwrap_or(tight) { Ok(()) } else { Err(view.malformed(first, "first sample")) }
}

/// A file whose movie header was never written or is missing. Nothing tells how long it is: it keeps
/// the units that can be followed from the start of its media, which no viewer shows.
fn unfinished(
    view: &mut View<'_>,
    layout: &Layout,
    brands: Option<&Brands>,
    blank: Verdict,
) -> Result<Verdict, Reject> {
    let missing = match layout.stop {
        Stop::Cut { missing } => Reject::Truncated { at: layout.end, missing },
        _ => view.malformed(layout.end, "moov"),
    };
    if !brands.is_some_and(Brands::is_video) {
        return Err(missing);
    }
    let Some(mdat) = layout.find(b"mdat") else {
        return Err(missing);
    };
    // A placeholder is as long as its own header.
    let end = if mdat.end == mdat.body { view.len() } else { mdat.end.min(view.len()) };
    let kept = [Coding::Avc { length: 4 }, Coding::Hevc { length: 4 }]
        .map(|coding| held(view, coding, Span::between(mdat.body, end)));
    let body = mdat.body.min(view.len());
    let mut verdict = Verdict { len: kept[0].max(kept[1]).max(body), ..blank };
    verdict.end = End::Minimum;
    verdict.grade = Grade::Partial;
    verdict.share = Some(0.0);
    verdict.proof = "boxes up to the media";
    verdict.note(verdict.len, "no movie header: the file was not finished or its end is lost");
    verdict.unchecked = unchecked(layout, verdict.len, Vec::new());
    Ok(verdict)
}
