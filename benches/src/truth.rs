//! What was lost: which photos an image holds, and how much of each.

use std::collections::HashMap;
use std::path::Path;
use std::{fs, io};

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::photos;

/// The photos of one image, as a `NAME.truth.json` beside it says.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Truth {
    /// What the image is an example of.
    pub scenario: String,
    /// Name of the image's file.
    pub image: String,
    /// What it holds.
    pub files: Vec<Lost>,
}

/// One lost photo.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Lost {
    /// How it was called.
    #[serde(default)]
    pub name: String,
    /// Name of its format.
    pub format: String,
    /// SHA-256 of all of it, in hex.
    pub sha256: String,
    /// Its length in bytes.
    pub size: u64,
    /// Where the picture itself may be said to end: what a camera wrote behind it may be missing.
    #[serde(default)]
    pub ends: Vec<u64>,
    /// What became of it, such as `truncated`.
    pub state: String,
    /// `exact` where all of it is still there, else `partial`.
    pub recoverable: String,
    /// How many bytes of its beginning are still there, where the rest is not.
    pub kept: Option<u64>,
    /// Where it lies in the image: first byte and length of each run, in the order of the photo.
    #[serde(default)]
    pub runs: Vec<(u64, u64)>,
}

impl Lost {
    /// Whether all of it is still there.
    pub fn is_whole(&self) -> bool {
        self.recoverable == "exact"
    }
}

/// A photo before it was lost.
#[derive(Clone, Debug)]
pub struct Original {
    /// SHA-256 in hex.
    pub sha256: String,
    /// All of it.
    pub bytes: Vec<u8>,
    /// As in [`Lost::ends`].
    pub ends: Vec<u64>,
}

impl Original {
    /// A photo whose picture may be said to end at these places too.
    pub fn new(bytes: Vec<u8>, ends: Vec<u64>) -> Self {
        Original { sha256: sha256(&bytes), bytes, ends }
    }

    /// Whether the photo may be said to end there.
    pub fn ends_at(&self, at: u64) -> bool {
        at == self.bytes.len() as u64 || self.ends.contains(&at)
    }
}

/// The digest in hex.
pub fn sha256(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}

impl Truth {
    /// Reads a `NAME.truth.json`.
    ///
    /// # Errors
    ///
    /// When it cannot be read or is none.
    pub fn read(path: &Path) -> io::Result<Self> {
        Ok(serde_json::from_slice(&fs::read(path)?)?)
    }

    /// The photos before they were lost, from a folder that holds them among others; a photo that
    /// lies there no more is missing.
    ///
    /// # Errors
    ///
    /// When the folder cannot be read.
    pub fn originals(&self, folder: &Path) -> io::Result<Vec<Original>> {
        let mut wanted: HashMap<&str, &Lost> =
            self.files.iter().map(|lost| (lost.sha256.as_str(), lost)).collect();
        let mut originals = Vec::new();
        for path in photos::files(folder)? {
            let bytes = fs::read(path)?;
            let sha256 = sha256(&bytes);
            if let Some(lost) = wanted.remove(sha256.as_str()) {
                originals.push(Original { sha256, bytes, ends: lost.ends.clone() });
            }
        }
        Ok(originals)
    }
}
