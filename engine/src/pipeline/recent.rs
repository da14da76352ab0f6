//! Where files were found lately.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Ranges of files found lately, to guess whether a candidate lies in one of them. Only a guess: the order
/// in which workers come must not show in the result.
#[derive(Default)]
pub(super) struct RecentFiles(Mutex<VecDeque<(u64, u64)>>);

/// Files that are remembered.
const MOST: usize = 64;

impl RecentFiles {
    /// Whether one of them begins before `at` and reaches over it.
    pub(super) fn hold(&self, at: u64) -> bool {
        self.lock().iter().any(|&(start, end)| start < at && at < end)
    }

    /// Remembers a file from `start` to before `end`.
    pub(super) fn add(&self, start: u64, end: u64) {
        let mut ranges = self.lock();
        if ranges.len() == MOST {
            ranges.pop_front();
        }
        ranges.push_back((start, end));
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<(u64, u64)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
