//! What memory holds of every file that was found: a few dozen bytes, whatever the journal holds.

use crate::ledger::journal::Place;
use crate::model::record::Record;
use crate::output::report::{End, Grade, Origin};

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

impl Entry {
    /// Whether its format holds it to be whole, and no other photo begins in it.
    pub fn is_whole(&self) -> bool {
        self.grade >= Grade::Structural && !matches!(self.fate, Fate::Cut(_))
    }

    /// Ends a file before `offset`, where another photo begins. A picture inside another file ends
    /// with that file.
    pub fn cut(&mut self, offset: u64) {
        if let Fate::Top = self.fate {
            self.fate = Fate::Cut(offset - self.offset);
        }
    }
}

/// How much of its picture a file is known to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Not one row: there is nothing to look at.
    Nothing,
    /// Its format has no check that would tell.
    Unknown,
    /// Some of it or all, as decoding has shown.
    Decoded,
}

impl Shown {
    /// What the record of a file says of it.
    pub fn of(record: &Record) -> Self {
        match (record.file.grade, record.file.share) {
            (Grade::Verified, _) => Shown::Decoded,
            (_, Some(share)) if share > 0.0 => Shown::Decoded,
            (_, Some(_)) => Shown::Nothing,
            (_, None) => Shown::Unknown,
        }
    }
}

/// One file that was found.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// BLAKE3 of its content, once it is known: what most likely is part of another file is hashed
    /// only when it is to be listed after all.
    pub hash: Option<blake3::Hash>,
    /// First byte in the source.
    pub offset: u64,
    /// Bytes in the source.
    pub len: u64,
    /// Whether they lie in several pieces, the first of which begins at `offset`.
    pub pieces: bool,
    /// Whether it is still there, and not to be written unless that is asked for.
    pub live: bool,
    /// Whether it is what the user asked for.
    pub chosen: bool,
    /// Where its record stands.
    pub place: Place,
    /// Pixels, or `u64::MAX` where the dimensions are not known.
    pub pixels: u64,
    /// Position of the parent in the index, or [`NONE`].
    pub parent: u32,
    /// Position of its source on the command line.
    pub source: u32,
    /// Bytes added behind those from the source.
    pub fill: u32,
    /// Position of its format in the registry.
    pub format: u16,
    /// By what means it was found.
    pub origin: Origin,
    /// How much was proven.
    pub grade: Grade,
    /// How its end is known.
    pub end: End,
    /// How much of the picture it shows.
    pub shown: Shown,
    /// What claims decided.
    pub fate: Fate,
}
