//! What tells a file from others, whatever it is called.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;

use rustix::fs::Stat;

/// A file, by the numbers of its file system and its inode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileId {
    /// The number of the file system that it lies on.
    pub device: u64,
    /// Its number there.
    pub inode: u64,
}

impl FileId {
    /// The file with that metadata.
    pub fn of(metadata: &Metadata) -> Self {
        FileId { device: metadata.dev(), inode: metadata.ino() }
    }

    /// The file with what the system itself says of it.
    #[cfg_attr(
        target_os = "linux",
        expect(clippy::unnecessary_cast, reason = "other systems have other types")
    )]
    pub(super) fn of_stat(stat: &Stat) -> Self {
        FileId { device: stat.st_dev as u64, inode: stat.st_ino as u64 }
    }
}
