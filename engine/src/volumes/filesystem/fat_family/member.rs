//! What the file systems of the family do each in its own way.

use afterimage_signatures::Run;

use crate::volumes::filesystem::fat_family::clusters::ClusterRun;
use crate::volumes::filesystem::fat_family::directory_bytes::DirectoryBytes;
use crate::volumes::filesystem::fat_family::faults::FaultClauses;
use crate::volumes::filesystem::fat_family::file_record::FileRecord;
use crate::volumes::filesystem::fat_family::space::ClusterSpace;
use crate::volumes::filesystem::fat_family::tree::DirectoryTree;
use crate::volumes::filesystem::kept::Kept;

/// Where the root directory lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RootDirectory {
    /// Outside of the clusters, in this run of the volume.
    Fixed(Run),
    /// In a chain of clusters, the first of which is this.
    Chain(u32),
}

/// What a directory holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct DirectoryListing {
    /// Files and directories.
    pub records: Vec<FileRecord>,
    /// Entries in use that contradict themselves.
    pub invalid: u64,
}

/// One file system of the family, with what it knows of one volume.
pub(crate) trait FamilyMember {
    /// Bytes of one directory that are read.
    const MOST_DIRECTORY: u64;

    /// Its name in the report.
    fn kind(&self) -> &'static str;

    /// Where the root directory lies, its run counted from the start of the volume.
    fn root(&self) -> RootDirectory;

    /// Takes from the root directory what is about the volume, before its files are listed.
    fn read_root(&mut self, space: &mut ClusterSpace<'_>, root: &DirectoryBytes);

    /// What a directory holds. Nothing is live in one that is not.
    fn list(&self, directory: &DirectoryBytes, is_live: bool) -> DirectoryListing;

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
    fn finish(&self, tree: &mut DirectoryTree) -> Kept;

    /// The label of the volume.
    fn label(&self) -> Option<String>;

    /// Adds in what the volume contradicts itself.
    fn describe(&self, space: &ClusterSpace<'_>, clauses: FaultClauses) -> FaultClauses;

    /// Whether what the volume says of free clusters can be believed.
    fn is_trusted(&self, space: &ClusterSpace<'_>) -> bool;
}
