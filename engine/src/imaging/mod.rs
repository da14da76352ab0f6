//! Images of failing media, as careful as ddrescue: the good parts first, nothing read twice that was read
//! once, and at any moment a map that says what the image holds.
//!
//! A [`Strategy`] decides what to read next and knows no device; [`copy`] carries it out. The map is
//! [`RescueMap`](crate::source::rescue_map::RescueMap), the digests stand in a [`Sidecar`].

mod beside;
mod buffer;
mod copy;
mod digests;
mod domain;
mod e01;
mod finish;
mod image_file;
mod imaged;
mod medium;
mod pace;
mod prepare;
mod priorities;
mod saver;
mod sidecar;
mod sight;
mod skip;
mod strategy;
mod threads;
mod verify;

use std::path::{Path, PathBuf};

use crate::model::SpanSet;

pub use copy::{Ended, Outcome, copy};
pub use digests::{HashPair, PIECE};
pub use domain::write_domain;
pub use e01::{E01, write_e01};
pub use imaged::Imaged;
pub use medium::{Facts, Medium, SystemMedium};
pub use priorities::{Content, Priorities};
pub use sidecar::{Device, Hashes, Range, SCHEMA, Sidecar, Totals};
pub use sight::{CELLS, Sight};
pub use strategy::{Next, Request, Strategy, Wanted};
pub use verify::{Difference, Verified, verify};

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
        self.map.clone().unwrap_or_else(|| beside::suffixed(&self.image, ".map"))
    }

    /// Where the sidecar is.
    pub fn sidecar(&self) -> PathBuf {
        sidecar_of(&self.image)
    }
}

/// Where the sidecar of an image is.
pub fn sidecar_of(image: &Path) -> PathBuf {
    beside::suffixed(image, ".json")
}
