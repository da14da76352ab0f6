//! Whether a file is the one that an entry tells of.

use afterimage_signatures::formats::is_alias;

use crate::formats::is_photo_extension;
use crate::model::{End, Record};
use crate::volumes::filesystem::Entry;
use crate::volumes::survey::Volume;

/// How well a file and an entry of the place where it begins fit each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// It ends where the entry says.
    Exact,
    /// It ends before, and its format is what the entry's name says: the rest is its trailer. Of what is
    /// still there, or ends nobody knows where, it may be of any length.
    Near,
    /// The same, but more follows than cameras usually add: data of other programs, or the rest of a longer
    /// picture that was there before it.
    Far,
    /// It is not the entry's file.
    Not,
}

/// A camera usually adds no more after a picture that nothing in the picture tells of, in bytes.
const USUAL_TRAILER: u64 = 64 << 10;

/// How well the file of a record and an entry fit each other.
pub fn fits(volume: &Volume, entry: &Entry, record: &Record) -> Fit {
    let len = record.source_len();
    if entry.size == len {
        return Fit::Exact;
    }
    let extension = entry.extension().to_ascii_lowercase();
    let is_first = entry.starts().next() == Some(record.offset());
    let is_alike = extension == record.extension
        || is_alias(&extension, &record.extension)
        || volume.has_live(entry) && is_photo_extension(&extension);
    match distance(volume, entry, len, record.end) {
        _ if !is_alike => Fit::Not,
        // Where a beginning is a guess, the end must fit.
        Fit::Far if !is_first => Fit::Not,
        fit => fit,
    }
}

/// Whether a file that ends after `len` bytes can be that of an entry, with something after it.
pub fn distance(volume: &Volume, entry: &Entry, len: u64, end: End) -> Fit {
    match entry.size.checked_sub(len) {
        None => Fit::Not,
        Some(_) if volume.has_live(entry) || end != End::Exact => Fit::Near,
        Some(after) if after < volume.contents.cluster_len.max(USUAL_TRAILER) => Fit::Near,
        Some(_) => Fit::Far,
    }
}
