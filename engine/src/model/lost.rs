//! Photos that are known to have existed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::moment::Moment;

/// What is left of a photo that is known to have existed, the least first.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum LostState {
    /// Its name, or less: a number, a digest.
    NameOnly,
    /// Its bytes are not here; a service or another device has them.
    CloudOnly,
    /// A smaller picture of it.
    PreviewOnly,
    /// A beginning of it.
    Partial,
    /// All of it.
    Whole,
}

/// A photo that is known to have existed, by somebody's word: a database row, a directory entry, a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// Who says so: "Photos.sqlite of the backup".
    pub by: String,
    /// Where it was, as its user knew it; the last part is its name. Hostile.
    pub path: Option<String>,
    /// What is left of it, as far as the place that says so knows.
    pub state: LostState,
    /// Its length in bytes.
    pub size: Option<u64>,
    /// When it was taken.
    pub taken: Option<Moment>,
    /// When it was deleted.
    pub deleted_at: Option<Moment>,
    /// Albums that it was in.
    pub albums: Vec<String>,
    /// Its digests, lower-case hex, each with its algorithm: `("sha1", "ab12...")`.
    pub digests: Vec<(&'static str, String)>,
    /// What else is to be said: "the full size is in iCloud, not in this backup".
    pub note: Option<String>,
}

impl Lost {
    /// A photo of which only the path is known.
    pub fn named(by: impl Into<String>, path: impl Into<String>) -> Self {
        Lost {
            by: by.into(),
            path: Some(path.into()),
            state: LostState::NameOnly,
            size: None,
            taken: None,
            deleted_at: None,
            albums: Vec::new(),
            digests: Vec::new(),
            note: None,
        }
    }
}
