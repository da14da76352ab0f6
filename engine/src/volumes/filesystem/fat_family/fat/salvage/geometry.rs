//! Where the clusters of a volume lie whose boot sector is lost: its folders know.

use std::collections::HashMap;

use afterimage_signatures::Bytes;

use crate::volumes::filesystem::Contents;
use crate::volumes::filesystem::fat_family::clusters::{Clusters, FIRST, read};
use crate::volumes::filesystem::fat_family::fat::folder::{MOST_LEN, State, records};
use crate::volumes::filesystem::fat_family::records::Listing;
use crate::volumes::filesystem::opening::begins_as;

/// Lengths that a cluster can have: powers of two from 512 bytes to 256 KiB.
const LENGTHS: [u64; 10] =
    [512, 1 << 10, 1 << 11, 1 << 12, 1 << 13, 1 << 14, 1 << 15, 1 << 16, 1 << 17, 1 << 18];

/// Folders that vote; with more the outcome is no other.
const MOST_VOTERS: usize = 1 << 14;

/// Lost volumes that are told apart.
const MOST_VOLUMES: usize = 64;

/// Highest number of clusters: what 28 bits can name.
const MOST_CLUSTERS: u64 = 0x0fff_fff5;

/// Files of a folder whose beginnings are looked at.
const MOST_PROBES: usize = 16;

/// The beginning of a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Where it lies.
    pub at: u64,
    /// The number of its cluster.
    pub own: u32,
    /// The number of its parent's, zero for the root.
    pub parent: u32,
}

/// Where clusters lie, and the volume that still says so.
#[derive(Clone, Copy, Debug)]
pub struct Geometry<'k> {
    /// Where they lie.
    pub clusters: Clusters,
    /// The volume, where it is known.
    pub known: Option<&'k Contents>,
}

impl<'k> Geometry<'k> {
    /// That of a volume that was read.
    pub fn of(known: &'k Contents) -> Self {
        let end = known.span.end();
        let clusters = clusters(known.clusters_at, known.cluster_len, end);
        Geometry { clusters, known: Some(known) }
    }

    /// Whether the folder lies where its number says.
    pub fn fits(&self, head: &Head) -> bool {
        self.clusters.offset(head.own) == Some(head.at)
    }
}

fn clusters(at: u64, len: u64, end: u64) -> Clusters {
    let count = end.saturating_sub(at) / len.max(1);
    Clusters { at, len, count: count.min(MOST_CLUSTERS) as u32, end }
}

/// Where clusters lie by what these folders agree on, those that most agree on first. The folders
/// that fit are taken out.
///
/// A folder at an offset says the number of its cluster, so for each length that a cluster can have
/// it says where the first one is: two that agree settle both.
pub fn agreed<'k>(bytes: &dyn Bytes, heads: &mut Vec<Head>) -> Vec<Geometry<'k>> {
    let mut found = Vec::new();
    while let Some(geometry) = vote(bytes, heads).or_else(|| lone(bytes, heads)) {
        heads.retain(|head| !geometry.fits(head));
        found.push(geometry);
        if found.len() >= MOST_VOLUMES {
            break;
        }
    }
    found
}

/// Where the first cluster is when clusters have this length.
fn origin(head: &Head, len: u64) -> Option<u64> {
    head.at.checked_sub(u64::from(head.own.checked_sub(FIRST)?) * len)
}

fn vote<'k>(bytes: &dyn Bytes, heads: &[Head]) -> Option<Geometry<'k>> {
    let mut votes: HashMap<(u64, u64), u32> = HashMap::new();
    for head in heads.iter().take(MOST_VOTERS) {
        for len in LENGTHS {
            if let Some(at) = origin(head, len) {
                *votes.entry((at, len)).or_default() += 1;
            }
        }
    }
    let best =
        votes.into_iter().max_by_key(|&((at, len), count)| (count, std::cmp::Reverse((at, len))));
    let ((at, len), _) = best.filter(|&(_, count)| count >= 2)?;
    Some(Geometry { clusters: clusters(at, len, bytes.len()), known: None })
}

/// Where clusters lie by one folder alone: of all lengths the one by which most of its files begin
/// as their names promise.
fn lone<'k>(bytes: &dyn Bytes, heads: &[Head]) -> Option<Geometry<'k>> {
    let [head] = heads else { return None };
    let fits = |len: u64| {
        let at = origin(head, len)?;
        let clusters = clusters(at, len, bytes.len());
        let listing = Listing::read(bytes, clusters.run(head.own, 1), MOST_LEN);
        let files = records(&listing, State::Lost, u32::MAX).records;
        let begins = |name: &str, cluster| {
            let at = clusters.offset(cluster)?;
            begins_as(name, read(bytes, at, 16).first_chunk()?).then_some(())
        };
        let probed = files.iter().filter(|record| !record.folder).take(MOST_PROBES);
        let count = probed.filter_map(|record| begins(&record.name, record.cluster)).count();
        Some((count, clusters))
    };
    let best = LENGTHS.into_iter().filter_map(fits).max_by_key(|&(count, _)| count);
    let (_, clusters) = best.filter(|&(count, _)| count > 0)?;
    Some(Geometry { clusters, known: None })
}
