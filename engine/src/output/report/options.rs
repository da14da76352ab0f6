//! What a report says of what was asked for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::file::ByteRange;
use crate::options::Options;

/// What was asked for, as far as the numbers have to be read by it. What was not asked for is absent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(rename = "Options")]
pub struct ReportOptions {
    /// Only the report was to be written.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
    /// Files that are still there were to be written too.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub all: bool,
    /// Pictures inside others were to be written too.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub embedded: bool,
    /// Nothing was decoded and no checksum computed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub quick: bool,
    /// Deflated members of archives and documents were looked into.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub archives: bool,
    /// Short names of the formats that were looked for, where not all were.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub formats: Vec<String>,
    /// Patterns of which a path had to match one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<String>,
    /// The first moment that was asked for, without a zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// The first moment after that which was not asked for any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// What the name of the camera had to hold, in lower case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub camera: Option<String>,
    /// The smallest size that was asked for, in bytes.
    #[serde(skip_serializing_if = "is_zero")]
    pub min_size: u64,
    /// The fewest pixels that were asked for.
    #[serde(skip_serializing_if = "is_zero")]
    pub min_pixels: u64,
    /// The part of each source that was looked at, where not all was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range: Option<ByteRange>,
    /// The number of the only partition that was looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub volume: Option<u32>,
    /// The number of equal ranges of the source that were scanned each for itself, where they were merged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shards: Option<u32>,
    /// Lists of digests of photos that were lost were given.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub lists: bool,
    /// Where files are known from that were not to be written again, as it was named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub known: Vec<String>,
    /// The map by which ranges of the source count as unreadable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub map: Option<String>,
    /// The image that was made of the source in the same reading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl From<&Options> for ReportOptions {
    fn from(options: &Options) -> Self {
        let path = |path: &std::path::PathBuf| path.to_string_lossy().into_owned();
        let select = &options.select;
        ReportOptions {
            dry_run: options.dry_run,
            all: options.all,
            embedded: options.embedded,
            quick: options.quick,
            archives: options.archives,
            formats: options.formats.iter().map(|name| (*name).to_owned()).collect(),
            paths: select.paths.iter().map(|pattern| pattern.glob().to_string()).collect(),
            since: select.since.map(|moment| moment.to_string()),
            until: select.until.map(|moment| moment.to_string()),
            camera: select.camera.clone(),
            min_size: options.min_size,
            min_pixels: options.min_pixels,
            range: options.range.map(|(offset, length)| ByteRange { offset, length }),
            volume: options.volume,
            // The log tells.
            shards: None,
            lists: options.lost_hashes.is_some(),
            known: options
                .known
                .iter()
                .flat_map(|known| known.titles())
                .map(str::to_owned)
                .collect(),
            map: options.map.as_ref().map(path),
            image: options.image.as_ref().map(path),
        }
    }
}
