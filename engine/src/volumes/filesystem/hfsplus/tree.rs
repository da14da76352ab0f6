//! B-trees of HFS+, read along the links of their leaves.

use afterimage_signatures::verdict::Span;
use afterimage_signatures::{Bytes, Runs};
use zerocopy::big_endian::{U16, U32};
use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use crate::volumes::fields::be16;
use crate::volumes::{fields, read};

/// Nodes of a tree that are followed: more than a catalog of any disk has.
const MOST_NODES: u64 = 1 << 24;

/// Bytes of a node at most, which is what is searched for records from a clue on.
pub(crate) const LONGEST_NODE: usize = 32 << 10;

/// Bytes of the shortest node.
const SHORTEST_NODE: usize = 512;

/// What every node begins with.
///
/// Source: TN1150, "Node Descriptor".
#[derive(FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub(super) struct NodeDescriptor {
    next: U32,
    _previous: U32,
    kind: u8,
    height: u8,
    records: U16,
    reserved: U16,
}

/// The first node of a tree, up to the last field that is used.
///
/// Source: TN1150, "Header Record".
#[derive(FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub(super) struct HeaderNode {
    descriptor: NodeDescriptor,
    _depth: U16,
    _root: U32,
    leaf_records: U32,
    first_leaf: U32,
    _last_leaf: U32,
    node_len: U16,
    _longest_key: U16,
    nodes: U32,
}

/// Kinds of nodes.
const LEAF: u8 = 0xff;
const HEADER: u8 = 1;

impl HeaderNode {
    /// The node that `bytes` begin with, when it can be one.
    pub(super) fn parse(bytes: &[u8]) -> Option<&Self> {
        let node: &HeaderNode = fields::structure(bytes)?;
        let len = node.node_len.get();
        let fits = node.descriptor.kind == HEADER
            && len.is_power_of_two()
            && usize::from(len) >= SHORTEST_NODE;
        fits.then_some(node)
    }

    /// Whether it stands where the header of a tree does, below all other nodes.
    pub(super) fn is_first(&self) -> bool {
        self.descriptor.height == 0
    }
}

/// Bytes before the first record of a node.
pub(crate) const DESCRIPTOR: usize = size_of::<NodeDescriptor>();

/// A tree in its fork.
pub(crate) struct HfsTree<'b> {
    bytes: &'b dyn Bytes,
    runs: Runs,
    pub(crate) node_len: usize,
    pub(crate) nodes: u64,
    first_leaf: u32,
    leaf_records: u32,
    /// Which nodes the walk has met.
    met: Vec<bool>,
}

/// A node and where it lies.
pub(crate) struct HfsNode {
    pub(crate) bytes: Vec<u8>,
    /// The runs of the source that it lies in.
    pub(crate) runs: Runs,
}

impl HfsNode {
    /// Where byte `at` of the node lies in the source.
    pub(crate) fn place(&self, at: usize) -> u64 {
        self.runs.slice(at as u64, 1).as_slice().first().map_or(0, |run| run.at)
    }

    /// The bytes of its records, and where they begin.
    pub(crate) fn records(&self) -> impl Iterator<Item = (usize, &[u8])> {
        let count = usize::from(self.count());
        (0..count).filter_map(|index| {
            let (start, end) = (self.offset(index)?, self.offset(index + 1)?);
            Some((start, self.bytes.get(start..end)?))
        })
    }

    /// Where its free space begins, for all that its last offset says.
    pub(crate) fn free_at(&self) -> usize {
        let count = usize::from(self.count());
        self.offset(count).filter(|&at| at >= DESCRIPTOR).unwrap_or(DESCRIPTOR)
    }

    pub(crate) fn is_leaf(&self) -> bool {
        is_leaf(&self.bytes)
    }

    fn descriptor(&self) -> Option<&NodeDescriptor> {
        fields::structure(&self.bytes)
    }

    /// How many records it says it has.
    fn count(&self) -> u16 {
        self.descriptor().map_or(0, |descriptor| descriptor.records.get())
    }

    fn offset(&self, index: usize) -> Option<usize> {
        let at = self.bytes.len().checked_sub(2 * (index + 1))?;
        be16(&self.bytes, at).map(usize::from)
    }
}

/// Whether a node is a leaf, by its descriptor.
pub(crate) fn is_leaf(node: &[u8]) -> bool {
    fields::structure::<NodeDescriptor>(node)
        .is_some_and(|node| node.kind == LEAF && node.height == 1 && node.reserved == 0)
}

/// Bytes of the node that the piece begins with: at its end stands where its first record begins.
pub(crate) fn node_len(piece: &[u8]) -> usize {
    (9..=15)
        .map(|power| 1usize << power)
        .find(|&len| be16(piece, len - 2) == Some(DESCRIPTOR as u16))
        .unwrap_or(4096)
        .min(piece.len())
}

impl<'b> HfsTree<'b> {
    /// The tree that lies in those runs.
    pub(crate) fn open(bytes: &'b dyn Bytes, runs: Vec<Span>) -> Option<Self> {
        let runs = Runs::new(runs);
        let mut head = [0; SHORTEST_NODE];
        read::runs_into(bytes, &runs, &mut head)?;
        let header = HeaderNode::parse(&head)?;
        let node_len = header.node_len.get();
        let room = runs.len().min(bytes.len()) / u64::from(node_len);
        let nodes = u64::from(header.nodes).min(room).min(MOST_NODES);
        Some(HfsTree {
            bytes,
            runs,
            node_len: node_len.into(),
            nodes,
            first_leaf: header.first_leaf.get(),
            leaf_records: header.leaf_records.get(),
            met: vec![false; nodes as usize],
        })
    }

    /// Shows the leaves in order, as far as their links lead; whether they led to all records.
    pub(crate) fn walk(&mut self, mut each: impl FnMut(&HfsNode)) -> bool {
        let mut next = self.first_leaf;
        let mut records = 0u64;
        while next != 0 {
            match self.met.get_mut(next as usize) {
                Some(met) if !*met => *met = true,
                _ => return false,
            }
            let Some(node) = self.node(next.into()).filter(HfsNode::is_leaf) else {
                self.met[next as usize] = false; // Not a leaf, yet records may be left in it.
                return false;
            };
            records += u64::from(node.count());
            each(&node);
            next = node.descriptor().map_or(0, |descriptor| descriptor.next.get());
        }
        records == u64::from(self.leaf_records)
    }

    /// Whether the walk has met that node.
    pub(crate) fn met(&self, number: u64) -> bool {
        self.met.get(number as usize).copied().unwrap_or(false)
    }

    pub(crate) fn node(&self, number: u64) -> Option<HfsNode> {
        let mut bytes = vec![0; self.node_len];
        let at = number.checked_mul(self.node_len as u64)?;
        let runs = self.runs.slice(at, self.node_len as u64);
        read::runs_into(self.bytes, &runs, &mut bytes)?;
        Some(HfsNode { bytes, runs })
    }
}
