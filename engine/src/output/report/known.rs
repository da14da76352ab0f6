//! What a report says of a file that somebody has already.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{DigestKind, KnownFrom};

/// Where a file with the same bytes is known from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Known")]
pub struct ReportKnown {
    /// The folder, the list or the report, as it was named.
    pub by: String,
    /// Of a folder, the path below it, with `/` between its parts.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub path: Option<String>,
    /// Of a list its line, and of a report the number of the file.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub entry: Option<u64>,
    /// Which digest is the same.
    pub algorithm: DigestKind,
}

impl From<KnownFrom> for ReportKnown {
    fn from(known: KnownFrom) -> Self {
        let KnownFrom { by, path, entry, kind } = known;
        ReportKnown { by, path, entry, algorithm: kind }
    }
}
