//! One JPEG from SOI to EOI, or to where it breaks.

use std::borrow::Cow;

use super::entropy::{self, Limits, Surplus};
use super::extraneous::{self, Gap, MOST_EXTRANEOUS, MOST_GAPS};
use super::frame::Scan;
use super::headers::Headers;
use super::marker::{APP0, APP15, COM, DNL, EOI, Marker, SOI, SOS, is_known};
use crate::verdict::{Issue, Reject, Role, Span, Unchecked};
use crate::view::View;

/// A JPEG that has been walked.
#[derive(Clone, Debug)]
pub struct Walked {
    /// The first byte after EOI or, of a broken one, after what is true of it.
    pub end: u64,
    /// Where and why it broke.
    pub broken: Option<Issue>,
    /// What else is to be said.
    pub issues: Vec<Issue>,
    /// Whether the data ends before the picture can be complete.
    pub short: bool,
    /// Width and height in pixels; nothing when the height was never told.
    pub pixels: Option<(u32, u32)>,
    /// Which part of a broken picture is there, from 0 to 1, where restart markers tell.
    pub share: Option<f32>,
    /// Application and comment segments, at most [`MOST_SEGMENTS`].
    pub segments: Vec<Marker>,
    /// What was passed over before the picture.
    pub gaps: Vec<Gap>,
    /// All of it: headers and data, from the first byte to `end`.
    pub parts: Vec<Unchecked>,
}

/// Segments that are kept to be looked into; a profile or an XMP packet may take a hundred.
pub const MOST_SEGMENTS: usize = 1024;

/// A broken file is kept when it shows at least a sector of picture data.
const LEAST_DATA: u64 = 512;

/// Zeros that are taken for damage even in a picture that may be of one colour.
const MOST_ZEROS: u64 = 1 << 20;

/// Walks the JPEG at the view's start: rejects what breaks before there is any picture data,
/// keeps the beginning of what breaks after that. Some restart markers may be too many.
pub fn walk(view: &mut View<'_>, surplus: Surplus) -> Result<Walked, Reject> {
    let mut walker = Walker::start(view, surplus)?;
    loop {
        match walker.step(view) {
            Ok(true) => {}
            Ok(false) => return walker.closed(view),
            Err(reject) => return walker.broken(view, reject),
        }
    }
}

/// What is passed over before the first scan of the JPEG at the view's start.
pub fn gaps(view: &mut View<'_>) -> Result<Vec<Gap>, Reject> {
    let mut walker = Walker::start(view, Surplus::No)?;
    loop {
        if walker.marker(view).is_ok_and(|marker| marker.code == SOS) {
            walker.check_owner(view)?;
            return Ok(walker.gaps);
        }
        walker.step(view)?;
    }
}

struct Walker {
    /// Where the next marker is expected.
    at: u64,
    surplus: Surplus,
    headers: Headers,
    segments: Vec<Marker>,
    gaps: Vec<Gap>,
    /// Where the segment begins that the first gap follows.
    before_gaps: u64,
    issues: Vec<Issue>,
    /// The data of each scan.
    scans: Vec<Span>,
    /// Restart intervals passed and expected in the only scan of a sequential picture.
    intervals: Option<(u64, u64)>,
    short: bool,
    /// Where a long run of zeros begins in the data.
    zeros: Option<u64>,
}

impl Walker {
    fn start(view: &mut View<'_>, surplus: Surplus) -> Result<Self, Reject> {
        if view.array::<2>(0)? != [0xff, SOI] {
            return Err(view.malformed(0, "SOI"));
        }
        Ok(Walker {
            at: 2,
            surplus,
            headers: Headers::default(),
            segments: Vec::new(),
            gaps: Vec::new(),
            before_gaps: 2,
            issues: Vec::new(),
            scans: Vec::new(),
            intervals: None,
            short: false,
            zeros: None,
        })
    }

    /// Takes the next segment with the data after it; tells whether more is to come.
    fn step(&mut self, view: &mut View<'_>) -> Result<bool, Reject> {
        let marker = match self.marker(view) {
            Ok(marker) => marker,
            Err(reject) => return if self.pass_over(view) { Ok(true) } else { Err(reject) },
        };
        let Marker { code, content } = marker;
        if code == EOI {
            if self.scans.is_empty() {
                return Err(view.malformed(self.at, "EOI before any picture"));
            }
            self.at = content.at;
            return Ok(false);
        }
        if code == SOS {
            self.check_owner(view)?;
        }
        let bytes = view.bytes(content.at, content.len as usize)?;
        let scan = match code {
            SOS => Some(self.headers.scan(bytes)),
            _ => self.headers.take(code, bytes).err().map(Err),
        };
        if self.gaps.is_empty() {
            self.before_gaps = self.at;
        }
        self.at = content.end();
        match scan {
            Some(Ok(scan)) => self.data(view, &scan)?,
            Some(Err(what)) => return Err(view.malformed(content.at, what)),
            None if matches!(code, APP0..=APP15 | COM) && self.segments.len() < MOST_SEGMENTS => {
                self.segments.push(marker);
            }
            None => {}
        }
        Ok(true)
    }

    /// The marker that stands here, if it may.
    fn marker(&self, view: &mut View<'_>) -> Result<Marker, Reject> {
        let marker = Marker::read(view, self.at)?;
        let code = marker.code;
        let is_early = code == DNL && self.scans.is_empty();
        if code != EOI && (!is_known(code) || is_early) {
            return Err(view.malformed(self.at, "marker"));
        }
        Ok(marker)
    }

    /// Goes on after what every decoder passes over before the first scan; tells whether there is
    /// something of that kind.
    fn pass_over(&mut self, view: &mut View<'_>) -> bool {
        if !self.scans.is_empty() || self.gaps.len() >= MOST_GAPS {
            return false;
        }
        let passed: u64 = self.gaps.iter().map(|gap| gap.span.len).sum();
        let Some(gap) = extraneous::at(view, self.at, MOST_EXTRANEOUS - passed) else {
            return false;
        };
        self.at = gap.span.end();
        self.gaps.push(gap);
        true
    }

    /// Checks that the first scan, whose header stands here, is not that of a picture which begins
    /// in what was passed over or in the segment before it.
    fn check_owner(&self, view: &mut View<'_>) -> Result<(), Reject> {
        let Some(last) = self.gaps.last().filter(|_| self.scans.is_empty()) else {
            return Ok(());
        };
        let suspect = Span::between(self.before_gaps, last.span.end());
        if extraneous::begins_in(view, suspect, self.at) {
            return Err(view.malformed(self.at, "scan of another picture"));
        }
        Ok(())
    }

    /// Takes the data after a scan header.
    fn data(&mut self, view: &mut View<'_>, scan: &Scan) -> Result<(), Reject> {
        let start = self.at;
        let Some(frame) = &self.headers.frame else {
            return Err(view.malformed(start, "scan before its frame"));
        };
        if self.scans.is_empty() && !frame.arithmetic && self.headers.tables.lacks_huffman() {
            self.issues.push(Issue::new(start, "needs the standard Huffman tables"));
        }
        let least = frame.least_bytes(scan);
        let expected = match (frame.units(scan), u64::from(self.headers.interval)) {
            (Some(units), 1..) => Some(units.div_ceil(u64::from(self.headers.interval))),
            _ => None,
        };
        let limits = Limits {
            restarts: self.headers.interval > 0,
            // Some encoders write one more after the last interval.
            most_restarts: expected.unwrap_or(u64::MAX),
            surplus: self.surplus,
            most_bytes: frame.most_bytes(scan),
            most_zeros: least.saturating_add(MOST_ZEROS),
        };
        let found = entropy::walk(view, start, &limits);
        self.scans.push(Span::between(start, found.end));
        self.zeros = self.zeros.or(found.zeros);
        self.at = found.end;
        self.intervals = None;
        if let Some(expected) = expected {
            self.intervals = Some((found.restarts.saturating_add(1).min(expected), expected));
        }
        match found.fault {
            Some(what) => Err(view.malformed(found.end, what)),
            None => {
                if let Some((at, what)) = found.surplus {
                    self.note(at, what.into());
                }
                self.check_length(found.end - start, least);
                Ok(())
            }
        }
    }

    /// Notes when a scan cannot have coded the whole picture.
    fn check_length(&mut self, len: u64, least: u64) {
        let what: Cow<'static, str> = match self.intervals {
            Some((passed, expected)) if passed < expected => {
                format!("only {passed} of {expected} restart intervals are there").into()
            }
            _ if len < least => "the data ends before the picture can be complete".into(),
            _ => return,
        };
        self.short = true;
        self.note(self.at, what);
    }

    fn note(&mut self, at: u64, what: Cow<'static, str>) {
        if self.issues.len() < crate::verdict::MOST_ISSUES {
            self.issues.push(Issue::new(at, what));
        }
    }

    fn closed(self, view: &View<'_>) -> Result<Walked, Reject> {
        let data: u64 = self.scans.iter().map(|span| span.len).sum();
        if data == 0 {
            return Err(view.malformed(self.at, "empty picture"));
        }
        if self.headers.pixels().is_none() {
            return Err(view.malformed(self.at, "number of lines"));
        }
        Ok(self.walked(None))
    }

    /// Cuts a broken file back to what is true of it.
    fn broken(mut self, view: &mut View<'_>, reject: Reject) -> Result<Walked, Reject> {
        let Some(last) = self.scans.last().copied() else {
            return Err(reject);
        };
        let zeros = self.zeros.filter(|&at| self.data_before(at) >= LEAST_DATA);
        self.at = trim(view, last.at, zeros.unwrap_or(last.end()).min(last.end()));
        if let Some(zeros) = zeros.filter(|&zeros| zeros < last.at) {
            self.at = trim(view, 0, zeros);
        }
        if self.data_before(self.at) < LEAST_DATA {
            return Err(reject);
        }
        let at = reject.at().saturating_sub(view.base());
        let what: Cow<'static, str> = match reject {
            Reject::Malformed { what, .. } => what.into(),
            Reject::Truncated { .. } => "end of the source".into(),
            other => other.to_string().into(),
        };
        Ok(self.walked(Some(Issue::new(at, what))))
    }

    /// Bytes of picture data before `at`.
    fn data_before(&self, at: u64) -> u64 {
        self.scans.iter().map(|span| Span::between(span.at, span.end().min(at)).len).sum()
    }

    fn walked(self, broken: Option<Issue>) -> Walked {
        let one_scan = self.scans.len() == 1 && broken.is_some() && self.zeros.is_none();
        let share = if one_scan { self.intervals } else { None };
        Walked {
            end: self.at,
            share: share.map(|(passed, expected)| (passed - 1) as f32 / expected as f32),
            pixels: self.headers.pixels(),
            parts: parts(&self.scans, self.at),
            broken,
            issues: self.issues,
            short: self.short,
            segments: self.segments,
            gaps: self.gaps,
        }
    }
}

/// Headers and data in turn, up to `end`.
pub fn parts(scans: &[Span], end: u64) -> Vec<Unchecked> {
    let mut parts = Vec::with_capacity(2 * scans.len() + 1);
    let mut at = 0;
    let mut push = |from: u64, to: u64, role| {
        let span = Span::between(from, to.min(end));
        if span.len > 0 {
            parts.push(Unchecked { span, role });
        }
    };
    for scan in scans {
        push(at, scan.at, Role::Metadata);
        push(scan.at, scan.end(), Role::Payload);
        at = scan.end();
    }
    push(at, end, Role::Metadata);
    parts
}

/// The end of what lies between `start` and `end` without the zeros at its end and without half
/// a marker.
pub fn trim(view: &mut View<'_>, start: u64, end: u64) -> u64 {
    const PIECE: u64 = 64 << 10;
    let mut end = end;
    while end > start {
        let at = end.saturating_sub(PIECE).max(start);
        let piece = view.up_to(at, (end - at) as usize);
        match piece.iter().rposition(|&byte| byte != 0) {
            Some(last) => {
                let lone = usize::from(piece[last] == 0xff);
                // A zero after 0xff is stuffing and stays.
                let whole = if lone == 1 && last + 1 < piece.len() { 2 } else { 1 - lone };
                return at + (last + whole) as u64;
            }
            None => end = at,
        }
    }
    start
}

#[cfg(test)]
mod tests {
    use super::super::marker::{DNL, DRI};
    use super::super::sample::{headers, picture, scan, segment};
    use super::*;
    use crate::view::{Buffer, Runs};

    fn walk_over(data: &[u8]) -> Result<Walked, Reject> {
        let (runs, mut buffer) = (Runs::whole(0, data.len() as u64), Buffer::default());
        walk(&mut View::new(&data, &runs, &mut buffer), Surplus::InOrder)
    }

    #[test]
    fn a_whole_picture_ends_with_eoi() {
        let file = picture(&segment(COM, b"hello"), 100);
        let walked = walk_over(&[&file[..], b"\xff\xd8\xff\xe0 the next one"].concat()).unwrap();
        assert_eq!((walked.end, walked.broken), (file.len() as u64, None));
        assert_eq!(walked.pixels, Some((64, 64)));
        assert_eq!(walked.segments.len(), 1);
        assert!(!walked.short);
    }

    #[test]
    fn what_breaks_before_the_picture_is_no_jpeg() {
        let file = picture(&[], 2000);
        let data = headers(64, 64, &[]).len() + scan().len();
        for cut in 0..data + LEAST_DATA as usize {
            assert!(walk_over(&file[..cut]).is_err(), "cut at {cut}");
        }
        assert!(walk_over(&[headers(64, 64, &[]), b"\xff\xd9".to_vec()].concat()).is_err());
        assert!(walk_over(&[headers(64, 64, &[]), scan(), b"\xff\xd9".to_vec()].concat()).is_err());
        let head = headers(64, 64, &[]);
        let twice = [&head[..], &head[2..], &file[head.len()..]].concat();
        assert!(walk_over(&twice).is_err());
        for what in [&b"\xff\xd8"[..], b"\xff\xd9", b"\xff\xdb\0\0", b"\xff\xde\0\x02"] {
            let odd = [&head[..], what, &file[head.len()..]].concat();
            assert!(walk_over(&odd).is_err(), "{what:02x?}");
        }
    }

    #[test]
    fn what_breaks_later_is_kept_up_to_there() {
        let whole = picture(&[], 2000);
        let file = &whole[..whole.len() - 2];
        let next = picture(&[], 10);
        for (what, after) in [
            ("end of the source", &b""[..]),
            ("end of the source", &[0; 3000]),
            ("end of the source", b"\xff"),
            ("marker", &next),
            ("marker", &[&[0; 3000][..], &next].concat()),
            ("restart marker where no interval is defined", b"\xff\xd0more"),
            ("marker", b"\xff\xfe\0\x04abnothing"),
            ("Huffman table", b"\xff\xc4\0\x04abnothing"),
            ("end of the source", b"\xff\xfe\0\x04a"),
        ] {
            let walked = walk_over(&[file, after].concat()).unwrap();
            assert_eq!(walked.end, file.len() as u64, "{after:02x?}");
            assert_eq!(walked.broken.unwrap().what, what, "{after:02x?}");
            let parts: u64 = walked.parts.iter().map(|part| part.span.len).sum();
            assert_eq!(parts, walked.end);
        }
    }

    #[test]
    fn zeros_inside_end_a_broken_picture_only() {
        let zeros = [picture(&[], 2000), vec![0; 5000], vec![7; 2000]];
        let start = zeros[0].len() - 2;
        let broken = [&zeros[0][..start], &zeros[1], &zeros[2], b"\xff\xd8"].concat();
        assert_eq!(walk_over(&broken).unwrap().end, start as u64);
        let closed = [&zeros[0][..start], &zeros[1], &zeros[2], b"\xff\xd9"].concat();
        assert_eq!(walk_over(&closed).unwrap().end, closed.len() as u64);
    }

    /// A picture of 64 units in intervals of eight, with these restart markers in its data.
    fn restarts(codes: &[u8], end: &[u8]) -> Result<Walked, Reject> {
        let data = codes.iter().flat_map(|&code| [&[0x5a; 100][..], &[0xff, code]].concat());
        let data: Vec<u8> = data.chain([0x5a; 600]).collect();
        let head = headers(64, 64, &segment(DRI, &[0, 8]));
        walk_over(&[&head[..], &scan(), &data, end].concat())
    }

    #[test]
    fn restart_markers_count() {
        let all = [0xd0, 0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6];
        let whole = restarts(&all, b"\xff\xd9").unwrap();
        assert_eq!((whole.broken, whole.short), (None, false));
        assert!(restarts(&all[..5], b"\xff\xd9").unwrap().short);
        let wrong = restarts(&[0xd0, 0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd7], b"\xff\xd9").unwrap();
        assert_eq!(wrong.broken.unwrap().what, "restart marker out of order");
        assert_eq!(wrong.share, Some(0.75));
        let many = [&all[..], &[0xd7, 0xd0]].concat();
        let surplus = restarts(&many, b"\xff\xd9").unwrap();
        assert_eq!((surplus.broken, surplus.issues.len()), (None, 1));
        let torn = restarts(&many, b"\xff\xd8").unwrap();
        let what = torn.broken.unwrap().what;
        assert_eq!(what, "more restart markers than the picture can have");
    }

    #[test]
    fn what_decoders_pass_over_before_the_picture_is_told() {
        let file = picture(&segment(COM, b"hello"), 100);
        let torn = [&[0][..], &segment(0xe1, b"Exif\0\0ab\xff\xd8cd")[1..]].concat();
        let odd =
            [&b"\0"[..], b"a\xff\0b", b"\xff\xd0", &segment(0xf0, b""), &segment(DNL, &[9; 14])];
        for what in odd.into_iter().chain([&torn[..], b"\xff\xe5\0\x04ablost"]) {
            for at in [2, 11] {
                let bytes = [&file[..at], what, &file[at..]].concat();
                let walked = walk_over(&bytes).unwrap();
                assert_eq!((walked.end, walked.broken), (bytes.len() as u64, None), "{what:02x?}");
                let passed: u64 = walked.gaps.iter().map(|gap| gap.span.len).sum();
                let segment = if what.get(1) == Some(&0xe5) { 6 } else { 0 };
                assert_eq!(passed + segment, what.len() as u64, "{what:02x?}");
                assert!(walked.gaps.iter().all(|gap| gap.span.at >= at as u64));
            }
        }
        let scan = file.len() - 102;
        let late = [&file[..scan + 50], b"\xff\xd9", &file[scan + 50..]].concat();
        assert_eq!(walk_over(&late).unwrap().end, scan as u64 + 52);
    }

    #[test]
    fn a_scan_is_that_of_the_last_picture_that_begins_before_it() {
        let next = picture(&segment(0xe1, &[7; 300]), 2000);
        for (lost, before) in [(0, 60), (2, 58), (8, 40)] {
            let end = before - lost;
            let head = [&b"\xff\xd8\xff\xe1\x00\x90Exif\0\0"[..], &vec![1; end]].concat();
            assert!(walk_over(&[&head[..], &next].concat()).is_err(), "{end} bytes before");
        }
    }

    #[test]
    fn the_height_may_come_later() {
        let file = |lines: &[u8]| {
            [headers(64, 0, &[]), scan(), vec![0x5a; 600], lines.to_vec(), vec![0xff, 0xd9]]
                .concat()
        };
        assert_eq!(walk_over(&file(&segment(DNL, &[0, 48]))).unwrap().pixels, Some((64, 48)));
        assert!(walk_over(&file(&[])).is_err());
        assert_eq!(walk_over(&file(&[])[..700]).unwrap().pixels, None);
    }
}
