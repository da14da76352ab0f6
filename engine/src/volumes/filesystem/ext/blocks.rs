//! Where the blocks of a volume lie in the source, and how they are read.

use afterimage_signatures::Bytes;

use crate::volumes::read;

/// The blocks of a volume.
#[derive(Clone, Copy)]
pub(super) struct VolumeBlocks<'a> {
    pub(super) bytes: &'a dyn Bytes,
    /// The first byte of the volume.
    pub(super) at: u64,
    /// The first byte after what is there of it.
    pub(super) end: u64,
    /// Bytes of a block: at most 64 KiB.
    pub(super) block_len: u64,
}

impl VolumeBlocks<'_> {
    /// Where a block lies, when it lies inside.
    pub(super) fn offset(&self, block: u64) -> Option<u64> {
        let at = block.checked_mul(self.block_len)?.checked_add(self.at)?;
        let end = at.checked_add(self.block_len)?;
        (end <= self.end).then_some(at)
    }

    /// Reads a block; false when it lies outside.
    pub(super) fn read(&self, block: u64, out: &mut Vec<u8>) -> bool {
        let Some(at) = self.offset(block) else { return false };
        self.read_at(at, out)
    }

    /// Reads the block at an offset of the source.
    pub(super) fn read_at(&self, at: u64, out: &mut Vec<u8>) -> bool {
        out.clear();
        out.resize(self.block_len as usize, 0);
        read::into(self.bytes, at, out).is_some()
    }
}
