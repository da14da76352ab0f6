//! What salvage needs again of a FAT volume that was read: what its directories are called.

use crate::volumes::filesystem::fat_family::file_record::FileRecord;
use crate::volumes::filesystem::fat_family::tree::DirectoryTree;

/// The names of the directories of a volume, with the first cluster of the one that each lies in,
/// zero for the root. The clusters in the records are those where the directories were found.
#[derive(Clone, Debug, Default)]
pub(crate) struct DirectoryNames(pub Vec<(u32, FileRecord)>);

impl DirectoryNames {
    /// The names of a tree.
    pub fn of(tree: &DirectoryTree) -> Self {
        let directories = tree.directories.iter();
        let named =
            directories.filter_map(|one| Some((tree.cluster(one.parent?), one.record.clone()?)));
        DirectoryNames(named.collect())
    }
}
