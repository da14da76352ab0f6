//! The journal (jbd2): a ring of transactions, each with copies of the blocks that it changed.
//!
//! A copy stays until the ring comes round again, long after its transaction was done. What was
//! revoked is told as well: a revoked block is not to be written again, but what it held is what an
//! older file may need.
//!
//! Source: Linux kernel documentation, "ext4 Data Structures and Algorithms", Journal (jbd2).

use std::collections::VecDeque;

use super::copies::{Copies, Copy, UNKNOWN};
use super::field::{be16, be32, joined};
use super::inode::{Inode, Kind};
use super::layout::Layout;
use super::loose;
use super::volume::Volume;

/// `h_magic`, in big-endian order like all of the journal.
pub(super) const MAGIC: u32 = 0xc03b_3998;

/// Bytes of the header of the journal's own blocks: the magic, a type, a sequence number.
const HEADER: usize = 12;

/// Blocks of a journal that are looked at: 4 GiB at the usual length of a block.
const MOST_BLOCKS: usize = 1 << 20;

/// Copies without a descriptor that are looked at.
const MOST_LOOSE: usize = 1 << 16;

/// `h_blocktype`.
mod kind {
    pub(super) const DESCRIPTOR: u32 = 1;
    pub(super) const COMMIT: u32 = 2;
    pub(super) const SUPERBLOCK: u32 = 3;
    pub(super) const SUPERBLOCK_V2: u32 = 4;
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
struct Shape {
    /// The first block of the ring, and the first behind it.
    first: usize,
    last: usize,
    incompat: u32,
    /// The first transaction that is not in the volume yet; nothing when all are.
    pending: Option<u32>,
}

impl Shape {
    /// What the journal's superblock says of a journal of so many blocks.
    fn parse(block: &[u8], blocks: usize) -> Self {
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
        Shape { first: (be32(block, 20) as usize).max(1), last, incompat, pending }
    }

    /// What it usually is in such a volume, for when the journal's superblock is lost.
    fn guess(volume: &Volume, blocks: usize) -> Self {
        let wide = if volume.superblock.wide() { incompat::WIDE } else { 0 };
        let checks = volume.superblock.checks_metadata();
        let checksums = if checks { incompat::CHECKSUM_V3 } else { 0 };
        Shape { first: 1, last: blocks, incompat: wide | checksums, pending: None }
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
    fn tags(&self, block: &[u8]) -> VecDeque<(u64, bool)> {
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

/// The copies in the journal of a volume.
pub(super) fn read(volume: &Volume) -> Copies {
    if !volume.superblock.has_journal() {
        return Copies::default();
    }
    let blocks = locate(volume);
    ring(volume, &blocks)
}

/// Where the blocks of the journal lie in the source: by its inode, or by the copy of its map.
fn locate(volume: &Volume) -> Vec<u64> {
    let offsets = |inode: &Inode| -> Vec<u64> {
        let layout = Layout::of(volume, inode, None);
        layout.blocks().map_while(|block| volume.offset(block)).take(MOST_BLOCKS).collect()
    };
    let inode = volume.inode(volume.superblock.journal).filter(|inode| inode.kind == Kind::File);
    let blocks = inode.as_ref().map(offsets).unwrap_or_default();
    if !blocks.is_empty() {
        return blocks;
    }
    let Some((map, len)) = volume.superblock.journal_map else { return Vec::new() };
    offsets(&Inode::of_journal(volume.superblock.journal, map, len))
}

/// The copies in a ring of blocks.
fn ring(volume: &Volume, blocks: &[u64]) -> Copies {
    let mut block = Vec::new();
    let Some(&first) = blocks.first() else { return Copies::default() };
    volume.read_at(first, &mut block);
    let shape = match begins(&block) {
        true => Shape::parse(&block, blocks.len()),
        false => Shape::guess(volume, blocks.len()),
    };
    let Some(ring) = blocks.get(shape.first..shape.last) else { return Copies::default() };
    let mut reader = Ring {
        volume,
        shape,
        waiting: VecDeque::new(),
        sequence: 0,
        done: 0,
        copies: Vec::new(),
        loose: Vec::new(),
    };
    for &at in ring {
        reader.take(at);
    }
    // What a descriptor at the end names goes on at the beginning, where no descriptor was seen yet.
    let wrapped = ring.iter().take_while(|&&at| reader.goes_on(at)).count();
    let mut loose = reader.loose.split_off(wrapped.min(reader.loose.len()));
    loose.iter_mut().for_each(|copy| copy.block = loose::block_of(volume, copy).unwrap_or(UNKNOWN));
    reader.copies.extend(loose);
    let pending = shape.pending.filter(|&first| first <= reader.done);
    Copies::new(reader.copies, pending.map(|first| first..=reader.done))
}

/// Goes round the ring.
struct Ring<'v, 'a> {
    volume: &'v Volume<'a>,
    shape: Shape,
    /// Blocks whose copies come next, and the transaction of them.
    waiting: VecDeque<(u64, bool)>,
    sequence: u32,
    /// The last transaction that was finished.
    done: u32,
    copies: Vec<Copy>,
    /// Copies whose descriptor was overwritten: of the transaction that ends next.
    loose: Vec<Copy>,
}

impl Ring<'_, '_> {
    /// Takes the next block while copies are expected; whether it was one.
    fn goes_on(&mut self, at: u64) -> bool {
        let before = self.copies.len();
        if !self.waiting.is_empty() {
            self.take(at);
        }
        self.copies.len() > before
    }

    /// Takes the next block: a descriptor, a copy, or something else.
    fn take(&mut self, at: u64) {
        let mut header = [0; HEADER];
        self.volume.bytes.read_at(at, &mut header);
        if be32(&header, 0) != MAGIC {
            match self.waiting.pop_front() {
                Some((block, escaped)) => {
                    self.copies.push(Copy { block, sequence: self.sequence, at, escaped });
                }
                None if self.loose.len() < MOST_LOOSE => {
                    self.loose.push(Copy { block: UNKNOWN, sequence: 0, at, escaped: false });
                }
                None => {}
            }
            return;
        }
        // No copy begins like this: what was expected here was overwritten.
        self.waiting.clear();
        for loose in self.loose.iter_mut().rev().take_while(|loose| loose.sequence == 0) {
            loose.sequence = be32(&header, 8);
        }
        if be32(&header, 4) == kind::COMMIT {
            self.done = self.done.max(be32(&header, 8));
        }
        if be32(&header, 4) == kind::DESCRIPTOR {
            let mut block = Vec::new();
            self.volume.read_at(at, &mut block);
            self.sequence = be32(&header, 8);
            self.waiting = self.shape.tags(&block);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Shape, incompat};

    /// The blocks that a descriptor of 128 bytes names.
    #[track_caller]
    fn check(incompat: u32, tags: &[&[u8]], expected: &[(u64, bool)]) {
        let shape = Shape { first: 1, last: 9, incompat, pending: None };
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
