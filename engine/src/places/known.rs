//! The places that are known.

use super::place::Place;
use super::trash;

/// All places, in the order in which they are asked. Where two label one file, the first counts.
pub const PLACES: &[&dyn Place] = &[
    &trash::RecycleBin,
    &trash::Recycler,
    &trash::FreeDesktopTrash,
    &trash::MacTrash,
    &trash::AndroidTrash,
    &trash::PhoneTrash,
    &trash::OrphanedFiles,
];
