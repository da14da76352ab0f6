//! The report as a whole.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::file::ReportFile;
use super::head::ReportHead;

/// The name of the schema, in every report.
pub const SCHEMA: &str = "afterimage-report/1";

/// Why a text is no report.
pub const NO_REPORT: &str = "it is no report of this program; name the output folder of a scan";

/// Why a report cannot be read that is none of [`SCHEMA`].
pub const OTHER_SCHEMA: &str = "it is of another schema, so that another version of afterimage wrote it; use that version, or the newest";

/// A report. Written in order, never held in memory as a whole.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// What stands before the files.
    #[serde(flatten)]
    pub head: ReportHead,
    /// What was found, in order of source, offset and format.
    pub files: Vec<ReportFile>,
}
