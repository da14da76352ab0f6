//! TIFF files and the RAW formats that are TIFF inside, built tag by tag.

use crate::Sample;

/// A small file of each.
pub fn samples() -> Vec<Sample> {
    Vec::new()
}
