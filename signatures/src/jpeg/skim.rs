//! The oracle of JPEG: it decodes the entropy-coded data, without ever making a pixel, and names
//! the first byte that cannot be.
//!
//! It holds the data to the exact number of units, codes that exist, coefficients and DC in range,
//! restart markers in order and in place, and fewer than eight bits unread before each marker.
//!
//! Source: ITU-T T.81 (1992), annexes E "Encoder and decoder control procedures", F, G and H.

mod ac_first;
mod ac_refine;
mod band;
mod band_looks;
mod bits;
mod block;
mod breaks;
mod clean;
mod code;
mod coder;
mod history;
mod looks;
mod places;
mod plan;
mod progress;
mod rows;
mod scan;
mod sequential;
mod standard;
mod steps;
mod surface;
mod wide;
mod zeros;

use std::sync::Arc;

use super::headers::Headers;
use super::marker::{APP0, APP15, COM, DNL, EOI, EXP, MOST_FILL, Marker, SOI, SOS};
use super::walk::MOST_SEGMENTS;
use crate::oracle::{Oracle, Said};
use crate::verdict::{Joint, Span};
use history::History;
use plan::{Kind, Plan};
use progress::Progress;
use scan::{Fault, Scan};
use surface::SECTOR;

/// So many bytes after a scan no foreign data has by chance: a marker, and the length and kind of its segment.
const MARGIN: u64 = 8;

/// Where in the file the next byte belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// The marker that begins the file.
    Start,
    /// A marker; so many bytes 0xff of it have come.
    Marker(u64),
    /// The length of the segment of this marker.
    Length(u8),
    /// The content of that segment, which is kept.
    Content(u8),
    /// The content of an application segment, of which so many bytes are still to come.
    Skipped(u64),
    /// Entropy-coded data.
    Data,
}

/// Reads a JPEG from SOI to EOI in pieces of any size.
///
/// A copy costs little: tables and headers are shared, and of the data only the bytes of the unit
/// are kept that has not come whole.
#[derive(Clone, Debug)]
pub struct JpegOracle {
    /// Bytes fed so far.
    at: u64,
    part: Part,
    /// The bytes of the part, where it must be seen whole; at most those of a segment.
    held: Vec<u8>,
    /// How many of them make the part whole.
    due: usize,
    headers: Arc<Headers>,
    segments: Arc<Vec<Marker>>,
    scan: Option<Scan>,
    /// The data of each scan that is over.
    data: Arc<Vec<Data>>,
    history: History,
    progress: Progress,
    /// Where the runs of the file join.
    joints: Arc<[u64]>,
    /// How the picture goes on there, and where else it breaks, in the scans that are over.
    told: Arc<Vec<Joint>>,
    breaks: Arc<Vec<u64>>,
    /// Whether a first scan is left alone that ends before it can show anything.
    is_hasty: bool,
    said: Said,
}

/// The data of a scan that is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Data {
    /// Where it lies.
    pub span: Span,
    /// Whether decoding it proves that it is not foreign.
    pub proven: bool,
}

impl Default for JpegOracle {
    fn default() -> Self {
        Self::new()
    }
}

impl JpegOracle {
    /// An oracle that has seen nothing.
    pub fn new() -> Self {
        JpegOracle {
            at: 0,
            part: Part::Start,
            held: Vec::new(),
            due: 2,
            headers: Arc::default(),
            segments: Arc::default(),
            scan: None,
            data: Arc::default(),
            history: History::default(),
            progress: Progress::default(),
            joints: Arc::default(),
            told: Arc::default(),
            breaks: Arc::default(),
            is_hasty: false,
            said: Said::More,
        }
    }

    /// An oracle that has seen nothing of a file whose runs join at these bytes, in order: it tells how
    /// the picture goes on there.
    pub fn with_joints(joints: Vec<u64>) -> Self {
        JpegOracle { joints: joints.into(), ..Self::new() }
    }

    /// The same oracle for one who wants pictures only: a first scan is not decoded that something foreign ends before a row
    /// of the picture can have come. It tells the end of such data, not the first byte of it that cannot be.
    pub(crate) fn hasty(self) -> Self {
        JpegOracle { is_hasty: true, ..self }
    }

    /// Where the picture breaks although its data decodes, in the scans that are over: bytes of the file
    /// at which a sector or a restart interval begins.
    pub fn breaks(&self) -> &[u64] {
        &self.breaks
    }

    /// The same oracle, which takes so many units for a restart interval until a segment defines one.
    pub(crate) fn with_interval(mut self, units: u16) -> Self {
        Arc::make_mut(&mut self.headers).interval = units;
        self
    }

    /// Passes over so many bytes that stand where a marker is due and are none of the picture's.
    pub(crate) fn pass_over(&mut self, len: u64) {
        if self.part == Part::Marker(0) && self.said == Said::More {
            self.at += len;
        }
    }

    /// What the oracle says now.
    pub(crate) fn said(&self) -> Said {
        self.said
    }

    /// Width and height in pixels, once they are known.
    pub(crate) fn pixels(&self) -> Option<(u32, u32)> {
        self.headers.pixels()
    }

    /// The application and comment segments that have come, at most as many as are looked into.
    pub(crate) fn segments(&self) -> &[Marker] {
        &self.segments
    }

    /// The data of the scans that are over, in order.
    pub fn data(&self) -> &[Data] {
        &self.data
    }

    /// What is odd about a picture that was decoded to its end all the same.
    pub fn flaw(&self) -> Option<&'static str> {
        self.progress.flaw()
    }

    /// Where the data of each scan lies, of the one at hand as far as it has come.
    pub(crate) fn scans(&self) -> Vec<Span> {
        let current = self.scan.as_ref().map(|scan| Span::between(scan.start(), scan.end()));
        self.data.iter().map(|data| data.span).chain(current).collect()
    }

    /// Whether there is data that is not decoded here.
    pub fn is_opaque(&self) -> bool {
        self.progress.is_opaque()
    }

    /// Whether all units of the scan at hand have come.
    pub(crate) fn all_units(&self) -> bool {
        self.scan.as_ref().is_some_and(|scan| scan.plan().units == Some(scan.units()))
    }

    /// Units passed and units missing, while the only scan of the picture is at hand.
    pub(crate) fn only_scan(&self) -> Option<(u64, u64)> {
        let (scan, frame) = (self.scan.as_ref()?, self.headers.frame.as_ref()?);
        let plan = scan.plan();
        let has_all = frame.components.len() == plan.scan.parts.len();
        if !self.data.is_empty() || !has_all || plan.kind != Kind::Sequential {
            return None;
        }
        Some((scan.units(), plan.units?.saturating_sub(scan.units())))
    }

    /// The end of the last unit of picture data that came whole.
    pub fn kept(&self) -> u64 {
        match (&self.scan, self.data.last()) {
            (Some(scan), _) => scan.units_end(),
            (None, Some(last)) => last.span.end(),
            (None, None) => 0,
        }
    }

    /// Whether a whole row of units can be seen.
    pub(crate) fn has_row(&self) -> bool {
        self.progress.any()
            || self.scan.as_ref().is_some_and(|scan| {
                scan.plan().shows()
                    && scan.plan().kind != Kind::Opaque
                    && scan.units() >= scan.plan().columns
            })
    }

    /// Takes some bytes; tells how many.
    fn step(&mut self, bytes: &[u8]) -> Result<usize, Fault> {
        match self.part {
            Part::Data => self.decode(bytes),
            Part::Skipped(left) => {
                let take = left.min(bytes.len() as u64);
                self.part = if take == left { Part::Marker(0) } else { Part::Skipped(left - take) };
                Ok(take as usize)
            }
            Part::Marker(ones) => self.marker(bytes[0], ones).map(|()| 1),
            Part::Start | Part::Length(_) | Part::Content(_) => self.hold(bytes),
        }
    }

    /// Collects a part that must be seen whole.
    fn hold(&mut self, bytes: &[u8]) -> Result<usize, Fault> {
        let take = (self.due - self.held.len()).min(bytes.len());
        self.held.extend_from_slice(&bytes[..take]);
        if self.held.len() == self.due {
            let held = std::mem::take(&mut self.held);
            let at = self.at + take as u64 - held.len() as u64;
            self.whole(&held, at)?;
        }
        Ok(take)
    }

    /// Takes a part that has come whole and that begins at `at`. What is wrong with it is blamed
    /// on its last byte: any of them may be foreign, and then that one is.
    fn whole(&mut self, held: &[u8], at: u64) -> Result<(), Fault> {
        let last = (at + held.len() as u64).saturating_sub(1);
        let fault = |what| Fault { at: last, what };
        match self.part {
            Part::Start if held != [0xff, SOI] => return Err(fault("no SOI")),
            Part::Length(code) => {
                let len = held.iter().fold(0, |len, &byte| len << 8 | usize::from(byte));
                let Some(len) = len.checked_sub(2) else {
                    return Err(fault("bad segment length"));
                };
                return self.segment(code, Span { at: at + 2, len: len as u64 });
            }
            Part::Content(SOS) => {
                return self.begin(held, at + held.len() as u64).map_err(fault);
            }
            Part::Content(code) => {
                let taken = Arc::make_mut(&mut self.headers).take(code, held);
                taken.map_err(fault)?;
                if code == DNL {
                    self.progress.lines(&self.headers).map_err(fault)?;
                }
            }
            _ => {}
        }
        self.part = Part::Marker(0);
        Ok(())
    }

    /// Takes a byte of a marker of which `ones` bytes 0xff have come.
    fn marker(&mut self, byte: u8, ones: u64) -> Result<(), Fault> {
        match byte {
            0xff if ones <= MOST_FILL => self.part = Part::Marker(ones + 1),
            _ if ones == 0 || matches!(byte, 0 | 0xff) => {
                return Err(Fault { at: self.at, what: "no marker where one is due" });
            }
            code => self.code(code, self.at)?,
        }
        Ok(())
    }

    /// Takes the marker whose second byte is `code` and lies at `at`.
    fn code(&mut self, code: u8, at: u64) -> Result<(), Fault> {
        let wrong = |what| Err(Fault { at, what });
        if !self.progress.lines_known() && code != DNL {
            return wrong("no DNL after the first scan");
        }
        match code {
            EOI => {
                self.progress.end(&self.headers).map_err(|what| Fault { at, what })?;
                self.said = Said::Done { end: at + 1 };
            }
            0xc0..=0xc7 | 0xc9..=0xcf | SOS..=EXP | APP0..=APP15 | COM => {
                self.part = Part::Length(code);
                self.due = 2;
            }
            _ => return wrong("marker that does not belong here"),
        }
        Ok(())
    }

    /// Begins the content of a segment.
    fn segment(&mut self, code: u8, content: Span) -> Result<(), Fault> {
        if !matches!(code, APP0..=APP15 | COM) {
            self.part = Part::Content(code);
            self.due = content.len as usize;
            return if content.len == 0 { self.whole(&[], content.at) } else { Ok(()) };
        }
        if self.segments.len() < MOST_SEGMENTS {
            Arc::make_mut(&mut self.segments).push(Marker { code, content });
        }
        self.part = if content.len == 0 { Part::Marker(0) } else { Part::Skipped(content.len) };
        Ok(())
    }

    /// Takes a scan header after which the data begins at `at`.
    fn begin(&mut self, content: &[u8], at: u64) -> Result<(), &'static str> {
        let scan = Arc::make_mut(&mut self.headers).scan(content)?;
        let frame = self.headers.frame.as_ref().ok_or("scan before its frame")?;
        let plan = Plan::new(&self.headers, frame, scan);
        self.progress.begin(&plan);
        let scan = Scan::new(Arc::new(plan), at, Arc::clone(&self.joints));
        self.scan = Some(if self.is_hasty && self.data.is_empty() { scan.hasty() } else { scan });
        self.part = Part::Data;
        Ok(())
    }

    fn decode(&mut self, bytes: &[u8]) -> Result<usize, Fault> {
        let Some(scan) = &mut self.scan else {
            return Err(Fault { at: self.at, what: "data before its scan" });
        };
        let (taken, marker) = scan.feed(bytes, self.at, &mut self.history)?;
        if let Some(code) = marker
            && let Some(scan) = self.scan.take()
        {
            self.progress.over(&scan);
            let span = Span::between(scan.start(), scan.end());
            let proven = match scan.plan().kind {
                Kind::Opaque => false,
                // No check covers these bits. A foreign sector that covers them covers the next marker too.
                Kind::DcRefine => span.len + MARGIN <= SECTOR,
                _ => true,
            };
            Arc::make_mut(&mut self.data).push(Data { span, proven });
            Arc::make_mut(&mut self.told).extend(scan.surface().joints());
            Arc::make_mut(&mut self.breaks).extend(scan.surface().breaks());
            self.code(code, self.at + taken as u64 - 1)?;
        }
        Ok(taken)
    }
}

impl Oracle for JpegOracle {
    fn feed(&mut self, mut bytes: &[u8]) -> Said {
        while !bytes.is_empty() && self.said == Said::More {
            match self.step(bytes) {
                Ok(taken) => {
                    self.at += taken as u64;
                    bytes = &bytes[taken..];
                }
                Err(Fault { at, what }) => self.said = Said::Wrong { at, what },
            }
        }
        self.said
    }

    fn snapshot(&self) -> Box<dyn Oracle> {
        Box::new(self.clone())
    }

    fn join(&mut self) {
        self.joints = self.joints.iter().copied().chain([self.at]).collect();
        if let Some(scan) = &mut self.scan {
            scan.join(&self.joints);
        }
    }

    /// Those that lie in data that codes DC.
    fn joints(&self, first: usize) -> Vec<Joint> {
        let now = self.scan.as_ref().map_or(&[][..], |scan| scan.surface().told());
        self.told.iter().chain(now).skip(first).copied().collect()
    }

    /// The part of the blocks whose DC has come, each component by its weight. Of a progressive
    /// picture this is one as soon as the coarsest rendering can be seen.
    fn share(&self) -> f32 {
        self.progress.share(self.headers.frame.as_ref(), self.scan.as_ref())
    }
}
