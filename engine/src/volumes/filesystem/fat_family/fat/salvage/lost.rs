//! What the directories of one volume say that its root does not lead to.

use std::collections::HashSet;

use afterimage_signatures::Bytes;

use crate::volumes::filesystem::contents::Contents;
use crate::volumes::filesystem::fat_family::fat::kept::DirectoryNames;
use crate::volumes::filesystem::fat_family::fat::letters;
use crate::volumes::filesystem::fat_family::fat::salvage::fragments::fragments;
use crate::volumes::filesystem::fat_family::fat::salvage::geometry::FoundHead;
use crate::volumes::filesystem::fat_family::fat::salvage::naming::Naming;
use crate::volumes::filesystem::fat_family::salvage::lost_volume::LostVolume;
use crate::volumes::filesystem::fat_family::tree::{DirectoryTree, FoundDirectory};

/// What the directories say that begin at `heads`, and the other entries at `rest`; files whose entry
/// is in `listed` are left out, and the others are added there.
pub(crate) fn contents(
    bytes: &dyn Bytes,
    volume: &LostVolume<'_>,
    mut heads: Vec<FoundHead>,
    mut rest: Vec<u64>,
    listed: &mut HashSet<u64>,
) -> Option<Contents> {
    let kept = volume.known.and_then(|known| known.kept.get::<DirectoryNames>());
    let kept = kept.map_or(&[][..], |names| &names.0);
    // Entries of live directories are listed, but their beginnings stay: others may lie in them.
    let live: HashSet<u32> = kept.iter().map(|(_, record)| record.cluster).collect();
    heads.retain(|found| volume.is_free(found.at) || live.contains(&found.head.own));
    rest.retain(|&at| volume.is_free(at));
    let first = heads.iter().map(|found| found.at).chain(rest.iter().copied()).min()?;
    let found = fragments(bytes, &volume.heap, &heads, &rest);
    let naming = Naming::of(&found, kept);
    let directories = found.iter().filter_map(|one| {
        let (cluster, parent) = (one.head?.own, one.head?.parent);
        let record = naming.find(cluster, parent, &one.records);
        Some(FoundDirectory { cluster, parent: Some(parent), record })
    });
    let directories = directories.collect();
    let records = found
        .into_iter()
        .flat_map(|one| one.records.into_iter().map(move |record| (one.own, record)));
    let files = records.filter(|(_, record)| !record.is_directory && listed.insert(record.at));
    let mut tree = DirectoryTree::of_found(directories, files);
    letters::restore(&mut tree);
    // Where clusters have more than 16 bits, the upper half of a number may be lost.
    let clusters = tree.files.iter().map(|file| file.record.cluster);
    let mut clusters = clusters.chain(heads.iter().map(|found| found.head.own));
    let is_wide =
        volume.known.map_or(clusters.any(|one| one > 0xffff), |known| known.kind == "fat32");
    for file in &mut tree.files {
        file.record.is_halved = is_wide && file.record.cluster < 1 << 16;
    }
    volume.contents(if is_wide { "fat32" } else { "fat" }, first, tree)
}
