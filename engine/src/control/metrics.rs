//! What each stage of a scan costs: bytes and the time that workers spent on them.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// A stage of the way from a source to recovered files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Fetching chunks. Of a mapped image only asking for them: its pages come in where they are
    /// first touched, which is when they are matched.
    Read,
    /// Looking for headers.
    Match,
    /// Measuring and decoding candidates.
    Measure,
    /// Digests of files.
    Hash,
    /// Writing files.
    Write,
}

impl Stage {
    /// Every stage, in the order of the way.
    pub const ALL: [Stage; 5] =
        [Stage::Read, Stage::Match, Stage::Measure, Stage::Hash, Stage::Write];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Read => "read",
            Stage::Match => "match",
            Stage::Measure => "measure",
            Stage::Hash => "hash",
            Stage::Write => "write",
        }
    }
}

/// What one stage cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Bytes that it went over; those that it went over twice count twice.
    pub bytes: u64,
    /// Time of all threads together.
    pub time: Duration,
}

/// What every stage cost so far, as all threads add to it.
#[derive(Debug, Default)]
pub struct Metrics {
    stages: [(AtomicU64, AtomicU64); Stage::ALL.len()],
}

impl Metrics {
    /// Does `work` on that many bytes for a stage.
    pub fn time<T>(&self, stage: Stage, bytes: u64, work: impl FnOnce() -> T) -> T {
        self.measure(stage, || (work(), bytes))
    }

    /// Does `work` for a stage, which tells how many bytes it went over.
    pub fn measure<T>(&self, stage: Stage, work: impl FnOnce() -> (T, u64)) -> T {
        let clock = Instant::now();
        let (done, bytes) = work();
        let nanoseconds = u64::try_from(clock.elapsed().as_nanos()).unwrap_or(u64::MAX);
        let (all_bytes, all_time) = &self.stages[stage as usize];
        all_bytes.fetch_add(bytes, Relaxed);
        all_time.fetch_add(nanoseconds, Relaxed);
        done
    }

    /// What each stage cost.
    pub fn costs(&self) -> [(Stage, Cost); Stage::ALL.len()] {
        Stage::ALL.map(|stage| {
            let (bytes, time) = &self.stages[stage as usize];
            let time = Duration::from_nanos(time.load(Relaxed));
            (stage, Cost { bytes: bytes.load(Relaxed), time })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_and_time_add_up_by_stage() {
        let metrics = Metrics::default();
        assert_eq!(metrics.time(Stage::Hash, 3, || 7), 7);
        metrics.time(Stage::Hash, 4, || std::thread::sleep(Duration::from_millis(2)));
        metrics.measure(Stage::Write, || ((), 9));
        let costs = metrics.costs();
        assert_eq!(costs.map(|(_, cost)| cost.bytes), [0, 0, 0, 7, 9]);
        assert!(costs[3].1.time >= Duration::from_millis(2));
    }
}
