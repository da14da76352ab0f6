//! Where the blocks of a file lie.

mod builder;
mod extents;
mod file_layout;
mod indirect;

use super::inode::ExtInode;
use super::volume::ExtVolume;
use builder::LayoutBuilder;
pub(super) use file_layout::{BlockExtent, FileLayout};

/// Where the file of an inode lies. For an old copy of one, `sequence` is its transaction: blocks of
/// its map are looked for in the journal too.
pub(super) fn follow(volume: &ExtVolume, inode: &ExtInode, sequence: Option<u32>) -> FileLayout {
    if inode.is_inline() {
        return FileLayout::default();
    }
    let mut builder = LayoutBuilder::new(inode.size.div_ceil(volume.superblock.block_len));
    let found = if inode.has_extents() {
        extents::walk(volume, inode, sequence, &mut builder)
    } else {
        indirect::walk(volume, inode, &mut builder)
    };
    builder.finish(found)
}
