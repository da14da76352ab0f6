//! TIFF, and the RAW formats that are TIFF inside.
//!
//! `measure` walks the graph of directories once and learns from it where the file ends, which
//! picture is the full-size one and which are previews. What makes a file a NEF and another a PEF
//! is data: a `Family` per format. [`repack`] gathers what a photo's Exif says into one small
//! block, wherever in a large file it lies.
//!
//! Strips and tiles whose coding has a check are decoded and thrown away: what fails is an issue
//! at its offset, and what fails up to the end is not the file's own.
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

mod coded;
mod decode;
mod decoder;
mod deflate;
mod directory;
mod embedded;
mod extent;
mod family;
mod fax;
mod graph;
mod header;
mod layout;
mod lengths;
mod lzw;
mod measure;
mod note;
mod packbits;
pub(crate) mod panasonic;
mod picture;
mod proof;
mod repack;
pub(crate) mod tags;

pub(crate) use coded::Coded;
pub(crate) use directory::{Directory, Origin};
pub(crate) use embedded::{begins_as_jpeg, exif_of_jpeg};
pub(crate) use family::{Evidence, Family, Findings};
pub(crate) use graph::Structure;
pub(crate) use header::{Header, Variant};
pub(crate) use measure::measure;
pub(crate) use picture::Picture;
pub use repack::repack;

use crate::format::Magic;
use crate::view::View;

const LITTLE: Magic = Magic::gated(0, b"II*\0", may_be_picture);

const BIG: Magic = Magic::gated(0, b"MM\0*", may_be_picture);

/// What every classic TIFF begins with.
pub(crate) static MAGIC: &[Magic] = &[LITTLE, BIG];

/// What a classic TIFF or a BigTIFF begins with.
pub(crate) static ANY_MAGIC: &[Magic] =
    &[LITTLE, BIG, Magic::new(0, b"II+\0\x08\0\0\0"), Magic::new(0, b"MM\0+\0\x08\0\0")];

/// Panasonic's and Leica's variant.
pub(crate) static PANASONIC_MAGIC: &[Magic] = &[Magic::new(0, b"IIU\0")];

/// Whether the first directory is one, and has a tag that points at a picture, at further
/// directories, or names a camera.
fn may_be_picture(view: &mut View<'_>) -> bool {
    const TELLING: [u16; 6] = [
        tags::STRIP_OFFSETS,
        tags::TILE_OFFSETS,
        tags::SUB_IFDS,
        tags::JPEG_OFFSET,
        tags::MAKE,
        tags::EXIF_IFD,
    ];
    let Ok(header) = Header::read(view) else { return false };
    Directory::read(view, header.frame, header.first, Origin::First)
        .is_ok_and(|first| first.is_sorted() && TELLING.iter().any(|&tag| first.has(tag)))
}

/// Header and one directory of the four tags without which there is no picture.
pub(crate) const MIN_LEN: u64 = 8 + 2 + 4 * 12;
