//! What stands before the files of a report.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::case::ReportCase;
use super::lost::ReportLost;
use super::options::ReportOptions;
use super::source::ReportSource;
use super::summary::Summary;

/// What stands before the files.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ReportHead {
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
    /// How the run ended.
    #[serde(skip_serializing_if = "ReportEnd::is_complete", default)]
    pub ended: ReportEnd,
    /// What was asked for, as far as the numbers have to be read by it.
    #[serde(default)]
    pub options: ReportOptions,
    /// What is to be known of the disk that was written to, and of what else came up, a sentence each.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub notes: Vec<String>,
    /// Whether what was done to its folder was put on record in an `audit.log` beside it.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub audit_log: bool,
    /// What was scanned, in the order of the command line.
    pub sources: Vec<ReportSource>,
    /// Totals over `files`.
    pub summary: Summary,
    /// Photos that are known to have existed, one row each, and what is left of them: those that lists of digests
    /// name, those of which a directory entry alone is left, and those that may be missing in the numbering of a
    /// camera.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub lost: Vec<ReportLost>,
}

impl ReportHead {
    /// Where its sources were, in their order.
    pub fn source_paths(&self) -> Vec<PathBuf> {
        self.sources.iter().map(ReportSource::location).collect()
    }
}

/// How a run ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "Ending")]
pub enum ReportEnd {
    /// All that was asked for was done.
    #[default]
    Complete,
    /// Somebody stopped it, or it was finished without all that it needs: `incomplete` says why.
    Stopped,
    /// Something kept it from being done, which `incomplete` says.
    Failed,
}

impl ReportEnd {
    /// Whether all was done.
    pub fn is_complete(&self) -> bool {
        *self == ReportEnd::Complete
    }
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
