//! Nodes of the B-trees of APFS.
//!
//! Source: Apple File System Reference (2020), "B-Trees".

use crate::volumes::fields::{le16, le32};

/// Where the data of a node begin.
const DATA: usize = 56;

/// Bytes of what the root says of the whole tree, at its end.
const INFO: usize = 40;

/// Trees are not higher.
pub(crate) const MOST_LEVELS: u16 = 16;

/// How high the node stands: leaves are 0.
pub(crate) fn level(node: &[u8]) -> u16 {
    le16(node, 34).unwrap_or(0)
}

/// A record of a node.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NodeRecord<'n> {
    pub(crate) key: &'n [u8],
    pub(crate) value: &'n [u8],
}

/// Keys and values of a node, those that lie inside of it. The lengths are known where the table of
/// contents has them; otherwise key and value reach to the end.
pub(crate) fn records(node: &[u8]) -> impl Iterator<Item = NodeRecord<'_>> {
    let flags = le16(node, 32).unwrap_or(0);
    let (is_root, is_fixed) = (flags & 1 != 0, flags & 4 != 0);
    let number = |at: usize| usize::from(le16(node, at).unwrap_or(0));
    let table = DATA + number(40);
    let keys = table + number(42);
    let end = node.len() - if is_root { INFO.min(node.len()) } else { 0 };
    let count = le32(node, 36).unwrap_or(0) as usize;
    let entry = if is_fixed { 4 } else { 8 };
    // The table ends where the keys begin, whatever the count says.
    let count = count.min((keys - table) / entry);
    (0..count).filter_map(move |index| {
        let at = table + entry * index;
        let key = keys.checked_add(number(at))?;
        if is_fixed {
            let value = end.checked_sub(number(at + 2))?;
            return Some(NodeRecord { key: node.get(key..end)?, value: node.get(value..end)? });
        }
        let value = end.checked_sub(number(at + 4))?;
        Some(NodeRecord {
            key: node.get(key..key + number(at + 2))?,
            value: node.get(value..value + number(at + 6))?,
        })
    })
}
