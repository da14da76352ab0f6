//! What the journal (jbd2) is made of: its own blocks, and the tags that name the blocks it copied.
//!
//! Source: Linux kernel documentation, "ext4 Data Structures and Algorithms", Journal (jbd2).

use std::collections::VecDeque;

use super::field::{be16, be32, joined};
use super::superblock::ExtSuperblock;

/// `h_magic`, in big-endian order like all of the journal.
pub(super) const MAGIC: u32 = 0xc03b_3998;

/// Bytes of the header of the journal's own blocks: the magic, a type, a sequence number.
pub(super) const HEADER: usize = 12;

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

/// Flags of a tag.
mod tag {
    pub(super) const ESCAPED: u32 = 1;
    pub(super) const SAME_UUID: u32 = 2;
    pub(super) const LAST: u32 = 8;
}

/// Whether a block begins a journal.
pub(super) fn begins(block: &[u8]) -> bool {
    be32(block, 0) == MAGIC && matches!(be32(block, 4), kind::SUPERBLOCK | kind::SUPERBLOCK_V2)
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
        let incompat = match be32(block, 4) {
            kind::SUPERBLOCK_V2 => be32(block, 40),
            _ => 0,
        };
        let fast = match (incompat & incompat::FAST_COMMIT, be32(block, 84)) {
            (0, _) => 0,
            (_, 0) => 256,
            (_, fast) => fast,
        };
        let last = blocks.min(be32(block, 16) as usize).saturating_sub(fast as usize);
        let pending = (be32(block, 28) != 0).then(|| be32(block, 24));
        JournalFormat { first: (be32(block, 20) as usize).max(1), last, incompat, pending }
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
        let mut at = HEADER;
        while at + len + tail <= block.len() {
            let raw = &block[at..at + len];
            let v3 = self.incompat & incompat::CHECKSUM_V3 != 0;
            let flags = if v3 { be32(raw, 4) } else { be16(raw, 6).into() };
            // A short tag has no upper half; it reads as zero.
            let high = if self.incompat & incompat::WIDE != 0 { be32(raw, 8) } else { 0 };
            tags.push_back((joined(high, be32(raw, 0)), flags & tag::ESCAPED != 0));
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
