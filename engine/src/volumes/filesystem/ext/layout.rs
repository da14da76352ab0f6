//! Where the blocks of a file lie.

mod extents;
mod indirect;

use afterimage_signatures::Run;

use super::inode::Inode;
use super::volume::Volume;
use crate::volumes::filesystem::MOST_RUNS;

/// Blocks of a file that follow one another on the volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// The first block in the volume.
    pub(super) block: u64,
    pub(super) count: u64,
}

/// Where a file lies, from its beginning on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Layout {
    /// In order, up to the first hole.
    pub(super) pieces: Vec<Piece>,
    /// Whether blocks are missing that read as zeros.
    pub(super) sparse: bool,
    /// Whether it is known to the end.
    pub(super) whole: bool,
}

impl Layout {
    /// Where the file of an inode lies. For an old copy of one, `sequence` is its transaction:
    /// blocks of its map are looked for in the journal too.
    pub(super) fn of(volume: &Volume, inode: &Inode, sequence: Option<u32>) -> Self {
        let blocks = inode.size.div_ceil(volume.superblock.block_len);
        let mut builder = Builder { blocks, next: 0, layout: Layout::default(), full: false };
        if inode.is_inline() {
            return builder.layout;
        }
        let whole = match inode.has_extents() {
            true => extents::walk(volume, inode, sequence, &mut builder),
            false => indirect::walk(volume, inode, &mut builder),
        };
        if whole && !builder.full {
            builder.skip_to(blocks);
        }
        builder.layout.whole = builder.next >= blocks && !builder.layout.sparse;
        builder.layout
    }

    /// The first block.
    pub(super) fn first(&self) -> Option<u64> {
        self.pieces.first().map(|piece| piece.block)
    }

    /// The blocks in order.
    pub(super) fn blocks(&self) -> impl Iterator<Item = u64> {
        self.pieces.iter().flat_map(|piece| piece.block..piece.block + piece.count)
    }

    /// The runs in the source.
    pub(super) fn runs(&self, volume: &Volume) -> Vec<Run> {
        let len = volume.superblock.block_len;
        let run = |piece: &Piece| Run { at: volume.at + piece.block * len, len: piece.count * len };
        self.pieces.iter().map(run).collect()
    }
}

/// Puts a layout together from blocks in the order of the file.
struct Builder {
    /// Blocks of the file.
    blocks: u64,
    /// The block of the file that comes next.
    next: u64,
    layout: Layout,
    full: bool,
}

impl Builder {
    /// Whether no more is wanted.
    fn is_full(&self) -> bool {
        self.full || self.next >= self.blocks
    }

    /// The file goes on at `logical`: what was left out is a hole.
    fn skip_to(&mut self, logical: u64) {
        if self.next < logical.min(self.blocks) {
            self.layout.sparse = true;
            self.full = true;
        }
        self.next = self.next.max(logical);
    }

    /// Adds `count` blocks from `block` on; false when they do not lie in the volume.
    fn add(&mut self, volume: &Volume, block: u64, count: u64) -> bool {
        if self.is_full() {
            return true;
        }
        let count = count.min(self.blocks - self.next);
        let last = block.saturating_add(count - 1);
        if block <= volume.superblock.first_block || volume.offset(last).is_none() {
            return false;
        }
        self.next += count;
        match self.layout.pieces.last_mut() {
            Some(piece) if piece.block + piece.count == block => piece.count += count,
            _ => self.layout.pieces.push(Piece { block, count }),
        }
        self.full = self.layout.pieces.len() >= MOST_RUNS;
        true
    }
}
