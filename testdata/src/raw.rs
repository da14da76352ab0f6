//! RAW files with containers of their own: Canon's heaps, Sigma's sections, Minolta's blocks;
//! and Sony's first, which hides its sensor data.
//!
//! The containers are those of the vendors; the sensor data is noise.

mod crw;
mod mrw;
mod srf;
mod x3f;

use crate::Sample;

/// Width and height of the pictures, in pixels.
const SIZE: (u32, u32) = (96, 64);

/// A small file of each.
pub fn samples() -> Vec<Sample> {
    [crw::samples(), mrw::samples(), srf::samples(), x3f::samples()].concat()
}
