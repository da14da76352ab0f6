//! ISO base media: files made of boxes, shared by HEIF, AVIF, CR3 and the video formats.
//!
//! A box is a 32-bit size, a four-character type and a body; the size counts all three. All
//! offsets here count from the file's first byte, so what an `iloc` or a `co64` says can be used
//! as it stands. Boxes are visited by loops of a fixed depth: nothing recurses on what it reads.
//!
//! Source: ISO/IEC 14496-12:2022 "ISO base media file format", 4.2 "Object structure".

pub(crate) mod ahead;
pub(crate) mod alien;
mod boxes;
pub(crate) mod brand;
pub(crate) mod chain;
pub(crate) mod closing;
pub(crate) mod cover;
pub(crate) mod crx;
pub(crate) mod exif;
pub(crate) mod flavour;
pub(crate) mod fragment;
pub(crate) mod heif;
pub(crate) mod items;
pub mod keys;
pub(crate) mod layout;
pub(crate) mod location;
pub(crate) mod movie;
mod object;
pub(crate) mod outline;
pub(crate) mod property;
pub(crate) mod table;
pub(crate) mod track;
pub(crate) mod video;

pub(crate) use boxes::{Boxes, FULL, Header, MOST_BOXES, SHORTEST, is_plausible, number};

use crate::format::Magic;

/// The type of a file's first box, which lists brands.
pub(crate) const FTYP: Magic = Magic::gated(4, b"ftyp", brand::opens);

/// The type of the first box of every file that these walkers read.
pub(crate) static MAGIC: &[Magic] = &[FTYP];
