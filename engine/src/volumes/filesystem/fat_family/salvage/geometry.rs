//! Where the clusters of a volume lie whose boot sector is lost, by what its directories agree on.

use std::cmp::Reverse;
use std::collections::HashMap;

use afterimage_signatures::Bytes;

use crate::volumes::filesystem::fat_family::clusters::{ClusterHeap, FIRST};
use crate::volumes::filesystem::fat_family::file_record::FileRecord;
use crate::volumes::filesystem::fat_family::padded::read_padded;
use crate::volumes::filesystem::opening::{begins_as, is_known};

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
        let start = heap.offset(record.cluster).map(|at| read_padded(bytes, at, 16));
        let start = start.as_ref().and_then(|start| start.first_chunk());
        start.is_some_and(|start| begins_as(&record.name, start))
    };
    let files = records.filter(|record| !record.is_directory && record.size > 0);
    files.filter(|file| is_known(&file.name)).take(MOST_PROBES).filter(begins).count()
}
