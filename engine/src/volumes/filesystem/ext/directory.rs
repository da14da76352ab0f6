//! Blocks of directories: the names that stand there, and those that were removed.
//!
//! A removed name becomes slack of the one before it, or loses its inode when it is the first. Newer
//! kernels wipe it as well, older ones leave it. What the index of a large directory has looks like
//! slack to who walks its blocks in order.
//!
//! Source: Linux kernel documentation, "ext4 Data Structures and Algorithms", Directory Entries.

use zerocopy::little_endian::{U16, U32};
use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use super::superblock::ExtSuperblock;
use crate::volumes::fields;

/// An entry as it lies there, before its name.
///
/// Source: Linux kernel documentation, "ext4 Data Structures and Algorithms", Directory Entries.
#[derive(FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct DirectoryEntry {
    inode: U32,
    len: U16,
    name_len: u8,
    file_type: u8,
}

/// Bytes of an entry before its name.
const HEADER: usize = size_of::<DirectoryEntry>();

/// The largest `file_type`.
const MOST_TYPE: u8 = 7;

/// A name in a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DirectoryName<'a> {
    /// What it calls.
    pub(super) inode: u32,
    pub(super) bytes: &'a [u8],
    /// Whether it was removed.
    pub(super) removed: bool,
}

/// Shows the names in a block. False when the block is not wholly what a directory has.
pub(super) fn each<'a>(
    block: &'a [u8],
    superblock: &ExtSuperblock,
    mut each: impl FnMut(DirectoryName<'a>),
) -> bool {
    let mut at = 0;
    while let Some(entry) = entry_at(block, at) {
        let Some(len) = length(block, at) else {
            removed(block, at, block.len(), superblock, &mut each);
            return false;
        };
        let mut used = HEADER;
        if entry.inode != 0 {
            let name = &block[at + HEADER..at + HEADER + usize::from(entry.name_len)];
            if entry.inode > superblock.inodes || name.is_empty() || !is_legal(name) {
                return false;
            }
            each(DirectoryName { inode: entry.inode.get(), bytes: name, removed: false });
            used += name.len().next_multiple_of(4);
        }
        removed(block, at + used, at + len, superblock, &mut each);
        at += len;
    }
    at == block.len()
}

fn entry_at(block: &[u8], at: usize) -> Option<&DirectoryEntry> {
    fields::structure(block.get(at..)?)
}

/// Whether a block is one of a directory and has a name.
pub(super) fn is_block(block: &[u8], superblock: &ExtSuperblock) -> bool {
    let mut names = 0;
    each(block, superblock, |name| names += usize::from(!name.removed)) && names > 0
}

/// Length of the entry at `at`, when it can be one.
fn length(block: &[u8], at: usize) -> Option<usize> {
    let entry = entry_at(block, at)?;
    let len = match entry.len.get() {
        // A block of 64 KiB that is one entry.
        0 | 0xffff if block.len() > usize::from(u16::MAX) => block.len(),
        len => len.into(),
    };
    let least = HEADER + usize::from(entry.name_len).max(1).next_multiple_of(4);
    (len.is_multiple_of(4) && len >= least && len <= block.len() - at).then_some(len)
}

/// Shows names that were removed, anywhere between two locations.
fn removed<'a>(
    block: &'a [u8],
    from: usize,
    end: usize,
    superblock: &ExtSuperblock,
    each: &mut impl FnMut(DirectoryName<'a>),
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
fn removed_at<'a>(
    block: &'a [u8],
    at: usize,
    superblock: &ExtSuperblock,
) -> Option<DirectoryName<'a>> {
    let entry = entry_at(block, at)?;
    let (inode, len) = (entry.inode.get(), length(block, at)?);
    let bytes = block.get(at + HEADER..)?.get(..usize::from(entry.name_len))?;
    let typed = !superblock.typed_names() || (1..=MOST_TYPE).contains(&entry.file_type);
    let legal = !bytes.is_empty() && is_legal(bytes) && bytes.iter().all(|&byte| byte >= b' ');
    let inside = inode > 0 && inode <= superblock.inodes && at + len <= block.len();
    (typed && legal && inside).then_some(DirectoryName { inode, bytes, removed: true })
}

/// Whether Linux allows the name.
fn is_legal(name: &[u8]) -> bool {
    !name.iter().any(|&byte| byte == 0 || byte == b'/')
}

#[cfg(test)]
mod tests {
    use afterimage_testdata::ext::{Kind, Volume};

    use super::super::superblock::ExtSuperblock;
    use super::{each, is_block};

    /// An entry for inode 12: its length, its name, and how long the name is said to be.
    fn entry(len: u16, name: &str, name_len: u8) -> Vec<u8> {
        let mut raw = vec![12, 0, 0, 0];
        raw.extend_from_slice(&len.to_le_bytes());
        raw.extend_from_slice(&[name_len, 1]);
        raw.extend_from_slice(name.as_bytes());
        raw.resize(8 + name.len().next_multiple_of(4), 0);
        raw
    }

    /// What a block of 64 bytes says: names, those that were removed in brackets.
    #[track_caller]
    fn check(entries: &[Vec<u8>], expected: &str, is_whole: bool) {
        let mut block = entries.concat();
        block.resize(64, 0);
        let volume = Volume::new(Kind::Ext4);
        let superblock = ExtSuperblock::parse(&volume.image()[1024..2048]).unwrap();
        let mut found = Vec::new();
        each(&block, &superblock, |name| {
            let text = String::from_utf8_lossy(name.bytes).into_owned();
            found.push(if name.removed { format!("({text})") } else { text });
        });
        assert_eq!(found.join(" "), expected);
        assert_eq!(is_block(&block, &superblock), is_whole);
    }

    #[test]
    fn removed_names_stand_in_the_slack_of_others() {
        check(&[entry(64, "a.jpg", 5)], "a.jpg", true);
        check(&[entry(16, "a.jpg", 5), entry(48, "b.jpg", 5)], "a.jpg b.jpg", true);
        check(&[entry(64, "a.jpg", 5), entry(48, "b.jpg", 5)], "a.jpg (b.jpg)", true);
        let gone = [entry(64, "a.jpg", 5), entry(16, "b.jpg", 5), entry(32, "c.jpg", 5)];
        check(&gone, "a.jpg (b.jpg) (c.jpg)", true);
    }

    #[test]
    fn what_cannot_be_a_name_is_none() {
        check(&[entry(64, "a.jpg", 5), entry(48, "b/jpg", 5)], "a.jpg", true);
        check(&[entry(64, "a.jpg", 5), entry(48, "b\njpg", 5)], "a.jpg", true);
        check(&[entry(64, "a.jpg", 5), entry(500, "b.jpg", 5)], "a.jpg", true);
        check(&[entry(64, "a.jpg", 5), entry(48, "b.jpg", 0)], "a.jpg", true);
    }

    #[test]
    fn a_damaged_block_is_searched_to_its_end() {
        check(&[entry(15, "a.jpg", 5), entry(48, "b.jpg", 5)], "(b.jpg)", false);
        check(&[entry(16, "a.jpg", 200), entry(48, "b.jpg", 5)], "(b.jpg)", false);
        check(&[], "", false);
    }
}
