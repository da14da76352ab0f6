//! In what a volume contradicts itself.

use crate::volumes::filesystem::fat_family::table::ChainEnd;

/// Of so many chains or clusters one may be wrong before the allocation is not believed.
pub(crate) const TRUSTED: u64 = 8;

/// What was met in a volume that should not be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct VolumeFaults {
    /// Whether the root directory is not there.
    pub is_rootless: bool,
    /// Live files and directories whose clusters were followed.
    pub followed: u64,
    /// Those whose clusters do not reach as far as they should.
    pub broken: u64,
    /// Those whose clusters have another owner.
    pub crossed: u64,
    /// Entries in use that contradict themselves.
    pub invalid: u64,
}

impl VolumeFaults {
    /// Counts how the clusters of a file end.
    pub fn count(&mut self, end: ChainEnd) {
        self.followed += 1;
        match end {
            ChainEnd::Proper => {}
            ChainEnd::Broken => self.broken += 1,
            ChainEnd::Crossed => self.crossed += 1,
        }
    }

    /// Whether they are few enough to believe what the volume says of free clusters.
    pub fn are_few(&self) -> bool {
        !self.is_rootless && (self.broken + self.crossed) * TRUSTED <= self.followed
    }
}

/// A clause, where something is wrong.
pub(crate) fn said(is_wrong: bool, clause: &str) -> Option<String> {
    is_wrong.then(|| clause.to_owned())
}

/// A clause that begins with a number, unless that is zero.
pub(crate) fn counted(count: u64, clause: &str) -> Option<String> {
    said(count > 0, &format!("{count} {clause}"))
}
