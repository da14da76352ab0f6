//! The report of many images, each of which has a report of its own.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::case::ReportCase;
use super::head::{ReportEnd, ReportTool};
use super::options::ReportOptions;
use super::source::{ReportDiskContainer, ReportVolume};
use super::summary::Summary;

/// The name of the schema, in every report of a batch.
pub const BATCH_SCHEMA: &str = "afterimage-batch/1";

/// The report of a batch: many images, each scanned into a folder and with a report of its own.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct BatchReport {
    /// Always `afterimage-batch/1`.
    pub schema: String,
    /// The program that wrote it.
    pub tool: ReportTool,
    /// When the run began that wrote it, RFC 3339.
    pub started: String,
    /// When it was written, RFC 3339.
    pub finished: String,
    /// How the run ended: complete also where some images could not be scanned.
    #[serde(skip_serializing_if = "ReportEnd::is_complete", default)]
    pub ended: ReportEnd,
    /// Why images are left that were not begun or not finished, where that is so.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub incomplete: Option<String>,
    /// The case that it belongs to, as its examiner named it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub case: Option<ReportCase>,
    /// What the run that wrote this asked for. An image that an earlier run finished was scanned with the options that its
    /// own report tells.
    #[serde(default)]
    pub options: ReportOptions,
    /// Totals over `images`.
    pub summary: BatchSummary,
    /// What lies in the folders that were named and is no image.
    pub skipped: BatchSkipped,
    /// What was to be scanned, in the order of the command line, the images of a folder by their paths.
    pub images: Vec<BatchImage>,
    /// Photos and videos of their own that more than one image has.
    pub copies: Vec<BatchCopies>,
}

/// Totals over the images of a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BatchSummary {
    /// Images that were to be scanned.
    pub images: u64,
    /// Of these, those that were scanned to their end.
    pub complete: u64,
    /// Those whose scan was stopped.
    pub stopped: u64,
    /// Those that could not be scanned, or not to their end.
    pub failed: u64,
    /// Those whose scan was not begun.
    pub waiting: u64,
    /// Files in the reports of all images.
    pub files: u64,
    /// Photos of their own that are recovered, or would be without a dry run, over all images.
    pub photos: u64,
    /// Videos of their own, likewise.
    pub videos: u64,
    /// Photos and videos of their own that are still there and only listed.
    pub live: u64,
    /// Photos and videos of their own that somebody has already.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub known: u64,
    /// Images with encrypted volumes that were not unlocked.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub encrypted: u64,
    /// Images of which parts could not be read.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub unreadable: u64,
    /// Photos and videos of their own that another image of the batch has too: one of each is not counted.
    pub copies_across: u64,
}

/// Files and folders that are no images.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct BatchSkipped {
    /// Photos and videos, which are still there.
    pub photos: u64,
    /// Archives of files, such as zip and tar, which were not looked into.
    pub archives: u64,
    /// Other files.
    pub others: u64,
    /// Files and folders whose names begin with a dot.
    pub hidden: u64,
    /// Folders that were not looked into: folders below were not asked for, or lie too deep.
    pub folders: u64,
    /// Links to folders, which are not followed.
    pub links: u64,
}

impl BatchSkipped {
    /// Files that were looked at and are no images.
    pub fn files(&self) -> u64 {
        self.photos + self.archives + self.others
    }
}

/// How the scan of an image of a batch ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum BatchStatus {
    /// It was not begun: the batch was stopped before.
    #[default]
    Waiting,
    /// All that was asked for was done.
    Complete,
    /// Somebody stopped it; its report tells what was found until then.
    Stopped,
    /// It could not be scanned, or not to its end: `error` says why.
    Failed,
}

/// An image of a batch.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct BatchImage {
    /// Path as it was given, or as it was found in a folder that was given.
    pub path: String,
    /// The same from the root, where it is another.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub absolute_path: Option<String>,
    /// How its scan ended.
    pub status: BatchStatus,
    /// Why it was not scanned, or not to its end.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub error: Option<String>,
    /// Its folder, below the folder of this report.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub folder: Option<String>,
    /// Its report, below the folder of this report, with `/` between the parts.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub report: Option<String>,
    /// Bytes in it; 0 where it could not be opened.
    pub size: u64,
    /// Bytes of it that could not be read.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub unreadable_bytes: u64,
    /// Ranges of it that these lie in.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub unreadable_ranges: u64,
    /// Files of its own that lie in such ranges.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub unreadable_files: u64,
    /// Encrypted volumes in it that were not unlocked: what lies in them was not found.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub encrypted: Vec<ReportVolume>,
    /// Where no file system was found in it: of samples from all over it, the share that looks like noise, from 0 to 1:
    /// encrypted or wiped.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub noise: Option<f32>,
    /// Of an image that holds the disk in another form, what it is.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub container: Option<ReportDiskContainer>,
    /// When its scan began, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub started: Option<String>,
    /// When its report was written, RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub finished: Option<String>,
    /// Totals over its files, as its report has them.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub summary: Option<Summary>,
    /// What its report says beside that, a sentence each.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub notes: Vec<String>,
}

/// A photo or a video that more than one image of a batch has, by its bytes.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct BatchCopies {
    /// BLAKE3 of its bytes, lower-case hex.
    pub blake3: String,
    /// Its bytes.
    pub size: u64,
    /// Where it was found: in each image, the file that stands for its bytes there.
    pub files: Vec<BatchCopy>,
}

/// A file of an image of a batch.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct BatchCopy {
    /// Position of the image in `images`, from 0.
    pub image: u32,
    /// Number of the file in the report of that image.
    pub id: u64,
    /// Its name, where it is known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
    /// Where it was written, below the folder of that image.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub path: Option<String>,
}

impl BatchSummary {
    /// What images and copies come to.
    pub fn of(images: &[BatchImage], copies: &[BatchCopies]) -> Self {
        let having =
            |has: fn(&BatchImage) -> bool| images.iter().filter(|image| has(image)).count() as u64;
        let of = |status| images.iter().filter(|image| image.status == status).count() as u64;
        let sum = |count: fn(&Summary) -> u64| {
            let summaries = images.iter().filter_map(|image| image.summary.as_ref());
            summaries.map(count).fold(0, u64::saturating_add)
        };
        let others = copies.iter().map(|copies| copies.files.len().saturating_sub(1) as u64);
        BatchSummary {
            images: images.len() as u64,
            complete: of(BatchStatus::Complete),
            stopped: of(BatchStatus::Stopped),
            failed: of(BatchStatus::Failed),
            waiting: of(BatchStatus::Waiting),
            files: sum(|summary| summary.files),
            photos: sum(|summary| summary.photos),
            videos: sum(|summary| summary.videos),
            live: sum(|summary| summary.live),
            known: sum(|summary| summary.known),
            encrypted: having(|image| !image.encrypted.is_empty()),
            unreadable: having(|image| image.unreadable_bytes > 0),
            copies_across: others.sum(),
        }
    }
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}
