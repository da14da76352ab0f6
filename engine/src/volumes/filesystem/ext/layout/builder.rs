//! Puts the layout of a file together.

use super::super::volume::ExtVolume;
use super::file_layout::{BlockExtent, FileLayout};
use crate::volumes::filesystem::MOST_RUNS;

/// Puts a layout together from blocks in the order of the file.
pub(super) struct LayoutBuilder {
    /// Blocks of the file.
    blocks: u64,
    /// The block of the file that comes next.
    pub(super) next: u64,
    layout: FileLayout,
    full: bool,
}

impl LayoutBuilder {
    /// For a file of so many blocks.
    pub(super) fn new(blocks: u64) -> Self {
        LayoutBuilder { blocks, next: 0, layout: FileLayout::default(), full: false }
    }

    /// Whether no more is wanted.
    pub(super) fn is_full(&self) -> bool {
        self.full || self.next >= self.blocks
    }

    /// The file goes on at `logical`: what was left out is a sparse hole.
    pub(super) fn skip_to(&mut self, logical: u64) {
        if self.next < logical.min(self.blocks) {
            self.layout.sparse = true;
            self.full = true;
        }
        self.next = self.next.max(logical);
    }

    /// Adds `count` blocks from `block` on; false when they do not lie in the volume.
    pub(super) fn add(&mut self, volume: &ExtVolume, block: u64, count: u64) -> bool {
        if self.is_full() {
            return true;
        }
        let count = count.min(self.blocks - self.next);
        let last = block.saturating_add(count - 1);
        if block <= volume.superblock.first_block || volume.blocks.offset(last).is_none() {
            return false;
        }
        self.next += count;
        match self.layout.extents.last_mut() {
            Some(extent) if extent.block + extent.count == block => extent.count += count,
            _ => self.layout.extents.push(BlockExtent { block, count }),
        }
        self.full = self.layout.extents.len() >= MOST_RUNS;
        true
    }

    /// Notes blocks that were taken ahead and never written, as far as they lie in the volume.
    pub(super) fn reserve(&mut self, volume: &ExtVolume, block: u64, count: u64) {
        let last = block.saturating_add(count.saturating_sub(1));
        let is_inside =
            block > volume.superblock.first_block && volume.blocks.offset(last).is_some();
        if is_inside && count > 0 && self.layout.idle.len() < MOST_RUNS {
            self.layout.idle.push(BlockExtent { block, count });
        }
    }

    /// The layout, whose every block was `found`, or the first of them.
    pub(super) fn finish(mut self, found: bool) -> FileLayout {
        if found && !self.full {
            self.skip_to(self.blocks);
        }
        self.layout.whole = self.next >= self.blocks && !self.layout.sparse;
        self.layout
    }
}
