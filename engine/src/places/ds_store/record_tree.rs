//! The B-tree of records in a `.DS_Store` file.

use std::collections::HashSet;

use super::block_store::BlockStore;
use super::record::Record;
use crate::volumes::fields::be32;

/// Records of one file that are read; a folder of ten thousand files has a few for each.
const MOST_RECORDS: usize = 1 << 20;

/// What was read of a tree, and what is still to be read.
struct Reading {
    records: Vec<Record>,
    /// Numbers of the blocks of further nodes.
    open: Vec<u32>,
    /// Bytes of records that may still be read: as many as the file has, since those of a sound one do not overlap.
    left: usize,
}

/// The records of the tree, in no order that counts. What is damaged costs the records of its node.
pub(super) fn records(store: &BlockStore<'_>) -> Vec<Record> {
    let head = store.directory(b"DSDB").and_then(|number| store.block(number));
    let Some(root) = head.and_then(|head| be32(head, 0)) else { return Vec::new() };
    let mut reading = Reading { records: Vec::new(), open: vec![root], left: store.file_len() };
    // Each node is read once, whatever points at it, under whatever number.
    let mut known = HashSet::new();
    while let Some(number) = reading.open.pop() {
        let Some(address) = store.address(number) else { continue };
        if known.insert(address)
            && let Some(node) = store.block(number)
        {
            reading.node(node);
        }
        if reading.is_over() {
            break;
        }
    }
    reading.records
}

impl Reading {
    /// Whether as much was read as any sound file has.
    fn is_over(&self) -> bool {
        self.left == 0 || self.records.len() >= MOST_RECORDS
    }

    /// Adds the records and the children of a node.
    fn node(&mut self, node: &[u8]) {
        let (Some(last), Some(count)) = (be32(node, 0), be32(node, 4)) else { return };
        let is_leaf = last == 0;
        if !is_leaf {
            self.open.push(last);
        }
        let mut at = 8;
        for _ in 0..count {
            if !is_leaf {
                let Some(child) = be32(node, at) else { return };
                self.open.push(child);
                at += 4;
            }
            let Some((record, len)) = node.get(at..).and_then(Record::parse) else { return };
            at += len;
            self.left = self.left.saturating_sub(len);
            self.records.push(record);
            if self.is_over() {
                return;
            }
        }
    }
}
