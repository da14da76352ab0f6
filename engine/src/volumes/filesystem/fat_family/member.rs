//! What the file systems of the family do each in its own way.

use crate::volumes::filesystem::fat_family::clusters::ClusterRun;
use crate::volumes::filesystem::fat_family::directory_bytes::DirectoryBytes;
use crate::volumes::filesystem::fat_family::file_record::FileRecord;
use crate::volumes::filesystem::fat_family::geometry::VolumeGeometry;
use crate::volumes::filesystem::fat_family::space::ClusterSpace;
use crate::volumes::filesystem::fat_family::tree::DirectoryTree;
use crate::volumes::filesystem::kept::Kept;
use crate::volumes::filesystem::system::SECTOR;

/// What a directory holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct DirectoryListing {
    /// Files and directories.
    pub records: Vec<FileRecord>,
    /// Entries in use that contradict themselves.
    pub invalid: u64,
}

/// One file system of the family, with what it knows of one volume.
pub(crate) trait FamilyMember: Sized {
    /// The first byte of a directory entry that tells nothing and does not end the directory.
    const NOTHING: u8;

    /// What a boot sector says, if it is one.
    fn parse(sector: &[u8; SECTOR]) -> Option<Self>;

    /// Where the parts of the volume lie.
    fn geometry(&self) -> &VolumeGeometry;

    /// Looks at the volume before its directories are read.
    fn prepare(&mut self, _space: &mut ClusterSpace<'_>) {}

    /// Takes from the root directory what is about the volume, before its files are listed.
    fn read_root(&mut self, space: &mut ClusterSpace<'_>, root: &DirectoryBytes);

    /// What a directory holds. Nothing is live in one that is not.
    fn list(&self, directory: &DirectoryBytes, is_live: bool) -> DirectoryListing;

    /// The first cluster of the directory that a directory says it lies in, zero for the root, where
    /// directories say that.
    fn parent_of(&self, _space: &ClusterSpace<'_>, _cluster: u32) -> Option<u32> {
        None
    }

    /// The clusters of a deleted directory as far as they are known, if it is still there. `parent`
    /// is the first cluster of the directory that it lies in, zero for the root.
    fn find_deleted(
        &mut self,
        space: &mut ClusterSpace<'_>,
        record: &FileRecord,
        parent: u32,
    ) -> Option<Vec<ClusterRun>>;

    /// Whether what was read of live files shows that there is a volume at all.
    fn is_volume(&self, space: &ClusterSpace<'_>, tree: &DirectoryTree) -> bool;

    /// Gives names what deletion took of them, as far as others tell, and says what salvage needs
    /// again.
    fn finish(&self, _tree: &mut DirectoryTree) -> Kept {
        Kept::default()
    }

    /// The label of the volume.
    fn label(&self) -> Option<String>;

    /// In what the volume contradicts itself, one clause each.
    fn faults(&self, space: &ClusterSpace<'_>) -> Vec<Option<String>>;

    /// Whether what the volume says of free clusters can be believed.
    fn is_trusted(&self, space: &ClusterSpace<'_>) -> bool;
}
