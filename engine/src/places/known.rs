//! The places that are known.

use super::backup::{CameraRoll, PhoneBackups};
use super::containers::Containers;
use super::file_history::FileHistory;
use super::place::Place;
use super::takeout::Takeout;
use super::thumbnails::{Android, Xdg};
use super::time_machine::TimeMachine;

/// All places, in the order in which they are asked. Where two label one file, the first counts.
pub const PLACES: &[&dyn Place] = &[
    &PhoneBackups,
    &Containers,
    &Takeout,
    &FileHistory,
    &TimeMachine,
    &Xdg,
    &Android,
    &CameraRoll,
];
