//! What a volume says of itself and of its files.

use afterimage_signatures::verdict::Span;

use crate::model::SpanSet;
use crate::volumes::filesystem::entry::Entry;
use crate::volumes::filesystem::kept::Kept;
#[cfg(test)]
use crate::volumes::filesystem::{limits::MOST_ENTRIES, location::Location};

/// What a volume says of itself and of its files.
#[derive(Clone, Debug, PartialEq)]
pub struct Contents {
    /// Name of the file system for the report, such as `fat32`.
    pub kind: &'static str,
    /// Where the volume lies.
    pub span: Span,
    /// Its label, where it has one.
    pub label: Option<String>,
    /// Bytes a cluster, or a block.
    pub cluster_len: u64,
    /// Where one of its clusters begins: all others lie whole clusters from there.
    pub clusters_at: u64,
    /// In what it contradicts itself, one clause each, such as "the two allocation tables differ".
    pub faults: Vec<String>,
    /// What its files cannot be read for, such as "encrypted by BitLocker"; one clause for the user.
    pub encrypted: Option<&'static str>,
    /// Files, not folders. No two say exactly the same.
    pub entries: Vec<Entry>,
    /// Free extents: clusters that no live file owns, and those in which nothing of their file was written.
    /// Nothing where it is not known, or not to be trusted.
    pub free: Option<SpanSet>,
    /// What its own file system's salvage needs again.
    pub kept: Kept,
}

#[cfg(test)]
impl Contents {
    /// What holds of all that is read of a source of `len` bytes, whatever the bytes are.
    #[track_caller]
    pub(super) fn check_bounds(&self, len: u64) {
        assert!(self.span.end() <= len);
        assert!(self.entries.len() <= MOST_ENTRIES);
        for entry in &self.entries {
            for location in &entry.locations {
                match location {
                    Location::Start(at) => assert!(*at < len, "{entry:?}"),
                    Location::Runs(runs) => {
                        assert!(runs.iter().all(|run| run.at + run.len <= len), "{entry:?}");
                    }
                }
            }
        }
        let free = self.free.as_ref().map_or(&[][..], SpanSet::as_slice);
        assert!(free.iter().all(|span| span.end() <= len));
        assert!(free.windows(2).all(|pair| pair[0].end() < pair[1].at));
    }
}
