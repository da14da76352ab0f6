//! Which blocks hold a file.

use afterimage_signatures::verdict::Span;

use super::super::blocks::VolumeBlocks;

/// Blocks of a file that follow one another on the volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BlockExtent {
    /// The first block in the volume.
    pub(crate) block: u64,
    pub(crate) count: u64,
}

impl BlockExtent {
    /// Where they lie in the source.
    pub(crate) fn run(&self, blocks: &VolumeBlocks<'_>) -> Span {
        let len = blocks.block_len;
        Span { at: blocks.at + self.block * len, len: self.count * len }
    }
}

/// Where a file lies, from its beginning on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FileLayout {
    /// In order, up to the first sparse hole.
    pub(crate) extents: Vec<BlockExtent>,
    /// Blocks that were taken for it and never written.
    pub(crate) idle: Vec<BlockExtent>,
    /// Whether blocks are missing that read as zeros.
    pub(crate) sparse: bool,
    /// Whether it is known to the end.
    pub(crate) whole: bool,
}

impl FileLayout {
    /// The first block.
    pub(crate) fn first(&self) -> Option<u64> {
        self.extents.first().map(|extent| extent.block)
    }

    /// The blocks in order.
    pub(crate) fn blocks(&self) -> impl Iterator<Item = u64> {
        self.extents.iter().flat_map(|extent| extent.block..extent.block + extent.count)
    }

    /// The runs in the source.
    pub(crate) fn runs(&self, blocks: &VolumeBlocks<'_>) -> Vec<Span> {
        self.extents.iter().map(|extent| extent.run(blocks)).collect()
    }
}
