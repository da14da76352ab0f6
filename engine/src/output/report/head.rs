//! What stands before the files of a report.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::case::ReportCase;
use super::lost::ReportLost;
use super::options::ReportOptions;
use super::report::{ReportEnd, ReportTool};
use super::source::ReportSource;
use super::summary::Summary;

/// What stands before the files.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReportHead {
    /// See [`super::Report::schema`].
    pub schema: String,
    /// See [`super::Report::tool`].
    pub tool: ReportTool,
    /// See [`super::Report::started`].
    pub started: String,
    /// See [`super::Report::finished`].
    pub finished: String,
    /// See [`super::Report::incomplete`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incomplete: Option<String>,
    /// See [`super::Report::case`].
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub case: Option<ReportCase>,
    /// See [`super::Report::redacted`].
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub redacted: Vec<String>,
    /// See [`super::Report::ended`].
    #[serde(skip_serializing_if = "ReportEnd::is_complete", default)]
    pub ended: ReportEnd,
    /// See [`super::Report::options`].
    #[serde(default)]
    pub options: ReportOptions,
    /// See [`super::Report::notes`].
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub notes: Vec<String>,
    /// See [`super::Report::audit_log`].
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub audit_log: bool,
    /// See [`super::Report::sources`].
    pub sources: Vec<ReportSource>,
    /// See [`super::Report::summary`].
    pub summary: Summary,
    /// See [`super::Report::lost`].
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub lost: Vec<ReportLost>,
}

impl ReportHead {
    /// Where its sources were, in their order.
    pub fn source_paths(&self) -> Vec<PathBuf> {
        self.sources.iter().map(ReportSource::location).collect()
    }
}
