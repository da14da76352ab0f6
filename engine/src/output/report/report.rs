//! The report as a whole.

use std::io::Read;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::batch::BATCH_SCHEMA;
use super::file::ReportFile;
use super::head::ReportHead;

/// The name of the schema, in every report.
pub const SCHEMA: &str = "afterimage-report/1";

/// Why a text is no report.
const NO_REPORT: &str = "it is no report of this program; name the output folder of a scan";

/// Why a report cannot be read that is none of [`SCHEMA`].
pub const OTHER_SCHEMA: &str = "it is of another schema, so that another version of afterimage wrote it; use that version, or the newest";

/// Why the report of a batch is not used where that of one image is.
const OF_BATCH: &str = "it is of several images: name the folder of one of them, beside it";

/// The name of the schema that a text says it is of.
pub fn schema_of(text: impl Read) -> Option<String> {
    #[derive(Deserialize)]
    struct Named {
        schema: String,
    }
    serde_json::from_reader::<_, Named>(text).ok().map(|named| named.schema)
}

/// Why a text that does not read as a report of [`SCHEMA`] is none.
pub fn why_none(text: impl Read) -> &'static str {
    match schema_of(text).as_deref() {
        Some(BATCH_SCHEMA) => OF_BATCH,
        Some(SCHEMA) | None => NO_REPORT,
        Some(_) => OTHER_SCHEMA,
    }
}

/// A report. Written in order, never held in memory as a whole.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// What stands before the files.
    #[serde(flatten)]
    pub head: ReportHead,
    /// What was found, in order of source, offset and format.
    pub files: Vec<ReportFile>,
}
