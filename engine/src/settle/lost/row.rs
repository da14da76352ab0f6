//! A row of the ledger of the lost.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{LostState, Moment};

/// By what a file was found to be a photo that is known to have existed, the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MatchedBy {
    /// All of its bytes, by their digest.
    Digest,
    /// Its path and, where both are known, its size.
    Path,
    /// Its name and when it was taken.
    Date,
}

/// A photo that is known to have existed, and what is left of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostRow {
    /// Who says so; several, where more than one does.
    pub by: String,
    /// Where it was, as its user knew it. Hostile.
    pub path: Option<String>,
    /// What is left of it.
    pub state: LostState,
    /// The file that was found of it, by its [`Survivor::id`](super::Survivor::id).
    pub file: Option<u64>,
    /// By what that file is known to be of it.
    pub matched: Option<MatchedBy>,
    /// Its length in bytes.
    pub size: Option<u64>,
    /// When it was taken.
    pub taken: Option<Moment>,
    /// When it was deleted.
    pub deleted_at: Option<Moment>,
    /// Albums that it was in.
    pub albums: Vec<String>,
    /// What else is to be said.
    pub note: Option<String>,
}

impl LostRow {
    /// The last part of its path.
    pub fn name(&self) -> Option<&str> {
        self.path.as_deref()?.rsplit(['/', '\\']).find(|part| !part.is_empty())
    }
}
