//! The journal (jbd2): a ring of transactions, each with copies of the blocks that it changed.
//!
//! A copy stays until the ring comes round again, long after its transaction was done. What was
//! revoked is told as well: a revoked block is not to be written again, but what it held is what an
//! older file may need.
//!
//! Source: Linux kernel documentation, "ext4 Data Structures and Algorithms", Journal (jbd2).

use std::collections::VecDeque;

use zerocopy::transmute_ref;

use super::copies::{BlockCopies, BlockCopy, UNKNOWN};
use super::inode::{ExtInode, FileKind};
use super::jbd2::{JournalFormat, JournalHeader, MAGIC, begins, kind};
use super::volume::ExtVolume;
use super::{layout, loose};

/// Blocks of a journal that are looked at: 4 GiB at the usual length of a block.
const MOST_BLOCKS: usize = 1 << 20;

/// Copies without a descriptor that are looked at.
const MOST_LOOSE: usize = 1 << 16;

/// The copies in the journal of a volume.
pub(super) fn read(volume: &ExtVolume) -> BlockCopies {
    if !volume.superblock.has_journal() {
        return BlockCopies::default();
    }
    let blocks = locate(volume);
    ring(volume, &blocks)
}

/// Where the blocks of the journal lie in the source: by its inode, or by the copy of its map.
fn locate(volume: &ExtVolume) -> Vec<u64> {
    let offsets = |inode: &ExtInode| -> Vec<u64> {
        let layout = layout::follow(volume, inode, None);
        layout.blocks().map_while(|block| volume.blocks.offset(block)).take(MOST_BLOCKS).collect()
    };
    let inode =
        volume.inode(volume.superblock.journal).filter(|inode| inode.kind == FileKind::File);
    let blocks = inode.as_ref().map(offsets).unwrap_or_default();
    if !blocks.is_empty() {
        return blocks;
    }
    let Some((map, len)) = volume.superblock.journal_map else { return Vec::new() };
    offsets(&ExtInode::of_journal(volume.superblock.journal, map, len))
}

/// The copies in a ring of blocks.
fn ring(volume: &ExtVolume, blocks: &[u64]) -> BlockCopies {
    let mut block = Vec::new();
    let Some(&first) = blocks.first() else { return BlockCopies::default() };
    volume.blocks.read_at(first, &mut block);
    let format = if begins(&block) {
        JournalFormat::parse(&block, blocks.len())
    } else {
        JournalFormat::guess(&volume.superblock, blocks.len())
    };
    let Some(ring) = blocks.get(format.first..format.last) else { return BlockCopies::default() };
    let mut reader = Ring {
        volume,
        format,
        waiting: VecDeque::new(),
        sequence: 0,
        done: 0,
        copies: Vec::new(),
        loose: Vec::new(),
    };
    for &at in ring {
        reader.take(at);
    }
    // What a descriptor at the end names goes on at the beginning, where no descriptor was seen yet.
    let wrapped = ring.iter().take_while(|&&at| reader.goes_on(at)).count();
    let mut loose = reader.loose.split_off(wrapped.min(reader.loose.len()));
    loose.iter_mut().for_each(|copy| copy.block = loose::block_of(volume, copy).unwrap_or(UNKNOWN));
    reader.copies.extend(loose);
    let pending = format.pending.filter(|&first| first <= reader.done);
    BlockCopies::new(reader.copies, pending.map(|first| first..=reader.done))
}

/// Goes round the ring.
struct Ring<'v, 'a> {
    volume: &'v ExtVolume<'a>,
    format: JournalFormat,
    /// Blocks whose copies come next, and the transaction of them.
    waiting: VecDeque<(u64, bool)>,
    sequence: u32,
    /// The last transaction that was finished.
    done: u32,
    copies: Vec<BlockCopy>,
    /// Copies whose descriptor was overwritten: of the transaction that ends next.
    loose: Vec<BlockCopy>,
}

impl Ring<'_, '_> {
    /// Takes the next block while copies are expected; whether it was one.
    fn goes_on(&mut self, at: u64) -> bool {
        let before = self.copies.len();
        if !self.waiting.is_empty() {
            self.take(at);
        }
        self.copies.len() > before
    }

    /// Takes the next block: a descriptor, a copy, or something else.
    fn take(&mut self, at: u64) {
        // All blocks of the ring lie in the volume.
        let mut header = [0; size_of::<JournalHeader>()];
        self.volume.blocks.bytes.read_at(at, &mut header);
        let header: &JournalHeader = transmute_ref!(&header);
        if header.magic != MAGIC {
            match self.waiting.pop_front() {
                Some((block, escaped)) => {
                    self.copies.push(BlockCopy { block, sequence: self.sequence, at, escaped });
                }
                None if self.loose.len() < MOST_LOOSE => {
                    self.loose.push(BlockCopy { block: UNKNOWN, sequence: 0, at, escaped: false });
                }
                None => {}
            }
            return;
        }
        // No copy begins like this: what was expected here was overwritten.
        self.waiting.clear();
        for loose in self.loose.iter_mut().rev().take_while(|loose| loose.sequence == 0) {
            loose.sequence = header.sequence.get();
        }
        if header.kind == kind::COMMIT {
            self.done = self.done.max(header.sequence.get());
        }
        if header.kind == kind::DESCRIPTOR {
            let mut block = Vec::new();
            self.volume.blocks.read_at(at, &mut block);
            self.sequence = header.sequence.get();
            self.waiting = self.format.tags(&block);
        }
    }
}
