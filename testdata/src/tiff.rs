//! TIFF files and the RAW formats that are TIFF inside, built tag by tag; and RAF.
//!
//! The containers are those of the vendors: magics, names, directories, maker notes, previews.
//! Where the coding has a check, picture data decodes; elsewhere it is noise.

mod cameras;
pub(crate) mod jpeg;
mod pictures;
mod plain;
mod special;
pub(crate) mod untold;
pub mod writer;

use crate::Sample;

/// A small file of each.
pub fn samples() -> Vec<Sample> {
    [cameras::samples(), special::samples(), plain::samples()].concat()
}

/// Files whose strips, tiles or previews are whole picture files.
pub fn of_pictures() -> Vec<Sample> {
    pictures::samples()
}

/// Bytes that look like compressed data, the same for the same `seed`.
pub fn noise(seed: u64, len: usize) -> Vec<u8> {
    let mut x = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let step = || {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        (x >> 32) as u8
    };
    std::iter::repeat_with(step).take(len).collect()
}
