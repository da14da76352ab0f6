//! ISO base media: files made of boxes, shared by HEIF, AVIF, CR3 and the video formats.
//!
//! A box is a 32-bit size, a four-character type and a body; the size counts all three. All
//! offsets here count from the file's first byte, so what an `iloc` or a `co64` says can be used
//! as it stands. Boxes are visited by loops of a fixed depth: nothing recurses on what it reads.
//!
//! Source: ISO/IEC 14496-12:2022 "ISO base media file format", 4.2 "Object structure".

pub mod ahead;
pub mod alien;
mod boxes;
pub mod brand;
pub mod chain;
pub mod closing;
pub mod cover;
pub mod crx;
pub mod exif;
pub mod flavour;
pub mod fragment;
pub mod heif;
pub mod items;
pub mod keys;
pub mod layout;
pub mod location;
pub mod movie;
pub mod property;
pub mod table;
pub mod track;
pub mod video;

pub use boxes::{Boxes, FULL, Header, MOST_BOXES, SHORTEST, is_plausible, number};

use crate::format::Magic;

/// The type of a file's first box, which lists brands.
pub const FTYP: Magic = Magic::gated(4, b"ftyp", brand::opens);

/// The type of the first box of every file that these walkers read.
pub static MAGIC: &[Magic] = &[FTYP];
