//! What a `moov` box and its fragments say of the samples of a movie.

use super::chain::{Coding, follow};
use super::fragment::{self, Default, TrackRun};
use super::layout::Layout;
use super::track::{Track, tracks};
use super::{FULL, Header};
use crate::part::{self, MOST_PARTS};
use crate::verdict::{Reject, Span};
use crate::view::{Endian::Big, View};

/// How many chunks of samples a movie may have: days of video.
const MOST_CHUNKS: usize = 1 << 20;

/// Tracks and fragments of a movie.
pub struct Movie {
    /// Width and height of the first picture track, in pixels.
    pub pixels: Option<(u32, u32)>,
    /// Where the chunks and runs of all tracks lie.
    pub extents: Vec<Span>,
    /// Those of them that are pictures.
    pub pictures: Vec<Span>,
    /// Samples that may be files of their own: pictures mostly.
    pub files: Vec<Span>,
    /// Whether fragments may follow.
    pub is_fragmented: bool,
    tracks: Vec<(Track, Option<Coding>)>,
    fragments: Vec<Header>,
    defaults: Vec<Default>,
}

impl Movie {
    /// Reads the box `moov`, which lies inside the view, and all fragments in `layout`. A movie
    /// has a header and at least one track of pictures.
    pub fn read(view: &mut View<'_>, layout: &Layout, moov: Header) -> Result<Self, Reject> {
        moov.boxes(0).need(view, b"mvhd", "mvhd")?;
        let defaults = fragment::defaults(view, moov)?;
        let is_fragment = |header: &&Header| &header.kind == b"moof" && header.end <= layout.end;
        let mut movie = Movie {
            pixels: None,
            extents: Vec::new(),
            pictures: Vec::new(),
            files: Vec::new(),
            is_fragmented: defaults.is_some(),
            tracks: Vec::new(),
            fragments: match defaults {
                Some(_) => layout.boxes.iter().filter(is_fragment).copied().collect(),
                None => Vec::new(),
            },
            defaults: defaults.unwrap_or_default(),
        };
        for track in tracks(view, moov)? {
            movie.add_track(view, track)?;
        }
        if !movie.tracks.iter().any(|(track, _)| is_visual(track)) {
            return Err(Reject::Other { what: "no track of pictures" });
        }
        movie.add_fragments(view)?;
        part::in_order(&mut movie.files);
        if movie.pixels.is_none() {
            movie.pixels = header_pixels(view, moov)?;
        }
        Ok(movie)
    }

    fn add_track(&mut self, view: &mut View<'_>, track: Track) -> Result<(), Reject> {
        let is_picture = is_visual(&track);
        let coding = track.coding(view);
        if is_picture {
            self.pixels = self.pixels.or_else(|| track.pixels(view));
        }
        track.chunks(view, &mut |chunk| {
            if self.extents.len() >= MOST_CHUNKS {
                return Err(Reject::OverBudget { at: chunk.at, len: chunk.len });
            }
            self.extents.push(chunk);
            self.pictures.extend(is_picture.then_some(chunk));
            Ok(())
        })?;
        if track.may_hold_files(coding) {
            let mut samples = track.samples(view)?;
            while let Some(span) = samples.next(view)?
                && self.files.len() < MOST_PARTS
            {
                self.files.push(span);
            }
        }
        // Samples of AV1 may leave out the size of their last unit.
        let followed = |coding: &Coding| is_picture && !matches!(coding, Coding::Av1);
        self.tracks.push((track, coding.filter(followed)));
        Ok(())
    }

    fn add_fragments(&mut self, view: &mut View<'_>) -> Result<(), Reject> {
        let is_picture =
            |id: u32| self.tracks.iter().any(|(track, _)| track.id == id && is_visual(track));
        let holds_files = |id: u32| {
            let mut tracks = self.tracks.iter().filter(|(track, _)| track.id == id);
            tracks.any(|(track, coding)| track.may_hold_files(*coding))
        };
        let (mut extents, mut pictures, mut files) = (Vec::new(), Vec::new(), Vec::new());
        for &moof in &self.fragments {
            fragment::samples(view, moof, &self.defaults, &mut |_, run| {
                if holds_files(run.track) && files.len() < MOST_PARTS {
                    files.push(run.span);
                }
                if extents.len() >= MOST_CHUNKS {
                    return Err(Reject::OverBudget { at: run.span.at, len: run.span.len });
                }
                join(&mut extents, run.span);
                if is_picture(run.track) {
                    join(&mut pictures, run.span);
                }
                Ok(())
            })?;
        }
        self.extents.extend(extents);
        self.pictures.extend(pictures);
        self.files.extend(files);
        Ok(())
    }

    /// Where the last sample ends.
    pub fn last(&self) -> u64 {
        self.extents.iter().map(Span::end).max().unwrap_or(0)
    }

    /// Which part of the pictures lies in the first `len` bytes, from 0 to 1, by their bytes.
    pub fn share(&self, len: u64) -> f32 {
        let sum = |lens: &mut dyn Iterator<Item = u64>| lens.fold(0, u64::saturating_add);
        let all = sum(&mut self.pictures.iter().map(|span| span.len));
        let here = |span: &Span| Span::between(span.at, span.end().min(len)).len;
        let kept = sum(&mut self.pictures.iter().map(here));
        if all == 0 { 0.0 } else { (kept as f64 / all as f64) as f32 }
    }

    /// Whether the units of any track can be followed.
    pub fn is_coded(&self) -> bool {
        self.tracks.iter().any(|(_, coding)| coding.is_some())
    }

    /// Follows the units of all samples of pictures and tells `each` of every one. Samples that
    /// share bytes could cost more than the file is long: no more is followed than that, and
    /// `false` says that some were left out.
    pub fn follow(
        &self,
        view: &mut View<'_>,
        each: &mut dyn FnMut(Sample),
    ) -> Result<bool, Reject> {
        let mut left = self.last().min(view.len());
        let mut look = |view: &mut View<'_>, coding: Coding, span: Span| -> bool {
            if span.at >= view.len() {
                each(Sample { span, wrong: None, missing: true });
                return true;
            }
            let Some(rest) = left.checked_sub(span.len.min(view.len() - span.at)) else {
                return false;
            };
            left = rest;
            let found = follow(view, coding, &[span]).err();
            let missing = found.is_some_and(|found| found.missing);
            let wrong = found.filter(|found| !found.missing).map(|found| (found.at, found.what));
            each(Sample { span, wrong, missing });
            true
        };
        for (track, coding) in &self.tracks {
            let &Some(coding) = coding else { continue };
            let mut samples = track.samples(view)?;
            while let Some(span) = samples.next(view)? {
                if !look(view, coding, span) {
                    return Ok(false);
                }
            }
        }
        let mut all = true;
        for &moof in &self.fragments {
            fragment::samples(
                view,
                moof,
                &self.defaults,
                &mut |view, TrackRun { track, span }| {
                    if all && let Some(coding) = self.coding(track) {
                        all = look(view, coding, span);
                    }
                    Ok(())
                },
            )?;
        }
        Ok(all)
    }

    /// Whether the units of the first coded sample hold; nothing when no sample can be followed.
    pub fn first_holds(&self, view: &mut View<'_>) -> Result<Option<bool>, Reject> {
        for (track, coding) in &self.tracks {
            let &Some(coding) = coding else { continue };
            if let Some(span) = track.samples(view)?.next(view)? {
                return Ok(Some(follow(view, coding, &[span]).is_ok()));
            }
        }
        Ok(None)
    }

    fn coding(&self, id: u32) -> Option<Coding> {
        self.tracks.iter().find(|(track, _)| track.id == id).and_then(|&(_, coding)| coding)
    }
}

fn is_visual(track: &Track) -> bool {
    matches!(&track.handler, b"vide" | b"pict")
}

/// A sample whose units were followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Where it lies.
    pub span: Span,
    /// The first unit that cannot be, and why.
    pub wrong: Option<(u64, &'static str)>,
    /// Whether the source ends before the sample does.
    pub missing: bool,
}

/// Adds `span`, to the last one if it follows that directly.
fn join(spans: &mut Vec<Span>, span: Span) {
    match spans.last_mut() {
        Some(last) if last.end() == span.at => last.len = last.len.saturating_add(span.len),
        _ => spans.push(span),
    }
}

/// Width and height that the headers of the tracks give.
///
/// Source: ISO/IEC 14496-12:2022, 8.3.2 "Track header box": 16.16 fixed-point numbers at its end.
fn header_pixels(view: &mut View<'_>, moov: Header) -> Result<Option<(u32, u32)>, Reject> {
    let mut boxes = moov.boxes(0);
    while let Some(trak) = boxes.find(view, b"trak")? {
        let Some(tkhd) = trak.boxes(0).find(view, b"tkhd")? else { continue };
        let mut body = view.sub(tkhd.body, tkhd.end - tkhd.body)?;
        let at = body.len().saturating_sub(8).max(FULL);
        let (width, height) = (body.u32(at, Big)? >> 16, body.u32(at + 4, Big)? >> 16);
        if width > 0 && height > 0 {
            return Ok(Some((width, height)));
        }
    }
    Ok(None)
}
