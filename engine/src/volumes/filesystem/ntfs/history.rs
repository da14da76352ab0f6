//! Files whose records were used again, as the indexes of folders still name them.

use std::collections::BTreeMap;

use afterimage_signatures::{Bytes, Runs};

use super::file::File;
use super::geometry::Geometry;
use super::index::Index;
use super::index_block::{self, Indexed};
use super::record::Reference;
use super::table::{self, Table};
use super::time;
use super::tree::Tree;
use crate::volumes::filesystem::Entry;

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
pub struct History {
    files: BTreeMap<(Reference, String), (Indexed, u64)>,
}

impl History {
    /// What the indexes of the folders of `table` still say of files that it does not know any more.
    pub fn of(bytes: &dyn Bytes, table: &Table, index: &Index, geometry: &Geometry) -> Self {
        let (mut history, mut left) = (History::default(), MOST_READ.min(geometry.len));
        let mut slot = 0;
        while slot < table.len() && left > 0 {
            let mut piece = table.piece(bytes, slot);
            for here in 0..piece.len() {
                let folder = piece.take(here);
                if let Some(folder) =
                    folder.filter(|own| own.record.folder && own.record.base.is_none())
                {
                    let mut file = File::default();
                    file.add(&folder);
                    index.complete(bytes, table, &folder, &mut file);
                    let runs = Runs::new(file.index.runs(geometry)).slice(0, left);
                    left -= runs.len();
                    history.read(bytes, &runs, folder.number, index);
                }
            }
            slot += piece.len().max(1) as u64;
        }
        history
    }

    /// Reads the index in `runs` of the folder with that number.
    fn read(&mut self, bytes: &dyn Bytes, runs: &Runs, folder: u64, index: &Index) {
        for start in (0..runs.len()).step_by(BLOCK as usize) {
            let here = runs.slice(start, BLOCK);
            let at = here.as_slice().first().map_or(0, |run| run.at);
            for entry in index_block::entries(&mut table::read(bytes, &here)) {
                if entry.name.parent.number() == folder {
                    self.add(entry, at, index);
                }
            }
        }
    }

    /// Adds what a block at `at` says, unless a record still tells; of several sayings, the last one
    /// stays.
    pub fn add(&mut self, entry: Indexed, at: u64, index: &Index) {
        let Indexed { file, name } = &entry;
        let told = name.dos || name.folder || file.number() < OWN || index.knows(*file);
        if told || self.files.len() >= MOST {
            return;
        }
        let newer = |(old, _): &(Indexed, u64)| {
            (old.name.modified, old.name.size) < (name.modified, name.size)
        };
        let key = (*file, name.text.clone());
        if self.files.get(&key).is_none_or(newer) {
            self.files.insert(key, (entry, at));
        }
    }

    /// The files, with their paths in `tree`. Where their bytes lay, an index does not say.
    pub fn entries(self, tree: &Tree) -> impl Iterator<Item = Entry> {
        self.files.into_values().map(|(Indexed { name, .. }, record)| Entry {
            path: tree.path(name.parent, &name.text),
            certain: true,
            deleted: true,
            erased: true,
            size: name.size,
            locations: Vec::new(),
            modified: time::stamp(name.modified),
            deleted_at: None,
            record,
            coded: None,
        })
    }
}
