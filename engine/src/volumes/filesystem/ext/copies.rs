//! Old copies of blocks, as the journal keeps them.

use std::ops::RangeInclusive;

use super::blocks::VolumeBlocks;
use super::jbd2;

/// Blocks that are looked at to see whether a volume begins at some place.
const BLOCKS_TRIED: usize = 1024;

/// The block of a copy that nobody names any more.
pub(super) const UNKNOWN: u64 = u64::MAX;

/// A copy of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct BlockCopy {
    /// The block of the volume.
    pub(super) block: u64,
    /// The transaction that wrote it: a later one has a larger number.
    pub(super) sequence: u32,
    /// Where it lies in the source.
    pub(super) at: u64,
    /// Whether its first bytes were those of the journal's own blocks, and left out.
    pub(super) escaped: bool,
}

impl BlockCopy {
    /// Reads it.
    pub(super) fn read(&self, blocks: &VolumeBlocks<'_>, out: &mut Vec<u8>) -> bool {
        let read = blocks.read_at(self.at, out);
        if read && self.escaped {
            out[..4].copy_from_slice(&jbd2::MAGIC.to_be_bytes());
        }
        read
    }
}

/// All copies, those of a block together, from the oldest to the newest.
#[derive(Clone, Debug, Default)]
pub(super) struct BlockCopies {
    copies: Vec<BlockCopy>,
    /// Transactions that were finished, but not written to the volume.
    pending: Option<RangeInclusive<u32>>,
}

impl BlockCopies {
    /// Copies of blocks, in any order.
    pub(super) fn new(mut copies: Vec<BlockCopy>, pending: Option<RangeInclusive<u32>>) -> Self {
        copies.sort_unstable();
        copies.dedup();
        BlockCopies { copies, pending }
    }

    /// What a block is to hold, when that was not written to it yet.
    pub(super) fn pending(&self, block: u64) -> Option<&BlockCopy> {
        let pending = self.pending.as_ref()?;
        self.of(block).iter().rev().find(|copy| pending.contains(&copy.sequence))
    }

    /// Whether the volume is behind its journal, and what it lacks is known.
    pub(super) fn is_pending(&self) -> bool {
        self.pending.is_some()
    }

    /// All of them.
    pub(super) fn all(&self) -> &[BlockCopy] {
        &self.copies
    }

    /// Those of a block.
    pub(super) fn of(&self, block: u64) -> &[BlockCopy] {
        let first = self.copies.partition_point(|copy| copy.block < block);
        let rest = &self.copies[first..];
        &rest[..rest.partition_point(|copy| copy.block == block)]
    }

    /// Whether blocks of the volume hold what was last written to them: it does begin there.
    pub(super) fn agree(&self, blocks: &VolumeBlocks<'_>) -> bool {
        let (mut block, mut copy) = (Vec::new(), Vec::new());
        let newest = self.by_block().filter_map(|copies| copies.last()).take(BLOCKS_TRIED);
        let done = newest.filter(|newest| {
            let read = blocks.read(newest.block, &mut block) && newest.read(blocks, &mut copy);
            read && block == copy && block.iter().any(|&byte| byte != block[0])
        });
        done.take(2).count() == 2
    }

    /// The copies block by block.
    pub(super) fn by_block(&self) -> impl Iterator<Item = &[BlockCopy]> {
        self.copies.chunk_by(|one, next| one.block == next.block)
    }
}
