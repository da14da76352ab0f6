//! What memory holds of every file that was found: a few dozen bytes, whatever the log holds.

use super::journal::LogPosition;
use crate::model::{End, Grade, Origin, Record, Status};

/// No parent.
pub const NONE: u32 = u32::MAX;

/// Source, offset and format of a candidate: with the position of a file among those that were found at it,
/// the id of the file.
pub(super) type CandidateId = (u32, u64, u16);

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
        match (record.grade, record.share) {
            (Grade::Verified, _) => Shown::Decoded,
            (_, Some(share)) if share > 0.0 => Shown::Decoded,
            (_, Some(_)) => Shown::Nothing,
            (_, None) => Shown::Unknown,
        }
    }
}

/// One file that was found.
#[derive(Clone, Copy, Debug)]
pub struct IndexEntry {
    /// BLAKE3 of its content, once it is known: what most likely is part of another file is hashed
    /// only when it is to be listed after all.
    pub hash: Option<blake3::Hash>,
    /// First byte in the source.
    pub offset: u64,
    /// Bytes in the source.
    pub len: u64,
    /// Whether they lie in several runs, the first of which begins at `offset`.
    pub pieces: bool,
    /// Whether they are deflated there, in an archive.
    pub packed: bool,
    /// Whether it is still there, and not to be written unless that is asked for.
    pub live: bool,
    /// Whether a copy that is nearer to its photo was found: it is only listed.
    pub surpassed: bool,
    /// Whether somebody has it already.
    pub known: bool,
    /// Whether it is what the user asked for.
    pub chosen: bool,
    /// Where its record stands.
    pub position: LogPosition,
    /// Pixels, or `u64::MAX` where the dimensions are not known.
    pub pixels: u64,
    /// Position in the index of the file whose structure points at it, or [`NONE`].
    pub parent: u32,
    /// Position of its source on the command line.
    pub source: u32,
    /// Bytes added after its own.
    pub fill: u32,
    /// Bytes of the file without those.
    pub own_len: u64,
    /// Position of its format in the registry, or [`UNKNOWN_FORMAT`](crate::model::UNKNOWN_FORMAT).
    pub format: u16,
    /// By what means it was found.
    pub origin: Origin,
    /// How much was proven.
    pub grade: Grade,
    /// How its end is known.
    pub end: End,
    /// How much of the picture it shows.
    pub shown: Shown,
    /// How little its path tells, as [`FileSystemFacts::path_rank`](crate::model::FileSystemFacts::path_rank).
    pub path_rank: u8,
    /// What claims decided.
    pub fate: Fate,
}

impl IndexEntry {
    /// What memory keeps of a record that stands at `position`, of a file that nothing is decided of.
    pub fn of(record: &Record, parent: u32, position: LogPosition) -> Self {
        let pixels = record.pixels.map(|(width, height)| u64::from(width) * u64::from(height));
        IndexEntry {
            hash: record.digests.as_ref().map(|digests| digests.blake3),
            offset: record.offset(),
            len: record.source_len(),
            pieces: record.runs.as_slice().len() > 1,
            packed: record.inflated.is_some(),
            live: record.status == Status::Live && !record.is_in_place(),
            surpassed: record.place.as_ref().is_some_and(|place| place.is_surpassed),
            known: record.known.is_some(),
            chosen: true,
            position,
            pixels: pixels.unwrap_or(u64::MAX),
            parent,
            source: record.source,
            fill: record.fill.len() as u32,
            own_len: record.own_len(),
            format: record.format,
            origin: record.origin,
            grade: record.grade,
            end: record.end,
            shown: Shown::of(record),
            path_rank: record.facts.path_rank(),
            fate: Fate::Open,
        }
    }

    /// Whether its format holds it to be whole, and no other photo begins in it.
    pub fn is_whole(&self) -> bool {
        self.grade >= Grade::Structural && !matches!(self.fate, Fate::Cut(_))
    }

    /// Length of the file that is written, in bytes.
    pub fn size(&self) -> u64 {
        self.own_len.saturating_add(u64::from(self.fill))
    }

    /// The first byte after it, of a file that lies in one piece.
    pub fn end_offset(&self) -> u64 {
        self.offset.saturating_add(self.len)
    }

    /// Ends a file before `offset`, where another photo begins. A picture inside another file ends
    /// with that file. What is deflated has no part that lies before an offset.
    pub fn cut(&mut self, offset: u64) {
        if self.fate == Fate::Top && !self.packed {
            self.fate = Fate::Cut(offset - self.offset);
        }
    }
}

/// One half of a Live Photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LivePhotoHalf {
    /// Position in the index.
    pub entry: u32,
    /// The first bytes of the identifier's BLAKE3.
    pub key: [u8; 16],
    /// Whether it is the video.
    pub is_video: bool,
}

impl LivePhotoHalf {
    /// The half at that position of the index, with the identifier that both halves share.
    pub fn new(entry: u32, identifier: &str, is_video: bool) -> Self {
        let hash = blake3::hash(identifier.as_bytes());
        let key = hash.as_bytes().first_chunk().copied().unwrap_or_default();
        LivePhotoHalf { entry, key, is_video }
    }

    /// The half that a file is which lies in no other.
    pub(super) fn of(record: &Record, entry: u32) -> Option<Self> {
        let identifier = record.content_identifier.as_deref()?;
        Some(Self::new(entry, identifier, record.mime.starts_with("video/")))
    }
}
