//! What is known of an image besides its bytes: `FILE.json`, schema [`SCHEMA`].

use std::fs::File;
use std::io::Read;
use std::path::Path;

use afterimage_signatures::verdict::Span;
use serde::{Deserialize, Serialize};

use super::digests::{Digested, HashPair, HashState};
use crate::control::error::Error;
use crate::source::rescue_map::{BlockStatus, RescueMap};

/// The schema of the file.
pub const SCHEMA: &str = "afterimage-image/1";

/// The longest file that is read: the digests of a hundred terabytes.
const MOST_TEXT: u64 = 512 << 20;

/// A range of bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    /// Its first byte.
    pub offset: u64,
    /// Bytes in it.
    pub length: u64,
}

impl From<Span> for Range {
    fn from(span: Span) -> Self {
        Range { offset: span.at, length: span.len }
    }
}

/// What was copied.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// The path it had.
    pub path: String,
    /// Bytes of it.
    pub size: u64,
    /// Bytes in a sector of it.
    pub sector_size: u64,
    /// Its maker and model, where the system knows them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Its serial number, where the system knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial: Option<String>,
}

/// Bytes of each status in the map.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Not tried.
    pub non_tried: u64,
    /// Failed in a large read.
    pub non_trimmed: u64,
    /// Between bad sectors, not tried by sectors.
    pub non_scraped: u64,
    /// Failed as sectors.
    pub bad_sector: u64,
    /// Read.
    pub finished: u64,
}

impl Totals {
    /// The totals of a map.
    pub fn of(map: &RescueMap) -> Self {
        let totals = map.totals();
        let of = |status: BlockStatus| totals[status as usize];
        Totals {
            non_tried: of(BlockStatus::NonTried),
            non_trimmed: of(BlockStatus::NonTrimmed),
            non_scraped: of(BlockStatus::NonScraped),
            bad_sector: of(BlockStatus::BadSector),
            finished: of(BlockStatus::Finished),
        }
    }
}

/// The digests of an image that is complete.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hashes {
    /// Of the image: all its bytes, zeros where nothing could be read.
    pub image: HashPair,
    /// Of the bytes that were read, one after the other, without those that could not be.
    pub read: HashPair,
    /// Bytes of each of the pieces.
    pub piece_size: u64,
    /// Of each piece of the image; the last may be shorter.
    pub pieces: Vec<HashPair>,
}

impl Hashes {
    /// The digests of an image of which `read` was read.
    pub fn new(image: Digested, read: HashPair) -> Self {
        Hashes { image: image.whole, read, piece_size: super::digests::PIECE, pieces: image.pieces }
    }
}

/// What a rescue that is not over needs to go on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unfinished {
    /// What was hashed.
    pub hashed: HashState,
    /// The number of the image's file in its file system: a copy is hashed again.
    pub inode: u64,
}

/// All that the file says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sidecar {
    /// [`SCHEMA`].
    pub schema: String,
    /// The program and its version.
    pub tool: String,
    /// What was copied.
    pub device: Device,
    /// When the first run began.
    pub started: String,
    /// When the last run ended; absent while it goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished: Option<String>,
    /// `complete` when all that was wanted was tried, else `unfinished`.
    pub state: String,
    /// Bytes of each status.
    pub map: Totals,
    /// What could not be read, or was not.
    pub unreadable: Vec<Range>,
    /// The digests, when the rescue is complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hashes: Option<Hashes>,
    /// What the next run needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unfinished: Option<Unfinished>,
}

impl Sidecar {
    /// That of a rescue which begins, or goes on after an `earlier` run.
    pub(super) fn unfinished(device: Device, earlier: Option<Self>) -> Self {
        let now = jiff::Timestamp::now().to_string();
        let started = earlier.map_or(now, |said| said.started);
        Sidecar {
            schema: SCHEMA.to_owned(),
            tool: format!("afterimage {}", env!("CARGO_PKG_VERSION")),
            device,
            started,
            finished: None,
            state: "unfinished".to_owned(),
            map: Totals::default(),
            unreadable: Vec::new(),
            hashes: None,
            unfinished: None,
        }
    }

    /// Its text.
    pub fn text(&self) -> String {
        let text = serde_json::to_string_pretty(self);
        text.expect("texts and numbers can be written") + "\n"
    }

    /// Reads the file at `path`; nothing when there is none.
    ///
    /// # Errors
    ///
    /// [`Error::Open`] when it cannot be read, [`Error::Image`] when it says something else.
    pub fn read(path: &Path) -> Result<Option<Self>, Error> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::open(path, error)),
        };
        let mut text = String::new();
        let read = file.take(MOST_TEXT).read_to_string(&mut text);
        read.map_err(|error| Error::open(path, error))?;
        let said: Option<Sidecar> = serde_json::from_str(&text).ok();
        let said = said.filter(|said| said.schema == SCHEMA);
        said.map(Some).ok_or_else(|| Error::Image {
            path: path.to_path_buf(),
            why: "it is no description of an image by this program".to_owned(),
        })
    }
}
