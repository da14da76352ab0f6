//! Whether a file is the one that an entry tells of.

use afterimage_signatures::formats::is_alias;

use crate::model::{End, Record};
use crate::volumes::filesystem::Entry;
use crate::volumes::survey::Volume;

/// How well a file and an entry of the place where it begins fit each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// It ends where the entry says.
    Exact,
    /// It ends a little before, and its format is what the entry's name says: the rest is its trailer.
    Near,
    /// It is not the entry's file.
    Not,
}

/// A camera may add so many bytes after a picture that nothing in the picture tells of.
const MOST_TRAILER: u64 = 64 << 10;

/// How well the file of a record and an entry fit each other.
pub fn fits(volume: &Volume, entry: &Entry, record: &Record) -> Fit {
    let len = record.source_len();
    if entry.size == len {
        return Fit::Exact;
    }
    let extension = entry.extension().to_ascii_lowercase();
    let is_alike = extension == record.extension || is_alias(&extension, &record.extension);
    if is_near(volume, entry, len, record.end) && is_alike { Fit::Near } else { Fit::Not }
}

/// Whether a file that ends after `len` bytes can be that of an entry, with something after it.
pub fn is_near(volume: &Volume, entry: &Entry, len: u64, end: End) -> bool {
    let Some(after) = entry.size.checked_sub(len) else { return false };
    // What is still there is as long as it says; what was deleted may have made room for another.
    after < volume.contents.cluster_len.max(MOST_TRAILER)
        || volume.has_live(entry)
        || end != End::Exact
}
