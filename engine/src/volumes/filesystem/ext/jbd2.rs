//! What the journal (jbd2) is made of: its own blocks, and the tags that name the blocks it copied.
//!
//! Source: Linux kernel documentation, "ext4 Data Structures and Algorithms", Journal (jbd2).

use std::collections::VecDeque;

use zerocopy::big_endian::U32;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned};

use super::superblock::ExtSuperblock;
use crate::volumes::fields::{self, joined};

/// `h_magic`, in big-endian order like all of the journal.
pub(super) const MAGIC: u32 = 0xc03b_3998;

/// What the journal's own blocks begin with.
///
/// Source: Linux kernel documentation, "ext4 Data Structures and Algorithms", Block Header.
#[derive(FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
pub(super) struct JournalHeader {
    pub(super) magic: U32,
    pub(super) kind: U32,
    pub(super) sequence: U32,
}

/// The journal's superblock as it lies there, up to the last field that is used.
///
/// Source: Linux kernel documentation, "ext4 Data Structures and Algorithms", Super Block (of the
/// journal).
#[derive(FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned)]
#[repr(C)]
struct JournalSuperblock {
    _magic: U32,
    kind: U32,
    _own_sequence: U32,
    _block_len: U32,
    blocks: U32,
    first: U32,
    sequence: U32,
    start: U32,
    _error: U32,
    _compat: U32,
    incompat: U32,
    _unused: [u8; 40],
    fast_commit_blocks: U32,
}

/// `h_blocktype`.
pub(super) mod kind {
    pub(crate) const DESCRIPTOR: u32 = 1;
    pub(crate) const COMMIT: u32 = 2;
    pub(crate) const SUPERBLOCK: u32 = 3;
    pub(crate) const SUPERBLOCK_V2: u32 = 4;
}

/// `s_feature_incompat` of the journal.
mod incompat {
    pub(super) const WIDE: u32 = 0x2;
    pub(super) const CHECKSUM_V2: u32 = 0x8;
    pub(super) const CHECKSUM_V3: u32 = 0x10;
    pub(super) const FAST_COMMIT: u32 = 0x20;
}

/// A tag as it lies there, `journal_block_tag3_s`: in older ones a checksum takes the upper half of the
/// flags, and narrow ones have no upper half of the block's number.
#[derive(FromBytes, Immutable, IntoBytes, KnownLayout, Unaligned)]
#[repr(C)]
struct RawTag {
    block_low: U32,
    flags: U32,
    block_high: U32,
}

/// Flags of a tag.
mod tag {
    pub(super) const ESCAPED: u32 = 1;
    pub(super) const SAME_UUID: u32 = 2;
    pub(super) const LAST: u32 = 8;
}

/// `JBD2_DEFAULT_FAST_COMMIT_BLOCKS`.
const USUAL_FAST_COMMIT: u32 = 256;

/// Whether a block begins a journal.
pub(super) fn begins(block: &[u8]) -> bool {
    fields::structure::<JournalHeader>(block).is_some_and(|header| {
        let kind = header.kind.get();
        header.magic == MAGIC && matches!(kind, kind::SUPERBLOCK | kind::SUPERBLOCK_V2)
    })
}

/// The shape of a journal.
#[derive(Clone, Copy, Debug)]
pub(super) struct JournalFormat {
    /// The first block of the ring, and the first after it.
    pub(super) first: usize,
    pub(super) last: usize,
    incompat: u32,
    /// The first transaction that is not in the volume yet; nothing when all are.
    pub(super) pending: Option<u32>,
}

impl JournalFormat {
    /// What the journal's superblock says of a journal of so many blocks.
    pub(super) fn parse(block: &[u8], blocks: usize) -> Self {
        let raw: JournalSuperblock = fields::padded(block);
        let incompat = if raw.kind == kind::SUPERBLOCK_V2 { raw.incompat.get() } else { 0 };
        let fast = match raw.fast_commit_blocks.get() {
            _ if incompat & incompat::FAST_COMMIT == 0 => 0,
            0 => USUAL_FAST_COMMIT,
            fast => fast,
        };
        let last = blocks.min(raw.blocks.get() as usize).saturating_sub(fast as usize);
        let pending = (raw.start != 0).then(|| raw.sequence.get());
        JournalFormat { first: (raw.first.get() as usize).max(1), last, incompat, pending }
    }

    /// What it usually is in such a volume, for when the journal's superblock is lost.
    pub(super) fn guess(superblock: &ExtSuperblock, blocks: usize) -> Self {
        let wide = if superblock.wide() { incompat::WIDE } else { 0 };
        let checks = superblock.checks_metadata();
        let checksums = if checks { incompat::CHECKSUM_V3 } else { 0 };
        JournalFormat { first: 1, last: blocks, incompat: wide | checksums, pending: None }
    }

    /// Bytes of a tag, and of a checksum at the end of a block of tags.
    fn tag_len(&self) -> (usize, usize) {
        if self.incompat & incompat::CHECKSUM_V3 != 0 {
            return (16, 4);
        }
        let wide = if self.incompat & incompat::WIDE != 0 { 12 } else { 8 };
        if self.incompat & incompat::CHECKSUM_V2 != 0 { (wide + 2, 4) } else { (wide, 0) }
    }

    /// The blocks that a descriptor names, and which of them are escaped.
    pub(super) fn tags(&self, block: &[u8]) -> VecDeque<(u64, bool)> {
        let (len, tail) = self.tag_len();
        let mut tags = VecDeque::new();
        let mut at = size_of::<JournalHeader>();
        while at + len + tail <= block.len() {
            let raw: RawTag = fields::padded(&block[at..at + len]);
            let v3 = self.incompat & incompat::CHECKSUM_V3 != 0;
            let flags = if v3 { raw.flags.get() } else { raw.flags.get() & 0xffff };
            let high = if self.incompat & incompat::WIDE != 0 { raw.block_high.get() } else { 0 };
            tags.push_back((joined(high, raw.block_low.get()), flags & tag::ESCAPED != 0));
            if flags & tag::LAST != 0 {
                break;
            }
            at += len + if flags & tag::SAME_UUID == 0 { 16 } else { 0 };
        }
        tags
    }
}

#[cfg(test)]
mod tests {
    use super::{JournalFormat, incompat};

    /// The blocks that a descriptor of 128 bytes names.
    #[track_caller]
    fn check(incompat: u32, tags: &[&[u8]], expected: &[(u64, bool)]) {
        let shape = JournalFormat { first: 1, last: 9, incompat, pending: None };
        let mut block = vec![0; 12];
        block.extend(tags.concat());
        block.resize(128, 0);
        assert_eq!(Vec::from(shape.tags(&block)), expected);
    }

    #[test]
    fn tags_are_as_long_as_the_features_say() {
        let uuid = [7; 16];
        check(
            0,
            &[&[0, 0, 1, 0, 0, 0, 0, 0], &uuid, &[0, 0, 0, 9, 0, 0, 0, 11]],
            &[(256, false), (9, true)],
        );
        let wide = [0, 0, 0, 5, 0, 0, 0, 2, 0, 0, 0, 1];
        let last = [0, 0, 0, 6, 0, 0, 0, 10, 0, 0, 0, 0];
        check(incompat::WIDE, &[&wide, &last], &[(0x1_0000_0005, false), (6, false)]);
        let features = incompat::WIDE | incompat::CHECKSUM_V2;
        check(features, &[&wide, &[0; 2], &last], &[(0x1_0000_0005, false), (6, false)]);
        let wide = [0, 0, 0, 5, 0, 0, 0, 2, 0, 0, 0, 1, 9, 9, 9, 9];
        let last = [0, 0, 0, 6, 0, 0, 0, 11, 0, 0, 0, 0, 9, 9, 9, 9];
        let features = incompat::WIDE | incompat::CHECKSUM_V3;
        check(features, &[&wide, &last], &[(0x1_0000_0005, false), (6, true)]);
    }

    #[test]
    fn tags_end_with_the_block() {
        let blocks = [(0, false); 5];
        check(0, &[], &blocks);
    }
}
