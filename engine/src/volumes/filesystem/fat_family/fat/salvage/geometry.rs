//! Where the clusters of a volume lie whose boot sector is lost: the beginning of each directory says
//! the number of its cluster.

use afterimage_signatures::Bytes;

use crate::volumes::filesystem::fat_family::clusters::ClusterRun;
use crate::volumes::filesystem::fat_family::directory_bytes::DirectoryBytes;
use crate::volumes::filesystem::fat_family::fat::directory::{DirectoryHead, HIGHEST, list};
use crate::volumes::filesystem::fat_family::salvage::lost_volume::{
    LostVolume, count_fitting, origin, votes,
};

/// Lengths that a cluster can have: powers of two from 512 bytes to 256 KiB.
const LENGTHS: [u64; 10] =
    [512, 1 << 10, 1 << 11, 1 << 12, 1 << 13, 1 << 14, 1 << 15, 1 << 16, 1 << 17, 1 << 18];

/// Directories that vote; with more the outcome is no other.
const MOST_VOTERS: usize = 1 << 14;

/// Lost volumes that are told apart.
const MOST_VOLUMES: usize = 64;

/// The beginning of a directory and where it lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FoundHead {
    /// Where it lies.
    pub at: u64,
    /// What it says.
    pub head: DirectoryHead,
}

/// Whether the directory lies where its number says.
pub(crate) fn fits(volume: &LostVolume<'_>, found: &FoundHead) -> bool {
    volume.heap.offset(found.head.own) == Some(found.at)
}

/// The volumes that these directories agree on, those that most agree on first.
pub(crate) fn agreed(bytes: &dyn Bytes, mut heads: Vec<FoundHead>) -> Vec<LostVolume<'static>> {
    let mut volumes = Vec::new();
    while volumes.len() < MOST_VOLUMES
        && let Some(volume) = vote(bytes, &heads).or_else(|| lone(bytes, &heads))
    {
        heads.retain(|head| !fits(&volume, head));
        volumes.push(volume);
    }
    volumes
}

fn vote(bytes: &dyn Bytes, heads: &[FoundHead]) -> Option<LostVolume<'static>> {
    let starts = heads.iter().take(MOST_VOTERS).map(|found| (found.at, found.head.own));
    let ((at, len), count) = *votes(starts, &LENGTHS).first()?;
    (count >= 2).then(|| LostVolume::at(at, len, bytes.len()))
}

/// Where clusters lie by one directory alone: of all lengths the one by which most of its files begin
/// as their names promise.
fn lone(bytes: &dyn Bytes, heads: &[FoundHead]) -> Option<LostVolume<'static>> {
    let &[FoundHead { at, head: DirectoryHead { own, .. } }] = heads else { return None };
    let tried = LENGTHS.into_iter().filter_map(|len| {
        let volume = LostVolume::at(origin(at, own, len)?, len, bytes.len());
        let run = volume.heap.run(ClusterRun { first: own, count: 1 });
        let listing = list(&DirectoryBytes::read(bytes, run), false, HIGHEST);
        Some((count_fitting(bytes, &volume.heap, listing.records.iter()), volume))
    });
    let (count, volume) = tried.max_by_key(|&(count, _)| count)?;
    (count > 0).then_some(volume)
}
