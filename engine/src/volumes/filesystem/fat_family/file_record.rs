//! A file or a directory, as its directory entries have it.

use crate::model::Moment;
use crate::volumes::filesystem::fat_family::clusters::{ClusterHeap, ClusterRun};

/// Upper halves that are tried for a number of a first cluster that lost its own.
const MOST_HIGH: u32 = 64;

/// How the clusters of a file are found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum FileAllocation {
    /// It has none.
    #[default]
    Nothing,
    /// They follow each other on the disk.
    Contiguous,
    /// They follow each other in the allocation table.
    Chained,
}

/// The 8.3 name of an entry of FAT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ShortName {
    /// Name and extension, filled with spaces; the first byte is zero while it is not known.
    pub bytes: [u8; 11],
    /// The entry's lower-case flags.
    pub case: u8,
}

impl ShortName {
    /// Whether its first letter is lost.
    pub fn lacks_letter(&self) -> bool {
        self.bytes[0] == 0
    }
}

/// A file or a directory.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct FileRecord {
    /// The name. While its first letter is not known, that is a `_`.
    pub name: String,
    /// Its short name, on FAT.
    pub short: Option<ShortName>,
    /// Whether all of the name is recorded.
    pub certain: bool,
    /// Whether it was deleted, or its directory was.
    pub deleted: bool,
    /// Whether its own entry says so.
    pub erased: bool,
    /// Whether it is a directory.
    pub is_directory: bool,
    /// How its clusters are found.
    pub allocation: FileAllocation,
    /// Its first cluster; zero when it has none.
    pub cluster: u32,
    /// Whether the upper half of that number may be lost.
    pub is_halved: bool,
    /// Its size in bytes.
    pub size: u64,
    /// How many of these bytes were written.
    pub written: u64,
    /// When it was last modified.
    pub modified: Option<Moment>,
    /// Where its entry lies, in bytes from the start of the source.
    pub at: u64,
}

impl FileRecord {
    /// A directory that no entry names but that must have been there.
    pub fn inferred(name: &str) -> Self {
        FileRecord { name: name.to_owned(), is_directory: true, ..FileRecord::default() }
    }

    /// The clusters that it may begin with, the one that is recorded first.
    pub fn first_clusters(&self) -> impl Iterator<Item = u32> + use<> {
        let (first, high) = (self.cluster, if self.is_halved { MOST_HIGH } else { 0 });
        (0..=high).map_while(move |high| first.checked_add(high << 16))
    }

    /// Bytes of which it is told where they lie: those that were written. Where none were, some writers do
    /// not keep the field, and all may have been.
    pub fn recorded_len(&self) -> u64 {
        if self.written == 0 { self.size } else { self.written }
    }

    /// Its clusters when it lies in one run, at least one.
    pub fn contiguous(&self, heap: &ClusterHeap) -> ClusterRun {
        let count = u32::try_from(heap.needed(self.size)).unwrap_or(u32::MAX).max(1);
        ClusterRun { first: self.cluster, count }
    }
}
