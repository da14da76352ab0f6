//! Where the clusters of a volume lie whose boot sectors are lost: folders say the numbers of their
//! first clusters, and somewhere there is the beginning of each.

use std::collections::HashMap;

use afterimage_signatures::Bytes;

use crate::filesystem::SECTOR;
use crate::filesystem::clusters::{Clusters, FIRST, read};
use crate::filesystem::exfat::salvage::Found;
use crate::filesystem::opening::begins_as;

/// Powers of two that a cluster may be long: 512 bytes to 32 MiB.
const LENGTHS: std::ops::RangeInclusive<u32> = 9..=25;

/// Folders and beginnings that are compared; with more the outcome is no other.
const MOST_VOTERS: usize = 256;

/// Files whose beginnings are looked at.
const MOST_PROBES: usize = 64;

/// Where clusters lie by what most folders agree on, if at least two do and their files begin there
/// as their names promise.
pub fn agreed(bytes: &dyn Bytes, found: &[Found]) -> Option<Clusters> {
    let folders = found.iter().filter(|found| found.set.folder && found.set.cluster >= FIRST);
    let numbers: Vec<u32> = folders.map(|found| found.set.cluster).take(MOST_VOTERS).collect();
    let mut votes: HashMap<(u64, u64), u32> = HashMap::new();
    for start in beginnings(found) {
        for number in &numbers {
            for len in LENGTHS.map(|bits| 1 << bits) {
                if let Some(at) = start.checked_sub(u64::from(number - FIRST) * len) {
                    *votes.entry((at, len)).or_default() += 1;
                }
            }
        }
    }
    let best =
        votes.into_iter().max_by_key(|&((at, len), count)| (count, std::cmp::Reverse((at, len))));
    let ((at, len), _) = best.filter(|&(_, count)| count >= 2)?;
    let end = bytes.len();
    let count = (end.saturating_sub(at) / len).min(u32::MAX.into()) as u32;
    let clusters = Clusters { at, len, count, end };
    probed(bytes, &clusters, found).then_some(clusters)
}

/// Sectors that begin with a set behind one that holds none.
fn beginnings(found: &[Found]) -> Vec<u64> {
    let mut starts = Vec::new();
    let mut last = None;
    for found in found {
        let sector = found.at / SECTOR as u64;
        let fresh = last.is_none_or(|last| last + 1 < sector);
        if fresh && found.at % SECTOR as u64 == 0 && starts.len() < MOST_VOTERS {
            starts.push(found.at);
        }
        last = Some(sector);
    }
    starts
}

/// Whether any file begins there as its name promises.
fn probed(bytes: &dyn Bytes, clusters: &Clusters, found: &[Found]) -> bool {
    let files = found.iter().filter(|found| !found.set.folder && found.set.size > 0);
    files.take(MOST_PROBES).any(|found| {
        let start = clusters.offset(found.set.cluster).map(|at| read(bytes, at, 16));
        let start = start.as_ref().and_then(|start| start.first_chunk());
        start.is_some_and(|start| begins_as(&found.set.name, start))
    })
}
