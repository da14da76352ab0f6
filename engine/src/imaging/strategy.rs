//! What to read next of a failing device: the good parts first, each sector as seldom as can be.
//!
//! It reads nothing itself. It hands out requests and is told what came of them, so that every order of
//! events can be tried without a device.
//!
//! Source: GNU ddrescue manual 1.27, "Algorithm".

mod copying;
mod passes;
mod sectors;

use std::time::Duration;

use afterimage_signatures::verdict::Span;

use super::pace::Pace;
use super::skip::Skip;
use crate::model::SpanSet;
use crate::source::rescue_map::{BlockStatus, Phase, RescueMap, Standing};

/// Bytes of a read while copying near failures, and at the start.
pub(super) const CLUSTER: u64 = 64 << 10;
/// Bytes of the largest read.
pub(super) const LARGEST: u64 = 1 << 20;
/// A read is no longer than what was read since the last failure divided by this: when it fails, little is
/// read twice.
const CLEAN_SHARE: u64 = 256;
/// Failures in a row after which a sector that was read is asked for again, to see whether the device still
/// answers at all; then four times as many.
const DOUBT: u64 = 64;

/// What is asked of the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// Which bytes.
    pub span: Span,
    /// Whether it is to be one sector, past every cache.
    pub is_sector: bool,
    /// Whether it was read before and only tells whether the device still answers.
    pub is_probe: bool,
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Read this.
    Read(Request),
    /// Wait for what is being read.
    Wait,
    /// All is done.
    Done,
}

/// What is wanted of a rescue.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Which bytes, in the order in which they are copied: each phase works through one set after the other.
    pub domains: Vec<SpanSet>,
    /// How often bad sectors are tried again.
    pub retries: u32,
    /// Whether every pass goes the other way.
    pub is_reverse: bool,
    /// Bytes of a sector.
    pub sector: u64,
}

/// Whether there was something to do in a pass.
enum Step {
    Next(Next),
    PassIsOver,
}

/// The state of a rescue.
pub struct Strategy {
    map: RescueMap,
    /// Apart from each other, in whole sectors where the map has them.
    domains: Vec<SpanSet>,
    retries: u32,
    is_reverse: bool,
    sector: u64,
    phase: Phase,
    /// Which pass of the phase, from 1.
    pass: u32,
    /// Which domain.
    domain: usize,
    /// Where the pass stands: what lies before it, in its direction, is not looked at again.
    cursor: u64,
    in_flight: Vec<Request>,
    skip: Skip,
    pace: Pace,
    /// Whether areas were left out since they are slow.
    has_slow: bool,
    /// Bytes that were read since the last failure.
    clean: u64,
    /// Failures since something was read, and at how many the device is in doubt.
    failures: u64,
    doubt: u64,
    /// What the map said before those failures.
    undo: Vec<(Span, BlockStatus)>,
    /// A sector that was read.
    known_good: Option<Span>,
}

impl Strategy {
    /// Goes on from where `map` stands.
    pub fn new(map: RescueMap, wanted: Wanted) -> Self {
        let Wanted { domains, retries, is_reverse, sector } = wanted;
        let domains = apart(domains, map.len(), sector);
        let standing = map.standing;
        let is_alone = domains.len() == 1;
        let phase = match standing.phase {
            Phase::Retrying => Phase::Retrying,
            _ => Phase::Copying,
        };
        let goes_on = standing.phase == Phase::Copying && is_alone;
        let pass = if goes_on { standing.pass.clamp(1, passes::PASSES) } else { 1 };
        let skip = Skip::new(map.len(), sector);
        let known_good = map.next(BlockStatus::Finished, 0).map(|span| first_sector(span, sector));
        let mut strategy = Strategy {
            map,
            domains,
            retries,
            is_reverse,
            sector,
            phase: Phase::Copying,
            pass,
            domain: 0,
            cursor: 0,
            in_flight: Vec::new(),
            skip,
            pace: Pace::default(),
            has_slow: pass > 2,
            clean: 0,
            failures: 0,
            doubt: DOUBT,
            undo: Vec::new(),
            known_good,
        };
        strategy.begin_pass();
        if goes_on {
            strategy.cursor = standing.at;
        } else if phase == Phase::Retrying {
            // The direction of the pass in which it was interrupted.
            strategy.first_retry(standing);
        }
        strategy
    }

    /// The map, with where the rescue stands.
    pub fn map(&self) -> &RescueMap {
        &self.map
    }

    /// What is wanted, in one set.
    pub fn wanted(&self) -> SpanSet {
        self.domains.iter().flat_map(SpanSet::iter).collect()
    }

    /// Whether something is being read.
    pub fn is_reading(&self) -> bool {
        !self.in_flight.is_empty()
    }

    /// What is being done, and in which pass.
    pub fn stands(&self) -> (Phase, u32) {
        (self.phase, self.pass)
    }

    /// Whether this pass goes to the front.
    pub fn goes_backward(&self) -> bool {
        let turns = matches!(self.phase, Phase::Copying | Phase::Retrying);
        (turns && self.pass.is_multiple_of(2)) != self.is_reverse
    }

    /// How many requests may be made at once: several only where the device has been well for a while.
    pub fn depth(&self) -> usize {
        match self.phase {
            Phase::Copying if self.clean >= 4 << 20 => 4,
            Phase::Copying if self.clean >= 1 << 20 => 2,
            _ => 1,
        }
    }

    /// What to do next. A request counts as made.
    pub fn advance(&mut self) -> Next {
        if self.in_flight.len() >= self.depth() {
            return Next::Wait;
        }
        if self.failures >= self.doubt
            && let Some(span) = self.known_good
        {
            self.doubt = self.doubt.saturating_mul(4);
            return self.ask(Request { span, is_sector: true, is_probe: true });
        }
        loop {
            let step = match self.phase {
                Phase::Copying => self.copy(),
                Phase::Trimming => self.trim(),
                Phase::Scraping => self.scrape(),
                Phase::Retrying => self.retry(),
                _ => Step::Next(Next::Done),
            };
            match step {
                Step::Next(Next::Read(request)) => return self.ask(request),
                Step::Next(next) => return next,
                Step::PassIsOver if !self.in_flight.is_empty() => return Next::Wait,
                Step::PassIsOver => self.end_pass(),
            }
        }
    }

    fn ask(&mut self, request: Request) -> Next {
        self.in_flight.push(request);
        self.stand();
        Next::Read(request)
    }

    /// Takes in that `good` bytes of a request were read, and whether the rest failed.
    pub fn done(&mut self, request: Request, good: u64, took: Duration) {
        self.in_flight.retain(|one| *one != request);
        let span = request.span;
        let good = if good >= span.len { span.len } else { good / self.sector * self.sector };
        if request.is_probe {
            // The device answers: it was the sectors.
            self.undo.clear();
            return;
        }
        if good > 0 {
            let read = Span { at: span.at, len: good };
            self.map.set(read, BlockStatus::Finished);
            self.known_good = Some(first_sector(read, self.sector));
            (self.failures, self.doubt) = (0, DOUBT);
            self.undo.clear();
        }
        let failed = Span::between(span.at + good, span.end());
        if failed.len > 0 {
            self.clean = 0;
            self.failures += 1;
            self.undo.extend(self.map.block_at(failed.at).map(|block| (failed, block.status)));
        }
        match self.phase {
            Phase::Copying => self.copied(span, failed, took),
            _ => self.map.set(failed, BlockStatus::BadSector),
        }
        self.stand();
    }

    /// The device does not answer any more: what failed since it last did was not the fault of its sectors.
    pub fn forget_failures(&mut self) {
        for (span, status) in std::mem::take(&mut self.undo).into_iter().rev() {
            self.map.set(span, status);
            // Whoever goes on from the map looks at nothing that lies before the position.
            self.cursor = if self.goes_backward() {
                self.cursor.max(span.end())
            } else {
                self.cursor.min(span.at)
            };
        }
        self.stand();
    }

    /// Writes down where the rescue stands, for whoever goes on from the map.
    fn stand(&mut self) {
        let asked = self.in_flight.iter().filter(|one| !one.is_probe).map(|one| one.span);
        let at = if self.goes_backward() {
            asked.map(|span| span.end()).chain([self.cursor]).max()
        } else {
            asked.map(|span| span.at).chain([self.cursor]).min()
        };
        let at = at.unwrap_or(0).min(self.map.len());
        let at = if self.phase == Phase::Finished { 0 } else { at };
        self.map.standing = Standing { at, phase: self.phase, pass: self.pass };
    }

    /// The next range of a status in this domain, in the direction of the pass.
    fn ahead(&self, status: BlockStatus) -> Option<Span> {
        if self.goes_backward() { self.before(status) } else { self.after(status) }
    }

    fn after(&self, status: BlockStatus) -> Option<Span> {
        let domain = self.domains.get(self.domain)?;
        let mut at = self.cursor;
        loop {
            let wanted = *domain.after(at).first()?;
            let block = self.map.next(status, at.max(wanted.at))?;
            if block.at < wanted.end() {
                return Some(Span::between(block.at, block.end().min(wanted.end())));
            }
            at = block.at;
        }
    }

    fn before(&self, status: BlockStatus) -> Option<Span> {
        let domain = self.domains.get(self.domain)?;
        let mut end = self.cursor;
        loop {
            let count = domain.as_slice().partition_point(|span| span.at < end);
            let wanted = *domain.as_slice()[..count].last()?;
            let block = self.map.last_before(status, end.min(wanted.end()))?;
            if block.end() > wanted.at {
                return Some(Span::between(block.at.max(wanted.at), block.end()));
            }
            end = block.end();
        }
    }

    fn begin_pass(&mut self) {
        self.cursor = if self.goes_backward() { self.map.len() } else { 0 };
        self.skip.reset();
        self.stand();
    }

    /// On to the next domain, pass or phase.
    fn end_pass(&mut self) {
        self.domain += 1;
        if self.domain >= self.domains.len() {
            self.domain = 0;
            (self.phase, self.pass) = self.after_pass();
        }
        self.begin_pass();
    }

    fn after_pass(&self) -> (Phase, u32) {
        let is_left = |status| {
            let wanted = self.map.with(status);
            self.domains.iter().flat_map(SpanSet::iter).any(|span| wanted.meets(span))
        };
        match self.phase {
            Phase::Copying if !is_left(BlockStatus::NonTried) => (Phase::Trimming, 1),
            Phase::Copying => (Phase::Copying, passes::after(self.pass, self.has_slow)),
            Phase::Trimming => (Phase::Scraping, 1),
            Phase::Scraping if self.retries > 0 => (Phase::Retrying, 1),
            Phase::Retrying if self.pass < self.retries && is_left(BlockStatus::BadSector) => {
                (Phase::Retrying, self.pass + 1)
            }
            _ => (Phase::Finished, 1),
        }
    }
}

/// The first sector of what was read.
fn first_sector(span: Span, sector: u64) -> Span {
    Span { at: span.at, len: span.len.min(sector - span.at % sector) }
}

/// The domains in whole sectors, what lies in an earlier one taken out of the later.
fn apart(domains: Vec<SpanSet>, len: u64, sector: u64) -> Vec<SpanSet> {
    let mut taken = SpanSet::default();
    let mut apart = Vec::with_capacity(domains.len());
    for domain in domains {
        let whole = |span: Span| {
            let end = span.end().checked_next_multiple_of(sector).unwrap_or(u64::MAX).min(len);
            Span::between(span.at / sector * sector, end)
        };
        let domain: SpanSet = domain.iter().map(whole).collect();
        let own = domain.outside(&taken);
        taken = taken.iter().chain(own.iter()).collect();
        apart.push(own);
    }
    apart
}

#[cfg(test)]
mod tests;
