//! Where a file is known from, so that nobody needs it again.

use serde::{Deserialize, Serialize};

use super::known_digest::DigestKind;

/// Where a file with the same bytes is known from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownFrom {
    /// The folder, the list or the report, as it was named.
    pub by: String,
    /// Of a folder, the path below it, names joined by `/`. Hostile.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub path: Option<String>,
    /// Of a list its line, and of a report the number of the file, from 1.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub entry: Option<u64>,
    /// Which digest is the same.
    pub kind: DigestKind,
}
