//! What the directories of one volume say that its root does not lead to.

use std::collections::{HashMap, HashSet};

use afterimage_signatures::Bytes;

use crate::volumes::filesystem::contents::Contents;
use crate::volumes::filesystem::fat_family::fat::directory::DirectoryHead;
use crate::volumes::filesystem::fat_family::fat::letters;
use crate::volumes::filesystem::fat_family::fat::salvage::fragments::{FoundFragments, fragments};
use crate::volumes::filesystem::fat_family::fat::salvage::geometry::FoundHead;
use crate::volumes::filesystem::fat_family::file_record::FileRecord;
use crate::volumes::filesystem::fat_family::salvage::camera_names::{
    CAMERA_ROOT, is_camera_folder,
};
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
    let kept = volume.known.and_then(|known| known.kept.get::<Vec<FoundDirectory>>());
    let kept = kept.map_or(&[][..], Vec::as_slice);
    // Entries of live directories are listed, but their beginnings stay: others may lie in them.
    let live: HashSet<u32> = kept.iter().map(|directory| directory.cluster).collect();
    heads.retain(|found| volume.is_free(found.at) || live.contains(&found.head.own));
    rest.retain(|&at| volume.is_free(at));
    let first = heads.iter().map(|found| found.at).chain(rest.iter().copied()).min()?;
    let found = fragments(bytes, volume, &heads, &rest);
    let names = DirectoryNames::of(&found, kept);
    let directories = found.iter().filter_map(|one| match (one.head, one.own) {
        (Some(DirectoryHead { own, parent }), _) => {
            let record = names.find(own, parent, &one.records);
            Some(FoundDirectory { cluster: own, parent: Some(parent), record })
        }
        (None, Some(own)) => names.headless(own),
        (None, None) => None,
    });
    let directories = directories.chain(kept.iter().cloned()).collect();
    let records = found.into_iter().flat_map(|one| {
        let own = one.own.unwrap_or_else(|| nameless(volume, one.at));
        one.records.into_iter().map(move |record| (own, record))
    });
    let files = records.filter(|(_, record)| !record.is_directory && listed.insert(record.at));
    let mut tree = DirectoryTree::of_found(directories, files);
    letters::restore(&mut tree);
    tree.files.iter_mut().for_each(|file| without_handle(&mut file.record, volume));
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

/// Stands for the first cluster of a directory of which only fragments are left, the first of them at
/// `at`. Where clusters lie anywhere, its number is not one that directories say.
fn nameless(volume: &LostVolume<'_>, at: u64) -> u32 {
    const NOWHERE: u32 = 1 << 31;
    let number = volume.heap.number(at).unwrap_or(NOWHERE);
    if volume.is_located { number } else { number | NOWHERE }
}

/// Where it is not known which FAT it is, the upper word of a cluster that is not there is not of its
/// number: FAT12 and FAT16 keep something else in it.
fn without_handle(record: &mut FileRecord, volume: &LostVolume<'_>) {
    let is_there = |cluster| volume.heap.offset(cluster).is_some();
    let low = record.cluster & 0xffff;
    if volume.known.is_none() && volume.is_located && !is_there(record.cluster) && is_there(low) {
        record.cluster = low;
    }
}

/// Names of one cluster that are kept: a few generations of a card.
const MOST_NAMES: usize = 64;

/// Of several names of one cluster the one that was there last: not erased, newer, further on.
fn newest<'n, 'r: 'n>(
    names: impl Iterator<Item = &'n (Option<u32>, &'r FileRecord)>,
) -> Option<&'n (Option<u32>, &'r FileRecord)> {
    names.max_by_key(|(_, record)| {
        (!record.erased, record.modified.map(|moment| moment.civil), record.at)
    })
}

/// What names directories, by the first cluster of what is named.
struct DirectoryNames<'r> {
    /// The directory that the name stands in, where that is known, and the name.
    by_cluster: HashMap<u32, Vec<(Option<u32>, &'r FileRecord)>>,
}

impl<'r> DirectoryNames<'r> {
    /// The names in directories that were found, and those that the volume itself still has.
    pub fn of(found: &'r [FoundFragments], kept: &'r [FoundDirectory]) -> Self {
        let kept = kept.iter().filter_map(|one| Some((one.parent, one.record.as_ref()?)));
        let found = found.iter().flat_map(|one| one.records.iter().map(|record| (one.own, record)));
        let mut found_names = DirectoryNames { by_cluster: HashMap::new() };
        for (parent, record) in kept.chain(found.filter(|(_, record)| record.is_directory)) {
            let names = found_names.by_cluster.entry(record.cluster).or_default();
            if names.len() < MOST_NAMES {
                names.push((parent, record));
            }
        }
        found_names
    }

    /// A directory whose beginning is lost, as the newest of its names has it.
    pub fn headless(&self, own: u32) -> Option<FoundDirectory> {
        let (parent, record) = newest(self.by_cluster.get(&own)?.iter())?;
        Some(FoundDirectory { cluster: own, parent: *parent, record: Some((*record).clone()) })
    }

    /// The name of a directory: the one in its parent, one in fragments of what may be its parent,
    /// or, of a directory of the root that holds directories as cameras call them, the one they give
    /// it. `records` are what it holds.
    pub fn find(&self, own: u32, parent: u32, records: &[FileRecord]) -> Option<FileRecord> {
        let names = self.by_cluster.get(&own).map_or(&[][..], Vec::as_slice);
        let by = |wanted: Option<u32>| newest(names.iter().filter(move |(by, _)| *by == wanted));
        if let Some((_, record)) = by(Some(parent)).or_else(|| by(None)) {
            return Some(FileRecord::clone(record));
        }
        let is_of_camera = |record: &FileRecord| {
            let lacks_letter = record.short.is_some_and(|short| short.lacks_letter());
            let name = record.name.trim_start_matches('_');
            record.is_directory
                && if lacks_letter {
                    is_camera_folder(&format!("1{name}"))
                } else {
                    is_camera_folder(name)
                }
        };
        let is_root = parent == 0 && records.iter().any(is_of_camera);
        is_root.then(|| FileRecord::inferred(CAMERA_ROOT))
    }
}
