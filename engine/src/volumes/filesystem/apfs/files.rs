//! Records of files: inodes, names in folders, extents.
//!
//! Source: Apple File System Reference (2020), "File-System Objects", "Data Streams".

use std::collections::{BTreeMap, BTreeSet, HashMap};

use afterimage_signatures::verdict::Span;

use super::node::NodeRecord;
use super::object::ContainerBlocks;
use crate::model::Moment;
use crate::volumes::fields::{array, byte, le16, le32, le64};
use crate::volumes::filesystem::{Entry, Location, MOST_ENTRIES, MOST_RUNS, path};

/// The bits of a key that number an object; those above them are the record's type.
pub(crate) const NUMBER: u64 = (1 << 60) - 1;

/// The root folder.
const ROOT: u64 = 2;

/// Types of records.
const INODE: u64 = 3;
const EXTENT: u64 = 8;
const NAME: u64 = 9;

/// What the data stream's field of an inode is called.
const STREAM: u8 = 8;

struct ApfsInode {
    /// Number of the stream with its bytes.
    stream: u64,
    /// Nanoseconds since 1970.
    modified: u64,
    size: u64,
    regular: bool,
    compressed: bool,
    live: bool,
    record: u64,
}

/// The records of a volume, of the newest generation that has each.
#[derive(Default)]
pub(crate) struct FileRecords {
    inodes: HashMap<u64, ApfsInode>,
    /// Names by the folder that they are in and what each is of. A file that took the name of a
    /// deleted one has another number.
    names: BTreeSet<(u64, String, u64)>,
    folders: HashMap<u64, (u64, String)>,
    /// Lengths and first blocks by stream and the first byte in it.
    extents: BTreeMap<(u64, u64), (u64, u64)>,
}

impl FileRecords {
    /// Adds a record of the leaf at `at`, unless it is there already.
    pub(crate) fn add(&mut self, at: u64, record: NodeRecord<'_>, hashed: bool, live: bool) {
        let NodeRecord { key, value } = record;
        let Some(head) = le64(key, 0) else { return };
        let number = head & NUMBER;
        match head >> 60 {
            INODE if self.inodes.len() < MOST_ENTRIES => {
                if let Some(inode) = inode(value, live, at) {
                    self.inodes.entry(number).or_insert(inode);
                }
            }
            NAME if self.names.len() < MOST_ENTRIES => {
                self.add_name(number, key, value, hashed);
            }
            EXTENT if self.extents.len() < MOST_ENTRIES => {
                let extent = le64(value, 0).map(|len| len & ((1 << 56) - 1));
                if let (Some(from), Some(extent)) = (le64(key, 8), extent.zip(le64(value, 8))) {
                    self.extents.entry((number, from)).or_insert(extent);
                }
            }
            _ => {}
        }
    }

    fn add_name(&mut self, parent: u64, key: &[u8], value: &[u8], hashed: bool) -> Option<()> {
        let (at, len) =
            if hashed { (12, le32(key, 8)? & 0x3ff) } else { (10, le16(key, 8)?.into()) };
        // The length counts a zero at the end.
        let name = key.get(at..at + (len as usize).checked_sub(1)?)?;
        let name = String::from_utf8_lossy(name).replace('/', ":");
        let (number, is_folder) = (le64(value, 0)?, le16(value, 16)? & 15 == 4);
        if is_folder {
            let folder = (parent, name.clone());
            if self.folders.len() < MOST_ENTRIES {
                self.folders.entry(number).or_insert(folder);
            }
        }
        if !is_folder {
            self.names.insert((parent, name, number));
        }
        Some(())
    }

    /// The files under `top`, which is empty or the name of the volume.
    pub(crate) fn entries(&self, blocks: &ContainerBlocks<'_>, top: &str) -> Vec<Entry> {
        let entries = self.names.iter().filter_map(|(parent, name, number)| {
            let inode = self.inodes.get(number).filter(|inode| inode.regular)?;
            let runs = self.runs(blocks, inode);
            Some(Entry {
                path: path::path(&self.folders, ROOT, *parent, name, top),
                certain: true,
                deleted: !inode.live,
                erased: !inode.live,
                size: inode.size,
                written: inode.size,
                locations: if runs.is_empty() { Vec::new() } else { vec![Location::Runs(runs)] },
                modified: stamp(inode.modified),
                deleted_at: None,
                record: inode.record,
                coded: inode.compressed.then_some("compressed by APFS"),
            })
        });
        entries.take(MOST_ENTRIES).collect()
    }

    /// Where the bytes of a file lie, up to the first sparse hole.
    fn runs(&self, blocks: &ContainerBlocks<'_>, inode: &ApfsInode) -> Vec<Span> {
        let mut runs: Vec<Span> = Vec::new();
        let mut next = 0;
        let all = self.extents.range((inode.stream, 0)..=(inode.stream, u64::MAX));
        for (&(_, from), &(len, block)) in all.take(MOST_RUNS) {
            let last = block.checked_add((len / u64::from(blocks.block)).saturating_sub(1));
            let inside = last.and_then(|last| blocks.place(last)).is_some();
            let Some(at) = blocks.place(block) else { break };
            if !inside || block == 0 || from != next {
                break;
            }
            next += len;
            match runs.last_mut() {
                Some(last) if last.at + last.len == at => last.len += len,
                _ => runs.push(Span { at, len }),
            }
        }
        runs.retain(|run| run.len > 0);
        runs
    }
}

fn stamp(nanoseconds: u64) -> Option<Moment> {
    const SECOND: u64 = 1_000_000_000;
    Moment::utc(i64::try_from(nanoseconds / SECOND).ok()?, (nanoseconds % SECOND) as i32)
}

fn inode(value: &[u8], live: bool, record: u64) -> Option<ApfsInode> {
    // UF_COMPRESSED: the data are in an attribute, and their size is in a field of its own.
    let compressed = le32(value, 68)? & 0x20 != 0;
    let size = if compressed { le64(value, 84) } else { stream_size(value) };
    Some(ApfsInode {
        stream: le64(value, 8)?,
        modified: le64(value, 24)?,
        size: size.unwrap_or(0),
        regular: le16(value, 80)? & 0xf000 == 0x8000,
        compressed,
        live,
        record,
    })
}

/// The size of the data stream, out of the fields after the fixed part of an inode.
fn stream_size(value: &[u8]) -> Option<u64> {
    let count = usize::from(le16(value, 92)?);
    let mut at = 96 + 4 * count;
    for field in 0..count {
        let head = array::<4>(value, 96 + 4 * field)?;
        if head[0] == STREAM {
            return le64(value, at);
        }
        byte(value, at)?;
        at += usize::from(le16(&head, 2)?).next_multiple_of(8);
    }
    None
}
