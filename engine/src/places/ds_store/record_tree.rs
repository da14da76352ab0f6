//! The B-tree of records in a `.DS_Store` file.

use super::block_store::{BlockStore, be32};
use super::record::Record;

/// Records of one file that are read; a folder of ten thousand files has a few for each.
const MOST_RECORDS: usize = 1 << 20;

/// The records of the tree, in no order that counts. What is damaged costs the records of its node.
pub(super) fn records(store: &BlockStore<'_>) -> Vec<Record> {
    let mut records = Vec::new();
    let head = store.directory(b"DSDB").and_then(|number| store.block(number));
    let Some(root) = head.and_then(|head| be32(head, 0)) else { return records };
    // Each node is read once, whatever points at it.
    let (mut open, mut is_known) = (vec![root], vec![false; store.len()]);
    while let Some(number) = open.pop() {
        let Some(known) = is_known.get_mut(number as usize) else { continue };
        if !std::mem::replace(known, true)
            && let Some(node) = store.block(number)
        {
            read_node(node, &mut records, &mut open);
        }
        if records.len() >= MOST_RECORDS {
            break;
        }
    }
    records
}

/// Adds the records of a node, and its children to `open`.
fn read_node(node: &[u8], records: &mut Vec<Record>, open: &mut Vec<u32>) {
    let (Some(last), Some(count)) = (be32(node, 0), be32(node, 4)) else { return };
    let is_leaf = last == 0;
    if !is_leaf {
        open.push(last);
    }
    let mut at = 8;
    for _ in 0..count {
        if !is_leaf {
            let Some(child) = be32(node, at) else { return };
            open.push(child);
            at += 4;
        }
        let Some((record, len)) = node.get(at..).and_then(Record::parse) else { return };
        at += len;
        records.push(record);
        if records.len() >= MOST_RECORDS {
            return;
        }
    }
}
