//! How far a run has come, for whoever wants to show it. The engine itself prints nothing.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Counters that workers bump and one observer reads, and the flag that stops a run.
#[derive(Debug, Default)]
pub struct Progress {
    /// Bytes to scan, over all sources.
    pub total: AtomicU64,
    /// Bytes scanned.
    pub scanned: AtomicU64,
    /// Photos found so far by name of the format, copies included.
    found: Mutex<BTreeMap<&'static str, u64>>,
    /// Whether the scan is over and names, copies and the report are being settled.
    pub finishing: AtomicBool,
    stop: AtomicBool,
}

impl Progress {
    /// Counts a photo of a format.
    pub fn count(&self, format: &'static str) {
        *self.lock().entry(format).or_default() += 1;
    }

    /// Names and counts of the formats found so far.
    pub fn counts(&self) -> Vec<(&'static str, u64)> {
        self.lock().iter().map(|(&format, &count)| (format, count)).collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static str, u64>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks the run to stop soon, with a report of what it has.
    pub fn stop(&self) {
        self.stop.store(true, Relaxed);
    }

    /// Whether somebody asked the run to stop.
    pub fn stopped(&self) -> bool {
        self.stop.load(Relaxed)
    }
}
