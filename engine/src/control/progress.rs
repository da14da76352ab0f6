//! How far a run has come, for whoever wants to show it. The engine itself prints nothing.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// So long after a stop what is found already may still be read, for its digests and to be written: enough
/// for some photos from any disk that is well, and not long to wait.
const GRACE: Duration = Duration::from_millis(300);

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
    /// Whether the scan is to end, by whoever's wish.
    ending: AtomicBool,
    wish: Stop,
}

/// Somebody's wish that a run stops, as those see it who read its sources.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<Wish>);

#[derive(Debug, Default)]
struct Wish {
    /// When it was uttered.
    since: OnceLock<Instant>,
    /// Whether there is something to be finished, for which a little may be read.
    has_grace: AtomicBool,
}

impl Stop {
    /// Whether nothing is read any more. While a stage of a run reads it never becomes false again, so that
    /// whoever asks after reading knows that all was read before.
    pub fn is_over(&self) -> bool {
        let has_ended =
            |since: &Instant| !self.0.has_grace.load(Relaxed) || since.elapsed() >= GRACE;
        self.0.since.get().is_some_and(has_ended)
    }
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

    /// Asks the run to stop soon, with a report of what it has. Its sources are not read any more, but for a
    /// moment in which some of what was found is written.
    pub fn stop(&self) {
        self.wish.0.since.get_or_init(Instant::now);
        self.ending.store(true, Relaxed);
    }

    /// Ends the scan, since the output takes no more; what was found is read as long as need be.
    pub(crate) fn end_scan(&self) {
        self.ending.store(true, Relaxed);
    }

    /// The scan is over: what was found is settled and written from now on.
    pub(crate) fn finish(&self) {
        self.wish.0.has_grace.store(true, Relaxed);
        self.finishing.store(true, Relaxed);
    }

    /// Whether the scan is to end.
    pub fn stopped(&self) -> bool {
        self.ending.load(Relaxed)
    }

    /// Whether nothing is read any more: what was read last may be zeros, and is worth nothing.
    pub(crate) fn is_over(&self) -> bool {
        self.wish.is_over()
    }

    /// The wish, for those who read.
    pub(crate) fn wish(&self) -> &Stop {
        &self.wish
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scan_ends_at_once_and_what_follows_it_has_a_moment() {
        let progress = Progress::default();
        progress.end_scan();
        assert!(progress.stopped() && !progress.is_over(), "nobody wished it");
        progress.stop();
        assert!(progress.is_over());
        progress.finish();
        assert!(!progress.is_over());
        std::thread::sleep(GRACE);
        assert!(progress.is_over());
    }
}
