//! A volume of which only directory entries are left, or that has lost sight of some.

use std::collections::HashSet;

use afterimage_signatures::verdict::Span;

use crate::volumes::filesystem::clusters::is_free;
use crate::volumes::filesystem::contents::Contents;
use crate::volumes::filesystem::fat_family::clusters::ClusterHeap;
use crate::volumes::filesystem::fat_family::locations::LocationBudget;
use crate::volumes::filesystem::fat_family::tree::DirectoryTree;
use crate::volumes::filesystem::system::SECTOR;

/// Sectors with entries that are looked at; a real volume has a few thousand.
pub(crate) const MOST_CLUES: usize = 1 << 22;

/// Where the entries lie of all files that are listed.
pub(crate) fn listed(known: &[Contents]) -> HashSet<u64> {
    known.iter().flat_map(|known| known.entries.iter().map(|entry| entry.record)).collect()
}

/// Where the clusters of a volume lie, and the volume that still says so.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LostVolume<'k> {
    /// Where they lie.
    pub heap: ClusterHeap,
    /// Whether that is known. Otherwise only names can be told, and sectors stand for clusters.
    pub is_located: bool,
    /// The volume as it was read, if it was.
    pub known: Option<&'k Contents>,
}

impl<'k> LostVolume<'k> {
    /// One that was read.
    pub fn of(known: &'k Contents) -> Self {
        let located = LostVolume::at(known.clusters_at, known.cluster_len, known.span.end());
        LostVolume { known: Some(known), ..located }
    }

    /// One whose clusters of `len` bytes begin at `at` and lie before `end`.
    pub fn at(at: u64, len: u64, end: u64) -> Self {
        let heap = ClusterHeap::new(at, len, u32::MAX, end);
        LostVolume { heap, is_located: true, known: None }
    }

    /// One with entries from `first` on whose clusters may lie anywhere before `end`.
    pub fn nowhere(first: u64, end: u64) -> Self {
        LostVolume { is_located: false, ..LostVolume::at(first, SECTOR as u64, end) }
    }

    /// Whether the byte at `at` lies in the volume that is known.
    pub fn holds(&self, at: u64) -> bool {
        self.known.is_some_and(|known| known.span.holds(Span { at, len: 1 }))
    }

    /// Whether no live file owns the byte at `at`: in one that does there may be a volume, whose
    /// entries are its own matter.
    pub fn is_free(&self, at: u64) -> bool {
        is_free(self.known.and_then(|known| known.free.as_deref()), at)
    }

    /// What the tree says of a volume of this kind, if there are files in it; its entries lie from
    /// `first` on.
    pub fn contents(
        &self,
        kind: &'static str,
        first: u64,
        mut tree: DirectoryTree,
    ) -> Option<Contents> {
        if tree.files.is_empty() {
            return None;
        }
        let mut budget = LocationBudget::default();
        if self.is_located {
            for file in &mut tree.files {
                let is_free = |at| self.is_free(at);
                file.locations = budget.deleted(&self.heap, &file.record, None, is_free);
            }
        }
        let reach = Span::between(self.heap.at.min(first), self.heap.end);
        Some(Contents {
            kind: self.known.map_or(kind, |known| known.kind),
            span: self.known.map_or(reach, |known| known.span),
            label: None,
            cluster_len: self.heap.len,
            clusters_at: self.heap.at,
            faults: Vec::new(),
            encrypted: None,
            entries: tree.entries(),
            free: self.known.and_then(|known| known.free.clone()),
            kept: Default::default(),
        })
    }
}
