//! How far a batch has come, for whoever wants to show it.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::control::progress::Progress;

/// How far a batch has come, and the flag that stops it. The scans at work have a [`Progress`] each.
#[derive(Debug, Default)]
pub struct BatchProgress {
    state: Mutex<State>,
    /// That of the look for images before them.
    looking: Progress,
}

#[derive(Debug, Default)]
struct State {
    sight: BatchSight,
    is_stopped: bool,
    at_work: Vec<(usize, String, Arc<Progress>)>,
}

/// A look at a batch.
#[derive(Clone, Debug, Default)]
pub struct BatchSight {
    /// Images that are to be scanned.
    pub images: u64,
    /// Images whose scan has ended, in whatever way, and those that an earlier run has finished.
    pub ended: u64,
    /// Of these, those that could not be scanned.
    pub failed: u64,
    /// Bytes to scan, as far as is known, and bytes scanned.
    pub total: u64,
    /// Bytes scanned.
    pub scanned: u64,
    /// Photos found so far by name of the format, copies included.
    pub counts: BTreeMap<&'static str, u64>,
    /// The images that are scanned right now, by their numbers.
    pub at_work: Vec<AtWork>,
    /// Whether the batch is to end.
    pub is_stopped: bool,
}

/// An image that is scanned.
#[derive(Clone, Debug)]
pub struct AtWork {
    /// Its number, from 1.
    pub number: u64,
    /// What it is called.
    pub name: String,
    /// Bytes to scan.
    pub total: u64,
    /// Bytes scanned.
    pub scanned: u64,
    /// Whether all is scanned, and names and the report are being settled.
    pub is_finishing: bool,
}

impl BatchProgress {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks the batch to stop soon: what is scanned right now ends with a report of what it has, nothing else begins.
    pub fn stop(&self) {
        self.looking.stop();
        let mut state = self.lock();
        state.is_stopped = true;
        state.at_work.iter().for_each(|(.., progress)| progress.stop());
    }

    /// Whether the batch is to end.
    pub fn is_stopped(&self) -> bool {
        self.lock().is_stopped
    }

    /// What stops the look for images when the batch is stopped.
    pub fn looking(&self) -> &Progress {
        &self.looking
    }

    /// What is to be seen now.
    pub fn look(&self) -> BatchSight {
        let state = self.lock();
        let mut sight = BatchSight { is_stopped: state.is_stopped, ..state.sight.clone() };
        for (at, name, progress) in &state.at_work {
            let (total, scanned) = (progress.total.load(Relaxed), progress.scanned.load(Relaxed));
            sight.scanned = sight.scanned.saturating_add(scanned);
            add(&mut sight.counts, progress);
            sight.at_work.push(AtWork {
                number: *at as u64 + 1,
                name: name.clone(),
                total,
                scanned,
                is_finishing: progress.finishing.load(Relaxed),
            });
        }
        sight.at_work.sort_by_key(|one| one.number);
        sight
    }

    /// So many images are to be scanned, with so many bytes.
    pub(super) fn begin(&self, images: u64, bytes: u64) {
        let mut state = self.lock();
        (state.sight.images, state.sight.total) = (images, bytes);
    }

    /// The image at `at` is scanned from now on; its progress, which a stop of the batch stops too.
    pub(super) fn start(&self, at: usize, name: String) -> Arc<Progress> {
        let progress = Arc::new(Progress::default());
        let mut state = self.lock();
        if state.is_stopped {
            progress.stop();
        }
        state.at_work.push((at, name, Arc::clone(&progress)));
        progress
    }

    /// The image at `at`, of which `len` bytes were expected, is scanned no more.
    pub(super) fn end(&self, at: usize, len: u64, has_failed: bool) {
        let mut state = self.lock();
        let Some(nth) = state.at_work.iter().position(|(other, ..)| *other == at) else { return };
        let (.., progress) = state.at_work.swap_remove(nth);
        let sight = &mut state.sight;
        let scanned = progress.scanned.load(Relaxed);
        sight.scanned = sight.scanned.saturating_add(scanned);
        // What was not expected to be read was, or the other way round.
        sight.total = sight.total.saturating_sub(len).saturating_add(scanned);
        sight.ended += 1;
        sight.failed += u64::from(has_failed);
        add(&mut sight.counts, &progress);
    }
}

fn add(counts: &mut BTreeMap<&'static str, u64>, progress: &Progress) {
    for (format, count) in progress.counts() {
        *counts.entry(format).or_default() += count;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ended_and_what_is_at_work_add_up() {
        let batch = BatchProgress::default();
        batch.begin(3, 300);
        let first = batch.start(0, "a".to_owned());
        first.scanned.store(100, Relaxed);
        first.count("jpeg");
        batch.end(0, 100, false);
        let second = batch.start(2, "c".to_owned());
        second.scanned.store(50, Relaxed);
        second.count("jpeg");
        let sight = batch.look();
        assert_eq!((sight.ended, sight.scanned, sight.total), (1, 150, 300));
        assert_eq!(sight.counts["jpeg"], 2);
        assert_eq!(sight.at_work.iter().map(|one| one.number).collect::<Vec<_>>(), [3]);
        assert!(!second.stopped());
        batch.stop();
        assert!(second.stopped() && batch.start(1, "b".to_owned()).stopped());
    }
}
