//! The places that are known.

use super::backup::{CameraRoll, PhoneBackups};
use super::containers::Containers;
use super::file_history::{self, FileHistory};
use super::messages::{TextMessages, WhatsApp};
use super::photos_db::PhonePhotos;
use super::photos_library::PhotosLibrary;
use super::place::Place;
use super::sparse_bundles::SparseBundles;
use super::takeout::Takeout;
use super::thumbnails::{Android, Xdg};
use super::time_machine::{self, TimeMachine};
use super::trash;

/// The names of places that keep former versions of files.
pub const VERSION_PLACES: [&str; 2] = [file_history::NAME, time_machine::NAME];

/// All places, in the order in which they are asked. Where two label one file, the first counts.
pub const PLACES: &[&dyn Place] = &[
    &PhoneBackups,
    &Containers,
    &trash::RecycleBin,
    &trash::Recycler,
    &trash::FreeDesktopTrash,
    &trash::MacTrash,
    &trash::AndroidTrash,
    &trash::PhoneTrash,
    &trash::OrphanedFiles,
    &PhonePhotos,
    &PhotosLibrary,
    &TextMessages,
    &WhatsApp,
    &Takeout,
    &FileHistory,
    &TimeMachine,
    &SparseBundles,
    &Xdg,
    &Android,
    &CameraRoll,
];
