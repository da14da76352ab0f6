//! The notes that the Finder keeps of a folder, `.DS_Store`: put-back names of what lies in a trash folder.
//!
//! Checked by the Python package ds_store 1.3.3, which reads them back.

/// Bytes of the blocks that nodes of the tree lie in.
const PAGE: usize = 4096;

/// Powers of two of the buddies: the file is as long as the largest of them.
const POWERS: usize = 32;

/// Bytes of records that one leaf is filled with.
const FILL: usize = 3600;

/// A note on one file.
#[derive(Clone, Debug)]
pub struct Note {
    /// What the file is called in its folder.
    pub name: String,
    /// What it is about, such as `ptbL`.
    pub code: [u8; 4],
    /// Type and value.
    pub value: Vec<u8>,
}

impl Note {
    /// A note that is text.
    pub fn text(name: &str, code: &[u8; 4], value: &str) -> Self {
        let mut out = b"ustr".to_vec();
        out.extend(wide(value));
        Note { name: name.into(), code: *code, value: out }
    }

    /// A note that is other data, such as where the icon stands.
    pub fn blob(name: &str, code: &[u8; 4], bytes: &[u8]) -> Self {
        let mut out = b"blob".to_vec();
        out.extend((bytes.len() as u32).to_be_bytes());
        out.extend(bytes);
        Note { name: name.into(), code: *code, value: out }
    }

    /// Where to put a file back: the folder, from the root of its volume, and its name there.
    pub fn put_back(name: &str, folder: &str, original: &str) -> [Note; 2] {
        [Note::text(name, b"ptbL", folder), Note::text(name, b"ptbN", original)]
    }

    fn bytes(&self) -> Vec<u8> {
        [wide(&self.name), self.code.to_vec(), self.value.clone()].concat()
    }
}

/// The length in characters and the text in UTF-16.
fn wide(text: &str) -> Vec<u8> {
    let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    [(units.len() as u32 / 2).to_be_bytes().to_vec(), units].concat()
}

/// A file with these notes in its tree, and with `old` ones in a block that is free by now.
pub fn ds_store(notes: &[Note], old: &[Note]) -> Vec<u8> {
    let mut notes = notes.to_vec();
    notes.sort_by_key(|note| (note.name.to_lowercase(), note.code));
    let (nodes, levels) = nodes(&notes);
    let mut file = Buddies::new(nodes.len() + usize::from(!old.is_empty()));
    // Block 0 is the root of the allocator, block 1 the head of the tree, the nodes follow.
    let root = nodes.len() as u32 + 1;
    let head = [root, levels, notes.len() as u32, nodes.len() as u32, PAGE as u32];
    file.block(1, 32, &head.map(u32::to_be_bytes).concat());
    for (nth, node) in nodes.iter().enumerate() {
        file.block(nth + 2, PAGE, node);
    }
    if !old.is_empty() {
        let mut page = [0u32, old.len() as u32].map(u32::to_be_bytes).concat();
        old.iter().for_each(|note| page.extend(note.bytes()));
        file.free_page(&page);
    }
    file.finish()
}

/// The nodes of the tree, the root last; and how many levels lie over the leaves.
fn nodes(notes: &[Note]) -> (Vec<Vec<u8>>, u32) {
    let (mut leaves, mut between) = (vec![Vec::new()], Vec::new());
    let mut filled = 0;
    for note in notes {
        let bytes = note.bytes();
        if filled + bytes.len() > FILL {
            // A note between two leaves stands in the node above.
            between.push(bytes);
            leaves.push(Vec::new());
            filled = 0;
            continue;
        }
        filled += bytes.len();
        leaves.last_mut().into_iter().for_each(|leaf: &mut Vec<Vec<u8>>| leaf.push(bytes.clone()));
    }
    let node = |last: u32, count: usize, body: Vec<u8>| {
        let mut out = [last, count as u32].map(u32::to_be_bytes).concat();
        out.extend(body);
        out.resize(PAGE, 0);
        out
    };
    let mut nodes: Vec<Vec<u8>> =
        leaves.iter().map(|leaf| node(0, leaf.len(), leaf.concat())).collect();
    if leaves.len() == 1 {
        return (nodes, 0);
    }
    // The first node is block 2.
    let children = (2u32..).zip(&between);
    let body = children.flat_map(|(child, note)| [&child.to_be_bytes(), &note[..]].concat());
    nodes.push(node(leaves.len() as u32 + 1, between.len(), body.collect()));
    (nodes, 1)
}

/// A file of blocks whose lengths are powers of two.
struct Buddies {
    bytes: Vec<u8>,
    /// Where each block lies, with the power of its length.
    blocks: Vec<u32>,
    /// Where the next page lies.
    next: usize,
    /// Pages that are free.
    free: Vec<u32>,
}

impl Buddies {
    /// The file has room for that many pages.
    fn new(pages: usize) -> Self {
        // Offsets count after the first four bytes. The header has 32 of them, the head of the tree has the
        // next, and the root of the allocator has the second page.
        Buddies {
            bytes: vec![0; 4 + (pages + 2) * PAGE],
            blocks: vec![0; 2],
            next: 2 * PAGE,
            free: Vec::new(),
        }
    }

    fn block(&mut self, number: usize, len: usize, content: &[u8]) {
        let at = if len < PAGE { 32 } else { self.next };
        self.next += if len < PAGE { 0 } else { PAGE };
        self.blocks.resize(self.blocks.len().max(number + 1), 0);
        self.blocks[number] = at as u32 | len.ilog2();
        self.bytes[4 + at..4 + at + content.len()].copy_from_slice(content);
    }

    fn free_page(&mut self, content: &[u8]) {
        self.free.push(self.next as u32);
        self.bytes[4 + self.next..4 + self.next + content.len()].copy_from_slice(content);
        self.next += PAGE;
    }

    fn finish(mut self) -> Vec<u8> {
        self.blocks[0] = PAGE as u32 | PAGE.ilog2();
        let mut root = [self.blocks.len() as u32, 0].map(u32::to_be_bytes).concat();
        self.blocks.iter().for_each(|block| root.extend(block.to_be_bytes()));
        root.resize(8 + 4 * self.blocks.len().next_multiple_of(256), 0);
        root.extend(1u32.to_be_bytes());
        root.extend([&[4][..], b"DSDB", &1u32.to_be_bytes()].concat());
        for power in 0..POWERS {
            let pages = if 1 << power == PAGE { &self.free[..] } else { &[] };
            root.extend((pages.len() as u32).to_be_bytes());
            pages.iter().for_each(|page| root.extend(page.to_be_bytes()));
        }
        self.bytes[4 + PAGE..4 + PAGE + root.len()].copy_from_slice(&root);
        let (at, len) = (PAGE as u32, PAGE as u32);
        let header =
            [1u32.to_be_bytes(), *b"Bud1", at.to_be_bytes(), len.to_be_bytes(), at.to_be_bytes()];
        self.bytes[..20].copy_from_slice(&header.concat());
        self.bytes
    }
}
