//! What a record says of a file.

use crate::volumes::filesystem::location::Location;
use crate::volumes::filesystem::stamp::Stamp;

/// What a record says of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Path from the root of the volume, names joined by `/`, as they stand there: from an attacker,
    /// perhaps. A folder that is not known any more is left out.
    pub path: String,
    /// Whether all of the name is recorded; otherwise its first letter is inferred or a `_`.
    pub certain: bool,
    /// Whether it was deleted, or lost with its folder or its volume.
    pub deleted: bool,
    /// Whether its own record says that it was deleted: what lay there may have been used again before
    /// the volume came to what it is now.
    pub erased: bool,
    /// Its size.
    pub size: u64,
    /// Where its bytes may lie, the likeliest first.
    pub locations: Vec<Location>,
    /// When it was last modified.
    pub modified: Option<Stamp>,
    /// When it was deleted.
    pub deleted_at: Option<Stamp>,
    /// Where the record lies that says so.
    pub record: u64,
    /// Why its bytes are not the file's, such as "compressed by NTFS"; one clause for the user.
    pub coded: Option<&'static str>,
}
