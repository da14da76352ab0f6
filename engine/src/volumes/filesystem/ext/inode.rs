//! Inodes: what is known of a file beside its name.
//!
//! Source: Linux kernel documentation, "ext4 Data Structures and Algorithms", Index Nodes.

use std::mem::offset_of;

use zerocopy::little_endian::{U16, U32};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use crate::model::Moment;
use crate::volumes::fields::{self, joined};

/// `EXT4_EXTENTS_FL`: the block map is a tree of extents.
const EXTENTS: u32 = 0x8_0000;

/// `EXT4_ENCRYPT_FL`: fscrypt keeps the content.
const ENCRYPTED: u32 = 0x800;

/// `EXT4_INLINE_DATA_FL`: the content lies in place of the block map.
const INLINE: u32 = 0x1000_0000;

/// The root directory's inode.
pub(super) const ROOT: u32 = 2;

/// Bytes of the block map.
pub(super) const MAP_LEN: usize = 60;

/// Bytes of the first inodes; what lies beyond came with ext4.
const OLD_LEN: usize = 128;

/// An inode as it lies there, up to the last field that is used.
///
/// Source: Linux kernel documentation, "ext4 Data Structures and Algorithms", Index Nodes.
#[derive(FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned)]
#[repr(C)]
pub(super) struct RawInode {
    pub(super) mode: U16,
    _user: U16,
    size_low: U32,
    _accessed: U32,
    _changed: U32,
    modified: U32,
    deleted: U32,
    _group: U16,
    links: U16,
    _blocks: U32,
    flags: U32,
    _version: U32,
    map: [u8; MAP_LEN],
    pub(super) generation: U32,
    _attributes: U32,
    size_high: U32,
    _fragment: U32,
    _high_halves: [u8; 8],
    pub(super) checksum_low: U16,
    _reserved: U16,
    extra_len: U16,
    pub(super) checksum_high: U16,
    _changed_extra: U32,
    modified_extra: U32,
}

/// What an inode is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileKind {
    File,
    Folder,
    Other,
}

/// An inode, or an old copy of one.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ExtInode {
    /// Its number, from 1.
    pub(super) number: u32,
    /// Where it lies in the source.
    pub(super) at: u64,
    pub(super) kind: FileKind,
    pub(super) links: u16,
    pub(super) size: u64,
    pub(super) modified: Option<Moment>,
    /// When it was deleted, in seconds since 1970; 0 while it is in use.
    pub(super) deleted: u32,
    /// Tells the uses of a number apart.
    pub(super) generation: u32,
    /// The block map: a list of blocks, a tree of extents, or content.
    pub(super) map: [u8; MAP_LEN],
    flags: u32,
}

impl ExtInode {
    /// What the bytes say of inode `number`, which lies at `at`.
    pub(super) fn parse(raw: &[u8], number: u32, at: u64) -> Self {
        let has_extra = raw.len() > OLD_LEN;
        let raw: RawInode = fields::padded(raw);
        let kind = match raw.mode.get() >> 12 {
            0x8 => FileKind::File,
            0x4 => FileKind::Folder,
            _ => FileKind::Other,
        };
        // Where folders have the upper half of their size now, they had something else once.
        let high = if kind == FileKind::File { raw.size_high.get() } else { 0 };
        ExtInode {
            number,
            at,
            kind,
            links: raw.links.get(),
            size: joined(high, raw.size_low.get()),
            modified: raw.modified(has_extra),
            deleted: raw.deleted.get(),
            generation: raw.generation.get(),
            map: raw.map,
            flags: raw.flags.get(),
        }
    }

    /// The inode of a journal, from the copy of its map in the superblock.
    pub(super) fn of_journal(number: u32, map: [u8; MAP_LEN], size: u64) -> Self {
        // The map does not say what it is, but a tree begins with a number that no block has twice.
        let flags = if map[..2] == [0x0a, 0xf3] { EXTENTS } else { 0 };
        let (kind, links, modified) = (FileKind::File, 1, None);
        ExtInode {
            number,
            at: 0,
            kind,
            links,
            size,
            modified,
            deleted: 0,
            generation: 0,
            map,
            flags,
        }
    }

    /// Whether something is called by it.
    pub(super) fn is_live(&self) -> bool {
        self.links > 0 && self.deleted == 0
    }

    /// Whether its map is a tree of extents.
    pub(super) fn has_extents(&self) -> bool {
        self.flags & EXTENTS != 0
    }

    /// Whether its content is encrypted.
    pub(super) fn is_encrypted(&self) -> bool {
        self.flags & ENCRYPTED != 0
    }

    /// Whether its content begins where the map would be.
    pub(super) fn is_inline(&self) -> bool {
        self.flags & INLINE != 0
    }

    /// Where such content lies in the source.
    pub(super) fn map_at(&self) -> u64 {
        self.at.saturating_add(offset_of!(RawInode, map) as u64)
    }
}

impl RawInode {
    /// `i_mtime` with two more bits and nanoseconds where the inode is large enough.
    fn modified(&self, has_extra: bool) -> Option<Moment> {
        let seconds = i64::from(self.modified.get().cast_signed());
        let has_extra = has_extra && self.extra_len >= 12;
        let extra = if has_extra { self.modified_extra.get() } else { 0 };
        let nanoseconds = i32::try_from(extra >> 2).unwrap_or(0);
        Moment::utc(seconds + (i64::from(extra & 3) << 32), nanoseconds.min(999_999_999))
    }
}

#[cfg(test)]
mod tests {
    use super::ExtInode;

    #[track_caller]
    fn check(seconds: u32, extra: Option<u32>, expected: &str) {
        let mut raw = vec![0; 256];
        raw[16..20].copy_from_slice(&seconds.to_le_bytes());
        if let Some(extra) = extra {
            raw[128] = 32;
            raw[136..140].copy_from_slice(&extra.to_le_bytes());
        }
        let stamp = ExtInode::parse(&raw, 12, 0).modified.map(|stamp| stamp.civil.to_string());
        assert_eq!(stamp.as_deref().unwrap_or("-"), expected);
    }

    #[test]
    fn times_have_34_bits_where_the_inode_is_large() {
        check(1_700_000_000, None, "2023-11-14T22:13:20");
        check(1_700_000_000, Some(250_000_000 << 2), "2023-11-14T22:13:20.25");
        check(0xffff_ffff, None, "-");
        check(0xffff_ffff, Some(1), "2106-02-07T06:28:15");
        check(0, Some(1), "2106-02-07T06:28:16");
    }
}
