//! How far a run has come, for whoever wants to show it. The engine itself prints nothing.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use afterimage_signatures::formats;

/// Counters that workers bump and one observer reads, and the flag that stops a run.
#[derive(Debug)]
pub struct Progress {
    /// Bytes to scan, over all sources.
    pub total: AtomicU64,
    /// Bytes scanned.
    pub scanned: AtomicU64,
    /// Photos found so far, by position in the registry; copies and embedded ones included.
    found: Vec<AtomicU64>,
    /// Whether the scan is over and names, copies and the report are being settled.
    pub finishing: AtomicBool,
    stop: AtomicBool,
}

impl Default for Progress {
    fn default() -> Self {
        Progress {
            total: AtomicU64::new(0),
            scanned: AtomicU64::new(0),
            found: formats::ALL.iter().map(|_| AtomicU64::new(0)).collect(),
            finishing: AtomicBool::new(false),
            stop: AtomicBool::new(false),
        }
    }
}

impl Progress {
    /// Counts a photo of the format at `index` of the registry.
    pub fn count(&self, index: usize) {
        if let Some(found) = self.found.get(index) {
            found.fetch_add(1, Relaxed);
        }
    }

    /// Names and counts of the formats found so far.
    pub fn counts(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        formats::ALL
            .iter()
            .zip(&self.found)
            .map(|(format, count)| (format.signature().name, count.load(Relaxed)))
            .filter(|(_, count)| *count > 0)
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
