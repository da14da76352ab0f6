//! What images are when their scans begin, which may be long after the batch began.

use std::sync::{Mutex, PoisonError};

use super::one::BatchJob;
use super::state::{BatchState, FileStamp};
use crate::control::error::Error;
use crate::run::environment::OutputState;
use crate::run::finish::is_begun;

/// The state of a batch that runs.
pub(super) struct Stamps<'s> {
    state: Mutex<BatchState>,
    held: &'s OutputState,
}

impl<'s> Stamps<'s> {
    /// That of a batch whose state is kept already.
    pub(super) fn new(state: BatchState, held: &'s OutputState) -> Self {
        Stamps { state: Mutex::new(state), held }
    }

    /// Keeps what the image of a job is now that its scan begins. Of a scan that an earlier run has begun, it tells the job
    /// whether the image was written to since.
    ///
    /// # Errors
    ///
    /// When the disk is full or fails.
    pub(super) fn renew(&self, job: &mut BatchJob) -> Result<(), Error> {
        if job.is_done {
            return Ok(());
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(kept) = state.images.get_mut(job.place) else { return Ok(()) };
        let now = FileStamp::of(&job.image.path);
        let is_same = kept.stamp == now;
        job.is_changed = !is_same && is_begun(self.held.folder(), &job.folder);
        if is_same || job.is_changed {
            return Ok(());
        }
        // All of the state is written again, but only for the few images that were still being copied.
        kept.stamp = now;
        state.write(self.held.state())
    }
}
