//! What memory holds of every file that was found: a few dozen bytes, whatever the journal holds.

use crate::journal::Place;
use crate::report::{End, Grade};

/// No parent.
pub const NONE: u32 = u32::MAX;

/// What claims decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Not decided yet.
    Open,
    /// A file of its own.
    Top,
    /// A file of its own, but only so many bytes of it: another photo begins there.
    Cut(u64),
    /// A picture inside the file at that position of the index.
    Inside(u32),
    /// Its bytes are another file's.
    Covered,
}

/// One file that was found.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// BLAKE3 of its content.
    pub hash: blake3::Hash,
    /// First byte in the source.
    pub offset: u64,
    /// Bytes in the source.
    pub len: u64,
    /// Where its record stands.
    pub place: Place,
    /// Pixels, or `u64::MAX` where the dimensions are not known.
    pub pixels: u64,
    /// Position of the parent in the index, or [`NONE`].
    pub parent: u32,
    /// Position of its source on the command line.
    pub source: u32,
    /// Bytes added behind those from the source.
    pub fill: u8,
    /// Position of its format in the registry.
    pub format: u16,
    /// How much was proven.
    pub grade: Grade,
    /// How its end is known.
    pub end: End,
    /// What claims decided.
    pub fate: Fate,
}
