//! Where the clusters of a volume lie whose boot sectors are lost: folders say the numbers of their
//! first clusters, and somewhere there is the beginning of each.

use std::collections::HashMap;

use afterimage_signatures::Bytes;

use crate::volumes::filesystem::SECTOR;
use crate::volumes::filesystem::fat_family::clusters::{Clusters, FIRST, read};
use crate::volumes::filesystem::fat_family::exfat::salvage::Found;
use crate::volumes::filesystem::opening::{begins_as, is_known};

/// Powers of two that a cluster may be long: 512 bytes to 32 MiB.
const LENGTHS: std::ops::RangeInclusive<u32> = 9..=25;

/// Folders and beginnings that are compared; with more the outcome is no other.
const MOST_VOTERS: usize = 256;

/// Files whose beginnings are looked at.
const MOST_PROBES: usize = 32;

/// Outcomes of the vote that files are asked about.
const MOST_TRIED: usize = 256;

/// Where clusters lie by what folders agree on and by which most of their files begin as their names
/// promise.
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
    let mut best: Vec<((u64, u64), u32)> = votes.into_iter().collect();
    best.sort_by_key(|&(place, count)| (std::cmp::Reverse(count), place));
    let end = bytes.len();
    let tried = best.into_iter().take(MOST_TRIED).map(|((at, len), count)| {
        let number = (end.saturating_sub(at) / len).min(u32::MAX.into()) as u32;
        let clusters = Clusters { at, len, count: number, end };
        (probed(bytes, &clusters, found), count, clusters)
    });
    let sure = tried.filter(|&(probed, count, _)| probed > 0 && probed + count as usize > 2);
    sure.max_by_key(|&(probed, count, _)| (probed, count)).map(|(_, _, clusters)| clusters)
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

/// How many files begin there as their names promise.
fn probed(bytes: &dyn Bytes, clusters: &Clusters, found: &[Found]) -> usize {
    let files = found.iter().filter(|found| !found.set.folder && found.set.size > 0);
    let begins = |found: &&Found| {
        let start = clusters.offset(found.set.cluster).map(|at| read(bytes, at, 16));
        let start = start.as_ref().and_then(|start| start.first_chunk());
        start.is_some_and(|start| begins_as(&found.set.name, start))
    };
    let known = files.filter(|found| is_known(&found.set.name));
    known.take(MOST_PROBES).filter(begins).count()
}
