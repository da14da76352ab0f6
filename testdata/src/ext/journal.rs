//! A journal that is not closed into a ring: it has room for what a test does.

use super::BLOCK;

/// `h_magic`.
const MAGIC: u32 = 0xc03b_3998;

/// The journal and how far it is written.
#[derive(Clone, Debug)]
pub(super) struct Journal {
    blocks: Vec<u32>,
    next: usize,
    sequence: u32,
}

impl Journal {
    /// Blocks of a journal.
    pub(super) const BLOCKS: usize = 128;

    /// An empty journal in some blocks.
    pub(super) fn new(image: &mut [u8], blocks: Vec<u32>) -> Self {
        let superblock = blocks[0] as usize * BLOCK;
        let words = [MAGIC, 4, 0, BLOCK as u32, blocks.len() as u32, 1, 1, 0];
        put_words(image, superblock, &words);
        Journal { blocks, next: 1, sequence: 1 }
    }

    /// Writes a transaction with copies of some blocks.
    pub(super) fn commit(&mut self, image: &mut [u8], changed: &[u32]) {
        let descriptor = self.take();
        put_words(image, descriptor, &[MAGIC, 1, self.sequence]);
        let mut tag = descriptor + 12;
        for (index, &block) in changed.iter().enumerate() {
            let last = if index + 1 == changed.len() { 8 } else { 0 };
            let same = if index > 0 { 2 } else { 0 };
            put_words(image, tag, &[block, last | same]);
            // The first is followed by the identity of the file system.
            tag += if index > 0 { 8 } else { 24 };
            let (from, to) = (block as usize * BLOCK, self.take());
            image.copy_within(from..from + BLOCK, to);
        }
        let commit = self.take();
        put_words(image, commit, &[MAGIC, 2, self.sequence]);
        self.sequence += 1;
    }

    /// The next block.
    fn take(&mut self) -> usize {
        let block = self.blocks[self.next] as usize;
        self.next += 1;
        block * BLOCK
    }
}

/// Writes big-endian words.
fn put_words(image: &mut [u8], at: usize, words: &[u32]) {
    for (word, at) in words.iter().zip((at..).step_by(4)) {
        image[at..at + 4].copy_from_slice(&word.to_be_bytes());
    }
}
