//! One JPEG from SOI to EOI, or to where it breaks.

use std::borrow::Cow;

use super::entropy::{self, Limits};
use super::frame::{Frame, Scan};
use super::marker::{APP0, APP15, COM, DAC, DHP, DHT, DNL, DQT, DRI, EOI, EXP, Marker, SOI, SOS};
use super::tables::Tables;
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
    /// All of it: headers and data, from the first byte to `end`.
    pub parts: Vec<Unchecked>,
}

/// Segments that are kept to be looked into; a profile or an XMP packet may take a hundred.
pub const MOST_SEGMENTS: usize = 1024;

/// More scans than any encoder writes: a progressive picture could have one for each bit of each
/// coefficient of four components.
const MOST_SCANS: usize = 64 * 14 * 4;

/// A broken file is kept when it shows at least a sector of picture data.
const LEAST_DATA: u64 = 512;

/// Zeros that are taken for damage even in a picture that may be of one colour.
const MOST_ZEROS: u64 = 1 << 20;

/// Walks the JPEG at the view's start: rejects what breaks before there is any picture data,
/// keeps the beginning of what breaks after that.
pub fn walk(view: &mut View<'_>) -> Result<Walked, Reject> {
    if view.array::<2>(0)? != [0xff, SOI] {
        return Err(view.malformed(0, "SOI"));
    }
    let mut walker = Walker { at: 2, ..Walker::default() };
    loop {
        match walker.step(view) {
            Ok(true) => {}
            Ok(false) => return walker.closed(view),
            Err(reject) => return walker.broken(view, reject),
        }
    }
}

#[derive(Default)]
struct Walker {
    /// Where the next marker is expected.
    at: u64,
    tables: Tables,
    frame: Option<Frame>,
    hierarchical: bool,
    /// Units between restart markers, 0 for none.
    interval: u16,
    segments: Vec<Marker>,
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
    /// Takes the next segment with the data behind it; tells whether more is to come.
    fn step(&mut self, view: &mut View<'_>) -> Result<bool, Reject> {
        let marker = Marker::read(view, self.at)?;
        let Marker { code, content } = marker;
        if code == EOI {
            if self.scans.is_empty() {
                return Err(view.malformed(self.at, "EOI before any picture"));
            }
            self.at = content.at;
            return Ok(false);
        }
        if !matches!(code, 0xc0..=0xc7 | 0xc9..=0xcf | SOS..=EXP | APP0..=APP15 | COM) {
            return Err(view.malformed(self.at, "marker"));
        }
        let bytes = view.bytes(content.at, content.len as usize)?;
        let scan = match code {
            SOS => Some(self.scan_header(bytes)),
            _ => self.table(code, bytes).err().map(Err),
        };
        self.at = content.end();
        match scan {
            Some(Ok(scan)) => self.data(view, &scan)?,
            Some(Err(what)) => return Err(view.malformed(content.at, what)),
            None if matches!(code, APP0..=APP15 | COM) => {
                if self.segments.len() < MOST_SEGMENTS {
                    self.segments.push(marker);
                }
            }
            None => {}
        }
        Ok(true)
    }

    /// Takes a segment that is not a scan header.
    fn table(&mut self, code: u8, content: &[u8]) -> Result<(), &'static str> {
        match code {
            DQT => self.tables.quantise(content),
            DHT => self.tables.huffman(content),
            DAC => Tables::condition(content),
            DRI => {
                let interval = content.try_into().map_err(|_| "restart interval")?;
                self.interval = u16::from_be_bytes(interval);
                Ok(())
            }
            DNL => self.lines(content),
            DHP if self.frame.is_none() && !self.hierarchical => {
                self.hierarchical = true;
                Frame::parse(0xc1, content).map(|_| ())
            }
            EXP if self.hierarchical && content.len() == 1 => Ok(()),
            DHP | EXP => Err("hierarchical progression"),
            APP0..=APP15 | COM => Ok(()),
            _ => self.frame_header(code, content),
        }
    }

    fn frame_header(&mut self, code: u8, content: &[u8]) -> Result<(), &'static str> {
        let differential = code & 4 != 0;
        if (self.frame.is_some() || differential) && !self.hierarchical {
            return Err("second frame header");
        }
        self.frame = Some(Frame::parse(code, content)?);
        Ok(())
    }

    /// DNL tells the height after the first scan, where the frame header did not.
    fn lines(&mut self, content: &[u8]) -> Result<(), &'static str> {
        let lines = u32::from(u16::from_be_bytes(content.try_into().map_err(|_| "DNL")?));
        match &mut self.frame {
            Some(frame) if self.scans.len() == 1 && lines > 0 => frame.height = lines,
            _ => return Err("DNL"),
        }
        Ok(())
    }

    fn scan_header(&mut self, content: &[u8]) -> Result<Scan, &'static str> {
        let frame = self.frame.as_ref().ok_or("scan before its frame")?;
        let scan = frame.scan(content)?;
        if self.scans.len() >= MOST_SCANS {
            return Err("number of scans");
        }
        match self.tables.missing(frame, &scan) {
            Some(what) => Err(what),
            None => Ok(scan),
        }
    }

    /// Takes the data behind a scan header.
    fn data(&mut self, view: &mut View<'_>, scan: &Scan) -> Result<(), Reject> {
        let start = self.at;
        let Some(frame) = &self.frame else {
            return Err(view.malformed(start, "scan before its frame"));
        };
        if self.scans.is_empty() && !frame.arithmetic && self.tables.lacks_huffman() {
            self.issues.push(Issue::new(start, "needs the standard Huffman tables"));
        }
        let least = frame.least_bytes(scan);
        let expected = match (frame.units(scan), u64::from(self.interval)) {
            (Some(units), 1..) => Some(units.div_ceil(u64::from(self.interval))),
            _ => None,
        };
        let limits = Limits {
            restarts: self.interval > 0,
            // Some encoders write one more behind the last interval.
            most_restarts: expected.unwrap_or(u64::MAX),
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
        if self.issues.len() < crate::verdict::MOST_ISSUES {
            self.issues.push(Issue::new(self.at, what));
        }
    }

    fn closed(self, view: &View<'_>) -> Result<Walked, Reject> {
        let data: u64 = self.scans.iter().map(|span| span.len).sum();
        if data == 0 {
            return Err(view.malformed(self.at, "empty picture"));
        }
        if self.pixels().is_none() {
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

    fn pixels(&self) -> Option<(u32, u32)> {
        let frame = self.frame.as_ref().filter(|frame| frame.height > 0)?;
        Some((frame.width, frame.height))
    }

    fn walked(self, broken: Option<Issue>) -> Walked {
        let one_scan = self.scans.len() == 1 && broken.is_some() && self.zeros.is_none();
        let share = self.intervals.filter(|_| one_scan);
        Walked {
            end: self.at,
            share: share.map(|(passed, expected)| (passed - 1) as f32 / expected as f32),
            pixels: self.pixels(),
            parts: parts(&self.scans, self.at),
            broken,
            issues: self.issues,
            short: self.short,
            segments: self.segments,
        }
    }
}

/// Headers and data in turn, up to `end`.
fn parts(scans: &[Span], end: u64) -> Vec<Unchecked> {
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
fn trim(view: &mut View<'_>, start: u64, end: u64) -> u64 {
    const PIECE: u64 = 64 << 10;
    let mut end = end;
    while end > start {
        let at = end.saturating_sub(PIECE).max(start);
        let piece = view.up_to(at, (end - at) as usize);
        match piece.iter().rposition(|&byte| byte != 0) {
            Some(last) => {
                let lone = usize::from(piece[last] == 0xff);
                // A zero behind 0xff is stuffing and stays.
                let whole = if lone == 1 && last + 1 < piece.len() { 2 } else { 1 - lone };
                return at + (last + whole) as u64;
            }
            None => end = at,
        }
    }
    start
}
