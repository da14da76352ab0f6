//! Images side by side: some are scanned at a time, so that cores have something to do while one of them is named,
//! written, or waited for.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::memory::Room;
use super::one::{BatchJob, Scanned};
use super::outcome::BatchEvent;
use super::progress::BatchProgress;
use super::stamps::Stamps;
use crate::control::error::Error;
use crate::options::Options;

/// The most images that are scanned at a time; memory may allow fewer.
const MOST: usize = 8;

/// All that lanes share.
pub(super) struct Lanes<'l> {
    /// The output folder.
    pub(super) output: &'l Path,
    pub(super) options: &'l Options,
    pub(super) progress: &'l BatchProgress,
    pub(super) stamps: &'l Stamps<'l>,
    pub(super) watch: &'l (dyn Fn(BatchEvent<'_>) + Sync),
}

impl Lanes<'_> {
    /// Scans all images with `threads` workers, some at a time; gives for each what it came to, and nothing for those that were
    /// not begun. A full disk ends it: the next image would find no room either.
    pub(super) fn run(
        &self,
        jobs: Vec<BatchJob>,
        threads: usize,
    ) -> Vec<(BatchJob, Option<Scanned>)> {
        // One waits for its disk while another one is scanned.
        let lanes = if threads == 1 { 1 } else { threads.saturating_mul(2) };
        let lanes = lanes.clamp(1, MOST).min(jobs.len().max(1));
        let jobs: Vec<Mutex<(BatchJob, Option<Scanned>)>> =
            jobs.into_iter().map(|job| Mutex::new((job, None))).collect();
        let (next, is_full, room) = (AtomicUsize::new(0), AtomicBool::new(false), Room::default());
        thread::scope(|scope| {
            for _ in 0..lanes {
                scope.spawn(|| {
                    while !is_full.load(Relaxed) && !self.progress.is_stopped() {
                        let at = next.fetch_add(1, Relaxed);
                        let Some(job) = jobs.get(at) else { return };
                        let mut job = job.lock().unwrap_or_else(PoisonError::into_inner);
                        let (job, scanned) = &mut *job;
                        let one = self.one(at, job, &room);
                        let has_no_room = one
                            .as_ref()
                            .is_some_and(|one| matches!(one.error, Some(Error::NoRoom { .. })));
                        is_full.fetch_or(has_no_room, Relaxed);
                        *scanned = one;
                    }
                });
            }
        });
        jobs.into_iter()
            .map(|job| job.into_inner().unwrap_or_else(PoisonError::into_inner))
            .collect()
    }

    /// Scans one image when there is room for it in memory; nothing where the batch was stopped by then.
    fn one(&self, at: usize, job: &mut BatchJob, room: &Room) -> Option<Scanned> {
        let _part = room.take(job.image.len);
        if self.progress.is_stopped() {
            return None;
        }
        let (number, path) = (at as u64 + 1, job.image.path.clone());
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let progress = self.progress.start(at, name);
        (self.watch)(BatchEvent::Begun { number, path: &path, folder: &job.folder });
        let scanned = match self.stamps.renew(job) {
            Ok(()) => job.run(self.output, self.options, &progress),
            Err(error) => job.failed(error),
        };
        self.progress.end(at, job.expected(), scanned.error.is_some());
        (self.watch)(BatchEvent::Ended { number, image: &scanned.told });
        Some(scanned)
    }
}
