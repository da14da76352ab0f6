//! Files whose records were used again, as the indexes of folders still name them.

use std::collections::BTreeMap;

use afterimage_signatures::{Bytes, Runs};

use super::file::NtfsFile;
use super::geometry::NtfsGeometry;
use super::index::TableIndex;
use super::index_block::{self, IndexEntry};
use super::record::Reference;
use super::table::RecordTable;
use super::tree::FolderTree;
use crate::model::Moment;
use crate::volumes::filesystem::Entry;
use crate::volumes::read;

/// Files that are listed so.
const MOST: usize = 1 << 16;

/// Bytes of indexes that are read of one volume.
const MOST_READ: u64 = 1 << 30;

/// Bytes of the blocks of an index; every version of Windows makes them so.
const BLOCK: u64 = 4096;

/// Records below this number are the volume's own.
const OWN: u64 = 16;

/// What is known of files that no record tells of, by record and name.
#[derive(Debug, Default)]
pub(crate) struct IndexHistory {
    files: BTreeMap<(Reference, String), (IndexEntry, u64)>,
}

impl IndexHistory {
    /// What the indexes of the folders of `table` still say of files that it does not know any more.
    pub(crate) fn of(
        bytes: &dyn Bytes,
        table: &RecordTable,
        index: &TableIndex,
        geometry: &NtfsGeometry,
    ) -> Self {
        let (mut history, mut left) = (IndexHistory::default(), MOST_READ.min(geometry.len));
        let mut slot = 0;
        while slot < table.len() && left > 0 {
            let mut batch = table.batch(bytes, slot);
            for here in 0..batch.len() {
                let folder = batch.take(here);
                if let Some(folder) =
                    folder.filter(|own| own.record.folder && own.record.base.is_none())
                {
                    let mut file = NtfsFile::default();
                    file.add(&folder);
                    index.complete(bytes, table, &folder, &mut file);
                    let runs = Runs::new(file.index.runs(geometry)).slice(0, left);
                    left -= runs.len();
                    history.read(bytes, &runs, folder.number, index);
                }
            }
            slot += batch.len().max(1) as u64;
        }
        history
    }

    /// Reads the index in `runs` of the folder with that number.
    fn read(&mut self, bytes: &dyn Bytes, runs: &Runs, folder: u64, index: &TableIndex) {
        for start in (0..runs.len()).step_by(BLOCK as usize) {
            let here = runs.slice(start, BLOCK);
            let at = here.as_slice().first().map_or(0, |run| run.at);
            for entry in index_block::entries(&mut read::runs_padded(bytes, &here)) {
                if entry.name.parent.number() == folder {
                    self.add(entry, at, index);
                }
            }
        }
    }

    /// Adds what a block at `at` says, unless a record still tells; of several sayings, the last one
    /// stays.
    pub(crate) fn add(&mut self, entry: IndexEntry, at: u64, index: &TableIndex) {
        let IndexEntry { file, name } = &entry;
        let told = name.dos || name.folder || file.number() < OWN || index.knows(*file);
        if told || self.files.len() >= MOST {
            return;
        }
        let newer = |(old, _): &(IndexEntry, u64)| {
            (old.name.modified, old.name.size) < (name.modified, name.size)
        };
        let key = (*file, name.text.clone());
        if self.files.get(&key).is_none_or(newer) {
            self.files.insert(key, (entry, at));
        }
    }

    /// The files, with their paths in `tree`. Where their bytes lay, an index does not say.
    pub(crate) fn entries(self, tree: &FolderTree) -> impl Iterator<Item = Entry> {
        self.files.into_values().map(|(IndexEntry { name, .. }, record)| Entry {
            path: tree.path(name.parent, &name.text),
            certain: true,
            deleted: true,
            erased: true,
            size: name.size,
            written: name.size,
            locations: Vec::new(),
            modified: Moment::filetime(name.modified),
            deleted_at: None,
            record,
            coded: None,
        })
    }
}
