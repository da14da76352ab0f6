//! The tree of extents of ext4.
//!
//! Source: Linux kernel documentation, "ext4 Data Structures and Algorithms", Extent Tree.

use super::super::field::{joined, le16, le32};
use super::super::inode::ExtInode;
use super::super::volume::ExtVolume;
use super::builder::LayoutBuilder;

/// `eh_magic`.
const MAGIC: u16 = 0xf30a;

/// Levels of index blocks that the format allows.
const MOST_DEPTH: u16 = 5;

/// Bytes of the header and of each entry.
const ENTRY: usize = 12;

/// `EXT_INIT_MAX_LEN`: a longer extent is reserved, but not written, and that much shorter.
const MOST_WRITTEN: u16 = 0x8000;

/// A node of the tree that was checked.
struct ExtentNode {
    depth: u16,
    /// The entries, from the first block of the file on.
    entries: Vec<[u8; ENTRY]>,
}

impl ExtentNode {
    /// The node in some bytes, when its entries are in order and lie from `first` to before `end`.
    fn parse(data: &[u8], depth: Option<u16>, first: u32, end: u64) -> Option<Self> {
        let (count, most) = (le16(data, 2), le16(data, 4));
        let found = le16(data, 6);
        if le16(data, 0) != MAGIC || count > most || found > MOST_DEPTH {
            return None;
        }
        if depth.is_some_and(|depth| found != depth) {
            return None;
        }
        let entries = data.get(ENTRY..)?.get(..usize::from(count) * ENTRY)?;
        let entries: Vec<[u8; ENTRY]> = entries.as_chunks().0.to_vec();
        let starts = entries.iter().map(|entry| le32(entry, 0));
        let ordered = starts.clone().zip(starts.clone().skip(1)).all(|(one, next)| one < next);
        let inside = starts.clone().all(|start| start >= first && u64::from(start) < end);
        (ordered && inside).then_some(ExtentNode { depth: found, entries })
    }

    /// Blocks of the file that a leaf speaks of; for an index, entries.
    fn reach(&self) -> u64 {
        let len = |entry: &[u8; ENTRY]| u64::from(length(entry).0);
        if self.depth == 0 { self.entries.iter().map(len).sum() } else { self.entries.len() as u64 }
    }
}

/// Blocks of an extent, and whether they were written.
fn length(entry: &[u8; ENTRY]) -> (u16, bool) {
    let len = le16(entry, 4);
    if len > MOST_WRITTEN { (len - MOST_WRITTEN, false) } else { (len, true) }
}

/// A node that is to be read: its block, its depth, and the blocks of the file that it is for.
struct Branch {
    block: u64,
    depth: u16,
    first: u32,
    end: u64,
}

/// Follows the tree; false when a part of it is lost.
pub(super) fn walk(
    volume: &ExtVolume,
    inode: &ExtInode,
    sequence: Option<u32>,
    builder: &mut LayoutBuilder,
) -> bool {
    let whole = 1 << 32;
    let Some(root) = ExtentNode::parse(&inode.map, None, 0, whole) else { return false };
    let mut waiting = Vec::new();
    if !take(volume, &root, whole, builder, &mut waiting) {
        return false;
    }
    while let Some(branch) = waiting.pop() {
        if builder.is_full() {
            break;
        }
        let Some(node) = read(volume, &branch, sequence) else { return false };
        if !take(volume, &node, branch.end, builder, &mut waiting) {
            return false;
        }
    }
    true
}

/// Adds the extents of a leaf, or has the branches of an index wait, the first of them last.
fn take(
    volume: &ExtVolume,
    node: &ExtentNode,
    end: u64,
    builder: &mut LayoutBuilder,
    waiting: &mut Vec<Branch>,
) -> bool {
    if node.depth == 0 {
        return node.entries.iter().all(|entry| add(volume, entry, builder));
    }
    let mut end = end;
    for entry in node.entries.iter().rev() {
        let (first, block) = (le32(entry, 0), joined(le16(entry, 8).into(), le32(entry, 4)));
        waiting.push(Branch { block, depth: node.depth - 1, first, end });
        end = first.into();
    }
    true
}

/// Adds an extent.
fn add(volume: &ExtVolume, entry: &[u8; ENTRY], builder: &mut LayoutBuilder) -> bool {
    let (count, written) = length(entry);
    let logical = u64::from(le32(entry, 0));
    if logical < builder.next && !builder.is_full() {
        return false;
    }
    builder.skip_to(logical);
    if !written || count == 0 {
        builder.skip_to(logical + u64::from(count));
        return true;
    }
    builder.add(volume, joined(le16(entry, 6).into(), le32(entry, 8)), count.into())
}

/// Reads a node. Of an old tree the blocks may have been emptied since: of what lies there and the
/// copies in the journal, what says most is taken.
fn read(volume: &ExtVolume, branch: &Branch, sequence: Option<u32>) -> Option<ExtentNode> {
    let parse = |data: &[u8]| ExtentNode::parse(data, Some(branch.depth), branch.first, branch.end);
    let mut data = Vec::new();
    if !volume.spend() {
        return None;
    }
    let there = volume.read_or_restore(branch.block, &mut data).and_then(|_| parse(&data));
    if sequence.is_none() {
        return there;
    }
    let mut best = there;
    for copy in volume.copies.of(branch.block).iter().rev() {
        if !volume.spend() {
            break;
        }
        let copy = copy.read(&volume.blocks, &mut data).then(|| parse(&data)).flatten();
        if copy.as_ref().map_or(0, ExtentNode::reach) > best.as_ref().map_or(0, ExtentNode::reach) {
            best = copy;
        }
    }
    best
}
