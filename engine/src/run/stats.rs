//! What a run cost.

use std::time::Duration;

use crate::control::metrics::{Cost, Metrics, Stage};

/// What a run cost.
#[derive(Clone, Copy, Debug)]
pub struct Stats {
    /// Bytes that headers were looked for in.
    pub scanned: u64,
    /// Bytes read from devices and files that were not mapped.
    pub read: u64,
    /// Time for scanning and carving.
    pub scanning: Duration,
    /// Time for claims, names and the report.
    pub finishing: Duration,
    /// Worker threads.
    pub threads: usize,
    /// What each stage cost, all threads together.
    pub stages: [(Stage, Cost); Stage::ALL.len()],
}

impl Stats {
    pub(super) fn new(threads: usize) -> Self {
        let none = Duration::ZERO;
        let stages = Metrics::default().costs();
        Stats { scanned: 0, read: 0, scanning: none, finishing: none, threads, stages }
    }
}
