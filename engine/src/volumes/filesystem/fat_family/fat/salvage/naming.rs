//! What directories were called of which only the clusters are left.

use std::collections::HashMap;

use crate::volumes::filesystem::fat_family::fat::salvage::fragments::FoundFragments;
use crate::volumes::filesystem::fat_family::file_record::FileRecord;
use crate::volumes::filesystem::fat_family::salvage::dcf;

/// Names of one cluster that are kept: a few generations of a card.
const MOST_NAMES: usize = 64;

/// What names directories, by the first cluster of what is named.
pub(crate) struct Naming<'r> {
    /// The directory that the name stands in, where that is known, and the name.
    by_cluster: HashMap<u32, Vec<(Option<u32>, &'r FileRecord)>>,
}

impl<'r> Naming<'r> {
    /// The names in directories that were found, and those that the volume itself still has.
    pub fn of(found: &'r [FoundFragments], kept: &'r [(u32, FileRecord)]) -> Self {
        let kept = kept.iter().map(|(parent, record)| (Some(*parent), record));
        let found = found.iter().flat_map(|one| one.records.iter().map(|record| (one.own, record)));
        let mut naming = Naming { by_cluster: HashMap::new() };
        for (parent, record) in kept.chain(found.filter(|(_, record)| record.is_directory)) {
            let names = naming.by_cluster.entry(record.cluster).or_default();
            if names.len() < MOST_NAMES {
                names.push((parent, record));
            }
        }
        naming
    }

    /// The name of a directory: the one in its parent, one in fragments of what may be its parent,
    /// or, of a directory of the root that holds directories as cameras call them, the one they give
    /// it. `records` are what it holds.
    pub fn find(&self, own: u32, parent: u32, records: &[FileRecord]) -> Option<FileRecord> {
        let names = self.by_cluster.get(&own).map_or(&[][..], Vec::as_slice);
        let by = |wanted: Option<u32>| names.iter().find(move |(by, _)| *by == wanted);
        if let Some((_, record)) = by(Some(parent)).or_else(|| by(None)) {
            return Some(FileRecord::clone(record));
        }
        let is_of_camera = |record: &FileRecord| {
            let lacks_letter = record.short.is_some_and(|short| short.lacks_letter());
            let name = record.name.trim_start_matches('_');
            record.is_directory
                && if lacks_letter {
                    dcf::is_folder(&format!("1{name}"))
                } else {
                    dcf::is_folder(name)
                }
        };
        let is_root = parent == 0 && records.iter().any(is_of_camera);
        is_root.then(|| FileRecord::inferred(dcf::ROOT))
    }
}
