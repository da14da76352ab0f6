//! `report.json`: the whole truth about a run, schema `afterimage-report/1`.
//!
//! These are wire types. Fields that do not apply are absent. Later versions add fields and never
//! change or remove one. The JSON schema beside this file is generated from them.

pub mod rows;
mod source;
pub mod sources;
mod stream;
mod writing;

pub use source::{Clusters, Gone, Source, Volume};
pub use stream::{Head, WriteError, write};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The name of the schema, in every report.
pub const SCHEMA: &str = "afterimage-report/1";

/// A report. Written in order by [`write()`], never held in memory as a whole.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// Always `afterimage-report/1`.
    pub schema: String,
    /// The program that wrote it.
    pub tool: Tool,
    /// When the run began, RFC 3339.
    pub started: String,
    /// When the report was written, RFC 3339.
    pub finished: String,
    /// Why the report does not cover all that was asked for, where that is so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incomplete: Option<String>,
    /// What was scanned, in the order of the command line.
    pub sources: Vec<Source>,
    /// Totals over `files`.
    pub summary: Summary,
    /// What was found, in order of source, offset and format.
    pub files: Vec<File>,
}

/// The program.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
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
    /// Files that are copies of another file in the report.
    pub duplicates: u64,
}

/// A stretch of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Range {
    /// First byte.
    pub offset: u64,
    /// Length in bytes.
    pub length: u64,
}

/// By what means the bytes of a file were proven first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// By its own structure, wherever it lay.
    Carved,
    /// By a directory entry of a file system.
    Undeleted,
    /// Put together from pieces.
    Reassembled,
    /// A picture inside another.
    Embedded,
    /// Found in a trash folder.
    Trash,
    /// Found in a backup.
    Backup,
    /// Found in a photo library.
    Library,
    /// Found in an export.
    Export,
    /// Found in a cache.
    Cache,
}

/// What the file system says of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// It was deleted.
    Deleted,
    /// It is still there.
    Live,
    /// No file system was asked.
    Unknown,
}

/// How the end of a file is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum End {
    /// Its structure closes there.
    Exact,
    /// All that is known ends there; more may follow.
    Minimum,
    /// A guess.
    Estimated,
}

/// How much was proven of a file; each grade claims only what was tested.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Grade {
    /// A true beginning; the rest is missing or foreign and was left out.
    Partial,
    /// Complete by structure, but some of it does not decode or could not be read.
    Damaged,
    /// Bytes were borrowed or rewritten to make it viewable.
    Repaired,
    /// The structure closes exactly; its payload has no check, or none was made.
    Structural,
    /// Every byte of the picture is covered by a check that catches foreign bytes.
    Verified,
}

/// Where the bytes of a run come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RunOrigin {
    /// The source, at `offset`.
    Source,
    /// Added to make the file viewable; they stand in `bytes`.
    Fill,
    /// Taken from another photo; they stand in `bytes`.
    Borrowed,
}

/// A stretch of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Run {
    /// First byte, from the start of the source, where the bytes are from there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// Length in bytes.
    pub length: u64,
    /// Where the bytes come from.
    pub origin: RunOrigin,
    /// The bytes in hex, where they are not from the source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<String>,
}

/// Something that is to be said about a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Issue {
    /// Where it shows, from the start of the file.
    pub offset: u64,
    /// What it is.
    pub what: String,
}

/// What the camera wrote into a file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Exif {
    /// Maker of the camera.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub make: Option<String>,
    /// Model of the camera.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// When the picture was taken, by the camera's clock, RFC 3339 without a zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken: Option<String>,
    /// The zone of that clock, where the camera gave one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub utc_offset: Option<String>,
    /// Width of the picture in pixels, as stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Height of the picture in pixels, as stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// How to turn the picture, 1 to 8 as in Exif.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub orientation: Option<u16>,
    /// Degrees north.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latitude: Option<f64>,
    /// Degrees east.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub longitude: Option<f64>,
}

/// An archive or a document that holds a photo as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Container {
    /// What it is: zip (documents of word processors too), tar or pdf.
    pub kind: String,
    /// The name that the photo has in it, as it stands there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl Container {
    /// A container of that kind in which the photo has that name.
    pub fn new(kind: &str, name: Option<&[u8]>) -> Self {
        let name = name.map(|name| String::from_utf8_lossy(name).into_owned());
        Container { kind: kind.to_owned(), name: name.filter(|name| !name.is_empty()) }
    }
}

/// A file that was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct File {
    /// Number in this report, from 1, in order of source, offset and format.
    pub id: u64,
    /// Position of its source in `sources`, from 0.
    pub source: u32,
    /// The first means that proved its bytes.
    pub origin: Origin,
    /// What the file system says of it.
    pub status: Status,
    /// Short name of the format.
    pub format: String,
    /// Media type.
    pub mime: String,
    /// Length in bytes, of what is written.
    pub size: u64,
    /// How its end is known.
    pub end: End,
    /// How much was proven.
    pub grade: Grade,
    /// What was tested.
    pub proof: String,
    /// Ranges that no check covers, from the start of the file.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub unchecked: Vec<Range>,
    /// Of a partial file: how many of its own bytes are true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept: Option<u64>,
    /// Of a partial file: which part of the picture it shows, from 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<f32>,
    /// What else is to be said.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub issues: Vec<Issue>,
    /// Where its bytes lie: read in order and joined, they are the file.
    pub runs: Vec<Run>,
    /// BLAKE3 of the file, lower-case hex.
    pub blake3: String,
    /// SHA-256 of the file, lower-case hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// SHA-1 of the file, lower-case hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha1: Option<String>,
    /// MD5 of the file, lower-case hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub md5: Option<String>,
    /// The file in this report that has the same bytes and stands for all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duplicate_of: Option<u64>,
    /// The file in this report that this picture lies in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<u64>,
    /// What it is to its parent: thumbnail, preview, secondary, gainmap, motion or inner.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kinship: Option<String>,
    /// Identifier that the picture and the video of a Live Photo share.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub content_identifier: Option<String>,
    /// The other half of the Live Photo in this report: the video of a picture, the picture of a
    /// video. Of several copies, the one that is no duplicate and the nearest by `id`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub pair: Option<u64>,
    /// The archive or document that it was found in, where the bytes before it tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub container: Option<Container>,
    /// Name that a file system knew.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether part of the name is inferred: the first letter of a deleted file on FAT, for example.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub name_inferred: bool,
    /// Path that may have been its: of the file that a file system says lies or lay here, when
    /// that is another one, or when its size does not fit.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name_hint: Option<String>,
    /// Path that a file system knew.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original_path: Option<String>,
    /// When it was last modified, by the file system, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub modified: Option<String>,
    /// When it was deleted, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<String>,
    /// What the camera wrote into it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exif: Option<Exif>,
    /// Width of the picture in pixels, as stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Height of the picture in pixels, as stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// Where it was written, below the output folder; absent when it was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}
