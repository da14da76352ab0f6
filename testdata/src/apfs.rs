//! APFS containers of one volume, whose trees are single leaves, written generation by generation.
//!
//! Source: Apple, "Apple File System Reference" (2020-06-22). Only what leads to files is there.

/// Bytes of a block.
pub const BLOCK: usize = 4096;

/// Blocks of a container.
const BLOCKS: u64 = 128;

/// Where the ring of checkpoints lies, and how long it is; a superblock is every other block.
const RING: u64 = 1;
const RING_LEN: u64 = 8;

/// Identifiers of the volume, of its tree and of the first file.
const VOLUME: u64 = 1026;
const TREE: u64 = 1028;
const ROOT: u64 = 2;

/// Flags of a node: a root, a leaf, keys and values of fixed length.
const LEAF: u16 = 3;
const FIXED: u16 = 4;

/// A file.
#[derive(Clone, Debug)]
struct File {
    number: u64,
    name: String,
    size: u64,
    nanoseconds: u64,
    /// First blocks and numbers of blocks.
    pieces: Vec<(u64, u64)>,
}

/// A container.
#[derive(Clone, Debug)]
pub struct Container {
    image: Vec<u8>,
    files: Vec<File>,
    /// Transactions and blocks of superblocks that snapshots keep.
    snapshots: Vec<(u64, u64)>,
    /// Entries of the volume's map: a transaction and the block of the tree.
    trees: Vec<(u64, u64)>,
    transaction: u64,
    next_block: u64,
    next_number: u64,
    locked: bool,
}

impl Container {
    /// An empty container; the files of a locked one nobody can read.
    pub fn new(locked: bool) -> Self {
        let image = vec![0; BLOCKS as usize * BLOCK];
        let mut container = Container {
            image,
            files: Vec::new(),
            snapshots: Vec::new(),
            trees: Vec::new(),
            transaction: 0,
            next_block: RING + RING_LEN,
            next_number: 16,
            locked,
        };
        container.commit(false);
        container
    }

    /// The image.
    pub fn image(&self) -> &[u8] {
        &self.image
    }

    /// Writes a file into the folder DCIM, in pieces of so many blocks with one between them.
    pub fn write(&mut self, name: &str, bytes: &[u8], nanoseconds: u64, piece: usize) {
        let mut pieces = Vec::new();
        for part in bytes.chunks(piece * BLOCK) {
            let (block, count) = (self.next_block, part.len().div_ceil(BLOCK) as u64);
            self.put(block, part);
            pieces.push((block, count));
            self.next_block += count + 1;
        }
        let number = self.next_number;
        self.next_number += 1;
        let (name, size) = (name.to_owned(), bytes.len() as u64);
        self.files.push(File { number, name, size, nanoseconds, pieces });
    }

    /// Deletes a file, as of the next checkpoint.
    pub fn delete(&mut self, name: &str) {
        self.files.retain(|file| file.name != name);
    }

    /// Writes a checkpoint, and a snapshot of it where one is wanted.
    pub fn commit(&mut self, snapshot: bool) {
        self.transaction += 1;
        let tree = self.object((TREE, 2), &node(LEAF, &self.records()));
        self.trees.push((self.transaction, tree));
        let trees =
            self.trees.iter().map(|(transaction, block)| map_entry(TREE, *transaction, *block));
        let map = self.map(trees.collect());
        let volume = self.volume(map, 0);
        let snapshot_tree = {
            if snapshot {
                let kept = self.object((VOLUME, 13), &volume);
                self.snapshots.push((self.transaction, kept));
            }
            let records = self.snapshots.iter().map(|(transaction, block)| {
                let value = [[0; 8], block.to_le_bytes(), [0; 8]].concat();
                ((transaction | 1 << 60).to_le_bytes().to_vec(), value)
            });
            let records: Vec<_> = records.collect();
            self.object((0, 2), &node(LEAF, &records))
        };
        let volume = self.volume(map, snapshot_tree);
        let volume = self.object((VOLUME, 13), &volume);
        let map = self.map(vec![map_entry(VOLUME, self.transaction, volume)]);
        let superblock = self.superblock(map);
        self.seal(0, (1, 1), &superblock);
        self.seal(RING + self.transaction * 2 % RING_LEN, (1, 1), &superblock);
    }

    fn records(&self) -> Vec<(Vec<u8>, Vec<u8>)> {
        let folder = 15;
        let mut records = vec![name(ROOT, "DCIM", folder, 4)];
        for file in &self.files {
            let mut inode = vec![0; 92];
            inode[..8].copy_from_slice(&folder.to_le_bytes());
            inode[8..16].copy_from_slice(&file.number.to_le_bytes());
            inode[24..32].copy_from_slice(&file.nanoseconds.to_le_bytes());
            inode[80..82].copy_from_slice(&0o100_644_u16.to_le_bytes());
            // Two fields: the name, which is filled up to eight bytes, and the data stream.
            let len = (file.name.len() as u16 + 1).to_le_bytes();
            inode.extend([2, 0, 0, 0, 4, 2, len[0], len[1], 8, 0x20, 40, 0]);
            let mut text = file.name.clone().into_bytes();
            text.resize((text.len() + 1).next_multiple_of(8), 0);
            inode.extend(text);
            inode.extend(file.size.to_le_bytes());
            inode.extend([0; 32]);
            records.push(((file.number | 3 << 60).to_le_bytes().to_vec(), inode));
            records.push(name(folder, &file.name, file.number, 8));
            let mut from = 0;
            for (block, count) in &file.pieces {
                let len = count * BLOCK as u64;
                let key = [file.number | 8 << 60, from].map(u64::to_le_bytes).concat();
                records.push((key, [len, *block, 0].map(u64::to_le_bytes).concat()));
                from += len;
            }
        }
        records
    }

    fn map(&mut self, entries: Vec<(Vec<u8>, Vec<u8>)>) -> u64 {
        let root = self.object((0, 2), &node(LEAF | FIXED, &entries));
        let mut map = vec![0; 32];
        map[16..24].copy_from_slice(&root.to_le_bytes());
        self.object((0, 11), &map)
    }

    /// The superblock of the volume, behind the object's head.
    fn volume(&self, map: u64, snapshots: u64) -> Vec<u8> {
        let mut bytes = vec![0; 960 - 32];
        bytes[..4].copy_from_slice(b"APSB");
        for (at, value) in [(128, map), (136, TREE), (152, snapshots)] {
            bytes[at - 32..at - 24].copy_from_slice(&value.to_le_bytes());
        }
        bytes[264 - 32] = u8::from(!self.locked);
        bytes[704 - 32..708 - 32].copy_from_slice(b"Disk");
        bytes
    }

    fn superblock(&self, map: u64) -> Vec<u8> {
        let mut bytes = vec![0; 512 - 32];
        bytes[..4].copy_from_slice(b"NXSB");
        bytes[4..8].copy_from_slice(&(BLOCK as u32).to_le_bytes());
        bytes[8..16].copy_from_slice(&BLOCKS.to_le_bytes());
        bytes[72..76].copy_from_slice(&(RING_LEN as u32).to_le_bytes());
        for (at, value) in [(112, RING), (160, map), (184, VOLUME)] {
            bytes[at - 32..at - 24].copy_from_slice(&value.to_le_bytes());
        }
        bytes
    }

    /// Writes an object into a new block.
    fn object(&mut self, head: (u64, u32), body: &[u8]) -> u64 {
        let block = self.next_block;
        self.next_block += 1;
        self.seal(block, head, body);
        block
    }

    /// Writes an object with its identifier, transaction, type and checksum.
    fn seal(&mut self, block: u64, (id, kind): (u64, u32), body: &[u8]) {
        let mut bytes = vec![0; 8];
        bytes.extend(if id == 0 { block } else { id }.to_le_bytes());
        bytes.extend(self.transaction.to_le_bytes());
        bytes.extend(u64::from(kind).to_le_bytes());
        bytes.extend(body);
        bytes.resize(BLOCK, 0);
        let sum = sum(&bytes);
        bytes[..8].copy_from_slice(&sum.to_le_bytes());
        self.put(block, &bytes);
    }

    fn put(&mut self, block: u64, bytes: &[u8]) {
        let at = block as usize * BLOCK;
        self.image[at..at + bytes.len()].copy_from_slice(bytes);
    }
}

fn map_entry(id: u64, transaction: u64, block: u64) -> (Vec<u8>, Vec<u8>) {
    let key = [id, transaction].map(u64::to_le_bytes).concat();
    (key, [(BLOCK as u64) << 32, block].map(u64::to_le_bytes).concat())
}

/// A name in a folder, of a number and a type.
fn name(folder: u64, name: &str, number: u64, kind: u8) -> (Vec<u8>, Vec<u8>) {
    let mut key = (folder | 9 << 60).to_le_bytes().to_vec();
    key.extend((name.len() as u16 + 1).to_le_bytes());
    key.extend(name.bytes());
    key.push(0);
    let mut value = [number, 0].map(u64::to_le_bytes).concat();
    value.extend([kind, 0]);
    (key, value)
}

/// A node behind the object's head, for a block of 4096 bytes.
fn node(flags: u16, records: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let fixed = flags & FIXED != 0;
    let table = records.len() * if fixed { 4 } else { 8 };
    let mut bytes = vec![0; BLOCK - 32];
    bytes[..2].copy_from_slice(&flags.to_le_bytes());
    bytes[4..8].copy_from_slice(&(records.len() as u32).to_le_bytes());
    bytes[10..12].copy_from_slice(&(table as u16).to_le_bytes());
    let (mut key_at, mut value_at) = (0, 0);
    for (index, (key, value)) in records.iter().enumerate() {
        value_at += value.len();
        let entry: Vec<u8> = if fixed {
            [key_at, value_at].map(|at| (at as u16).to_le_bytes()).concat()
        } else {
            let entry = [key_at, key.len(), value_at, value.len()];
            entry.map(|at| (at as u16).to_le_bytes()).concat()
        };
        let at = 24 + index * entry.len();
        bytes[at..at + entry.len()].copy_from_slice(&entry);
        let at = 24 + table + key_at;
        bytes[at..at + key.len()].copy_from_slice(key);
        let at = BLOCK - 32 - 40 - value_at;
        bytes[at..at + value.len()].copy_from_slice(value);
        key_at += key.len();
    }
    bytes
}

/// Makes the checksum of the object at `at` fit what it says.
pub fn reseal(image: &mut [u8], at: usize) {
    let sum = sum(&image[at..at + BLOCK]);
    image[at..at + 8].copy_from_slice(&sum.to_le_bytes());
}

/// Fletcher's checksum of 64 bits over all behind the first eight bytes.
fn sum(block: &[u8]) -> u64 {
    const MODULUS: u64 = u32::MAX as u64;
    let words = block[8..].chunks_exact(4);
    let words = words.map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]]));
    let (one, two) = words.fold((0, 0), |(one, two), word| {
        let one = (one + u64::from(word)) % MODULUS;
        (one, (two + one) % MODULUS)
    });
    let low = MODULUS - (one + two) % MODULUS;
    (MODULUS - (one + low) % MODULUS) << 32 | low
}
