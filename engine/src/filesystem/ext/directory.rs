//! Blocks of directories: the names that stand there, and those that were removed.
//!
//! A removed name becomes slack of the one before it, or loses its inode when it is the first. Newer
//! kernels wipe it as well, older ones leave it. What the index of a large directory has looks like
//! slack to who walks its blocks in order.
//!
//! Source: Linux kernel documentation, "ext4 Data Structures and Algorithms", Directory Entries.

use super::field::{le16, le32};
use super::superblock::Superblock;

/// Bytes of an entry before its name.
const HEADER: usize = 8;

/// The largest `file_type`.
const MOST_TYPE: u8 = 7;

/// A name in a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Name<'a> {
    /// What it calls.
    pub(super) inode: u32,
    pub(super) bytes: &'a [u8],
    /// Whether it was removed.
    pub(super) removed: bool,
}

/// Shows the names in a block. False when the block is not wholly what a directory has.
pub(super) fn each<'a>(
    block: &'a [u8],
    superblock: &Superblock,
    mut each: impl FnMut(Name<'a>),
) -> bool {
    let mut at = 0;
    while at + HEADER <= block.len() {
        let Some(len) = length(block, at) else {
            removed(block, at, block.len(), superblock, &mut each);
            return false;
        };
        let inode = le32(block, at);
        let name = &block[at + HEADER..at + HEADER + usize::from(block[at + 6])];
        let mut used = HEADER;
        if inode != 0 {
            if inode > superblock.inodes || name.is_empty() || !is_legal(name) {
                return false;
            }
            each(Name { inode, bytes: name, removed: false });
            used += name.len().next_multiple_of(4);
        }
        removed(block, at + used, at + len, superblock, &mut each);
        at += len;
    }
    at == block.len()
}

/// Whether a block is one of a directory and has a name.
pub(super) fn is_block(block: &[u8], superblock: &Superblock) -> bool {
    let mut names = 0;
    each(block, superblock, |name| names += usize::from(!name.removed)) && names > 0
}

/// Length of the entry at `at`, when it can be one.
fn length(block: &[u8], at: usize) -> Option<usize> {
    let len = match le16(block, at + 4) {
        // A block of 64 KiB that is one entry.
        0 | 0xffff if block.len() > usize::from(u16::MAX) => block.len(),
        len => len.into(),
    };
    let least = HEADER + usize::from(block[at + 6]).max(1).next_multiple_of(4);
    (len.is_multiple_of(4) && len >= least && len <= block.len() - at).then_some(len)
}

/// Shows names that were removed, anywhere between two places.
fn removed<'a>(
    block: &'a [u8],
    from: usize,
    end: usize,
    superblock: &Superblock,
    each: &mut impl FnMut(Name<'a>),
) {
    let mut at = from;
    while at + HEADER < end {
        at += match removed_at(&block[..end], at, superblock) {
            Some(name) => {
                each(name);
                HEADER + name.bytes.len().next_multiple_of(4)
            }
            None => 4,
        };
    }
}

/// The removed name at `at`, if all of it can be one.
fn removed_at<'a>(block: &'a [u8], at: usize, superblock: &Superblock) -> Option<Name<'a>> {
    let inode = le32(block, at);
    let len = length(block, at)?;
    let bytes = block.get(at + HEADER..)?.get(..usize::from(block[at + 6]))?;
    let typed = !superblock.typed_names() || (1..=MOST_TYPE).contains(&block[at + 7]);
    let legal = !bytes.is_empty() && is_legal(bytes) && bytes.iter().all(|&byte| byte >= b' ');
    let inside = inode > 0 && inode <= superblock.inodes && at + len <= block.len();
    (typed && legal && inside).then_some(Name { inode, bytes, removed: true })
}

/// Whether Linux allows the name.
fn is_legal(name: &[u8]) -> bool {
    !name.iter().any(|&byte| byte == 0 || byte == b'/')
}
