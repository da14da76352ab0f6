//! Which group a block of an inode table belongs to.

use super::group::{self, BlockGroup};
use super::superblock::ExtSuperblock;

/// The inode tables in order of place.
pub(super) struct InodeTables {
    /// First block and group.
    tables: Vec<(u64, u32)>,
    blocks: u64,
}

impl InodeTables {
    /// The inode tables of a volume.
    pub(super) fn of(superblock: &ExtSuperblock, groups: &[BlockGroup]) -> Self {
        let mut tables: Vec<(u64, u32)> =
            groups.iter().map(|group| group.inode_table).zip(0..).collect();
        tables.retain(|&(block, _)| block > 0);
        tables.sort_unstable();
        InodeTables { tables, blocks: group::table_blocks(superblock) }
    }

    /// The group whose inodes a block holds.
    pub(super) fn group_of(&self, block: u64) -> Option<u32> {
        let after = self.tables.partition_point(|&(first, _)| first <= block);
        let (first, group) = *self.tables.get(after.checked_sub(1)?)?;
        (block - first < self.blocks).then_some(group)
    }
}
