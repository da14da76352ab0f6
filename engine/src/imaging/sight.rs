//! What can be seen of a rescue while it goes on.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::source::rescue_map::{BlockStatus, Phase, RescueMap};

/// Cells of the map that is shown.
pub const CELLS: usize = 64;
/// The rate "now" is that of so long.
const LATELY: Duration = Duration::from_secs(2);
/// A time left is only told after so long in a phase.
const SETTLED: Duration = Duration::from_secs(2);

/// A look at a rescue.
#[derive(Clone, Debug, PartialEq)]
pub struct Sight {
    /// What is being done; nothing any more while digests are computed.
    pub phase: Phase,
    /// The pass of the phase, from 1.
    pub pass: u32,
    /// Whether the pass goes to the front.
    pub is_backward: bool,
    /// Bytes that were computed of the digests at the end, and how many there are.
    pub hashing: Option<(u64, u64)>,
    /// Bytes of the device.
    pub len: u64,
    /// Bytes of each status, in the order of [`BlockStatus::ALL`].
    pub totals: [u64; 5],
    /// Ranges of bad sectors.
    pub bad_areas: usize,
    /// Reads that failed in this run.
    pub errors: u64,
    /// Bytes a second: now, and over the whole run.
    pub rates: (u64, u64),
    /// Time left for this phase, where it can be told.
    pub left: Option<Duration>,
    /// What each of [`CELLS`] parts of the device is like: the worst that is in it.
    pub cells: Vec<BlockStatus>,
}

/// Measures rates.
pub(super) struct Meter {
    started: Instant,
    read: u64,
    lately: VecDeque<(Instant, u64)>,
    phase: (Phase, Instant, u64),
}

impl Meter {
    pub(super) fn new() -> Self {
        let now = Instant::now();
        Meter { started: now, read: 0, lately: VecDeque::new(), phase: (Phase::Copying, now, 0) }
    }

    /// Adds bytes that were read.
    pub(super) fn add(&mut self, len: u64) {
        self.read += len;
    }

    /// A look at the map.
    pub(super) fn look(&mut self, map: &RescueMap, errors: u64, is_backward: bool) -> Sight {
        let now = Instant::now();
        self.lately.push_back((now, self.read));
        while self.lately.len() > 2 && now - self.lately[0].0 > LATELY {
            self.lately.pop_front();
        }
        let (then, read) = self.lately[0];
        let rate = |len: u64, took: Duration| (len as f64 / took.as_secs_f64().max(0.001)) as u64;
        let (totals, standing) = (map.totals(), map.standing);
        let todo = todo(&totals, standing.phase);
        if self.phase.0 != standing.phase {
            self.phase = (standing.phase, now, todo);
        } else if self.phase.2 == 0 {
            self.phase.2 = todo;
        }
        let (cells, bad_areas) = cells(map);
        Sight {
            phase: standing.phase,
            pass: standing.pass,
            is_backward,
            hashing: None,
            len: map.len(),
            totals,
            bad_areas,
            errors,
            rates: (rate(self.read - read, now - then), rate(self.read, now - self.started)),
            left: self.left(now, todo),
            cells,
        }
    }

    /// By what of the phase is done. Retries have no end that can be told.
    fn left(&self, now: Instant, todo: u64) -> Option<Duration> {
        let (phase, since, first) = self.phase;
        let (took, done) = (now - since, first.saturating_sub(todo));
        let is_told = phase != Phase::Retrying && took >= SETTLED && done > 0;
        is_told.then(|| took.mul_f64(todo as f64 / done as f64))
    }
}

/// Bytes that a phase still has to try.
fn todo(totals: &[u64; 5], phase: Phase) -> u64 {
    match phase {
        Phase::Copying => totals[BlockStatus::NonTried as usize],
        Phase::Trimming => totals[BlockStatus::NonTrimmed as usize],
        Phase::Scraping => totals[BlockStatus::NonScraped as usize],
        _ => 0,
    }
}

/// The worst of each part, and the count of bad areas.
fn cells(map: &RescueMap) -> (Vec<BlockStatus>, usize) {
    let cell = |at: u64| (u128::from(at) * CELLS as u128 / u128::from(map.len().max(1))) as usize;
    let mut cells = vec![BlockStatus::Finished; CELLS];
    let mut bad_areas = 0;
    let rank = |status| match status {
        BlockStatus::BadSector => 4,
        BlockStatus::NonTrimmed => 3,
        BlockStatus::NonScraped => 2,
        BlockStatus::NonTried => 1,
        BlockStatus::Finished => 0,
    };
    for block in map.blocks() {
        bad_areas += usize::from(block.status == BlockStatus::BadSector);
        if block.status == BlockStatus::Finished {
            continue;
        }
        let last = cell(block.span.end() - 1).min(CELLS - 1);
        for cell in &mut cells[cell(block.span.at)..=last] {
            if rank(block.status) > rank(*cell) {
                *cell = block.status;
            }
        }
    }
    (cells, bad_areas)
}
