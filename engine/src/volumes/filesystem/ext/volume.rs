//! A volume's blocks and tables, as they lie there now.

use std::cell::Cell;
use std::ops::Range;

use afterimage_signatures::Bytes;

use super::blocks::VolumeBlocks;
use super::copies::BlockCopies;
use super::group::{self, BlockGroup};
use super::inode::ExtInode;
use super::inode_tables::InodeTables;
use super::superblock::ExtSuperblock;

/// Blocks of block maps and of directories that are read of one volume, beside what it has.
const MOST_BLOCKS: u64 = 1 << 22;

/// Bytes of a table that are read at once.
const PIECE: u64 = 1 << 20;

/// A volume that can be read.
pub(super) struct ExtVolume<'a> {
    pub(super) blocks: VolumeBlocks<'a>,
    pub(super) superblock: ExtSuperblock,
    pub(super) groups: Vec<BlockGroup>,
    /// Old blocks in its journal.
    pub(super) copies: BlockCopies,
    /// Blocks of maps and directories that may still be read: no honest volume has more than blocks.
    budget: Cell<u64>,
}

impl<'a> ExtVolume<'a> {
    /// The volume of a superblock at `at`, with at most `room` bytes, before its groups and its
    /// journal were read.
    pub(super) fn unread(
        bytes: &'a dyn Bytes,
        at: u64,
        room: u64,
        superblock: ExtSuperblock,
    ) -> Self {
        let block_len = superblock.block_len;
        let len = superblock.blocks.saturating_mul(block_len);
        let end = at.saturating_add(len.min(room)).min(bytes.len());
        let budget = Cell::new(superblock.blocks.min(MOST_BLOCKS));
        let blocks = VolumeBlocks { bytes, at, end, block_len };
        let (groups, copies) = (Vec::new(), BlockCopies::default());
        ExtVolume { blocks, superblock, groups, copies, budget }
    }

    /// Reads the descriptors of the groups; blocks that were lost are taken from the journal, when
    /// that was read before.
    pub(super) fn read_groups(&mut self) {
        self.groups =
            group::read(&self.superblock, &|block, out| self.read_or_restore(block, out).is_some());
    }

    /// The blocks of a group.
    pub(super) fn group_range(&self, group: u64) -> Range<u64> {
        let first = self.superblock.group_at(group);
        let end = first.saturating_add(self.superblock.group_blocks);
        first..end.min(self.superblock.blocks)
    }

    /// Bytes of a block.
    pub(super) fn block_len(&self) -> usize {
        self.superblock.block_len as usize
    }

    /// Reads a block, or what the journal says of it when it was lost or is yet to be written; says
    /// where it was read.
    pub(super) fn read_or_restore(&self, block: u64, out: &mut Vec<u8>) -> Option<u64> {
        let at = self.blocks.offset(block)?;
        if let Some(pending) = self.copies.pending(block)
            && pending.read(&self.blocks, out)
        {
            return Some(pending.at);
        }
        if self.blocks.read_at(at, out) && out.iter().any(|&byte| byte != 0) {
            return Some(at);
        }
        let newest = self.copies.of(block).last()?;
        newest.read(&self.blocks, out).then_some(newest.at)
    }

    /// Takes a block from what may still be read; false when nothing is left.
    pub(super) fn spend(&self) -> bool {
        let left = self.budget.get();
        self.budget.set(left.saturating_sub(1));
        left > 0
    }

    /// Inodes in a block.
    pub(super) fn inodes_per_block(&self) -> u32 {
        (self.block_len() / self.superblock.inode_len) as u32
    }

    /// The number of the first inode of a block of an inode table.
    pub(super) fn first_inode_of(&self, block: u64, tables: &InodeTables) -> Option<u32> {
        let group = tables.group_of(block)?;
        let table = self.groups[group as usize].inode_table;
        let index = u32::try_from(block - table).ok()?.checked_mul(self.inodes_per_block())?;
        let before = group.checked_mul(self.superblock.group_inodes)?;
        (index < self.superblock.group_inodes).then(|| before + index + 1)
    }

    /// Where an inode lies: its block, and its place in it.
    pub(super) fn place_of(&self, number: u32) -> Option<(u64, usize)> {
        let index = number.checked_sub(1)?;
        let group = self.groups.get((index / self.superblock.group_inodes) as usize)?;
        if group.inode_table == 0 {
            return None;
        }
        let index = index % self.superblock.group_inodes;
        let block = group.inode_table + u64::from(index / self.inodes_per_block());
        Some((block, (index % self.inodes_per_block()) as usize * self.superblock.inode_len))
    }

    /// An inode as it is now.
    pub(super) fn inode(&self, number: u32) -> Option<ExtInode> {
        let (block, at) = self.place_of(number)?;
        let mut data = Vec::new();
        let read_at = self.read_or_restore(block, &mut data)?;
        let raw = data.get(at..at + self.superblock.inode_len)?;
        Some(ExtInode::parse(raw, number, read_at + at as u64))
    }

    /// Shows all inodes that were ever used, in order.
    pub(super) fn each_inode(&self, mut each: impl FnMut(ExtInode)) {
        let per_group = self.superblock.group_inodes;
        for (group, number) in self.groups.iter().zip((1_u32..).step_by(per_group as usize)) {
            if group.inode_table == 0 || group.no_inodes {
                continue;
            }
            let used = per_group.saturating_sub(group.unused);
            let blocks = u64::from(used.div_ceil(self.inodes_per_block()));
            self.each_block(group.inode_table, blocks, |index, at, data| {
                let first = number + index as u32 * self.inodes_per_block();
                each_slot(data, self.superblock.inode_len, |slot, raw| {
                    let at = at + (slot * self.superblock.inode_len) as u64;
                    each(ExtInode::parse(raw, first + slot as u32, at));
                });
            });
        }
    }

    /// Shows blocks that follow one another: their index, where they lie, what they hold. Blocks
    /// that were lost are taken from the journal.
    fn each_block(&self, first: u64, count: u64, mut each: impl FnMut(u64, u64, &[u8])) {
        let per_piece = (PIECE / self.superblock.block_len).max(1);
        let (mut piece, mut restored) = (Vec::new(), Vec::new());
        let mut index = 0;
        while index < count {
            let Some(at) = self.blocks.offset(first + index) else { return };
            let left = (self.blocks.end - at) / self.superblock.block_len;
            let here = per_piece.min(count - index).min(left);
            piece.clear();
            piece.resize(here as usize * self.block_len(), 0);
            self.blocks.bytes.read_at(at, &mut piece);
            for (data, at) in
                piece.chunks_exact(self.block_len()).zip((at..).step_by(self.block_len()))
            {
                let pending = self.copies.pending(first + index).is_some();
                if !pending && data.iter().any(|&byte| byte != 0) {
                    each(index, at, data);
                } else if let Some(at) = self.read_or_restore(first + index, &mut restored) {
                    each(index, at, &restored);
                }
                index += 1;
            }
        }
    }
}

/// Shows the inodes in a block.
pub(super) fn each_slot(block: &[u8], inode_len: usize, mut each: impl FnMut(usize, &[u8])) {
    for (slot, raw) in block.chunks_exact(inode_len).enumerate() {
        if raw[..4] != [0; 4] {
            each(slot, raw);
        }
    }
}
