//! The lists of blocks of ext2 and ext3: twelve direct ones, then blocks of such lists.
//!
//! Source: Linux kernel documentation, "ext4 Data Structures and Algorithms", Direct/Indirect Block
//! Addressing.

use super::super::inode::ExtInode;
use super::super::volume::ExtVolume;
use super::builder::LayoutBuilder;

/// Blocks that the inode itself lists.
const DIRECT: usize = 12;

/// Follows the lists; false when a part of them is lost.
pub(super) fn walk(volume: &ExtVolume, inode: &ExtInode, builder: &mut LayoutBuilder) -> bool {
    let per_block = volume.superblock.block_len / 4;
    // Blocks still to follow with their level, the first last.
    let top = inode.map.as_chunks().0.iter().enumerate().rev();
    let mut waiting: Vec<(u32, u32)> = top
        .map(|(index, &block)| (u32::from_le_bytes(block), index.saturating_sub(DIRECT - 1) as u32))
        .collect();
    let mut data = Vec::new();
    while let Some((block, level)) = waiting.pop() {
        if builder.is_full() {
            break;
        }
        let block = u64::from(block);
        if block == 0 {
            builder.skip_to(builder.next.saturating_add(per_block.pow(level)));
        } else if level == 0 {
            if !builder.add(volume, block, 1) {
                return false;
            }
        } else {
            if !volume.spend() || volume.read_or_restore(block, &mut data).is_none() {
                return false;
            }
            let listed = data.as_chunks().0.iter().rev();
            waiting.extend(listed.map(|&number| (u32::from_le_bytes(number), level - 1)));
        }
    }
    true
}
