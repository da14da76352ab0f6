//! A photo as the Photos app knows it.

use super::apple_time::{expiry, moment};
use crate::model::Moment;

/// A photo or video as the Photos app knows it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asset {
    /// Its key in the database; unknown where that is overwritten.
    pub key: Option<i64>,
    /// Its identity: hex with hyphens.
    pub uuid: Option<String>,
    /// The folder of its file, as the database has it.
    pub directory: String,
    /// The name of its file.
    pub filename: String,
    /// The name that it came with, and that the app shows.
    pub original_filename: Option<String>,
    /// Length of the original in bytes.
    pub original_size: Option<u64>,
    /// Whether it is a video.
    pub is_video: bool,
    /// 2 a Live Photo, 10 a screenshot, 101 slow motion, 102 a time lapse, 103 a recording of the screen.
    pub subtype: i64,
    /// Whether it is a favourite.
    pub is_favourite: bool,
    /// Whether it is in the hidden album.
    pub is_hidden: bool,
    /// The burst that it is of.
    pub burst: Option<String>,
    /// Whether it is in Recently Deleted.
    pub is_trashed: bool,
    /// When it was deleted, in seconds since 2001.
    pub trashed: Option<f64>,
    /// When it was taken, by the clock there.
    pub created: Option<Moment>,
    /// When it was modified.
    pub modified: Option<Moment>,
    /// Latitude and longitude.
    pub position: Option<(f64, f64)>,
    /// Whether its owner edited it.
    pub is_edited: bool,
    /// Whether iCloud has it.
    pub is_in_cloud: bool,
    /// Whether the original is only there.
    pub is_cloud_only: bool,
    /// The albums that it is in.
    pub albums: Vec<String>,
    /// The fingerprint of the original, as the app makes it.
    pub fingerprint: Option<String>,
    /// Whether its row was deleted: removed from Recently Deleted too.
    pub is_removed: bool,
}

impl Asset {
    /// The name that the app shows.
    pub fn name(&self) -> &str {
        self.original_filename.as_deref().filter(|name| !name.is_empty()).unwrap_or(&self.filename)
    }

    /// When it was deleted.
    pub fn trashed_at(&self) -> Option<Moment> {
        moment(self.trashed?, None).filter(|_| self.is_trashed)
    }

    /// When it is removed for good, at the earliest.
    pub fn expires_at(&self) -> Option<Moment> {
        expiry(self.trashed?).filter(|_| self.is_trashed)
    }

    /// What else a user wants to know, in a word each.
    pub fn marks(&self) -> Vec<&'static str> {
        let kind = match self.subtype {
            2 if !self.is_video => Some("live-photo"),
            10 => Some("screenshot"),
            101 => Some("slow-motion"),
            102 => Some("time-lapse"),
            103 => Some("screen-recording"),
            _ => None,
        };
        let flags = [
            (self.is_favourite, "favourite"),
            (self.is_hidden, "hidden"),
            (self.burst.is_some(), "burst"),
            (self.is_edited, "edited"),
        ];
        let flags = flags.into_iter().filter(|(is, _)| *is).map(|(_, mark)| mark);
        kind.into_iter().chain(flags).collect()
    }
}
