//! A photo that a place keeps, and what is true of it.

use crate::cameras::Shot;

/// A photo in a place, with what the place knows of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeptPhoto {
    /// Where it is in the tree of the place.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The path that its user knew, where the place tells.
    pub original: Option<String>,
    /// When it was taken, in seconds since 1970 in UTC, where the place tells.
    pub taken: Option<i64>,
    /// When the copy was made, such as `2023-11-14T22:13:20Z`.
    pub copied: Option<String>,
    /// Whether it was deleted there.
    pub is_deleted: bool,
    /// Whether it is an edited copy.
    pub is_edited: bool,
    /// Albums that it is in.
    pub albums: Vec<String>,
    /// Words for it.
    pub marks: Vec<&'static str>,
    /// The original that a thumbnail or an edited copy shows.
    pub shows: Option<String>,
}

/// The small photo of a seed; no two seeds give the same bytes.
pub fn photo(seed: u64) -> Vec<u8> {
    Shot::new(seed, (64, 48), "Canon EOS R6", "2023:11:14 15:42:13").web()
}

/// Files of a tree, by path and content.
pub type Files = Vec<(String, Vec<u8>)>;
