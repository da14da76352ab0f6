//! Files that lie deflated in an archive or a document.

use serde::{Deserialize, Serialize};

/// How the bytes of a file come out of those of its only run, which holds the member of an archive from its header on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inflated {
    /// Bytes of the run before the deflated data.
    pub skip: u64,
    /// First byte of the file in what comes out of them.
    pub start: u64,
    /// Length of the file in bytes.
    pub len: u64,
    /// Whether all that comes out has the checksum that the archive gives of it.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub is_checked: bool,
}

impl Inflated {
    /// So many bytes come out of one member at the most: it is held in memory while it is looked at, and what is
    /// behind other files in it is inflated again with all of them.
    pub const MOST: u64 = 64 << 20;

    /// The first byte after the file in what comes out; nothing where that is farther than anything is inflated.
    pub fn end(&self) -> Option<u64> {
        self.start.checked_add(self.len).filter(|end| *end <= Self::MOST)
    }
}
