//! What a report says of files.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::disposition::ReportDisposition;
use super::known::ReportKnown;
use super::lost::ReportListed;
use super::word::word;
use crate::model::{End, Fidelity, Grade, Moment, Origin, Status, camera_name};

/// A range of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Range")]
pub struct ByteRange {
    /// First byte.
    pub offset: u64,
    /// Length in bytes.
    pub length: u64,
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
    /// Out of packed bytes of the source that begin at `offset`, as `inflated` says.
    Inflated,
}

/// The only method by which bytes of a run are packed: RFC 1951.
pub const DEFLATE: &str = "deflate";

/// How the bytes of a run come out of packed ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Inflated")]
pub struct ReportInflated {
    /// How they are packed: `deflate`, RFC 1951.
    pub method: String,
    /// Bytes that the member of the archive takes in the source, from the `offset` of the run on.
    pub packed: u64,
    /// Bytes of it before the packed data.
    pub skip: u64,
    /// First byte of the run in what comes out of the packed data.
    pub start: u64,
    /// Whether all that comes out has the checksum that the archive gives of it.
    pub checked: bool,
}

/// A run of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Run")]
pub struct ReportRun {
    /// First byte, from the start of the source, where the bytes are from there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<u64>,
    /// Length in bytes, of what it gives the file.
    pub length: u64,
    /// Where the bytes come from.
    pub origin: RunOrigin,
    /// The bytes in hex, where they are not from the source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<String>,
    /// How the bytes come out of the source, where they are packed there.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub inflated: Option<ReportInflated>,
}

/// Something that is to be said about a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Issue")]
pub struct ReportIssue {
    /// Where it shows, from the start of the file.
    pub offset: u64,
    /// What it is.
    pub what: String,
}

/// What the camera wrote into a file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Exif")]
pub struct ReportExif {
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

/// An archive or a document that holds a photo.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Container")]
pub struct ReportEnclosure {
    /// What it is: zip (documents of word processors too), tar, pdf, gzip, or tar.gz for a tape archive in gzip.
    pub kind: String,
    /// The name that the photo has in it, as it stands there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl ReportExif {
    /// The camera as people know it.
    pub fn camera(&self) -> Option<String> {
        camera_name(self.make.as_deref(), self.model.as_deref())
    }
}

impl ReportFile {
    /// What views say becomes of it: the word of its disposition, or `inside` where it lies inside another file, which
    /// counts of the summary keep apart.
    pub fn fate(&self) -> String {
        if self.parent.is_some() { "inside".to_owned() } else { word(self.disposition) }
    }

    /// Whether it is a video; all else are photos.
    pub fn is_video(&self) -> bool {
        self.mime.starts_with("video/")
    }

    /// The time that the written file gets: when the photo was taken, by its own word or that of the place it was in;
    /// or, where neither says, last modified; else the date of a list that it is on.
    pub fn dated(&self) -> Option<&str> {
        let taken = self.exif.as_ref().and_then(|exif| {
            let taken = exif.taken.as_deref()?;
            Moment::parse(taken, exif.utc_offset.as_deref()).map(|_| taken)
        });
        let listed = || self.listed.as_ref().and_then(|listed| listed.date.as_deref());
        let told = self.place.as_ref().and_then(|place| place.taken.as_deref());
        taken.or(told).or(self.modified.as_deref()).or_else(listed)
    }
}

/// What a place says of a file that survives there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Place")]
pub struct ReportPlace {
    /// What a user calls it: "Windows Recycle Bin"; absent for a folder like any other.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
    /// How near the file is to the photo as the camera wrote it.
    pub fidelity: Fidelity,
    /// When it was taken, where the place knows, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub taken: Option<String>,
    /// When the place removes it for good, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub expires_at: Option<String>,
    /// Albums that it is in.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub albums: Vec<String>,
    /// What else the place says of it: `favourite`, `hidden`, `screenshot` and others.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub marks: Vec<String>,
    /// Of an edited copy, a preview or a thumbnail: the original path of the photo that it shows.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub shows: Option<String>,
}

/// A file that was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "File")]
pub struct ReportFile {
    /// Number in this report, from 1, in order of source, offset and format.
    pub id: u64,
    /// Position of its source in `sources`, from 0.
    pub source: u32,
    /// The first means that proved its bytes.
    pub origin: Origin,
    /// What the file system says of it.
    pub status: Status,
    /// Short name of the format; `unknown` where none recognises a file that is there and has a photo's name.
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
    pub unchecked: Vec<ByteRange>,
    /// Of a partial file: how many of its own bytes are true.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept: Option<u64>,
    /// Of a partial file: which part of the picture it shows, from 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<f32>,
    /// What else is to be said.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub issues: Vec<ReportIssue>,
    /// Where its bytes lie: read in order and joined, they are the file. Absent where it has `from`.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub runs: Vec<ReportRun>,
    /// Of a file that lies in no device or image that was read: its path in its source.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub from: Option<String>,
    /// What the place says that it survives in.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub place: Option<ReportPlace>,
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
    pub container: Option<ReportEnclosure>,
    /// Name that a file system knew; where none did, that of a list of digests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether part of the name is inferred: the first letter of a deleted file on FAT, for example.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub name_inferred: bool,
    /// Path that may have been its: of the file that a file system says lies or lay here, when
    /// that is another one, or when its size does not fit; of a file that lies packed in an archive, its name there.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name_hint: Option<String>,
    /// Path that a file system knew; where none did, that of a list of digests.
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
    pub exif: Option<ReportExif>,
    /// Width of the picture in pixels, as stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Height of the picture in pixels, as stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// What becomes of it: whether it is recovered, or why not.
    #[serde(default)]
    pub disposition: ReportDisposition,
    /// Where it was written, below the output folder; absent when it was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// A small picture of it for views of the report, below the output folder; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub thumb: Option<String>,
    /// What a list of digests says of it, where it is on one. Unless that is of a former scan, all of its bytes are
    /// proven by it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub listed: Option<ReportListed>,
    /// Where a file with the same bytes is known from, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub known: Option<ReportKnown>,
}
