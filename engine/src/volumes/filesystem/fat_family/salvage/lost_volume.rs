//! A volume of which only directory entries are left, or that has lost sight of some.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use crate::volumes::filesystem::contents::Contents;
use crate::volumes::filesystem::fat_family::clusters::{ClusterHeap, FIRST};
use crate::volumes::filesystem::fat_family::file_record::FileRecord;
use crate::volumes::filesystem::fat_family::locations::LocationBudget;
use crate::volumes::filesystem::fat_family::tree::DirectoryTree;
use crate::volumes::filesystem::opening::{begins_as, is_known};
use crate::volumes::filesystem::system::SECTOR;
use crate::volumes::read;

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
        let free = self.known.and_then(|known| known.free.as_ref());
        free.is_none_or(|free| free.contains(at))
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

/// Files whose beginnings are looked at.
const MOST_PROBES: usize = 32;

/// Where the first cluster lies when clusters are `len` bytes and this one begins at `at`.
pub(crate) fn origin(at: u64, cluster: u32, len: u64) -> Option<u64> {
    at.checked_sub(u64::from(cluster.checked_sub(FIRST)?) * len)
}

/// Offsets of the first cluster with lengths of a cluster, and how many of these clusters with their
/// offsets speak for each; those that most speak for come first. Two that agree settle both.
pub(crate) fn votes(
    starts: impl Iterator<Item = (u64, u32)>,
    lengths: &[u64],
) -> Vec<((u64, u64), usize)> {
    let mut votes: HashMap<(u64, u64), usize> = HashMap::new();
    for (at, cluster) in starts {
        for &len in lengths {
            if let Some(origin) = origin(at, cluster, len) {
                *votes.entry((origin, len)).or_default() += 1;
            }
        }
    }
    let mut votes = Vec::from_iter(votes);
    votes.sort_unstable_by_key(|&(place, count)| (Reverse(count), place));
    votes
}

/// How many files begin where these clusters lie as their names promise.
pub(crate) fn count_fitting<'r>(
    bytes: &dyn Bytes,
    heap: &ClusterHeap,
    records: impl Iterator<Item = &'r FileRecord>,
) -> usize {
    let begins = |record: &&FileRecord| {
        let start = heap.offset(record.cluster).map(|at| read::padded(bytes, at, 16));
        let start = start.as_ref().and_then(|start| start.first_chunk());
        start.is_some_and(|start| begins_as(&record.name, start))
    };
    let files = records.filter(|record| !record.is_directory && record.size > 0);
    files.filter(|file| is_known(&file.name)).take(MOST_PROBES).filter(begins).count()
}
