//! Files as ext2 and ext3 lay them on empty space: with the lists of their blocks between these.
//!
//! Source: Linux kernel documentation, "ext4 Data Structures and Algorithms", Direct/Indirect Block Addressing.

/// Blocks that an inode names itself.
const DIRECT: usize = 12;

/// Bytes of a block's number.
const NUMBER: usize = 4;

/// Appends a file in blocks of `block` bytes to an image in which the volume begins at `at`; each list lies
/// right before the first block that it names. The image ends where a block does.
pub fn append(image: &mut Vec<u8>, at: usize, block: usize, file: &[u8]) {
    assert!((image.len() - at).is_multiple_of(block), "the image ends where a block does");
    let mut writer = Writer { image, at, block, rest: file };
    writer.data(DIRECT);
    for level in 1..=3 {
        if !writer.rest.is_empty() {
            writer.list(level);
        }
    }
    assert!(writer.rest.is_empty(), "the file is too long");
}

struct Writer<'w> {
    image: &'w mut Vec<u8>,
    at: usize,
    block: usize,
    rest: &'w [u8],
}

impl Writer<'_> {
    /// The number of the next block.
    fn next(&self) -> u32 {
        ((self.image.len() - self.at) / self.block) as u32
    }

    /// Appends blocks of the file.
    fn data(&mut self, most: usize) {
        let (here, rest) = self.rest.split_at(self.rest.len().min(most * self.block));
        self.image.extend(here);
        let end = self.at + (self.image.len() - self.at).next_multiple_of(self.block);
        self.image.resize(end, 0);
        self.rest = rest;
    }

    /// Appends a list and what it names.
    fn list(&mut self, level: u32) {
        let (own, each) = (self.image.len(), self.block / NUMBER);
        self.image.resize(own + self.block, 0);
        for index in 0..each {
            if self.rest.is_empty() {
                break;
            }
            let number = self.next();
            let at = own + index * NUMBER;
            self.image[at..at + NUMBER].copy_from_slice(&number.to_le_bytes());
            match level {
                1 => self.data(1),
                _ => self.list(level - 1),
            }
        }
    }
}
