//! The beginning of a directory, which says where it lies and what it lies in.

use crate::volumes::filesystem::fat_family::clusters::FIRST;
use crate::volumes::filesystem::fat_family::directory_bytes::entry;
use crate::volumes::filesystem::fat_family::fat::entry::FatEntry;

/// What the entries `.` and `..` say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DirectoryHead {
    /// The directory's own first cluster.
    pub own: u32,
    /// That of the directory it lies in, zero for the root.
    pub parent: u32,
}

impl DirectoryHead {
    /// The beginning of the directory that begins with these bytes, if one does.
    pub fn parse(directory: &[u8]) -> Option<Self> {
        let (own, parent): (&FatEntry, &FatEntry) = (entry(directory, 0)?, entry(directory, 1)?);
        let fits = own.is_dots(1) && parent.is_dots(2) && own.cluster() >= FIRST && own.size == 0;
        fits.then(|| DirectoryHead { own: own.cluster(), parent: parent.cluster() })
    }
}
