//! Files that only entry sets without a way to them name.

mod directories;
mod geometry;

use std::collections::HashSet;

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use crate::volumes::filesystem::contents::Contents;
use crate::volumes::filesystem::fat_family::directory_bytes::{DirectoryBytes, ENTRY_LEN};
use crate::volumes::filesystem::fat_family::exfat::entry_set::{EntrySet, MOST_SET};
use crate::volumes::filesystem::fat_family::exfat::upcase;
use crate::volumes::filesystem::fat_family::file_record::FileRecord;
use crate::volumes::filesystem::fat_family::salvage::lost_volume::{
    LostVolume, MOST_CLUES, listed,
};
use crate::volumes::filesystem::fat_family::tree::DirectoryTree;
use crate::volumes::filesystem::limits::MOST_ENTRIES;
use crate::volumes::filesystem::system::SECTOR;
use directories::DirectoryClusters;

/// What the entries at `clues` say that no volume in `known` does.
pub(crate) fn salvage(bytes: &dyn Bytes, clues: &[u64], known: &[Contents]) -> Vec<Contents> {
    let listed = listed(known);
    let mut rest = records(bytes, clues, known);
    let mut salvaged = Vec::new();
    for known in known {
        let volume = LostVolume::of(known);
        let (inside, outside) = rest.into_iter().partition(|record| volume.holds(record.at));
        rest = outside;
        salvaged.extend(contents(bytes, &volume, inside, &listed));
    }
    if let Some(first) = rest.first() {
        let nowhere = LostVolume::nowhere(first.at, bytes.len());
        let volume = geometry::agreed(bytes, &rest).unwrap_or(nowhere);
        salvaged.extend(contents(bytes, &volume, rest, &listed));
    }
    salvaged
}

/// What the sets say that begin in sectors with clues. They may reach into the sector behind.
///
/// A set without its first entry is left out where the whole one is known: it lay across the edge of
/// a cluster.
fn records(bytes: &dyn Bytes, clues: &[u64], known: &[Contents]) -> Vec<FileRecord> {
    let (mut sets, mut end) = (Vec::<EntrySet>::new(), 0);
    for &sector in clues.iter().take(MOST_CLUES) {
        let run = Span { at: sector, len: (SECTOR + MOST_SET * ENTRY_LEN) as u64 };
        let entries = DirectoryBytes::read(bytes, [run]);
        for index in 0..SECTOR / ENTRY_LEN {
            let at = entries.offset(index);
            if at < end || sets.len() >= MOST_ENTRIES {
                continue;
            }
            if let Some(mut set) = EntrySet::parse(entries.bytes(), index, upcase::unicode()) {
                end = at + (set.entries * ENTRY_LEN) as u64;
                set.record.at = at;
                sets.push(set);
            }
        }
    }
    let entries = known.iter().flat_map(|known| &known.entries);
    let listed = entries.map(|entry| {
        let name = entry.path.rsplit_once('/').map_or(entry.path.as_str(), |pair| pair.1);
        (name.to_owned(), entry.size)
    });
    let name = |set: &EntrySet| (set.record.name.clone(), set.record.size);
    let whole = sets.iter().filter(|set| set.has_file_entry).map(name);
    let whole: HashSet<(String, u64)> = listed.chain(whole).collect();
    let fits = |set: &EntrySet| set.has_file_entry || !whole.contains(&name(set));
    sets.into_iter().filter(fits).map(|set| set.record).collect()
}

/// What these records say of one volume, except what is listed already.
fn contents(
    bytes: &dyn Bytes,
    volume: &LostVolume<'_>,
    records: Vec<FileRecord>,
    listed: &HashSet<u64>,
) -> Option<Contents> {
    let first = records.first()?.at;
    let clusters = DirectoryClusters::of(bytes, volume, &records);
    let directories = clusters.found();
    let is_lost = |record: &&FileRecord| {
        !record.is_directory && !listed.contains(&record.at) && volume.is_free(record.at)
    };
    let files = records.iter().filter(is_lost).map(|record| {
        let record = FileRecord { deleted: true, ..record.clone() };
        (clusters.directory_of(record.at).unwrap_or_else(|| clusters.nameless(record.at)), record)
    });
    volume.contents("exfat", first, DirectoryTree::of_found(directories, files))
}
