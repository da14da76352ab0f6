//! What a batch came to.

use std::path::{Path, PathBuf};

use crate::control::error::Error;
use crate::output::report::{BatchImage, BatchReport};

/// What a batch came to.
#[derive(Debug)]
pub struct BatchOutcome {
    /// The report of all images, in the output folder, where it could be written.
    pub report: Option<PathBuf>,
    /// What stands in it.
    pub told: BatchReport,
    /// Images that could not be scanned, or not to their end, and why.
    pub failed: Vec<(PathBuf, Error)>,
    /// What kept the batch from going on, if anything did.
    pub failure: Option<Error>,
    /// Whether somebody stopped it.
    pub interrupted: bool,
}

/// What happens in a batch, as it happens.
#[derive(Clone, Copy, Debug)]
pub enum BatchEvent<'e> {
    /// The scan of an image begins.
    Begun {
        /// Its number, from 1.
        number: u64,
        /// Where it lies.
        path: &'e Path,
        /// Its folder below the output folder.
        folder: &'e str,
    },
    /// The scan of an image has ended.
    Ended {
        /// Its number, from 1.
        number: u64,
        /// What it came to.
        image: &'e BatchImage,
    },
}
