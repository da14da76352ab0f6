//! Groups of blocks and the descriptors that say where their tables lie.
//!
//! Source: Linux kernel documentation, "ext4 Data Structures and Algorithms", Block BlockGroup
//! Descriptors and Meta Block Groups.

use zerocopy::little_endian::{U16, U32};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use super::superblock::{AT, ExtSuperblock};
use crate::volumes::fields::{self, joined};

/// Copies of the descriptors that are looked at.
const MOST_TABLES: usize = 8;

/// Where the tables of a group lie; block numbers are 0 where that is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct BlockGroup {
    /// Block of the bitmap of its blocks.
    pub(super) block_bitmap: u64,
    /// Block of the bitmap of its inodes.
    pub(super) inode_bitmap: u64,
    /// First block of its inodes.
    pub(super) inode_table: u64,
    /// Inodes at the end of the table that were never used.
    pub(super) unused: u32,
    /// Whether its inodes were never used at all.
    pub(super) no_inodes: bool,
    /// Whether its bitmap of blocks was never written: nothing but metadata is in use.
    pub(super) no_bitmap: bool,
    /// How many of its blocks, or clusters of blocks, are free, where that is kept up to date.
    pub(super) free: Option<u64>,
}

/// A descriptor as it lies there; the upper halves are there in wide volumes alone.
///
/// Source: Linux kernel documentation, "ext4 Data Structures and Algorithms", Block Group
/// Descriptors.
#[derive(FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned)]
#[repr(C)]
struct RawDescriptor {
    block_bitmap_low: U32,
    inode_bitmap_low: U32,
    inode_table_low: U32,
    free_low: U16,
    _free_counts: [U16; 2],
    flags: U16,
    _snapshot: U32,
    _bitmap_checksums: [U16; 2],
    unused_low: U16,
    _checksum: U16,
    block_bitmap_high: U32,
    inode_bitmap_high: U32,
    inode_table_high: U32,
    free_high: U16,
    _free_counts_high: [U16; 2],
    unused_high: U16,
    _rest: [u8; 12],
}

impl BlockGroup {
    /// What a descriptor says. Only the first copy is kept up to date: what others say of use is
    /// not believed.
    fn parse(raw: &[u8], superblock: &ExtSuperblock, is_first: bool) -> Self {
        let trusted = is_first && superblock.knows_unused();
        let is_wide = raw.len() >= size_of::<RawDescriptor>() && superblock.wide();
        let raw: RawDescriptor = fields::padded(raw);
        let block = |high: U32, low: U32| joined(if is_wide { high.get() } else { 0 }, low.get());
        let free_high = if is_wide { u64::from(raw.free_high) << 16 } else { 0 };
        let unused_high = if is_wide { u32::from(raw.unused_high) << 16 } else { 0 };
        BlockGroup {
            block_bitmap: block(raw.block_bitmap_high, raw.block_bitmap_low),
            inode_bitmap: block(raw.inode_bitmap_high, raw.inode_bitmap_low),
            inode_table: block(raw.inode_table_high, raw.inode_table_low),
            unused: if trusted { u32::from(raw.unused_low) | unused_high } else { 0 },
            no_inodes: trusted && raw.flags & 1 != 0,
            no_bitmap: trusted && raw.flags & 2 != 0,
            free: is_first.then_some(free_high | u64::from(raw.free_low)),
        }
    }

    /// Whether its tables can lie there.
    fn fits(&self, superblock: &ExtSuperblock) -> bool {
        let inside = |block, len: u64| {
            let end = superblock.blocks;
            block > superblock.first_block && len <= end && block <= end - len
        };
        inside(self.block_bitmap, 1)
            && inside(self.inode_bitmap, 1)
            && inside(self.inode_table, table_blocks(superblock))
            && self.block_bitmap != self.inode_bitmap
    }
}

/// Blocks of the inodes of one group.
pub(super) fn table_blocks(superblock: &ExtSuperblock) -> u64 {
    (u64::from(superblock.group_inodes) * superblock.inode_len as u64)
        .div_ceil(superblock.block_len)
}

/// Blocks of all descriptors.
pub(super) fn descriptor_blocks(superblock: &ExtSuperblock) -> u64 {
    (superblock.groups() * superblock.descriptor_len as u64).div_ceil(superblock.block_len)
}

/// The `index`th block of descriptors in the copy of `group`.
fn descriptor_block(superblock: &ExtSuperblock, index: u64, group: u64) -> u64 {
    // A superblock in the second half of a block of the boot sector shares no block with them.
    let first = match group {
        0 => AT / superblock.block_len,
        group => superblock.group_at(group),
    };
    if index < superblock.first_meta {
        return first.saturating_add(1).saturating_add(index);
    }
    let per_block = superblock.block_len / superblock.descriptor_len as u64;
    // Each lies in its own groups: in the first of them, with copies in the second and the last.
    let own = index.saturating_mul(per_block).saturating_add(u64::from(group > 0));
    superblock.group_at(own).saturating_add(u64::from(superblock.has_copy(own)))
}

/// Reads a block of a volume, when it lies inside.
pub(super) type ReadBlock<'a> = dyn Fn(u64, &mut Vec<u8>) -> bool + 'a;

/// The groups by the copy of the descriptors that most of can be true.
pub(super) fn read(superblock: &ExtSuperblock, read: &ReadBlock) -> Vec<BlockGroup> {
    let copies = (1..superblock.groups()).filter(|&group| superblock.has_copy(group));
    let tables = [superblock.group, 0].into_iter().chain(copies).take(MOST_TABLES);
    let (mut best, mut most) = (Vec::new(), 0);
    for table in tables {
        let groups = read_table(superblock, read, table);
        let known = groups.iter().filter(|group| group.inode_table > 0).count();
        if known > most {
            (best, most) = (groups, known);
        }
        if most as u64 == superblock.groups() {
            break;
        }
    }
    best
}

/// The groups by one copy of the descriptors, as far as blocks can be read.
fn read_table(superblock: &ExtSuperblock, read: &ReadBlock, table: u64) -> Vec<BlockGroup> {
    let is_first = table == 0 && superblock.group == 0;
    let (mut groups, mut block) = (Vec::new(), Vec::new());
    for index in 0..descriptor_blocks(superblock) {
        if !read(descriptor_block(superblock, index, table), &mut block) {
            break;
        }
        for raw in block.chunks_exact(superblock.descriptor_len) {
            let group = BlockGroup::parse(raw, superblock, is_first);
            groups.push(if group.fits(superblock) { group } else { BlockGroup::default() });
        }
    }
    groups.truncate(usize::try_from(superblock.groups()).unwrap_or(usize::MAX));
    groups
}
