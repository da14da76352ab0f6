//! Pictures and sequences of the High Efficiency Image File Format, whatever codes them.
//!
//! Source: ISO/IEC 23008-12:2022 "Image file format".

use super::brand::{Brands, Family};
use super::chain::{Break, Coding, follow, held};
use super::closing::{Closing, Shape};
use super::cover::{self, unchecked};
use super::exif;
use super::items::{Item, Items};
use super::layout::{Layout, Stop};
use super::outline::or_outline;
use super::track::tracks;
use crate::format::Effort;
use crate::part::{self, MOST_PARTS, NamedPart, PictureKind};
use crate::trailer;
use crate::verdict::{Child, End, Grade, Kinship, MOST_CHILDREN, Reject, Span, Verdict};
use crate::view::View;

/// `ftyp`, and the smallest `meta` that can describe a picture.
pub const MIN_LEN: u64 = 150;

/// How many chunks of samples a sequence may have.
const MOST_CHUNKS: usize = 1 << 18;

/// Name, extension and media type of the files of one family.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// Which files.
    pub family: Family,
    /// Extension of all of them.
    pub extension: &'static str,
    /// Media type of a picture.
    pub mime: &'static str,
    /// Media type of a sequence.
    pub sequence: &'static str,
}

/// Measures the file at the view's start, if it is of that kind.
pub fn measure(view: &mut View<'_>, effort: Effort, kind: &Kind) -> Result<Verdict, Reject> {
    let measured = measure_all(view, effort, kind);
    if measured.is_err() && Brands::read(view)?.family() != kind.family {
        return measured;
    }
    or_outline(view, effort, (kind.extension, kind.mime), measured)
}

/// The same where all that tells how it is laid out can be read.
fn measure_all(view: &mut View<'_>, effort: Effort, kind: &Kind) -> Result<Verdict, Reject> {
    let brands = Brands::read(view)?;
    let family = brands.family();
    if family != kind.family && family != Family::Heif {
        return Err(Reject::Other { what: "brands" });
    }
    let mut layout = Layout::read(view)?;
    let mime = if brands.is_sequence() { kind.sequence } else { kind.mime };
    let blank = Verdict::structural(0, kind.extension, mime);
    if family == kind.family && layout.find(b"meta").is_none() && layout.find(b"moov").is_none() {
        return headless(view, &layout, blank);
    }
    if !brands.has_tracks() && layout.find(b"meta").is_some() {
        layout.release(b"moov");
    }
    let picture = Picture::read(view, &layout)?;
    if family == Family::Heif && picture.family() != kind.family {
        return Err(Reject::Other { what: "coding of the items" });
    }
    layout.end_before_another(picture.last().max(picture.described));
    let closing = Closing::of(&layout, &picture.extents, view.len());
    let mut verdict = Verdict { len: closing.len, end: closing.end, ..blank };
    verdict.proof = "boxes close, all items inside";
    verdict.pixels = picture.pixels;
    closing.note(&mut verdict);
    let chains = match effort {
        Effort::Structure => None,
        Effort::Proof => Some(picture.chains(view)),
    };
    grade(&layout, &closing, &picture, chains.as_ref(), &mut verdict);
    picture.describe(view, &layout, &mut verdict);
    if closing.shape == Shape::Whole && verdict.grade > Grade::Partial {
        trailer::add(view, &mut verdict);
    }
    Ok(verdict)
}

/// A file whose `meta` was to follow the media and is missing: nothing tells what its units show. It
/// keeps those that can be followed from the start of the media.
fn headless(view: &mut View<'_>, layout: &Layout, blank: Verdict) -> Result<Verdict, Reject> {
    let missing = match layout.stop {
        Stop::Cut { missing } => Reject::Truncated { at: layout.end, missing },
        _ => view.malformed(layout.end, "meta"),
    };
    let Some(mdat) = layout.find(b"mdat") else { return Err(missing) };
    let media = Span::between(mdat.body, mdat.end.min(view.len()));
    let len = held(view, Coding::Hevc { length: 4 }, media).max(mdat.body.min(view.len()));
    let mut verdict = Verdict { len, end: End::Minimum, grade: Grade::Partial, ..blank };
    verdict.share = Some(0.0);
    verdict.proof = "boxes up to the media";
    verdict.note(len, "no list of items: the end of the file is lost");
    verdict.unchecked = unchecked(layout, len, Vec::new());
    Ok(verdict)
}

/// Sets grade and length. What no box holds is believed only when its units prove it. A file whose
/// pictures all fail from some byte on ends there, unless a box of its own proves that it goes on.
fn grade(
    layout: &Layout,
    closing: &Closing,
    picture: &Picture,
    chains: Option<&Chains>,
    verdict: &mut Verdict,
) {
    let broken = chains.is_some_and(|chains| !chains.breaks.is_empty());
    for found in chains.iter().flat_map(|chains| &chains.breaks) {
        verdict.note(found.at, found.what);
    }
    let last = picture.last();
    let goes_on = |at: u64| layout.holder(at).is_some_and(|held| held.end < layout.end);
    let tail = chains.and_then(Chains::tail).filter(|&at| !goes_on(at));
    verdict.grade = match closing.shape {
        Shape::Whole if !broken => Grade::Structural,
        Shape::Whole | Shape::Overrun { .. } if tail.is_none() => Grade::Damaged,
        Shape::Whole | Shape::Overrun { .. } => Grade::Partial,
        Shape::Stray { .. } if chains.is_some_and(|chains| !broken && chains.held >= last) => {
            (verdict.len, verdict.end) = (last, End::Minimum);
            Grade::Damaged
        }
        Shape::Stray { .. } => {
            let held = chains.map_or(0, |chains| chains.held);
            (verdict.len, verdict.end) = (verdict.len.max(held), End::Minimum);
            Grade::Partial
        }
        Shape::Cut { .. } => Grade::Partial,
    };
    if verdict.grade == Grade::Partial {
        if let Some(at) = tail {
            (verdict.len, verdict.end) = (verdict.len.min(at), End::Minimum);
        }
        verdict.share = match closing.shape {
            Shape::Cut { complete: true, .. } if !broken => Some(1.0),
            _ => chains.and_then(|chains| picture.share(chains, verdict.len)),
        };
    }
    let followed = chains.is_some_and(|chains| chains.all) && !picture.coded.is_empty();
    if followed && verdict.grade == Grade::Structural {
        verdict.proof = "boxes close, all items inside, coded units fill them exactly and show \
                         nothing foreign";
    }
}

/// What the units of all coded pictures say.
struct Chains {
    /// The first break of each picture that has one.
    breaks: Vec<Break>,
    /// The end of the last unit that held.
    held: u64,
    /// The end of the last picture that holds, or is sound again at its end.
    sound: u64,
    /// Whether all that there is was followed.
    all: bool,
}

impl Chains {
    /// The first break after which no picture is sound.
    fn tail(&self) -> Option<u64> {
        let after = self.breaks.iter().filter(|found| !found.mends && found.at >= self.sound);
        after.map(|found| found.at).min()
    }
}

/// A range of coded units.
struct Coded {
    /// The item, or 0 for a sample of a track.
    item: u32,
    coding: Coding,
    extents: Vec<Span>,
}

impl Coded {
    fn start(&self) -> u64 {
        self.extents.first().map_or(0, |extent| extent.at)
    }

    fn end(&self) -> u64 {
        self.extents.iter().map(Span::end).max().unwrap_or(0)
    }

    fn len(&self) -> u64 {
        self.extents.iter().map(|extent| extent.len).fold(0, u64::saturating_add)
    }
}

/// Items and tracks of a file.
struct Picture {
    items: Option<Items>,
    pixels: Option<(u32, u32)>,
    /// Where everything lies that items and tracks have in the file.
    extents: Vec<Span>,
    coded: Vec<Coded>,
    /// The coding of the tracks.
    track_coding: Option<Coding>,
    /// Samples of tracks that may be files of their own.
    files: Vec<Span>,
    /// Coded items that lack their decoder's configuration, by where they begin.
    bare: Vec<u64>,
    /// The end of the boxes that describe the picture.
    described: u64,
}

impl Picture {
    fn read(view: &mut View<'_>, layout: &Layout) -> Result<Self, Reject> {
        let (meta, moov) = (layout.find(b"meta"), layout.find(b"moov"));
        if meta.is_none() && moov.is_none() {
            return Err(match layout.stop {
                Stop::Cut { missing } => Reject::Truncated { at: layout.end, missing },
                _ => view.malformed(layout.end, "meta"),
            });
        }
        let described = meta.iter().chain(&moov).map(|header| header.end).max().unwrap_or(0);
        let mut picture = Picture {
            items: meta.map(|meta| Items::read(view, meta)).transpose()?,
            pixels: None,
            extents: Vec::new(),
            coded: Vec::new(),
            track_coding: None,
            files: Vec::new(),
            bare: Vec::new(),
            described,
        };
        picture.add_items();
        if let Some(moov) = moov {
            picture.add_tracks(view, moov)?;
        }
        if picture.pixels.is_none() {
            return Err(view.malformed(described, "image size"));
        }
        Ok(picture)
    }

    fn add_items(&mut self) {
        let Some(items) = &self.items else { return };
        let any = || items.list.iter().find_map(|item| item.size);
        self.pixels = items.get(items.primary).and_then(|item| item.size).or_else(any);
        for item in items.list.iter().filter(|item| !item.extents.is_empty()) {
            if !item.in_meta {
                self.extents.extend_from_slice(&item.extents);
            }
            match (&item.kind, item.coding) {
                _ if item.protected => {}
                (b"hvc1", Some(coding @ Coding::Hevc { .. }))
                | (b"av01", Some(coding @ Coding::Av1)) => {
                    let extents = item.extents.clone();
                    self.coded.push(Coded { item: item.id, coding, extents });
                }
                (b"hvc1" | b"av01", _) => self.bare.extend(first(item)),
                _ => {}
            }
        }
    }

    fn add_tracks(&mut self, view: &mut View<'_>, moov: super::Header) -> Result<(), Reject> {
        for track in tracks(view, moov)? {
            let visual = matches!(&track.handler, b"pict" | b"vide" | b"auxv");
            let coding = if visual { track.coding(view) } else { None };
            if visual && self.pixels.is_none() {
                self.pixels = track.pixels(view);
            }
            self.track_coding = self.track_coding.or(coding);
            if track.may_hold_files(coding) {
                let mut samples = track.samples(view)?;
                while let Some(span) = samples.next(view)?
                    && self.files.len() < MOST_PARTS
                {
                    self.files.push(span);
                }
            }
            // Samples of AV1 may leave out the size of their last unit, so that only those of
            // HEVC can be followed from one to the next.
            let coding = coding.filter(|coding| matches!(coding, Coding::Hevc { .. }));
            track.chunks(view, &mut |chunk| {
                if self.extents.len() >= MOST_CHUNKS {
                    return Err(Reject::OverBudget { at: chunk.at, len: chunk.len });
                }
                self.extents.push(chunk);
                self.coded.extend(coding.map(|coding| Coded {
                    item: 0,
                    coding,
                    extents: vec![chunk],
                }));
                Ok(())
            })?;
        }
        Ok(())
    }

    /// The family that the coding of items and tracks makes it.
    fn family(&self) -> Family {
        let of = |coding| match coding {
            Coding::Avc { .. } | Coding::Begun(_) => Family::Heif,
            Coding::Hevc { .. } => Family::Heic,
            Coding::Av1 => Family::Avif,
        };
        let coded = self.coded.first().map(|coded| coded.coding);
        coded.or(self.track_coding).map_or(Family::Heif, of)
    }

    /// Where the last extent ends.
    fn last(&self) -> u64 {
        self.extents.iter().map(Span::end).max().unwrap_or(0)
    }

    /// Follows the units of all coded pictures. Pictures that share bytes could cost more than the
    /// file is long: no more is followed than that.
    fn chains(&self, view: &mut View<'_>) -> Chains {
        let mut chains = Chains { breaks: Vec::new(), held: 0, sound: 0, all: true };
        let what = "a coded item without its decoder configuration";
        let bare = |&at| Break { at, what, missing: false, mends: true };
        chains.breaks.extend(self.bare.iter().map(bare));
        let mut left = self.last().min(view.len());
        for coded in &self.coded {
            let start = coded.start();
            if start >= view.len() {
                continue;
            }
            let Some(rest) = left.checked_sub(coded.len().min(view.len() - start)) else {
                chains.all = false;
                break;
            };
            left = rest;
            let held = match follow(view, coded.coding, &coded.extents) {
                Ok(()) => {
                    chains.sound = chains.sound.max(coded.end());
                    coded.end()
                }
                Err(found) if found.missing => view.len(),
                Err(found) => {
                    chains.breaks.push(found);
                    if found.mends {
                        chains.sound = chains.sound.max(coded.end());
                    }
                    if found.at > start { found.at } else { 0 }
                }
            };
            chains.held = chains.held.max(held);
        }
        chains
    }

    /// Which part of the picture to show lies whole in the first `len` bytes, by the bytes of each
    /// of its tiles; nothing where its tiles are not known or were not all looked at.
    fn share(&self, chains: &Chains, len: u64) -> Option<f32> {
        if !chains.all {
            return None;
        }
        let items = self.items.as_ref()?;
        let mut tiles: Vec<u32> = items
            .references(b"dimg")
            .filter(|found| found.from == items.primary)
            .flat_map(|found| found.to.iter().copied())
            .collect();
        if tiles.is_empty() {
            tiles.push(items.primary);
        }
        let mut breaks: Vec<u64> = chains.breaks.iter().map(|found| found.at).collect();
        breaks.sort_unstable();
        let mut shown = 0.0;
        for &tile in &tiles {
            let index = self.coded.partition_point(|coded| coded.item != 0 && coded.item < tile);
            let coded = self.coded.get(index).filter(|coded| coded.item == tile)?;
            let (start, end) = (coded.start(), coded.end());
            let broken = breaks.get(breaks.partition_point(|&at| at < start));
            let stop = end.min(len).min(broken.copied().unwrap_or(u64::MAX));
            shown += stop.saturating_sub(start) as f64 / (end - start).max(1) as f64;
        }
        Some((shown / tiles.len() as f64) as f32)
    }

    /// Adds what lies inside: Exif, children, and what no check covers.
    fn describe(&self, view: &mut View<'_>, layout: &Layout, verdict: &mut Verdict) {
        let inside = |span: &Span| span.end() <= verdict.len;
        let (mut known, mut children) = (Vec::new(), Vec::new());
        let parts = self.parts(view);
        if let Some(items) = &self.items {
            verdict.exif = exif::blocks(view, items);
            verdict.exif.retain(|block| inside(&block.span));
            let is_opaque =
                |item: &&Item| matches!(&item.kind, b"Exif" | b"mime" | b"uri " | b"jpeg");
            let opaque = items.list.iter().filter(is_opaque).flat_map(|item| &item.extents);
            known.extend(cover::opaque(opaque.filter(|span| !is_file(&parts, **span)).copied()));
            children = embedded(items, &parts);
        }
        for video in layout.boxes.iter().filter(|header| &header.kind == b"mpvd") {
            children.push(Child { span: video.body(), kinship: Kinship::Motion });
        }
        children.retain(|child| inside(&child.span));
        children.sort_by_key(|child| child.span);
        children.truncate(MOST_CHILDREN);
        verdict.children = children;
        known.extend(part::roles(view, &parts));
        verdict.unchecked = unchecked(layout, verdict.len, known);
    }

    /// Items and samples that may be picture files, in the order of the file.
    fn parts(&self, view: &mut View<'_>) -> Vec<NamedPart> {
        let mut spans = self.files.clone();
        for item in self.items.iter().flat_map(|items| &items.list) {
            // A JPEG is opaque as a whole, whether its tables lie in it or in a property.
            let is_other =
                matches!(&item.kind, b"hvc1" | b"av01" | b"avc1" | b"Exif" | b"uri " | b"jpeg");
            if let (&[span], false) = (&item.extents[..], is_other || item.protected) {
                spans.push(span);
            }
        }
        part::in_order(&mut spans);
        let read = |span| NamedPart::read(view, span, PictureKind::is_sure);
        spans.into_iter().map(read).filter(|part| part.kind.is_some()).collect()
    }
}

/// Whether one of the `parts`, which are in order, lies at `span`.
fn is_file(parts: &[NamedPart], span: Span) -> bool {
    parts.binary_search_by_key(&span, |part| part.span).is_ok()
}

/// Items that are picture files. A thumbnail in another coding is no file by itself: its parameters stand in
/// the item tables, as those of the picture do.
fn embedded(items: &Items, parts: &[NamedPart]) -> Vec<Child> {
    let mut thumbnails: Vec<u32> = items.references(b"thmb").map(|found| found.from).collect();
    thumbnails.sort_unstable();
    let child = |item: &Item| {
        let &[span] = &item.extents[..] else { return None };
        let is_thumbnail = thumbnails.binary_search(&item.id).is_ok();
        if &item.kind != b"jpeg" && !is_file(parts, span) {
            return None;
        }
        let kinship = match item.id == items.primary {
            _ if is_thumbnail => Kinship::Thumbnail,
            true => Kinship::Preview,
            false => Kinship::Secondary,
        };
        Some(Child { span, kinship })
    };
    items.list.iter().filter_map(child).take(MOST_CHILDREN).collect()
}

fn first(item: &Item) -> Option<u64> {
    item.extents.first().map(|extent| extent.at)
}
