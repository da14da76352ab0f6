//! A photo that a list tells of.

use serde::{Deserialize, Serialize};

use crate::model::{KnownDigest, Moment};

/// A photo that a list tells of.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedPhoto {
    /// Its number in its list, from 1: of a text, that of its line.
    pub entry: u64,
    /// Its path or its name, names joined by `/`. Hostile.
    pub path: Option<String>,
    /// Its length in bytes.
    pub size: Option<u64>,
    /// Albums that it is in.
    pub albums: Vec<String>,
    /// When it was taken; where the list does not say, when it was made or modified.
    pub date: Option<Moment>,
    /// Its digests. Digits that may be of several kinds stand there once for each.
    pub digests: Vec<KnownDigest>,
    /// Whether this is the photo as it was. What a former scan carved is not: its end may have been a guess, and
    /// that the same bytes are found again proves nothing.
    pub is_witness: bool,
    /// What else the list says that a user wants to know.
    pub note: Option<String>,
}
