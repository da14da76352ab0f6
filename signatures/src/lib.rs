//! What a photo looks like: pure functions of bytes that find, measure, validate and grade.
//!
//! A [`Format`] is data ([`Signature`]) plus one function ([`Format::measure`]) over a [`View`], and
//! gives a [`Verdict`]: where the file ends, what was proven, what lies inside it. The registry is
//! [`formats::ALL`].
//!
//! There is no I/O here, no thread, no clock, no unsafe code, and nothing of file systems.
//! Walkers of containers that several formats share ([`tiff`], [`isobmff`], [`jpeg`], [`png`], ...)
//! stand beside the formats; formats never name each other.
//!
//! # How to add a format
//!
//! 1. Write `src/formats/NAME.rs` with a unit struct `Format` that implements [`Format`], and a
//!    static [`Signature`]. Where its magic has fewer than three bytes or begins with zeros, name
//!    a longer anchor further on and give its offset, and what the file begins with besides.
//! 2. Add `NAME` to the list in `src/formats.rs`, before any more general format that shares its
//!    magic.
//! 3. Give `afterimage-testdata` a sample. The laws over the registry (`tests/laws.rs`) then hold
//!    the format to what all formats promise.

pub mod avi;
pub mod bmp;
pub mod ciff;
pub mod exif;
pub mod format;
pub mod formats;
pub mod gif;
pub mod ico;
pub mod isobmff;
pub mod jpeg;
pub mod jpeg2000;
pub mod jpegxl;
pub mod mpegts;
pub mod oracle;
pub mod pcx;
pub mod png;
pub mod psd;
pub mod riff;
mod search;
pub mod tiff;
pub mod trailer;
pub mod verdict;
pub mod view;
pub mod webp;
pub mod x3f;

pub use format::{Effort, Format, Group, Magic, Signature};
pub use oracle::{Oracle, Said};
pub use verdict::{Grade, Reject, Verdict};
pub use view::{Buffer, Bytes, Endian, Run, Runs, View};
