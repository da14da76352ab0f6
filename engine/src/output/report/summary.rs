//! What a report says of its files in numbers.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{Grade, Kinds};
use crate::settle::LeftOut;

/// Totals.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// Files in the report.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Files by format.
    pub by_format: BTreeMap<String, u64>,
    /// Files by grade.
    pub by_grade: BTreeMap<String, u64>,
    /// Files by origin.
    pub by_origin: BTreeMap<String, u64>,
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
    /// Of those, the videos.
    #[serde(skip_serializing_if = "is_zero", default)]
    pub live_videos: u64,
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
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub lost_by_state: BTreeMap<String, u64>,
    /// The photos and videos of their own that are recovered, or would be without a dry run, in rows: one for
    /// each format and grade.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub recovered: Vec<ReportRecovered>,
    /// What options left out of the report that would be recovered without them.
    #[serde(skip_serializing_if = "ReportLeftOut::is_nothing", default)]
    pub left_out: ReportLeftOut,
}

/// Files of one format and one grade that are recovered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Recovered")]
pub struct ReportRecovered {
    /// Short name of the format.
    pub format: String,
    /// Whether they are videos; all else are photos.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub video: bool,
    /// How much of them was proven.
    pub grade: Grade,
    /// How many they are.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Files of their own that would be recovered but for an option, without copies; each is counted for the first
/// of these that it fails. They are not in `files`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "LeftOut")]
pub struct ReportLeftOut {
    /// Of formats that were not asked for.
    #[serde(default)]
    pub by_format: ReportKinds,
    /// By path, date or camera.
    #[serde(default)]
    pub by_choice: ReportKinds,
    /// By size or pixels.
    #[serde(default)]
    pub by_size: ReportKinds,
}

/// A number of photos and of videos.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Kinds")]
pub struct ReportKinds {
    /// Pictures that stand still.
    pub photos: u64,
    /// Pictures that move.
    pub videos: u64,
}

impl From<Kinds> for ReportKinds {
    fn from(kinds: Kinds) -> Self {
        ReportKinds { photos: kinds.photos, videos: kinds.videos }
    }
}

impl From<ReportKinds> for Kinds {
    fn from(kinds: ReportKinds) -> Self {
        Kinds { photos: kinds.photos, videos: kinds.videos }
    }
}

impl From<LeftOut> for ReportLeftOut {
    fn from(left_out: LeftOut) -> Self {
        ReportLeftOut {
            by_format: left_out.by_format.into(),
            by_choice: left_out.by_choice.into(),
            by_size: left_out.by_size.into(),
        }
    }
}

impl ReportLeftOut {
    /// Whether options left out nothing.
    pub fn is_nothing(&self) -> bool {
        *self == ReportLeftOut::default()
    }
}

impl Summary {
    /// Files of their own that are recovered, by grade, best first.
    pub fn by_grade_recovered(&self) -> Vec<(Grade, Kinds)> {
        let mut grades = BTreeMap::<Grade, Kinds>::new();
        for row in &self.recovered {
            let kinds = grades.entry(row.grade).or_default();
            let files = if row.video { &mut kinds.videos } else { &mut kinds.photos };
            *files = files.saturating_add(row.files);
        }
        grades.into_iter().rev().collect()
    }

    /// The same files by name of their format.
    pub fn by_format_recovered(&self) -> Vec<(String, u64)> {
        let mut formats = BTreeMap::<&str, u64>::new();
        for row in &self.recovered {
            let files = formats.entry(&row.format).or_default();
            *files = files.saturating_add(row.files);
        }
        formats.into_iter().map(|(name, files)| (name.to_owned(), files)).collect()
    }

    /// Files of their own that are still there and only listed.
    pub fn live_kinds(&self) -> Kinds {
        let videos = self.live_videos.min(self.live);
        Kinds { photos: self.live - videos, videos }
    }
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}
