//! The places that are known.

use super::containers::Containers;
use super::file_history::FileHistory;
use super::place::Place;
use super::sparse_bundles::SparseBundles;
use super::takeout::Takeout;
use super::thumbnails::{Android, Xdg};
use super::time_machine::TimeMachine;

/// All places, in the order in which they are asked. Where two label one file, the first counts.
pub const PLACES: &[&dyn Place] =
    &[&Containers, &Takeout, &FileHistory, &TimeMachine, &SparseBundles, &Xdg, &Android];
