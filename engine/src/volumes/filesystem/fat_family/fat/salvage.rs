//! Files that only directories without a way to them name.

mod fragments;
mod geometry;
mod lost;
mod split_names;

use afterimage_signatures::Bytes;

use crate::volumes::filesystem::contents::Contents;
use crate::volumes::filesystem::fat_family::directory_bytes::ENTRY_LEN;
use crate::volumes::filesystem::fat_family::fat::directory::DirectoryHead;
use crate::volumes::filesystem::fat_family::fat::entry::ClusterNumbers;
use crate::volumes::filesystem::fat_family::salvage::lost_volume::{
    LostVolume, MOST_CLUES, listed,
};
use crate::volumes::read;
use geometry::{FoundHead, fitting};

/// What the entries at `clues` say that no volume in `known` does.
pub(crate) fn salvage(bytes: &dyn Bytes, clues: &[u64], known: &[Contents]) -> Vec<Contents> {
    let mut listed = listed(known);
    let (mut heads, mut rest) = sort(bytes, clues);
    let mut volumes: Vec<LostVolume<'_>> = known.iter().map(LostVolume::of).collect();
    let is_strange =
        |head: &&FoundHead| volumes.iter().all(|volume| fitting(volume, **head).is_none());
    let strange = heads.iter().filter(is_strange).copied().collect();
    volumes.extend(geometry::agreed(bytes, strange));
    let mut found = Vec::new();
    for volume in &volumes {
        let (own, others): (Vec<FoundHead>, _) =
            heads.into_iter().partition(|head| fitting(volume, *head).is_some());
        let own: Vec<_> = own.into_iter().filter_map(|head| fitting(volume, head)).collect();
        let (near, far) = rest.into_iter().partition(|&at| belongs(volume, &own, at));
        (heads, rest) = (others, far);
        found.extend(lost::contents(bytes, volume, own, near, &mut listed));
    }
    let first = heads.iter().map(|head| head.at).chain(rest.iter().copied()).min();
    let nowhere = first.map(|first| LostVolume::nowhere(first, bytes.len()));
    found.extend(nowhere.and_then(|one| lost::contents(bytes, &one, heads, rest, &mut listed)));
    found
}

/// Whether entries at `at` are of the volume: those inside a known one, and those in the midst of
/// what its directories span otherwise.
fn belongs(volume: &LostVolume<'_>, heads: &[FoundHead], at: u64) -> bool {
    if volume.known.is_some() {
        volume.holds(at)
    } else {
        !heads.is_empty() && volume.heap.at <= at
    }
}

/// Beginnings of directories, and where other entries lie.
fn sort(bytes: &dyn Bytes, clues: &[u64]) -> (Vec<FoundHead>, Vec<u64>) {
    let (mut heads, mut rest) = (Vec::new(), Vec::new());
    for &at in clues.iter().take(MOST_CLUES) {
        match DirectoryHead::parse(&read::padded(bytes, at, 2 * ENTRY_LEN), ClusterNumbers::ANY) {
            Some(head) => heads.push(FoundHead { at, head }),
            None => rest.push(at),
        }
    }
    (heads, rest)
}
