//! ext2 and ext4 volumes of two small groups, with files that were deleted as Linux deletes them.
//!
//! Source: Linux kernel documentation, "ext4 Data Structures and Algorithms".

mod inode;
mod journal;
pub mod lists;

use std::collections::BTreeMap;
use std::ops::Range;

use inode::Map;
use journal::Journal;

/// Bytes of a block.
pub const BLOCK: usize = 1024;

/// Blocks of a group.
const GROUP_BLOCKS: usize = 1024;

/// Groups.
const GROUPS: usize = 2;

/// Inodes of a group, and bytes of an inode.
const GROUP_INODES: usize = 64;
const INODE: usize = 256;

/// Blocks of an inode table.
const TABLE: usize = GROUP_INODES * INODE / BLOCK;

/// Where a group's superblock, descriptors, bitmaps and inode table lie in it.
const DESCRIPTORS: usize = 1;
const BLOCK_BITMAP: usize = 2;
const INODE_BITMAP: usize = 3;
const INODE_TABLE: usize = 4;
const GROUP_USED: usize = INODE_TABLE + TABLE;

/// Inodes that are always there.
const ROOT: u32 = 2;
const JOURNAL: u32 = 8;
const FOLDER: u32 = 11;

/// The name of the folder that all files are in.
pub const FOLDER_NAME: &str = "DCIM";

/// Which of the family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Lists of blocks, no journal: maps and names are kept when a file is deleted.
    Ext2,
    /// Extents and a journal: maps and names are wiped when a file is deleted.
    Ext4,
}

/// A volume, without a partition table around it.
#[derive(Clone, Debug)]
pub struct Volume {
    kind: Kind,
    image: Vec<u8>,
    journal: Option<Journal>,
    /// Inodes by name, and the blocks that are theirs.
    files: BTreeMap<String, (u32, Vec<u32>)>,
    folder_block: u32,
    next_inode: u32,
    names: Vec<(u32, String)>,
}

impl Volume {
    /// A volume with an empty folder.
    pub fn new(kind: Kind) -> Self {
        let mut volume = Volume {
            kind,
            image: vec![0; (1 + GROUPS * GROUP_BLOCKS) * BLOCK],
            journal: None,
            files: BTreeMap::new(),
            folder_block: 0,
            next_inode: FOLDER + 1,
            names: Vec::new(),
        };
        for group in 0..GROUPS {
            let first = group_at(group);
            (first..first + GROUP_USED).for_each(|block| volume.set_used(block as u32, true));
        }
        volume.put_superblocks();
        let root = volume.allocate(1, 0)[0];
        volume.put_inode(ROOT, 0o040_755, BLOCK as u64, 0, &[root]);
        volume.put_names(root, ROOT, ROOT, &[(FOLDER, FOLDER_NAME.into())]);
        volume.folder_block = volume.allocate(1, 0)[0];
        volume.put_inode(FOLDER, 0o040_755, BLOCK as u64, 0, &[volume.folder_block]);
        volume.put_names(volume.folder_block, FOLDER, ROOT, &[]);
        if kind == Kind::Ext4 {
            let blocks = volume.allocate(Journal::BLOCKS, 0);
            volume.put_inode(JOURNAL, 0o100_600, (blocks.len() * BLOCK) as u64, 0, &blocks);
            volume.journal = Some(Journal::new(&mut volume.image, blocks));
        }
        volume
    }

    /// The image.
    pub fn image(&self) -> &[u8] {
        &self.image
    }

    /// Where the copy of the superblock lies.
    pub fn copy_at(&self) -> usize {
        group_at(1) * BLOCK
    }

    /// Writes a file into the first free blocks from the `from`th on and says where its bytes lie in
    /// the image. `modified` is in seconds since 1970.
    pub fn write(
        &mut self,
        name: &str,
        bytes: &[u8],
        modified: u32,
        from: usize,
    ) -> Vec<Range<usize>> {
        let indirect = self.kind == Kind::Ext2 && bytes.len() > 12 * BLOCK;
        let blocks = self.allocate(bytes.len().div_ceil(BLOCK) + usize::from(indirect), from);
        let inode = self.next_inode;
        self.next_inode += 1;
        let map = self.put_inode(inode, 0o100_644, bytes.len() as u64, modified, &blocks);
        let mut pieces: Vec<Range<usize>> = Vec::new();
        for (&block, piece) in map.data.iter().zip(bytes.chunks(BLOCK)) {
            let at = block as usize * BLOCK;
            self.image[at..at + piece.len()].copy_from_slice(piece);
            match pieces.last_mut() {
                Some(last) if last.end == at => last.end += piece.len(),
                _ => pieces.push(at..at + piece.len()),
            }
        }
        self.files.insert(name.into(), (inode, blocks));
        self.names.push((inode, name.into()));
        let names = self.names.clone();
        self.put_names(self.folder_block, FOLDER, ROOT, &names);
        self.commit(inode);
        pieces
    }

    /// Deletes a file at `when`. What is written later takes the place of names that were kept.
    pub fn delete(&mut self, name: &str, when: u32) {
        let (inode, blocks) = self.files.remove(name).expect("a file that was written");
        blocks.into_iter().for_each(|block| self.set_used(block, false));
        let at = inode_at(inode);
        self.image[at + 26..at + 28].fill(0);
        put32(&mut self.image, at + 20, when);
        self.set_inode_used(inode, false);
        self.remove_name(inode);
        if self.kind == Kind::Ext4 {
            self.image[at + 4..at + 8].fill(0);
            self.image[at + 42..at + 44].fill(0);
            self.image[at + 52..at + 100].fill(0);
        }
        self.commit(inode);
    }

    /// Takes a name out of the folder: the entry before it becomes longer.
    fn remove_name(&mut self, inode: u32) {
        let base = self.folder_block as usize * BLOCK;
        let (mut at, mut before) = (0, 0);
        while at < BLOCK {
            let len = usize::from(get16(&self.image, base + at + 4));
            if self.image[base + at..base + at + 4] == inode.to_le_bytes() {
                let longer = at + len - before;
                put16(&mut self.image, base + before + 4, longer as u16);
                if self.kind == Kind::Ext4 {
                    self.image[base + at..base + at + len].fill(0);
                }
                self.names.retain(|&(other, _)| other != inode);
                return;
            }
            (before, at) = (at, at + len);
        }
    }

    /// Writes what changed with a file into the journal.
    fn commit(&mut self, inode: u32) {
        let table = (inode_at(inode) / BLOCK) as u32;
        if let Some(journal) = &mut self.journal {
            journal.commit(&mut self.image, &[1, table, self.folder_block]);
        }
    }

    /// The first free blocks from the `from`th on, used from now.
    fn allocate(&mut self, count: usize, from: usize) -> Vec<u32> {
        let blocks = (from.max(1)..1 + GROUPS * GROUP_BLOCKS).map(|block| block as u32);
        let free: Vec<u32> = blocks.filter(|&block| !self.is_used(block)).take(count).collect();
        assert_eq!(free.len(), count, "the volume is full");
        free.iter().for_each(|&block| self.set_used(block, true));
        free
    }

    fn is_used(&self, block: u32) -> bool {
        let (at, bit) = bitmap_at(block as usize - 1, GROUP_BLOCKS, BLOCK_BITMAP);
        self.image[at] >> bit & 1 == 1
    }

    fn set_used(&mut self, block: u32, used: bool) {
        let (at, bit) = bitmap_at(block as usize - 1, GROUP_BLOCKS, BLOCK_BITMAP);
        self.image[at] = self.image[at] & !(1 << bit) | u8::from(used) << bit;
    }

    fn set_inode_used(&mut self, inode: u32, used: bool) {
        let (at, bit) = bitmap_at(inode as usize - 1, GROUP_INODES, INODE_BITMAP);
        self.image[at] = self.image[at] & !(1 << bit) | u8::from(used) << bit;
    }

    /// Writes an inode and the blocks of its map.
    fn put_inode(
        &mut self,
        inode: u32,
        mode: u16,
        size: u64,
        modified: u32,
        blocks: &[u32],
    ) -> Map {
        self.set_inode_used(inode, true);
        let map = match self.kind {
            Kind::Ext2 => Map::lists(&mut self.image, blocks, size.div_ceil(BLOCK as u64) as usize),
            Kind::Ext4 => Map::extents(blocks),
        };
        let at = inode_at(inode);
        inode::put(&mut self.image[at..at + INODE], mode, size, modified, &map);
        map
    }

    /// Writes the block of a folder: itself, its parent, and names.
    fn put_names(&mut self, block: u32, own: u32, parent: u32, names: &[(u32, String)]) {
        let base = block as usize * BLOCK;
        self.image[base..base + BLOCK].fill(0);
        let mut all = vec![(own, ".".to_string()), (parent, "..".to_string())];
        all.extend_from_slice(names);
        let mut at = base;
        for (index, (inode, name)) in all.iter().enumerate() {
            let least = 8 + name.len().next_multiple_of(4);
            let len = if index + 1 == all.len() { base + BLOCK - at } else { least };
            put32(&mut self.image, at, *inode);
            put16(&mut self.image, at + 4, len as u16);
            self.image[at + 6] = name.len() as u8;
            let file = *inode > FOLDER;
            self.image[at + 7] = if file { 1 } else { 2 };
            self.image[at + 8..at + 8 + name.len()].copy_from_slice(name.as_bytes());
            at += len;
        }
    }

    /// Writes the superblock and the descriptors into both groups.
    fn put_superblocks(&mut self) {
        let (compat, incompat) = match self.kind {
            Kind::Ext2 => (0, 0x2),
            Kind::Ext4 => (0x4, 0x42),
        };
        for group in 0..GROUPS {
            let at = group_at(group) * BLOCK;
            let words = [
                (0, (GROUPS * GROUP_INODES) as u32),
                (4, (1 + GROUPS * GROUP_BLOCKS) as u32),
                (20, 1),
                (32, GROUP_BLOCKS as u32),
                (36, GROUP_BLOCKS as u32),
                (40, GROUP_INODES as u32),
                (76, 1),
                (84, FOLDER),
                (92, compat),
                (96, incompat),
                (100, 0x1),
                (224, if self.kind == Kind::Ext4 { JOURNAL } else { 0 }),
            ];
            words.into_iter().for_each(|(field, value)| put32(&mut self.image, at + field, value));
            put16(&mut self.image, at + 56, 0xef53);
            put16(&mut self.image, at + 58, 1);
            put16(&mut self.image, at + 88, INODE as u16);
            put16(&mut self.image, at + 90, group as u16);
            self.image[at + 104..at + 120].copy_from_slice(b"afterimage/test!");
            self.image[at + 120..at + 124].copy_from_slice(b"CARD");
            for described in 0..GROUPS {
                let (at, first) = (at + DESCRIPTORS * BLOCK + described * 32, group_at(described));
                for (field, table) in [(0, BLOCK_BITMAP), (4, INODE_BITMAP), (8, INODE_TABLE)] {
                    put32(&mut self.image, at + field, (first + table) as u32);
                }
            }
        }
    }
}

/// The first block of a group: the boot sector has one of its own.
fn group_at(group: usize) -> usize {
    1 + group * GROUP_BLOCKS
}

/// Where an inode lies in the image.
fn inode_at(inode: u32) -> usize {
    let index = inode as usize - 1;
    (group_at(index / GROUP_INODES) + INODE_TABLE) * BLOCK + index % GROUP_INODES * INODE
}

/// The byte and the bit of a number in the bitmap at a block of its group.
fn bitmap_at(number: usize, per_group: usize, bitmap: usize) -> (usize, usize) {
    let bit = number % per_group;
    ((group_at(number / per_group) + bitmap) * BLOCK + bit / 8, bit % 8)
}

fn get16(image: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([image[at], image[at + 1]])
}

fn put16(image: &mut [u8], at: usize, value: u16) {
    image[at..at + 2].copy_from_slice(&value.to_le_bytes());
}

fn put32(image: &mut [u8], at: usize, value: u32) {
    image[at..at + 4].copy_from_slice(&value.to_le_bytes());
}
