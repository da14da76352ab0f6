//! The catalog: all folders and files, and what is left of those that were deleted.

use std::collections::{BTreeMap, HashMap, HashSet};

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;
use zerocopy::big_endian::{U16, U32};
use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use super::header::{ExtentDescriptor, Fork, HfsHeader, extents};
use super::record::{self, CatalogFile, CatalogItem, CatalogRecord};
use super::tree::HfsTree;
use crate::volumes::fields;
use crate::volumes::filesystem::{Entry, Location, MOST_ENTRIES, MOST_RUNS, path};

/// Numbers that files and folders have: the root, and the catalog itself.
const ROOT: u32 = 2;
const CATALOG: u32 = 4;

/// The name of the folder in the root of the files that hard links lead to.
const PRIVATE: &str = "\0\0\0\0HFS+ Private Data";

/// A record of the overflow file with its key.
///
/// Source: TN1150, "Extent Keys".
#[derive(FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct ExtentRecord {
    _key_len: U16,
    fork: u8,
    _padding: u8,
    file: U32,
    first_block: U32,
    extents: [ExtentDescriptor; 8],
}

/// `forkType` of the data.
const DATA_FORK: u8 = 0;

/// Extents of files beyond the eighth, by the number of the file and the first block in it.
pub(crate) type Overflow = BTreeMap<(u32, u32), Vec<(u32, u32)>>;

/// The records of a volume, live and left.
#[derive(Default)]
pub(crate) struct Catalog {
    pub(crate) label: Option<String>,
    pub(crate) faults: Vec<String>,
    /// Records in the tree and outside of it, and where each lies.
    live: Vec<(u64, CatalogRecord)>,
    left: Vec<(u64, CatalogRecord)>,
    folders: HashMap<u32, (u32, String)>,
    overflow: Overflow,
}

/// The extents that the overflow file has.
fn overflow(bytes: &dyn Bytes, header: &HfsHeader, faults: &mut Vec<String>) -> Overflow {
    let mut found = Overflow::new();
    if header.extents.size == 0 {
        return found;
    }
    let tree = HfsTree::open(bytes, header.runs(&header.extents.extents));
    let whole = tree.is_some_and(|mut tree| {
        tree.walk(|node| {
            for (_, record) in node.records() {
                if found.len() >= MOST_ENTRIES {
                    break;
                }
                if let Some(more) = fields::structure::<ExtentRecord>(record)
                    && more.fork == DATA_FORK
                {
                    let key = (more.file.get(), more.first_block.get());
                    found.insert(key, extents(&more.extents));
                }
            }
        })
    });
    if !whole {
        faults.push("the file of further extents is damaged".into());
    }
    found
}

impl Catalog {
    /// Reads the catalog that the header leads to.
    pub(crate) fn read(bytes: &dyn Bytes, header: &HfsHeader) -> Self {
        let mut catalog = Catalog::default();
        catalog.overflow = overflow(bytes, header, &mut catalog.faults);
        let runs = catalog.runs(header, CATALOG, &header.catalog);
        let Some(mut tree) = HfsTree::open(bytes, runs) else {
            catalog.faults.push("the catalog is lost".into());
            return catalog;
        };
        let whole = tree.walk(|node| {
            for (at, record) in node.records() {
                if let Some(record) = CatalogRecord::read(record) {
                    catalog.add(node.place(at), record);
                }
            }
            catalog.add_left(record::left(&node.bytes, node.free_at()), |at| node.place(at));
        });
        if !whole {
            catalog.faults.push("the catalog is damaged".into());
        }
        for number in (1..tree.nodes).filter(|&number| !tree.met(number)) {
            if let Some(node) = tree.node(number) {
                let from = super::tree::DESCRIPTOR;
                catalog.add_left(record::left(&node.bytes, from), |at| node.place(at));
            }
        }
        catalog
    }

    /// Adds what is left of records in a piece of the source.
    pub(crate) fn add_left(
        &mut self,
        found: Vec<(usize, CatalogRecord)>,
        place: impl Fn(usize) -> u64,
    ) {
        let room = MOST_ENTRIES.saturating_sub(self.left.len());
        self.left.extend(found.into_iter().take(room).map(|(at, record)| (place(at), record)));
    }

    fn add(&mut self, at: u64, record: CatalogRecord) {
        if record.item == CatalogItem::Folder {
            if record.id == ROOT {
                self.label = Some(record.name.clone());
            }
            if self.folders.len() < MOST_ENTRIES {
                self.folders.insert(record.id, (record.parent, record.name));
            }
        } else if self.live.len() < MOST_ENTRIES {
            self.live.push((at, record));
        }
    }

    /// All files: live ones, then what is left of others.
    pub(crate) fn entries(mut self, header: &HfsHeader) -> Vec<Entry> {
        let left = std::mem::take(&mut self.left);
        for (_, record) in left.iter().filter(|(_, record)| record.item == CatalogItem::Folder) {
            let folder = (record.parent, record.name.clone());
            self.folders.entry(record.id).or_insert(folder);
        }
        let private =
            self.folders.iter().find(|(_, (parent, name))| *parent == ROOT && name == PRIVATE);
        let private = private.map(|(&id, _)| id);
        let hidden = |record: &CatalogRecord| Some(record.parent) == private;
        // What hard links lead to: files in the private folder, `iNode` and a number.
        let links: HashMap<u32, &CatalogFile> = self
            .live
            .iter()
            .filter(|(_, record)| hidden(record))
            .filter_map(|(_, record)| {
                let number = record.name.strip_prefix("iNode")?.parse().ok()?;
                file(record).map(|file| (number, file))
            })
            .collect();
        let mut entries = Vec::new();
        let mut known = HashSet::new();
        for (at, record) in self.live.iter().filter(|(_, record)| !hidden(record)) {
            let Some(own) = file(record) else { continue };
            let target = own.link.and_then(|link| links.get(&link).copied());
            known.insert((record.id, &own.fork));
            entries.extend(self.entry(header, *at, record, target.unwrap_or(own), false));
        }
        for (at, record) in left.iter().filter(|(_, record)| !hidden(record)) {
            // The same bytes under an earlier name are still there.
            let Some(own) = file(record) else { continue };
            if own.link.is_none() && known.insert((record.id, &own.fork)) {
                entries.extend(self.entry(header, *at, record, own, true));
            }
        }
        entries.truncate(MOST_ENTRIES);
        entries
    }

    fn entry(
        &self,
        header: &HfsHeader,
        at: u64,
        record: &CatalogRecord,
        file: &CatalogFile,
        deleted: bool,
    ) -> Option<Entry> {
        let runs = self.runs(header, record.id, &file.fork);
        let len = runs.iter().fold(0u64, |sum, run| sum.saturating_add(run.len));
        // What is left may be half overwritten, or never have been a record.
        if !file.regular || deleted && (len < file.fork.size || file.fork.size == 0) {
            return None;
        }
        let locations = if runs.is_empty() { Vec::new() } else { vec![Location::Runs(runs)] };
        Some(Entry {
            path: path::path(&self.folders, ROOT, record.parent, &record.name, ""),
            certain: true,
            deleted,
            erased: deleted,
            size: file.fork.size,
            written: file.fork.size,
            locations,
            modified: file.stamp(),
            deleted_at: None,
            record: at,
            coded: file.compressed.then_some("compressed by HFS+"),
        })
    }

    /// Where a fork lies: its eight extents and those of the overflow file.
    fn runs(&self, header: &HfsHeader, id: u32, fork: &Fork) -> Vec<Span> {
        let mut all = fork.extents.clone();
        let count = |extents: &[(u32, u32)]| -> u32 {
            extents.iter().fold(0, |sum: u32, &(_, count)| sum.saturating_add(count))
        };
        let mut blocks = count(&all);
        while blocks < fork.blocks && all.len() < MOST_RUNS {
            let Some(more) = self.overflow.get(&(id, blocks)).filter(|more| !more.is_empty())
            else {
                break;
            };
            blocks = blocks.saturating_add(count(more));
            all.extend(more);
        }
        header.runs(&all)
    }
}

fn file(record: &CatalogRecord) -> Option<&CatalogFile> {
    match &record.item {
        CatalogItem::File(file) => Some(file),
        CatalogItem::Folder => None,
    }
}
