//! The report as a whole.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::case::ReportCase;
use super::file::ReportFile;
use super::lost::ReportLost;
use super::source::ReportSource;

/// The name of the schema, in every report.
pub const SCHEMA: &str = "afterimage-report/1";

/// A report. Written in order, never held in memory as a whole.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// Always `afterimage-report/1`.
    pub schema: String,
    /// The program that wrote it.
    pub tool: ReportTool,
    /// When the run began, RFC 3339.
    pub started: String,
    /// When the report was written, RFC 3339.
    pub finished: String,
    /// Why the report does not cover all that was asked for, where that is so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incomplete: Option<String>,
    /// The case that it belongs to, as its examiner named it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub case: Option<ReportCase>,
    /// Of a copy for sharing: the words for what was left out of it.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub redacted: Vec<String>,
    /// What was scanned, in the order of the command line.
    pub sources: Vec<ReportSource>,
    /// Totals over `files`.
    pub summary: Summary,
    /// Photos that are known to have existed, one row each, and what is left of them: those that lists of digests
    /// name, those of which a directory entry alone is left, and those that may be missing in the numbering of a
    /// camera.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub lost: Vec<ReportLost>,
    /// What was found, in order of source, offset and format.
    pub files: Vec<ReportFile>,
}

/// The program.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Tool")]
pub struct ReportTool {
    /// `afterimage`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The command line as it was given.
    pub command: Vec<String>,
}

/// Totals.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// Files in the report.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Files by format.
    pub by_format: std::collections::BTreeMap<String, u64>,
    /// Files by grade.
    pub by_grade: std::collections::BTreeMap<String, u64>,
    /// Files by origin.
    pub by_origin: std::collections::BTreeMap<String, u64>,
    /// Files that are copies of another file in the report, pictures inside others included.
    pub duplicates: u64,
    /// Photos of their own that are recovered, or would be without a dry run: not copies, not those that
    /// are still there and were not asked for, not those of which nothing can be seen.
    #[serde(default)]
    pub photos: u64,
    /// Videos of their own, likewise.
    #[serde(default)]
    pub videos: u64,
    /// Photos and videos of their own that are still there and only listed.
    #[serde(default)]
    pub live: u64,
    /// Photos and videos of their own that are copies of another.
    #[serde(default)]
    pub copies: u64,
    /// Photos and videos of their own of which not one row can be seen, and which are not written.
    #[serde(default)]
    pub unseen: u64,
    /// Previews and thumbnails of photos of which a better copy was found; they are only listed.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub surpassed: u64,
    /// Photos and videos of their own that were to be recovered and are not written: the output took no more,
    /// or the run was stopped.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub unwritten: u64,
    /// Pictures that lie inside others. With `photos`, `videos`, `live`, `copies`, `unseen`, `surpassed`
    /// and `unwritten` they are all `files`.
    #[serde(default)]
    pub inside: u64,
    /// Of those inside others, the ones that are written where embedded pictures are asked for.
    #[serde(default)]
    pub embedded: u64,
    /// Photos that are known to have existed, as `lost` lists them.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub lost_known: u64,
    /// The same by what is left of them.
    #[serde(skip_serializing_if = "std::collections::BTreeMap::is_empty", default)]
    pub lost_by_state: std::collections::BTreeMap<String, u64>,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}
