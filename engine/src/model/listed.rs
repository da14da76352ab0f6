//! What a list of digests says of a file that is on it.

use serde::{Deserialize, Serialize};

use super::known_digest::DigestKind;
use super::moment::Moment;

/// What a list of digests says of a file that is on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// The list.
    pub list: String,
    /// The number of the photo in it, from 1.
    pub entry: u64,
    /// Its path as the list has it, names joined by `/`. Hostile.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub path: Option<String>,
    /// Albums that it is in.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub albums: Vec<String>,
    /// When it was taken or made.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub date: Option<Moment>,
    /// Which digest is the same.
    pub kind: DigestKind,
    /// Its digits.
    pub digest: String,
    /// Whether the list tells of the photo as it was, and not of what a former scan made of it.
    pub is_witness: bool,
}

impl Listed {
    /// The last part of its path.
    pub fn name(&self) -> Option<&str> {
        self.path.as_deref()?.rsplit('/').next()
    }

    /// What it proves, in words.
    pub fn proof(&self) -> String {
        let (kind, list) = (self.kind.name(), &self.list);
        match self.name() {
            Some(name) => format!("{kind} of {name} in {list} matches, over all of its bytes"),
            None => {
                format!("{kind} on line {} of {list} matches, over all of its bytes", self.entry)
            }
        }
    }
}
