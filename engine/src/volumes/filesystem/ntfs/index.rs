//! What is gathered from a table of records before its files can be listed: the folders, which
//! records continue which, and which uses of them are known.

use std::cell::Cell;

use afterimage_signatures::Bytes;

use super::attribute;
use super::file::NtfsFile;
use super::name::FileName;
use super::record::Reference;
use super::table::{PlacedRecord, RecordTable};
use super::tree::FolderTree;

/// Records that continue others, as many as are remembered.
const MOST_CONTINUED: usize = 1 << 20;

/// Records that continue one file, as many as are read.
const MOST_OF_ONE: usize = 1024;

/// Records that continue others, as often as any is read.
const MOST_READS: u64 = 4 << 20;

/// Records whose use is remembered.
const MOST_USES: usize = 16 << 20;

/// What a table says of its own.
#[derive(Debug, Default)]
pub(crate) struct TableIndex {
    /// Its folders.
    pub(crate) tree: FolderTree,
    /// What each record that continues another calls it, and its slot; in order.
    continued: Vec<(Reference, u64)>,
    /// The last use of each record, as others call it; in order.
    uses: Vec<Reference>,
    /// Records of which a part is not of the same moment as the rest.
    pub(crate) torn: u64,
    /// How often a record that continues another was read.
    reads: Cell<u64>,
}

impl TableIndex {
    /// Reads through `table` once.
    ///
    /// A record that continues another says which. That serves as well as the list that the first
    /// one has of them, which may lie elsewhere and be lost.
    pub(crate) fn of(bytes: &dyn Bytes, table: &RecordTable) -> Self {
        let (mut index, mut folders) = (TableIndex::default(), Vec::new());
        let mut slot = 0;
        while slot < table.len() {
            let mut batch = table.batch(bytes, slot);
            for here in 0..batch.len() {
                if let Some(placed) = batch.take(here)
                    && index.add(&placed, slot + here as u64)
                {
                    folders.push(slot + here as u64);
                }
            }
            slot += batch.len().max(1) as u64;
        }
        index.continued.sort_unstable();
        index.uses.sort_unstable();
        for slot in folders {
            index.add_split_folder(bytes, table, slot);
        }
        index
    }

    /// Whether the record is of a folder whose name stands in another record.
    fn add(&mut self, placed: &PlacedRecord<'_>, slot: u64) -> bool {
        let record = &placed.record;
        self.torn += u64::from(record.torn);
        if let Some(base) = record.base {
            if self.continued.len() < MOST_CONTINUED {
                self.continued.push((base, slot));
            }
            return false;
        }
        let reference = record.reference(placed.number);
        if self.uses.len() < MOST_USES {
            self.uses.push(reference);
        }
        if !record.folder {
            return false;
        }
        let named = |attribute: &attribute::Attribute<'_>| attribute.kind == attribute::FILE_NAME;
        let names = attribute::attributes(record).filter(named);
        let best =
            names.filter_map(|name| FileName::parse(name.resident()?)).min_by_key(|name| name.dos);
        match best {
            Some(name) => self.tree.add(reference, !record.in_use, name),
            None => return true,
        }
        false
    }

    fn add_split_folder(&mut self, bytes: &dyn Bytes, table: &RecordTable, slot: u64) {
        let mut batch = table.one(bytes, slot);
        let Some(placed) = batch.take(0) else { return };
        let mut file = NtfsFile::default();
        self.complete(bytes, table, &placed, &mut file);
        if let Some(name) = file.names.into_iter().next() {
            let reference = placed.record.reference(placed.number);
            self.tree.add(reference, !placed.record.in_use, name);
        }
    }

    /// Adds what the records say that continue this one.
    pub(crate) fn complete(
        &self,
        bytes: &dyn Bytes,
        table: &RecordTable,
        base: &PlacedRecord<'_>,
        file: &mut NtfsFile,
    ) {
        let now = Reference::new(base.number, base.record.sequence);
        // What is called by the sequence number of a deleted record may be of either time.
        let names = [base.record.reference(base.number), now];
        let names = if names[0] == names[1] { &names[..1] } else { &names[..] };
        for &name in names {
            let start = self.continued.partition_point(|(base, _)| *base < name);
            let same = self.continued[start..].iter().take_while(|(base, _)| *base == name);
            for (_, slot) in same.take(MOST_OF_ONE) {
                self.reads.set(self.reads.get() + 1);
                if self.reads.get() > MOST_READS {
                    return;
                }
                let mut batch = table.one(bytes, *slot);
                let more = batch.take(0);
                // What continues a file that is there is there itself.
                if let Some(more) = more.filter(|more| more.record.in_use || !base.record.in_use) {
                    file.add(&more);
                }
            }
        }
    }

    /// Whether a record still tells of the use that `reference` means; of too many records, any may.
    pub(crate) fn knows(&self, reference: Reference) -> bool {
        self.uses.len() >= MOST_USES || self.uses.binary_search(&reference).is_ok()
    }
}
