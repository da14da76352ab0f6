//! A run that was interrupted, or is still at work, in the folder that a new one asks for.

use std::path::Path;

use super::source::{LOCK, STATE};
use crate::control::error::Error;
use crate::ledger::{Journal, SCAN_LOG, head};
use crate::system::folder::Folder;

/// Fails when `root`, which was asked for as `output`, holds the log of a run.
///
/// # Errors
///
/// [`Error::Busy`] when that run is still at work, [`Error::Unfinished`] when it was interrupted.
pub(super) fn check(root: &Folder, output: &Path) -> Result<(), Error> {
    let path = || output.to_path_buf();
    let Ok(state) = root.below(STATE) else { return Ok(()) };
    let Some(log) = Journal::reopen(&state, SCAN_LOG)? else { return Ok(()) };
    if state.is_locked(LOCK) {
        return Err(Error::Busy { path: path() });
    }
    let command = head(&log).ok().flatten().map(|head| head.command).unwrap_or_default();
    Err(Error::Unfinished { path: path(), command })
}
