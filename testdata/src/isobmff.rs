//! Files made of boxes: HEIC, AVIF and CR3.

use crate::Sample;

/// A small file of each.
pub fn samples() -> Vec<Sample> {
    Vec::new()
}
