//! TIFF, and the RAW formats that are TIFF inside.
//!
//! `measure` walks the graph of directories once and learns from it where the file ends, which
//! picture is the full-size one and which are previews. What makes a file a NEF and another a PEF
//! is data: a `Family` per format. [`repack`] gathers what a photo's Exif says into one small
//! block, wherever in a large file it lies.
//!
//! Strips and tiles whose coding has a check are decoded and thrown away: what fails is an issue
//! at its place, and what fails up to the end is not the file's own.
//!
//! # What is believed
//!
//! Real files carry garbage entries, and broken files declare bytes that are not there. An extent
//! inside the view counts. One that passes the view's end is a cut only where the file evidently
//! reached that end: picture data lies across it, or what is known comes close to it. Otherwise
//! the entry is garbage: it is noted as an issue and does not count. Values of maker notes never
//! move the end, except for a preview that does begin as a JPEG.
//!
//! Source: Adobe TIFF 6.0 (1992), section 2 "TIFF Structure"; for BigTIFF the libtiff project's
//! description; for vendors' tags ExifTool.

mod decode;
mod deflate;
mod directory;
mod embedded;
mod extent;
mod family;
mod graph;
mod header;
mod layout;
mod lzw;
mod measure;
mod note;
mod packbits;
pub(crate) mod panasonic;
mod picture;
mod proof;
mod repack;
pub(crate) mod tags;

pub(crate) use directory::{Directory, Origin};
pub(crate) use embedded::{begins_as_jpeg, exif_of_jpeg};
pub(crate) use family::{Evidence, Family, Findings};
pub(crate) use graph::Structure;
pub(crate) use header::Variant;
pub(crate) use measure::measure;
pub(crate) use picture::Picture;
pub(crate) use proof::Coded;
pub use repack::repack;

use crate::format::Magic;

/// What every classic TIFF begins with.
pub static MAGIC: &[Magic] = &[Magic { at: 0, bytes: b"II*\0" }, Magic { at: 0, bytes: b"MM\0*" }];

/// What a classic TIFF or a BigTIFF begins with.
pub static ANY_MAGIC: &[Magic] = &[
    Magic { at: 0, bytes: b"II*\0" },
    Magic { at: 0, bytes: b"MM\0*" },
    Magic { at: 0, bytes: b"II+\0\x08\0\0\0" },
    Magic { at: 0, bytes: b"MM\0+\0\x08\0\0" },
];

/// Panasonic's and Leica's variant.
pub static PANASONIC_MAGIC: &[Magic] = &[Magic { at: 0, bytes: b"IIU\0" }];

/// Header and one directory of the four tags without which there is no picture.
pub const MIN_LEN: u64 = 8 + 2 + 4 * 12;
