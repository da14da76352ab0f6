//! Where the clusters of a volume lie whose boot sector is lost: the beginning of each directory says
//! the number of its cluster.

use afterimage_signatures::Bytes;

use crate::volumes::filesystem::fat_family::clusters::ClusterRun;
use crate::volumes::filesystem::fat_family::directory_bytes::DirectoryBytes;
use crate::volumes::filesystem::fat_family::fat::directory::{DirectoryHead, list};
use crate::volumes::filesystem::fat_family::fat::entry::{ClusterNumbers, HIGHEST};
use crate::volumes::filesystem::fat_family::geometry::FamilyKind;
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

/// How entries of a volume say numbers of clusters, as far as it is known which FAT it is.
pub(crate) fn numbers(volume: &LostVolume<'_>) -> ClusterNumbers {
    let kinds = [FamilyKind::Fat12, FamilyKind::Fat16, FamilyKind::Fat32];
    let named = |kind: &FamilyKind| volume.known.is_some_and(|known| known.kind == kind.name());
    let known = kinds.into_iter().find(named);
    known.map_or(ClusterNumbers::ANY, |kind| ClusterNumbers::of(kind, HIGHEST))
}

/// The same directory, if it lies where its number says.
pub(crate) fn fitting(volume: &LostVolume<'_>, found: FoundHead) -> Option<FoundHead> {
    let head = found.head.in_bits_of(numbers(volume));
    let is_there = volume.heap.offset(head.own) == Some(found.at);
    is_there.then_some(FoundHead { head, ..found })
}

/// The volumes that these directories agree on, those that most agree on first.
pub(crate) fn agreed(bytes: &dyn Bytes, mut heads: Vec<FoundHead>) -> Vec<LostVolume<'static>> {
    let mut volumes = Vec::new();
    while volumes.len() < MOST_VOLUMES
        && let Some(volume) = vote(bytes, &heads).or_else(|| lone(bytes, &heads))
    {
        heads.retain(|head| fitting(&volume, *head).is_none());
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
        let listing = list(&DirectoryBytes::read(bytes, run), false, ClusterNumbers::ANY);
        Some((count_fitting(bytes, &volume.heap, listing.records.iter()), volume))
    });
    let (count, volume) = tried.max_by_key(|&(count, _)| count)?;
    (count > 0).then_some(volume)
}
