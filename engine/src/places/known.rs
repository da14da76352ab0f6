//! The places that are known.

use super::messages::{TextMessages, WhatsApp};
use super::photos_db::PhonePhotos;
use super::photos_library::PhotosLibrary;
use super::place::Place;

/// All places, in the order in which they are asked. Where two label one file, the first counts.
pub const PLACES: &[&dyn Place] = &[&PhonePhotos, &PhotosLibrary, &TextMessages, &WhatsApp];
