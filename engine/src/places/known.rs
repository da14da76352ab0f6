//! The places that are known.

use super::backup::{CameraRoll, PhoneBackups};
use super::place::Place;

/// All places, in the order in which they are asked. Where two label one file, the first counts.
pub const PLACES: &[&dyn Place] = &[&PhoneBackups, &CameraRoll];
