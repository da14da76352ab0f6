//! What is wanted of an image, and where it goes.

use std::path::{Path, PathBuf};

use super::beside::suffixed;
use crate::model::SpanSet;

/// What is wanted of an image.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The file of the image.
    pub image: PathBuf,
    /// The map of it; beside the image where none is named.
    pub map: Option<PathBuf>,
    /// Maps of other runs into the same image, whose knowledge is taken over.
    pub merge: Vec<PathBuf>,
    /// Only what this map marks as finished is read.
    pub domain: Option<PathBuf>,
    /// What is copied first, second and so on, before the rest.
    pub order: Vec<SpanSet>,
    /// How often bad sectors are tried again.
    pub retries: u32,
    /// Whether every pass goes the other way.
    pub reverse: bool,
    /// Whether the room on the disk is taken before anything is read.
    pub preallocate: bool,
    /// Bytes of each part of the image, where it is to be split.
    pub split: Option<u64>,
    /// The command line, for the map.
    pub command: Vec<String>,
}

impl Options {
    /// Where the map is.
    pub fn map(&self) -> PathBuf {
        self.map.clone().unwrap_or_else(|| suffixed(&self.image, ".map"))
    }

    /// Where the sidecar is.
    pub fn sidecar(&self) -> PathBuf {
        sidecar_of(&self.image)
    }
}

/// Where the sidecar of an image is.
pub fn sidecar_of(image: &Path) -> PathBuf {
    suffixed(image, ".json")
}
