//! The digests that can be computed of a file.

use serde::{Deserialize, Serialize};

/// A digest beside BLAKE3, which every file has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Algorithm {
    /// SHA-256.
    Sha256,
    /// SHA-1.
    Sha1,
    /// MD5.
    Md5,
    /// The content hash of Dropbox, which lists of its files give.
    Dropbox,
}

impl Algorithm {
    /// Every algorithm that a user can ask for.
    pub const ALL: [Algorithm; 3] = [Algorithm::Sha256, Algorithm::Sha1, Algorithm::Md5];

    /// Its name on the command line and in the report.
    pub fn name(self) -> &'static str {
        match self {
            Algorithm::Sha256 => "sha256",
            Algorithm::Sha1 => "sha1",
            Algorithm::Md5 => "md5",
            Algorithm::Dropbox => "dropbox",
        }
    }
}
