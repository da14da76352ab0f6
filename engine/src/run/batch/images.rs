//! What is to be scanned in a batch.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::control::error::Error;
use crate::control::progress::Progress;
use crate::output::report::BatchSkipped;

/// Who waits while images are looked for.
#[derive(Clone, Copy)]
pub struct Looking<'l> {
    /// Ends it soon, when it is stopped.
    pub progress: &'l Progress,
    /// Is told of each file before it is opened, which may take long, and of none when that is done.
    pub opening: &'l dyn Fn(Option<&Path>),
}

impl<'l> Looking<'l> {
    /// Nobody who sees how far it is.
    pub fn unseen(progress: &'l Progress) -> Self {
        Looking { progress, opening: &|_| {} }
    }
}

impl fmt::Debug for Looking<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Looking").field("progress", self.progress).finish_non_exhaustive()
    }
}

/// An image or a device that a batch is to scan.
#[derive(Debug)]
pub struct FoundImage {
    /// Where it lies; of an image in parts, its first part.
    pub path: PathBuf,
    /// Bytes in it, where it was opened to be looked at.
    pub len: Option<u64>,
    /// Why it cannot be scanned, where that is known already.
    pub error: Option<Error>,
}

/// The images that were found.
#[derive(Debug, Default)]
pub struct Discovered {
    /// In the order of the command line, those of a folder by their paths.
    pub images: Vec<FoundImage>,
    /// What else lies in the folders, and is not scanned.
    pub skipped: BatchSkipped,
    /// Images that are there by another path too: they are scanned once.
    pub again: Vec<PathBuf>,
    /// Folders that were named and in which no image is.
    pub empty: Vec<EmptyFolder>,
}

/// A folder that was named and in which no image is.
#[derive(Clone, Debug)]
pub struct EmptyFolder {
    /// Where it lies.
    pub path: PathBuf,
    /// What lies in it.
    pub skipped: BatchSkipped,
}

impl Discovered {
    /// Where the images lie.
    pub fn paths(&self) -> Vec<PathBuf> {
        self.images.iter().map(|image| image.path.clone()).collect()
    }
}
