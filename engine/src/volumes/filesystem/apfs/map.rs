//! Object maps: in which block an object lies, as of a transaction.

use std::collections::{BTreeMap, HashSet};

use super::node::{self, NodeRecord};
use super::object::{ContainerBlocks, MAP, NODE, Object, ROOT_NODE};
use crate::volumes::fields::{le32, le64};
use crate::volumes::filesystem::MOST_ENTRIES;

/// The locations of objects by identifier and transaction, out of the maps of several generations.
/// What was written in one transaction is never written again, so they can be one.
#[derive(Default)]
pub(crate) struct ObjectMap {
    locations: BTreeMap<(u64, u64), u64>,
    /// Blocks of the maps that were read.
    met: HashSet<u64>,
}

impl ObjectMap {
    /// Adds what the map in that block says; whether all of it could be read.
    pub(crate) fn add(&mut self, blocks: &ContainerBlocks<'_>, block: u64) -> bool {
        let root = blocks.object(block, &[MAP]).and_then(|map| le64(&map.bytes, 48));
        let Some(root) = root else { return false };
        let mut whole = true;
        let mut open = vec![(root, node::MOST_LEVELS)];
        while let Some((block, below)) = open.pop() {
            if self.met.contains(&block) || self.locations.len() >= MOST_ENTRIES {
                continue; // The same block is the same node, with the same ones under it.
            }
            let node = blocks.object(block, &[ROOT_NODE, NODE]);
            let Some(node) = node.filter(|node| node::level(&node.bytes) < below) else {
                whole = false;
                continue;
            };
            self.met.insert(block);
            let level = node::level(&node.bytes);
            for NodeRecord { key, value } in node::records(&node.bytes) {
                if level > 0 {
                    open.extend(le64(value, 0).map(|child| (child, level)));
                } else {
                    self.insert(key, value);
                }
            }
        }
        whole
    }

    fn insert(&mut self, key: &[u8], value: &[u8]) -> Option<()> {
        let is_deleted = le32(value, 0)? & 1 != 0;
        if !is_deleted {
            self.locations.insert((le64(key, 0)?, le64(key, 8)?), le64(value, 8)?);
        }
        Some(())
    }

    /// The block that an object lay in as of a transaction.
    pub(crate) fn place(&self, id: u64, transaction: u64) -> Option<u64> {
        self.locations.range((id, 0)..=(id, transaction)).next_back().map(|(_, &block)| block)
    }

    /// The object as of a transaction, if its block still holds it.
    pub(crate) fn object(
        &self,
        blocks: &ContainerBlocks<'_>,
        id: u64,
        transaction: u64,
        types: &[u32],
    ) -> Option<Object> {
        let object = blocks.object(self.place(id, transaction)?, types)?;
        (object.id == id && object.transaction <= transaction).then_some(object)
    }
}
