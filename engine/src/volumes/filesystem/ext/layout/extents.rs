//! The tree of extents of ext4.
//!
//! Source: Linux kernel documentation, "ext4 Data Structures and Algorithms", Extent Tree.

use zerocopy::little_endian::{U16, U32};
use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use super::super::inode::ExtInode;
use super::super::volume::ExtVolume;
use super::builder::LayoutBuilder;
use crate::volumes::fields::{self, joined};

/// `eh_magic`.
const MAGIC: u16 = 0xf30a;

/// Levels of index blocks that the format allows.
const MOST_DEPTH: u16 = 5;

/// The header of a node as it lies there: `ext4_extent_header`.
#[derive(FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct NodeHeader {
    magic: U16,
    entries: U16,
    most_entries: U16,
    depth: U16,
    _generation: U32,
}

/// An entry of a leaf as it lies there: `ext4_extent`. That of an index begins with a block of the file
/// as well.
#[derive(Clone, Copy, FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct RawExtent {
    first: U32,
    len: U16,
    block_high: U16,
    block_low: U32,
}

/// An entry of an index as it lies there: `ext4_extent_idx`.
#[derive(Clone, Copy, FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct RawIndex {
    first: U32,
    block_low: U32,
    block_high: U16,
    _unused: U16,
}

/// `EXT_INIT_MAX_LEN`: a longer extent is reserved, but not written, and that much shorter.
const MOST_WRITTEN: u16 = 0x8000;

/// A node of the tree that was checked: its entries, from the first block of the file on.
enum ExtentNode {
    Leaf(Vec<RawExtent>),
    Index { depth: u16, entries: Vec<RawIndex> },
}

impl ExtentNode {
    /// The node in some bytes, when its entries are in order and lie from `first` to before `end`.
    fn parse(data: &[u8], depth: Option<u16>, first: u32, end: u64) -> Option<Self> {
        let header: &NodeHeader = fields::structure(data)?;
        let count = usize::from(header.entries);
        let found = header.depth.get();
        if header.magic != MAGIC || header.entries > header.most_entries || found > MOST_DEPTH {
            return None;
        }
        if depth.is_some_and(|depth| found != depth) {
            return None;
        }
        let data = &data[size_of::<NodeHeader>()..];
        let fit = |starts: &mut dyn Iterator<Item = u32>| {
            let mut next = u64::from(first);
            starts.map(u64::from).all(|start| {
                let fits = (next..end).contains(&start);
                next = start + 1;
                fits
            })
        };
        if found == 0 {
            let (entries, _) = <[RawExtent]>::ref_from_prefix_with_elems(data, count).ok()?;
            let fits = fit(&mut entries.iter().map(|entry| entry.first.get()));
            return fits.then(|| ExtentNode::Leaf(entries.to_vec()));
        }
        let (entries, _) = <[RawIndex]>::ref_from_prefix_with_elems(data, count).ok()?;
        let fits = fit(&mut entries.iter().map(|entry| entry.first.get()));
        fits.then(|| ExtentNode::Index { depth: found, entries: entries.to_vec() })
    }

    /// Blocks of the file that a leaf speaks of; for an index, entries.
    fn reach(&self) -> u64 {
        match self {
            ExtentNode::Leaf(entries) => {
                entries.iter().map(|entry| u64::from(entry.length().0)).sum()
            }
            ExtentNode::Index { entries, .. } => entries.len() as u64,
        }
    }
}

impl RawExtent {
    /// Blocks of it, and whether they were written.
    fn length(&self) -> (u16, bool) {
        let len = self.len.get();
        if len > MOST_WRITTEN { (len - MOST_WRITTEN, false) } else { (len, true) }
    }
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
    let (depth, entries) = match node {
        ExtentNode::Leaf(entries) => {
            return entries.iter().all(|entry| add(volume, entry, builder));
        }
        ExtentNode::Index { depth, entries } => (depth, entries),
    };
    let mut end = end;
    for entry in entries.iter().rev() {
        let block = joined(entry.block_high.into(), entry.block_low.get());
        let first = entry.first.get();
        waiting.push(Branch { block, depth: depth - 1, first, end });
        end = first.into();
    }
    true
}

/// Adds an extent.
fn add(volume: &ExtVolume, entry: &RawExtent, builder: &mut LayoutBuilder) -> bool {
    let (count, written) = entry.length();
    let (logical, block) =
        (u64::from(entry.first), joined(entry.block_high.into(), entry.block_low.get()));
    if !written {
        builder.reserve(volume, block, count.into());
    }
    if logical < builder.next && !builder.is_full() {
        return false;
    }
    builder.skip_to(logical);
    if !written || count == 0 {
        builder.skip_to(logical + u64::from(count));
        return true;
    }
    builder.add(volume, block, count.into())
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
