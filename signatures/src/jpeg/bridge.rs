//! The way on in a JPEG of which the source could not deliver a part.
//!
//! What is unreadable is passed over: after it the next marker is looked for, in headers one from which
//! segments follow one another, in picture data any that is no restart. Headers that are lost leave the
//! data undecoded; where it ends shows all the same.

use super::frame::Scan;
use super::headers::Headers;
use super::marker::{APP0, APP15, COM, DAC, DHT, DNL, DQT, DRI, EOI, Marker, SOI, SOS, is_known};
use super::walk::{MOST_SEGMENTS, Walked, parts};
use crate::format::SECTOR;
use crate::verdict::{End, Issue, Reject, Span};
use crate::view::View;

/// Segments and scans that are followed at the most.
const MOST_STEPS: usize = 1 << 14;

/// How far after what is unreadable a segment may begin, in bytes: one that it cut off is no longer.
const MOST_SEGMENT: u64 = 65_537;

/// Segments that must follow one another to be taken for those of the file.
const LEAST_CHAIN: usize = 2;

/// The data of a scan is looked through in pieces of so many bytes.
const PIECE: usize = 64 << 10;

/// Most bytes that are looked through for the end of a picture whose headers do not tell its size.
const MOST_DATA: u64 = 64 << 20;

/// The JPEG at the view's start whose walk came to nothing where `stopped` says, if something before that or
/// close to it is unreadable and the rest of it can be found; and how its end is known.
pub fn walk(view: &mut View<'_>, stopped: u64) -> Option<(Walked, End)> {
    view.unreadable_in(0, stopped.saturating_add(PIECE as u64))?;
    if view.array::<2>(0).ok()? != [0xff, SOI] {
        return None;
    }
    let mut bridge = Bridge::default();
    for _ in 0..MOST_STEPS {
        match bridge.step(view) {
            Step::On => {}
            Step::Closed(end) => return bridge.walked(end, End::Exact),
            Step::Lost => return bridge.lost(view),
        }
    }
    None
}

/// What is known so far of a JPEG with unreadable ranges.
struct Bridge {
    /// Where the next marker is expected.
    at: u64,
    headers: Headers,
    segments: Vec<Marker>,
    scans: Vec<Span>,
    /// The end of the last unreadable range that was passed over.
    passed: Option<u64>,
    /// Whether something sound followed it: a chain of segments, or the end of the picture.
    goes_on: bool,
    /// Whether some of the headers may be lost.
    is_headless: bool,
}

impl Default for Bridge {
    fn default() -> Self {
        let (headers, segments, scans) = (Headers::default(), Vec::new(), Vec::new());
        Bridge { at: 2, headers, segments, scans, passed: None, goes_on: false, is_headless: false }
    }
}

/// What one step came to.
enum Step {
    /// More is to come.
    On,
    /// The picture ends here.
    Closed(u64),
    /// What comes is not the file's, or there is no more of it.
    Lost,
}

impl Bridge {
    /// Takes the next segment with the data after it, or passes over what is unreadable.
    fn step(&mut self, view: &mut View<'_>) -> Step {
        let marker = match readable(view, self.at) {
            Ok(marker) => marker,
            Err(_) => return self.pass_over(view),
        };
        let Marker { code, content } = marker;
        if code == EOI {
            return if self.scans.is_empty() { Step::Lost } else { Step::Closed(content.at) };
        }
        let is_late = !self.scans.is_empty() && matches!(code, APP0..=APP15 | COM);
        let is_second = !self.scans.is_empty() && is_frame(code);
        let is_early = code == DNL && self.scans.is_empty();
        if !is_known(code) || is_late || is_second || is_early || content.len > longest(code) {
            return Step::Lost;
        }
        // Only of what was asked for is known what cannot be read.
        if view.bytes(content.at, content.len as usize).is_err() {
            return Step::Lost;
        }
        let hurt = view.unreadable_in(content.at, content.len);
        let is_hurt = hurt.is_some();
        self.passed = hurt.map(|range| range.end()).or(self.passed);
        let Ok(bytes) = view.bytes(content.at, content.len as usize) else { return Step::Lost };
        self.at = content.end();
        if code == SOS {
            let scan = self.headers.scan(bytes).ok();
            // Without the tables that are lost it is told by its length alone.
            let fits = match bytes.split_first() {
                Some((&parts @ 1..=4, rest)) => rest.len() == 3 + 2 * usize::from(parts),
                _ => false,
            };
            if scan.is_none() && !is_hurt && !(fits && self.is_headless) {
                return Step::Lost;
            }
            return self.data(view, scan);
        }
        let is_sound = self.headers.take(code, bytes).is_ok();
        let is_height = code == DNL && self.is_headless;
        if !(is_sound || is_hurt || is_height) {
            return Step::Lost;
        }
        // What a segment holds that could not be read may be tables that scans need.
        self.is_headless |= is_hurt && !matches!(code, APP0..=APP15 | COM);
        if matches!(code, APP0..=APP15 | COM) && self.segments.len() < MOST_SEGMENTS {
            self.segments.push(marker);
        }
        Step::On
    }

    /// Goes on after what is unreadable where a marker is due.
    fn pass_over(&mut self, view: &mut View<'_>) -> Step {
        let Some(range) = view.unreadable_in(self.at, 4) else { return Step::Lost };
        let from = view.readable_from(range.at);
        self.passed = Some(from);
        self.is_headless = true;
        if !self.scans.is_empty() {
            // Between scans: data of the next one follows, whatever its header said.
            return self.data_from(view, from, None);
        }
        match chain(view, from) {
            Some(at) => {
                (self.at, self.goes_on) = (at, true);
                Step::On
            }
            None => self.data_from(view, from, None),
        }
    }

    /// Takes the data that begins where the last segment ended.
    fn data(&mut self, view: &mut View<'_>, scan: Option<Scan>) -> Step {
        self.data_from(view, self.at, scan)
    }

    fn data_from(&mut self, view: &mut View<'_>, start: u64, scan: Option<Scan>) -> Step {
        let frame = self.headers.frame.as_ref();
        let most = frame.zip(scan).map_or(MOST_DATA, |(frame, scan)| frame.most_bytes(&scan));
        let end = next_marker(view, start, most);
        if let Some(range) =
            last_unreadable(view, Span::between(start, end.unwrap_or_else(|at| at)))
        {
            self.passed = Some(range);
            // It may have swallowed headers of further scans.
            self.is_headless = true;
        }
        match end {
            Ok(end) => {
                self.scans.push(Span::between(start, end));
                self.at = end;
                Step::On
            }
            Err(end) => {
                self.scans.push(Span::between(start, end));
                self.at = end;
                Step::Lost
            }
        }
    }

    /// A picture that was followed to its end.
    fn walked(self, end: u64, known: End) -> Option<(Walked, End)> {
        // Without any, the walk would have come through.
        self.passed?;
        let walked = Walked {
            end,
            broken: None,
            issues: Vec::new(),
            short: true,
            pixels: self.headers.pixels(),
            share: None,
            segments: self.segments,
            gaps: Vec::new(),
            parts: parts(&self.scans, end),
        };
        Some((walked, known))
    }

    /// A picture whose end was not found: it lies in what is unreadable, for all that is known, or where the
    /// view ends because somebody knows how long the file is.
    fn lost(mut self, view: &View<'_>) -> Option<(Walked, End)> {
        let passed = self.passed?;
        let is_told = self.headers.frame.is_some() || self.goes_on;
        if !is_told {
            return None;
        }
        let end = if self.at >= view.len() { view.len() } else { passed };
        self.scans.retain_mut(|scan| {
            scan.len = scan.len.min(end.saturating_sub(scan.at));
            scan.len > 0
        });
        let issue = Issue::new(end, "the end of the picture could not be read");
        let (mut walked, known) = self.walked(end, End::Estimated)?;
        walked.issues.push(issue);
        Some((walked, known))
    }
}

/// Whether a marker begins the header of a frame, of which a file has one; 0xc8 is reserved (ITU-T T.81, table B.1).
fn is_frame(code: u8) -> bool {
    matches!(code, 0xc0..=0xcf) && !matches!(code, DHT | 0xc8 | DAC)
}

/// The longest content of a segment, in bytes (ITU-T T.81, B.2.2 to B.2.5): where some of it is unreadable,
/// nothing else tells it from two bytes of chance.
fn longest(code: u8) -> u64 {
    match code {
        DHT => 8 * (17 + 256),
        DQT => 4 * (1 + 128),
        DRI | DNL => 2,
        SOS => 4 + 2 * 4,
        _ if is_frame(code) => 6 + 3 * 255,
        _ => MOST_SEGMENT,
    }
}

/// The marker at `at`, if it could be read whole with its length.
fn readable(view: &mut View<'_>, at: u64) -> Result<Marker, Reject> {
    let marker = Marker::read(view, at)?;
    match view.unreadable_in(at, marker.content.at - at) {
        None => Ok(marker),
        Some(_) => Err(view.malformed(at, "marker")),
    }
}

/// The first marker within a segment's reach of `from` from which segments follow one another.
fn chain(view: &mut View<'_>, from: u64) -> Option<u64> {
    let reach = from.saturating_add(MOST_SEGMENT).min(view.len());
    let mut at = from;
    while at < reach {
        let len = usize::try_from(reach - at).unwrap_or(PIECE).min(PIECE);
        let piece = view.up_to(at, len);
        let next = |index: usize| piece.get(index + 1).copied();
        let found = memchr::memchr_iter(0xff, piece)
            .map(|index| (at + index as u64, next(index)))
            .filter(|(_, code)| *code != Some(0));
        let found: Vec<(u64, Option<u8>)> = found.collect();
        at += piece.len().max(1) as u64;
        for (here, code) in found {
            if code == Some(SOI) && here.is_multiple_of(SECTOR as u64) {
                // Another file begins there.
                return None;
            }
            if is_chain(view, here) {
                return Some(here);
            }
        }
    }
    None
}

/// Whether segments follow one another from `at` on, up to the data of a scan if it comes that soon.
fn is_chain(view: &mut View<'_>, at: u64) -> bool {
    let mut at = at;
    for _ in 0..LEAST_CHAIN {
        match readable(view, at) {
            Ok(Marker { code: SOS, content }) => return (6..=14).contains(&content.len),
            Ok(Marker { code, content }) if is_known(code) && content.len > 0 => at = content.end(),
            _ => return false,
        }
    }
    readable(view, at).is_ok_and(|marker| is_known(marker.code))
}

/// Where the first marker begins after `start` that is neither a restart nor unreadable; or where the view
/// ends, or the most that data of the picture can take.
fn next_marker(view: &mut View<'_>, start: u64, most: u64) -> Result<u64, u64> {
    let end = view.len().min(start.saturating_add(most));
    let mut at = start;
    while at < end {
        let len = usize::try_from(end - at).unwrap_or(PIECE).min(PIECE);
        let piece = view.up_to(at, len);
        if piece.is_empty() {
            return Err(at);
        }
        for index in memchr::memchr_iter(0xff, piece) {
            match piece.get(index + 1) {
                None | Some(0 | 0xff | 0xd0..=0xd7) => {}
                Some(_) => return Ok(at + index as u64),
            }
        }
        // The last byte says nothing without the one after it.
        let lone = usize::from(piece.len() > 1 && piece.last() == Some(&0xff));
        at += (piece.len() - lone) as u64;
    }
    Err(end)
}

/// The end of the last unreadable range in `span`.
fn last_unreadable(view: &View<'_>, span: Span) -> Option<u64> {
    let (mut at, mut last) = (span.at, None);
    while let Some(range) = view.unreadable_in(at, span.end().saturating_sub(at)) {
        (at, last) = (range.end(), Some(range.end()));
    }
    last
}

#[cfg(test)]
mod tests {
    use super::super::sample::{picture, segment};
    use super::*;
    use crate::view::bad::Bad;
    use crate::view::{Buffer, Runs};

    /// Length and end of the picture when some of it is unreadable and these bytes follow it.
    fn check(bad: Span, after: &[u8]) -> Option<(u64, End)> {
        let file = picture(&segment(COM, &[7; 600]), 2000);
        let mut bytes = [&file[..], after].concat();
        bytes[bad.at as usize..bad.end() as usize].fill(0);
        let (runs, mut buffer) = (Runs::whole(0, bytes.len() as u64), Buffer::default());
        let source = Bad(bytes, bad);
        let found = walk(&mut View::new(&source, &runs, &mut buffer), bad.at);
        found.map(|(walked, end)| (walked.end, end))
    }

    #[test]
    fn the_end_is_found_after_what_is_unreadable() {
        let len = picture(&segment(COM, &[7; 600]), 2000).len() as u64;
        for at in [100, 500, 600, 900, 1500, len - 600] {
            assert_eq!(
                check(Span { at, len: 512 }, b"\xff\xd8\xff"),
                Some((len, End::Exact)),
                "{at}"
            );
        }
        let last = Span { at: len - 300, len: 512 };
        let estimated = Some((last.end(), End::Estimated));
        assert_eq!(check(last, &[&[0; 2000][..], b"\xff\xd8\xff"].concat()), estimated);
        let whole = Span { at: 4, len: len - 4 };
        assert_eq!(check(whole, &[1; 100]), None, "nothing tells of a picture");
    }
}
