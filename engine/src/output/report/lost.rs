//! What a report says of photos that are known to have existed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{DigestKind, Listed, LostState};
use crate::settle::{LostRow, MatchedBy};

/// A photo that is known to have existed: somebody says so, a directory entry, a database, a list of digests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Lost")]
pub struct ReportLost {
    /// Who says so; several, where more than one does.
    pub by: String,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
    /// Where it was, as its user knew it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub path: Option<String>,
    /// What is left of it.
    pub state: LostState,
    /// The file in `files` that is what is left of it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub file: Option<u64>,
    /// By what that file is known to be of it: its digest, its path and size, or its name and date.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub matched: Option<MatchedBy>,
    /// Its length in bytes.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub size: Option<u64>,
    /// When it was taken, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub taken: Option<String>,
    /// When it was deleted, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub deleted_at: Option<String>,
    /// Albums that it was in.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub albums: Vec<String>,
    /// What else is to be said.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<String>,
}

/// Rows that are listed; all are counted.
const MOST_LISTED: usize = 100_000;

/// The rows that a report lists.
pub fn lost(rows: &[LostRow]) -> Vec<ReportLost> {
    rows.iter().take(MOST_LISTED).map(Into::into).collect()
}

impl From<&LostRow> for ReportLost {
    fn from(row: &LostRow) -> Self {
        ReportLost {
            by: row.by.clone(),
            name: row.name().map(str::to_owned),
            path: row.path.clone(),
            state: row.state,
            file: row.file,
            matched: row.matched,
            size: row.size,
            taken: row.taken.map(|moment| moment.to_string()),
            deleted_at: row.deleted_at.map(|moment| moment.to_string()),
            albums: row.albums.clone(),
            note: row.note.clone(),
        }
    }
}

/// What a list of digests says of a file that is on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Listed")]
pub struct ReportListed {
    /// The list.
    pub list: String,
    /// The number of the photo in it, from 1; of a text, that of its line.
    pub entry: u64,
    /// The name that the list gives.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
    /// The path that the list gives.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub path: Option<String>,
    /// The albums that the list gives.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub albums: Vec<String>,
    /// The date that the list gives, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub date: Option<String>,
    /// The kind of digest that is the same.
    pub algorithm: DigestKind,
    /// Its lower-case hex digits.
    pub digest: String,
    /// Whether the list is of what a former scan carved: it gives the name, and proves nothing.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub former: bool,
}

impl From<Listed> for ReportListed {
    fn from(listed: Listed) -> Self {
        ReportListed {
            name: listed.name().map(str::to_owned),
            list: listed.list,
            entry: listed.entry,
            path: listed.path,
            albums: listed.albums,
            date: listed.date.map(|moment| moment.to_string()),
            algorithm: listed.kind,
            digest: listed.digest,
            former: !listed.is_witness,
        }
    }
}
