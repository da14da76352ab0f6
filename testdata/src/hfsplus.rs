//! HFS+ volumes of one catalog node, with files that were deleted as the Mac deletes them.
//!
//! Source: Apple, Technical Note TN1150, "HFS Plus Volume Format". Threads of files are left out:
//! nothing that recovers files reads them.

/// Bytes of a block, and of a node.
pub const BLOCK: usize = 4096;

/// Blocks of a volume.
const BLOCKS: usize = 256;

/// First blocks of the allocation file, the trees, the journal and the files.
const ALLOCATION: usize = 1;
const EXTENTS: usize = 2;
const CATALOG: usize = 4;
const JOURNAL_INFO: usize = 12;
const JOURNAL: usize = 13;
const FILES: usize = 24;

/// Nodes of the catalog.
const CATALOG_NODES: usize = 8;

/// Seconds from 1904 to 1970.
const EPOCH: u64 = 2_082_844_800;

/// The number of the root folder.
pub const ROOT: u32 = 2;

/// First blocks and numbers of blocks.
type Extents = Vec<(usize, usize)>;

/// A record behind its key.
#[derive(Clone, Debug)]
struct Record {
    parent: u32,
    name: Vec<u16>,
    bytes: Vec<u8>,
    extents: Extents,
}

/// A volume.
#[derive(Clone, Debug)]
pub struct Volume {
    image: Vec<u8>,
    records: Vec<Record>,
    /// Records of the overflow file: number of the file, first block in it, extents.
    overflow: Vec<(u32, usize, Extents)>,
    used: Vec<bool>,
    next: u32,
}

impl Volume {
    /// An empty volume.
    pub fn new(label: &str) -> Self {
        let mut used = vec![false; BLOCKS];
        used[..FILES].fill(true);
        used[BLOCKS - 1] = true;
        let image = vec![0; BLOCKS * BLOCK];
        let mut volume =
            Volume { image, records: Vec::new(), overflow: Vec::new(), used, next: 16 };
        volume.insert_folder(1, label, ROOT);
        volume.flush();
        volume
    }

    /// The image.
    pub fn image(&self) -> &[u8] {
        &self.image
    }

    /// Makes a folder and gives its number.
    pub fn make_folder(&mut self, parent: u32, name: &str) -> u32 {
        let id = self.number();
        self.insert_folder(parent, name, id);
        self.flush();
        id
    }

    /// Writes a file in pieces of one block that lie `stride` blocks apart, and gives its number.
    pub fn write(
        &mut self,
        (parent, name): (u32, &str),
        bytes: &[u8],
        seconds: u64,
        stride: usize,
    ) -> u32 {
        let mut extents: Vec<(usize, usize)> = Vec::new();
        let mut block = FILES;
        for piece in bytes.chunks(BLOCK) {
            while self.used[block] {
                block += 1;
            }
            self.used[block] = true;
            self.image[block * BLOCK..][..piece.len()].copy_from_slice(piece);
            match extents.last_mut() {
                Some((first, count)) if *first + *count == block => *count += 1,
                _ => extents.push((block, 1)),
            }
            block += stride;
        }
        let id = self.number();
        let mut record = vec![0; 248];
        put(&mut record, 0, &2_u16.to_be_bytes());
        put(&mut record, 8, &id.to_be_bytes());
        put(&mut record, 16, &((seconds + EPOCH) as u32).to_be_bytes());
        put(&mut record, 42, &0o100_644_u16.to_be_bytes());
        put(&mut record, 88, &fork(bytes.len(), &extents));
        for (index, more) in extents.chunks(8).enumerate().skip(1) {
            let first = extents[..index * 8].iter().map(|(_, count)| count).sum();
            self.overflow.push((id, first, more.to_vec()));
        }
        self.insert(parent, name, record, extents);
        self.flush();
        id
    }

    /// Makes a hard link to the file `iNode` and that number in the private folder.
    pub fn link(&mut self, parent: u32, name: &str, to: u32) {
        let mut record = vec![0; 248];
        put(&mut record, 0, &2_u16.to_be_bytes());
        put(&mut record, 8, &self.number().to_be_bytes());
        put(&mut record, 42, &0o100_644_u16.to_be_bytes());
        put(&mut record, 44, &to.to_be_bytes());
        put(&mut record, 48, b"hlnkhfs+");
        self.insert(parent, name, record, Vec::new());
        self.flush();
    }

    /// Deletes a file: the records behind its own move up, what they leave at the end stays.
    pub fn delete(&mut self, parent: u32, name: &str) {
        let name: Vec<u16> = name.encode_utf16().collect();
        let is = |record: &Record| record.parent == parent && record.name == name;
        let index = self.records.iter().position(is).expect("the file was written");
        for (first, count) in self.records.remove(index).extents {
            self.used[first..first + count].fill(false);
        }
        self.flush();
    }

    /// Keeps a copy of the catalog's leaf in the journal, as a transaction does.
    pub fn log(&mut self) {
        let leaf = self.image[(CATALOG + 1) * BLOCK..][..BLOCK].to_vec();
        put(&mut self.image, (JOURNAL + 2) * BLOCK + 512, &leaf);
        let info = JOURNAL_INFO * BLOCK;
        put(&mut self.image, info, &1_u32.to_be_bytes());
        put(&mut self.image, info + 36, &((JOURNAL * BLOCK) as u64).to_be_bytes());
        put(&mut self.image, info + 44, &((8 * BLOCK) as u64).to_be_bytes());
    }

    /// Formats it again, which keeps all that lies beyond the catalog's first leaf.
    pub fn format(&mut self, label: &str) {
        let leaf = self.image[(CATALOG + 1) * BLOCK..][..BLOCK].to_vec();
        let fresh = Volume::new(label);
        self.image[..(CATALOG + 2) * BLOCK].copy_from_slice(&fresh.image[..(CATALOG + 2) * BLOCK]);
        put(&mut self.image, (BLOCKS - 20) * BLOCK, &leaf);
        *self = Volume { image: std::mem::take(&mut self.image), ..fresh };
    }

    fn number(&mut self) -> u32 {
        self.next += 1;
        self.next - 1
    }

    fn insert_folder(&mut self, parent: u32, name: &str, id: u32) {
        let mut record = vec![0; 88];
        put(&mut record, 0, &1_u16.to_be_bytes());
        put(&mut record, 8, &id.to_be_bytes());
        self.insert(parent, name, record, Vec::new());
        let mut thread = vec![0; 10 + 2 * name.len()];
        put(&mut thread, 0, &3_u16.to_be_bytes());
        put(&mut thread, 4, &parent.to_be_bytes());
        put(&mut thread, 8, &(name.len() as u16).to_be_bytes());
        for (at, unit) in (10..).step_by(2).zip(name.encode_utf16()) {
            put(&mut thread, at, &unit.to_be_bytes());
        }
        self.insert(id, "", thread, Vec::new());
    }

    fn insert(&mut self, parent: u32, name: &str, bytes: Vec<u8>, extents: Vec<(usize, usize)>) {
        let name: Vec<u16> = name.encode_utf16().collect();
        self.records.push(Record { parent, name, bytes, extents });
        self.records.sort_by_key(|record| (record.parent, record.name.clone()));
    }

    /// Writes the trees, the allocation file and the headers.
    fn flush(&mut self) {
        let records = self.records.iter().map(|record| {
            let mut bytes = ((6 + 2 * record.name.len()) as u16).to_be_bytes().to_vec();
            bytes.extend(record.parent.to_be_bytes());
            bytes.extend((record.name.len() as u16).to_be_bytes());
            bytes.extend(record.name.iter().flat_map(|unit| unit.to_be_bytes()));
            bytes.extend(&record.bytes);
            bytes
        });
        let catalog: Vec<Vec<u8>> = records.collect();
        let overflow = self.overflow.iter().map(|(id, first, extents)| {
            let mut bytes = vec![0, 10, 0, 0];
            bytes.extend(id.to_be_bytes());
            bytes.extend((*first as u32).to_be_bytes());
            bytes.extend(&fork(0, extents)[16..]);
            bytes
        });
        let overflow: Vec<Vec<u8>> = overflow.collect();
        self.tree(CATALOG, CATALOG_NODES, 516, &catalog);
        self.tree(EXTENTS, 2, 10, &overflow);
        for (block, used) in self.used.iter().enumerate() {
            let byte = &mut self.image[ALLOCATION * BLOCK + block / 8];
            *byte = *byte & !(0x80 >> (block % 8)) | u8::from(*used) << (7 - block % 8);
        }
        let header = self.header();
        for at in [1024, BLOCKS * BLOCK - 1024] {
            put(&mut self.image, at, &header);
        }
    }

    /// A tree of a header node and one leaf.
    fn tree(&mut self, block: usize, nodes: usize, key: u16, records: &[Vec<u8>]) {
        let head = &mut self.image[block * BLOCK..][..BLOCK];
        put(head, 8, &[1, 0, 0, 3]);
        let count = records.len() as u32;
        let leaf = u32::from(count > 0);
        put(head, 14, &(leaf as u16).to_be_bytes());
        for (at, value) in [(16, leaf), (20, count), (24, leaf), (28, leaf)] {
            put(head, at, &value.to_be_bytes());
        }
        put(head, 32, &(BLOCK as u16).to_be_bytes());
        put(head, 34, &key.to_be_bytes());
        put(head, 36, &(nodes as u32).to_be_bytes());
        put(head, 40, &(nodes as u32 - 1 - leaf).to_be_bytes());
        // Big keys, and keys of variable length.
        put(head, 14 + 38, &6_u32.to_be_bytes());
        put(head, 248, &[if leaf == 1 { 0xc0 } else { 0x80 }]);
        for (index, offset) in [14_u16, 120, 248, BLOCK as u16 - 8].into_iter().enumerate() {
            put(head, BLOCK - 2 * (index + 1), &offset.to_be_bytes());
        }
        let node = &mut self.image[(block + 1) * BLOCK..][..BLOCK];
        put(node, 0, &[0; 14]);
        put(node, 8, &[0xff, 1]);
        put(node, 10, &(count as u16).to_be_bytes());
        let mut at = 14;
        for (index, record) in records.iter().enumerate() {
            put(node, BLOCK - 2 * (index + 1), &(at as u16).to_be_bytes());
            put(node, at, record);
            at += record.len();
        }
        put(node, BLOCK - 2 * (records.len() + 1), &(at as u16).to_be_bytes());
    }

    fn header(&self) -> Vec<u8> {
        let mut header = vec![0; 512];
        put(&mut header, 0, b"H+\0\x04\0\0\x21\0");
        put(&mut header, 8, b"HFSJ");
        put(&mut header, 12, &(JOURNAL_INFO as u32).to_be_bytes());
        put(&mut header, 40, &(BLOCK as u32).to_be_bytes());
        put(&mut header, 44, &(BLOCKS as u32).to_be_bytes());
        let free = self.used.iter().filter(|used| !**used).count();
        put(&mut header, 48, &(free as u32).to_be_bytes());
        put(&mut header, 64, &self.next.to_be_bytes());
        let forks = [(112, ALLOCATION, 1), (192, EXTENTS, 2), (272, CATALOG, CATALOG_NODES)];
        for (at, first, count) in forks {
            put(&mut header, at, &fork(count * BLOCK, &[(first, count)]));
        }
        header
    }
}

/// A fork of that size; only its first eight extents have room.
fn fork(size: usize, extents: &[(usize, usize)]) -> Vec<u8> {
    let mut fork = (size as u64).to_be_bytes().to_vec();
    let blocks: usize = extents.iter().map(|(_, count)| count).sum();
    fork.extend([0; 4]);
    fork.extend((blocks as u32).to_be_bytes());
    for (first, count) in extents.iter().take(8) {
        fork.extend((*first as u32).to_be_bytes());
        fork.extend((*count as u32).to_be_bytes());
    }
    fork.resize(80, 0);
    fork
}

fn put(bytes: &mut [u8], at: usize, value: &[u8]) {
    bytes[at..at + value.len()].copy_from_slice(value);
}
