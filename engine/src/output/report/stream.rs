//! Writing a report in order, one file after the other.

use std::cell::RefCell;
use std::io::{self, Write};

use serde::ser::{SerializeSeq, Serializer};
use serde::{Deserialize, Serialize, ser};

use super::case::ReportCase;
use super::file::ReportFile;
use super::lost::ReportLost;
use super::options::ReportOptions;
use super::report::{ReportEnd, ReportTool};
use super::source::ReportSource;
use super::summary::Summary;
use crate::control::error::Error;

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
    /// See [`super::Report::sources`].
    pub sources: Vec<ReportSource>,
    /// See [`super::Report::summary`].
    pub summary: Summary,
    /// See [`super::Report::lost`].
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub lost: Vec<ReportLost>,
}

/// The report as it is serialised: the head's fields, then the files.
#[derive(Serialize)]
#[serde(bound = "I: Iterator<Item = Result<ReportFile, Error>>")]
struct Streamed<'h, I> {
    #[serde(flatten)]
    head: &'h ReportHead,
    files: FilesLeft<I>,
}

/// Files that are made while they are written. Serialisation takes `&self`, hence the cell.
struct FilesLeft<I>(RefCell<(I, Option<Error>)>);

impl<I: Iterator<Item = Result<ReportFile, Error>>> Serialize for FilesLeft<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut state = self.0.borrow_mut();
        let mut seq = serializer.serialize_seq(None)?;
        while let Some(file) = state.0.next() {
            match file {
                Ok(file) => seq.serialize_element(&file)?,
                Err(error) => {
                    state.1 = Some(error);
                    return Err(ser::Error::custom("a record could not be read back"));
                }
            }
        }
        seq.end()
    }
}

/// Writes a report to `out`; memory does not grow with the number of files.
///
/// # Errors
///
/// The first error of `files`, or what `failed` makes of an error of `out`.
pub fn write(
    out: impl Write,
    head: &ReportHead,
    files: impl Iterator<Item = Result<ReportFile, Error>>,
    failed: impl FnOnce(io::Error) -> Error,
) -> Result<(), Error> {
    let files = FilesLeft(RefCell::new((files, None)));
    let streamed = Streamed { head, files };
    let written = serde_json::to_writer_pretty(out, &streamed);
    match streamed.files.0.into_inner().1 {
        Some(error) => Err(error),
        None => written.map_err(|error| failed(error.into())),
    }
}
