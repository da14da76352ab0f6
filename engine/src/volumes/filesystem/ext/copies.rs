//! Old copies of blocks, as the journal keeps them.

use std::ops::RangeInclusive;

use super::journal;
use super::volume::Volume;

/// Blocks that are looked at to see whether a volume begins at some place.
const BLOCKS_TRIED: usize = 1024;

/// The block of a copy that nobody names any more.
pub(super) const UNKNOWN: u64 = u64::MAX;

/// A copy of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Copy {
    /// The block of the volume.
    pub(super) block: u64,
    /// The transaction that wrote it: a later one has a larger number.
    pub(super) sequence: u32,
    /// Where it lies in the source.
    pub(super) at: u64,
    /// Whether its first bytes were those of the journal's own blocks, and left out.
    pub(super) escaped: bool,
}

impl Copy {
    /// Reads it.
    pub(super) fn read(&self, volume: &Volume, out: &mut Vec<u8>) -> bool {
        let read = volume.read_at(self.at, out);
        if read && self.escaped {
            out[..4].copy_from_slice(&journal::MAGIC.to_be_bytes());
        }
        read
    }
}

/// All copies, those of a block together, from the oldest to the newest.
#[derive(Clone, Debug, Default)]
pub(super) struct Copies {
    copies: Vec<Copy>,
    /// Transactions that were finished, but not written to the volume.
    pending: Option<RangeInclusive<u32>>,
}

impl Copies {
    /// Copies in any order.
    pub(super) fn new(mut copies: Vec<Copy>, pending: Option<RangeInclusive<u32>>) -> Self {
        copies.sort_unstable();
        copies.dedup();
        Copies { copies, pending }
    }

    /// What a block is to hold, when that was not written to it yet.
    pub(super) fn pending(&self, block: u64) -> Option<&Copy> {
        let pending = self.pending.as_ref()?;
        self.of(block).iter().rev().find(|copy| pending.contains(&copy.sequence))
    }

    /// Whether the volume is behind its journal, and what it lacks is known.
    pub(super) fn is_pending(&self) -> bool {
        self.pending.is_some()
    }

    /// All of them.
    pub(super) fn all(&self) -> &[Copy] {
        &self.copies
    }

    /// Those of a block.
    pub(super) fn of(&self, block: u64) -> &[Copy] {
        let first = self.copies.partition_point(|copy| copy.block < block);
        let rest = &self.copies[first..];
        &rest[..rest.partition_point(|copy| copy.block == block)]
    }

    /// Whether blocks of the volume hold what was last written to them: it does begin there.
    pub(super) fn agree(&self, volume: &Volume) -> bool {
        let (mut block, mut copy) = (Vec::new(), Vec::new());
        let newest = self.by_block().filter_map(|copies| copies.last()).take(BLOCKS_TRIED);
        let done = newest.filter(|newest| {
            let read = volume.read(newest.block, &mut block) && newest.read(volume, &mut copy);
            read && block == copy && block.iter().any(|&byte| byte != block[0])
        });
        done.take(2).count() == 2
    }

    /// The copies block by block.
    pub(super) fn by_block(&self) -> impl Iterator<Item = &[Copy]> {
        self.copies.chunk_by(|one, next| one.block == next.block)
    }
}
