//! Volumes: their superblocks, and the walk through a tree of file records.

use std::collections::HashSet;

use zerocopy::little_endian::{U32, U64};
use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use super::files::FileRecords;
use super::map::ObjectMap;
use super::node::{self, NodeRecord};
use super::object::{ContainerBlocks, NODE, Object, ObjectHeader, ROOT_NODE, VOLUME};
use crate::volumes::fields::{self, le32, le64};

/// Nodes of one volume that are read, of all its generations together.
const MOST_NODES: usize = 1 << 22;

/// Snapshots of a volume that are read.
const MOST_SNAPSHOTS: usize = 1024;

/// A superblock of a volume as it lies there, `apfs_superblock_t`, up to the name.
///
/// Source: Apple File System Reference (2020), "Volumes".
#[derive(FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct VolumeSuperblock {
    _object: ObjectHeader,
    magic: [u8; 4],
    _index: U32,
    _features: [U64; 2],
    incompatible_features: U64,
    _unused: [u8; 64],
    map: U64,
    root: U64,
    _extents: U64,
    snapshots: U64,
    _counts_and_uuid: [u8; 104],
    flags: U64,
    _history: [u8; 432],
    name: [u8; 256],
}

const _: () = assert!(std::mem::offset_of!(VolumeSuperblock, flags) == 264);

/// `APFS_INCOMPAT_CASE_INSENSITIVE` and `APFS_INCOMPAT_NORMALIZATION_INSENSITIVE`.
const HASHED_NAMES: u64 = 1 | 8;

/// `APFS_FS_UNENCRYPTED`.
const UNENCRYPTED: u64 = 1;

/// What a superblock of a volume says.
pub(crate) struct ApfsSuperblock {
    pub(crate) map: u64,
    pub(crate) root: u64,
    snapshots: u64,
    /// Whether names have their hash before them.
    pub(crate) hashed: bool,
    pub(crate) encrypted: bool,
    pub(crate) name: String,
}

impl ApfsSuperblock {
    pub(crate) fn parse(object: &Object) -> Option<Self> {
        let raw: &VolumeSuperblock = fields::structure(&object.bytes)?;
        if raw.magic != *b"APSB" {
            return None;
        }
        let len = raw.name.iter().position(|&byte| byte == 0).unwrap_or(raw.name.len());
        Some(ApfsSuperblock {
            map: raw.map.get(),
            root: raw.root.get(),
            snapshots: raw.snapshots.get(),
            hashed: raw.incompatible_features & HASHED_NAMES != 0,
            encrypted: raw.flags & UNENCRYPTED == 0,
            name: String::from_utf8_lossy(&raw.name[..len]).into_owned(),
        })
    }
}

/// One volume through all its generations.
#[derive(Default)]
pub(crate) struct ApfsVolume {
    pub(crate) map: ObjectMap,
    pub(crate) files: FileRecords,
    /// Leaves that were read already: nothing in them is new to an older generation.
    met: HashSet<u64>,
    nodes: usize,
}

impl ApfsVolume {
    /// Adds the records of the tree with that root, as of a transaction; whether all of it could be
    /// read. Records that newer generations had before are kept.
    pub(crate) fn add(
        &mut self,
        blocks: &ContainerBlocks<'_>,
        superblock: &ApfsSuperblock,
        transaction: u64,
        live: bool,
    ) -> bool {
        let mut whole = true;
        let mut seen = HashSet::new();
        let mut open = vec![(superblock.root, node::MOST_LEVELS)];
        while let Some((id, below)) = open.pop() {
            let Some(block) = self.map.place(id, transaction) else {
                whole = false;
                continue;
            };
            if self.met.contains(&block) || !seen.insert(block) || self.nodes >= MOST_NODES {
                continue;
            }
            self.nodes += 1;
            let node = self.map.object(blocks, id, transaction, &[ROOT_NODE, NODE]);
            let Some(node) = node.filter(|node| node::level(&node.bytes) < below) else {
                whole = false;
                continue;
            };
            let level = node::level(&node.bytes);
            if level == 0 {
                self.met.insert(block);
            }
            let at = blocks.place(block).unwrap_or(0);
            for record in node::records(&node.bytes) {
                if level == 0 {
                    self.files.add(at, record, superblock.hashed, live);
                } else {
                    open.extend(le64(record.value, 0).map(|child| (child, level)));
                }
            }
        }
        whole
    }

    /// Adds what snapshots of the volume have.
    pub(crate) fn add_snapshots(&mut self, blocks: &ContainerBlocks<'_>, newest: &ApfsSuperblock) {
        for (transaction, block) in snapshots(blocks, newest.snapshots) {
            let object = blocks.object(block, &[VOLUME]);
            if let Some(superblock) = object.and_then(|object| ApfsSuperblock::parse(&object)) {
                self.add(blocks, &superblock, transaction, false);
            }
        }
    }
}

/// The transactions of snapshots, and the blocks with the superblocks they keep.
fn snapshots(blocks: &ContainerBlocks<'_>, root: u64) -> Vec<(u64, u64)> {
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    let mut open = vec![(root, node::MOST_LEVELS)];
    while let Some((block, below)) = open.pop() {
        if !seen.insert(block) || found.len() >= MOST_SNAPSHOTS || seen.len() > MOST_SNAPSHOTS {
            continue;
        }
        let node = blocks.object(block, &[ROOT_NODE, NODE]);
        let Some(node) = node.filter(|node| node::level(&node.bytes) < below) else { continue };
        let level = node::level(&node.bytes);
        for NodeRecord { key, value } in node::records(&node.bytes) {
            if level > 0 {
                open.extend(le64(value, 0).map(|child| (child, level)));
            } else if le32(key, 4).is_some_and(|high| high >> 28 == 1) {
                let transaction = le64(key, 0).map(|key| key & super::files::NUMBER);
                found.extend(transaction.zip(le64(value, 8)));
            }
        }
    }
    found.sort_by_key(|&(transaction, _)| std::cmp::Reverse(transaction));
    found
}
