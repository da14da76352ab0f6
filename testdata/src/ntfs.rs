//! NTFS volumes, with files that were deleted as drivers delete them.
//!
//! Source: linux-ntfs, "NTFS Documentation" (2009); deletion and format as ntfs-3g 2022.10.3 does
//! them.

pub mod record;

use std::collections::BTreeMap;

use record::{Extent, RECORD, Record, Sizes};

/// Bytes of a sector.
const SECTOR: usize = 512;

/// Bytes of a cluster, and of a block of an index.
pub const CLUSTER: usize = 4096;

/// First cluster of the file table.
const TABLE: u64 = 4;

/// Clusters of each of the two pieces of the file table.
const PIECE: u64 = 6;

/// The cluster of the map of clusters.
const BITMAP: u64 = 2;

/// Records that the volume keeps for itself.
const OWN: u32 = 24;

/// Number of the record of the folder that all others are in.
const ROOT: u32 = 5;

/// A volume of which each file has a record, and each folder a block of an index.
#[derive(Clone, Debug)]
pub struct Volume {
    image: Vec<u8>,
    clusters: u64,
    records: BTreeMap<String, Record>,
    /// How often each record was used.
    sequences: Vec<u16>,
    /// What each folder names: record, name.
    named: BTreeMap<String, Vec<(u64, Vec<u8>)>>,
    /// The block of the index of each folder: its cluster, and what it holds.
    blocks: BTreeMap<String, (u64, Vec<u8>)>,
    /// The clusters of each file.
    owned: BTreeMap<String, Vec<Extent>>,
    used: Vec<bool>,
}

impl Volume {
    /// An empty volume of `clusters` clusters, and a sector for the copy of the first one.
    pub fn new(clusters: u64) -> Self {
        let mut volume = Volume {
            image: vec![0; clusters as usize * CLUSTER + SECTOR],
            clusters,
            records: BTreeMap::new(),
            sequences: vec![1; 2 * PIECE as usize * CLUSTER / RECORD],
            named: BTreeMap::new(),
            blocks: BTreeMap::new(),
            owned: BTreeMap::new(),
            used: vec![false; clusters as usize],
        };
        volume.format(2);
        volume
    }

    /// The image.
    pub fn image(&self) -> &[u8] {
        &self.image
    }

    /// The image, to be damaged.
    pub fn image_mut(&mut self) -> &mut [u8] {
        &mut self.image
    }

    /// Where the record of a file lies that is there.
    pub fn record_at(&self, path: &str) -> usize {
        self.slot(self.records[path].number)
    }

    /// A quick format: only what a volume keeps for itself is written, with a table of so many
    /// pieces.
    pub fn format(&mut self, pieces: usize) {
        self.records.clear();
        self.named.clear();
        self.blocks.clear();
        self.owned.clear();
        self.sequences.fill(1);
        self.used.fill(false);
        let second = (self.mirror() + 1..).take(PIECE as usize);
        let table = (TABLE..TABLE + PIECE).chain(second.filter(|_| pieces > 1));
        for cluster in [0, BITMAP, self.mirror()].into_iter().chain(table) {
            self.used[cluster as usize] = true;
        }
        self.write_boot();
        self.write_own(pieces);
        self.write_bitmap();
    }

    /// Makes a folder. The path's parents must be there.
    pub fn make_folder(&mut self, path: &str) {
        let block = self.allocate(1);
        let mut record = self.named_record(path, 0, 1, true);
        let sizes = Sizes { len: CLUSTER as u64, allocated: CLUSTER as u64, flags: 0 };
        record.clusters(0xa0, "$I30", 0, &[(Some(block), 1)], sizes);
        self.blocks.insert(path.into(), (block, vec![0; CLUSTER]));
        self.named.insert(path.into(), Vec::new());
        self.put(path, record, 0, 1);
    }

    /// Writes a small file into its record.
    pub fn write_resident(&mut self, path: &str, data: &[u8], seconds: u64) {
        let mut record = self.named_record(path, data.len() as u64, seconds, false);
        record.resident(0x80, data);
        self.put(path, record, data.len() as u64, seconds);
    }

    /// Writes a file in pieces of so many clusters, the first first, each before the one that was
    /// written before.
    pub fn write(&mut self, path: &str, data: &[u8], pieces: &[u64], seconds: u64) {
        let extents = self.place(data, pieces);
        self.write_extents(path, data.len() as u64, &extents, 0, seconds);
    }

    /// Writes a file whose second piece stands in a record of its own.
    pub fn write_continued(&mut self, path: &str, data: &[u8], pieces: [u64; 2], seconds: u64) {
        let extents = self.place(data, &pieces);
        let sizes = sizes(data.len() as u64, &extents, 0);
        let mut record = self.named_record(path, data.len() as u64, seconds, false);
        record.clusters(0x80, "", 0, &extents[..1], sizes);
        self.owned.insert(path.into(), extents.clone());
        self.put(path, record.clone(), data.len() as u64, seconds);
        let mut more = self.new_record();
        more.base = record.reference();
        more.clusters(0x80, "", pieces[0], &extents[1..], Sizes::default());
        self.store(&more);
        self.records.insert(format!("{path}:more"), more);
    }

    /// Writes a file in one piece whose name stands in a record of its own.
    pub fn write_named_apart(&mut self, path: &str, data: &[u8], seconds: u64) {
        let extents = self.place(data, &[data.len().div_ceil(CLUSTER) as u64]);
        let (parent, name) = split(path);
        let len = data.len() as u64;
        let mut record = self.new_record();
        record.resident(0x10, &record::standard_information(seconds));
        record.clusters(0x80, "", 0, &extents, sizes(len, &extents, 0));
        let name = record::file_name(self.parent(parent), name, 1, seconds, len, false);
        self.owned.insert(path.into(), extents);
        self.put(path, record.clone(), len, seconds);
        let mut more = self.new_record();
        more.base = record.reference();
        more.resident(0x30, &name);
        self.store(&more);
        self.records.insert(format!("{path}:more"), more);
    }

    /// Writes the record of a file of `len` bytes that lies in `extents`, coded as `flags` say.
    pub fn write_extents(
        &mut self,
        path: &str,
        len: u64,
        extents: &[Extent],
        flags: u16,
        seconds: u64,
    ) {
        let mut record = self.named_record(path, len, seconds, false);
        record.clusters(0x80, "", 0, extents, sizes(len, extents, flags));
        for &extent in extents {
            self.used[clusters(extent)].fill(true);
        }
        self.owned.insert(path.into(), extents.to_vec());
        self.put(path, record, len, seconds);
    }

    /// Deletes a file, or a folder: a bit is cleared, the sequence number counts one more, the
    /// clusters are free.
    pub fn delete(&mut self, path: &str) {
        for path in [path.to_owned(), format!("{path}:more")] {
            let Some(mut record) = self.records.remove(&path) else { continue };
            record.in_use = false;
            record.emptied = record.base != 0 && record.attributes.starts_with(&[0x30]);
            record.sequence += 1;
            self.sequences[record.number as usize] = record.sequence;
            self.store(&record);
        }
        let (parent, _) = split(path);
        if let Some(names) = self.named.get_mut(parent) {
            let left = |(_, name): &(u64, Vec<u8>)| !name.ends_with(&utf16(split(path).1));
            names.retain(left);
        }
        for extent in self.owned.remove(path).unwrap_or_default() {
            self.used[clusters(extent)].fill(false);
        }
        self.write_index(parent);
        self.write_bitmap();
    }

    fn mirror(&self) -> u64 {
        self.clusters / 2
    }

    fn slot(&self, number: u32) -> usize {
        let at = number as usize * RECORD;
        let piece = PIECE as usize * CLUSTER;
        let second = (self.mirror() + 1) as usize * CLUSTER;
        if at < piece { TABLE as usize * CLUSTER + at } else { second + at - piece }
    }

    fn store(&mut self, record: &Record) {
        let at = self.slot(record.number);
        self.image[at..at + RECORD].copy_from_slice(&record.bytes());
    }

    /// A record that no file has.
    fn new_record(&mut self) -> Record {
        let taken = |number: &u32| self.records.values().any(|record| record.number == *number);
        let number = (OWN..).find(|number| !taken(number)).expect("numbers do not end");
        Record::new(number, self.sequences[number as usize])
    }

    fn named_record(&mut self, path: &str, len: u64, seconds: u64, folder: bool) -> Record {
        let (parent, name) = split(path);
        let parent = self.parent(parent);
        let mut record = self.new_record();
        record.folder = folder;
        record.resident(0x10, &record::standard_information(seconds));
        if name.len() > 12 {
            let short = format!("{}~1", &name[..6].to_uppercase());
            record.resident(0x30, &record::file_name(parent, &short, 2, seconds, len, folder));
        }
        record.resident(0x30, &record::file_name(parent, name, 1, seconds, len, folder));
        record
    }

    fn parent(&self, path: &str) -> u64 {
        let root = u64::from(ROOT) | 5 << 48;
        self.records.get(path).map_or(root, Record::reference)
    }

    fn put(&mut self, path: &str, record: Record, len: u64, seconds: u64) {
        let (parent, name) = split(path);
        let key = record::file_name(self.parent(parent), name, 1, seconds, len, record.folder);
        self.named.entry(parent.into()).or_default().push((record.reference(), key));
        self.store(&record);
        self.records.insert(path.into(), record);
        self.write_index(parent);
        self.write_bitmap();
    }

    /// Writes the block of a folder's index; what lies behind its entries stays as it was.
    fn write_index(&mut self, folder: &str) {
        let Some((cluster, block)) = self.blocks.get_mut(folder) else { return };
        let mut entries = Vec::new();
        for (file, key) in &self.named[folder] {
            let len = (16 + key.len()).next_multiple_of(8);
            entries.extend(file.to_le_bytes());
            entries.extend((len as u16).to_le_bytes());
            entries.extend((key.len() as u16).to_le_bytes());
            entries.extend([0; 4]);
            entries.extend(key);
            entries.resize(entries.len().next_multiple_of(8), 0);
        }
        entries.extend([0, 0, 0, 0, 0, 0, 0, 0, 16, 0, 0, 0, 2, 0, 0, 0]);
        block[..8].copy_from_slice(b"INDX\x28\0\x09\0");
        let first = 64 - 24;
        for (field, value) in [first, first + entries.len(), CLUSTER - 24].iter().enumerate() {
            block[24 + 4 * field..][..4].copy_from_slice(&(*value as u32).to_le_bytes());
        }
        block[64..64 + entries.len()].copy_from_slice(&entries);
        let at = *cluster as usize * CLUSTER;
        let out = &mut self.image[at..at + CLUSTER];
        out.copy_from_slice(block);
        record::guard(out, 40);
    }

    /// Finds room for the pieces and writes them.
    fn place(&mut self, data: &[u8], pieces: &[u64]) -> Vec<Extent> {
        let mut extents: Vec<Extent> = Vec::new();
        for &count in pieces.iter().rev() {
            let first = self.allocate(count);
            // Never side by side.
            self.allocate(1);
            extents.insert(0, (Some(first), count));
        }
        let mut left = data;
        for &(first, count) in &extents {
            let (here, rest) = left.split_at(left.len().min(count as usize * CLUSTER));
            let at = first.map_or(0, |first| first as usize * CLUSTER);
            self.image[at..at + here.len()].copy_from_slice(here);
            left = rest;
        }
        assert!(left.is_empty(), "the pieces do not hold the file");
        extents
    }

    fn allocate(&mut self, count: u64) -> u64 {
        let free = |first: &usize| self.used[*first..][..count as usize].iter().all(|used| !used);
        let first = (TABLE as usize + PIECE as usize..).find(free).expect("there is room");
        self.used[first..first + count as usize].fill(true);
        first as u64
    }

    fn write_boot(&mut self) {
        let mut boot = [0; SECTOR];
        boot[..11].copy_from_slice(b"\xeb\x52\x90NTFS    ");
        boot[11..13].copy_from_slice(&(SECTOR as u16).to_le_bytes());
        boot[13] = (CLUSTER / SECTOR) as u8;
        boot[40..48].copy_from_slice(&(self.clusters * (CLUSTER / SECTOR) as u64).to_le_bytes());
        boot[48..56].copy_from_slice(&TABLE.to_le_bytes());
        boot[56..64].copy_from_slice(&self.mirror().to_le_bytes());
        boot[64] = 0xf6; // 2 to the tenth.
        boot[68] = 1;
        boot[510..].copy_from_slice(&[0x55, 0xaa]);
        self.image[..SECTOR].copy_from_slice(&boot);
        let copy = self.clusters as usize * CLUSTER;
        self.image[copy..].copy_from_slice(&boot);
    }

    /// The records that the volume keeps for itself.
    fn write_own(&mut self, pieces: usize) {
        let mirror = self.mirror();
        let table = [(Some(TABLE), PIECE), (Some(mirror + 1), PIECE)];
        let files: [(u32, &str, &[Extent]); 3] = [
            (0, "$MFT", &table[..pieces]),
            (1, "$MFTMirr", &[(Some(mirror), 1)]),
            (6, "$Bitmap", &[(Some(BITMAP), 1)]),
        ];
        for number in 0..OWN {
            let mut own = Record::new(number, number.max(1) as u16);
            own.folder = number == ROOT;
            own.resident(0x10, &record::standard_information(1_600_000_000));
            let file = files.iter().find(|(file, ..)| *file == number);
            if let Some((_, name, extents)) = file {
                let root = u64::from(ROOT) | 5 << 48;
                let name = record::file_name(root, name, 3, 1_600_000_000, 0, false);
                own.resident(0x30, &name);
                let len = extents.iter().map(|(_, count)| count * CLUSTER as u64).sum();
                own.clusters(0x80, "", 0, extents, sizes(len, extents, 0));
            }
            if number == 3 {
                own.resident(0x60, &utf16("CARD"));
            }
            self.store(&own);
        }
        let (first, copy) = (self.slot(0), mirror as usize * CLUSTER);
        self.image.copy_within(first..first + 4 * RECORD, copy);
    }

    fn write_bitmap(&mut self) {
        let at = BITMAP as usize * CLUSTER;
        let map = &mut self.image[at..at + CLUSTER];
        map.fill(0xff);
        for (cluster, _) in self.used.iter().enumerate().filter(|(_, used)| !**used) {
            map[cluster / 8] &= !(1 << (cluster % 8));
        }
    }
}

/// The clusters of an extent; a hole has none.
fn clusters((first, count): Extent) -> std::ops::Range<usize> {
    first.map_or(0..0, |first| first as usize..(first + count) as usize)
}

fn sizes(len: u64, extents: &[Extent], flags: u16) -> Sizes {
    let count: u64 = extents.iter().map(|(_, count)| count).sum();
    Sizes { len, allocated: count * CLUSTER as u64, flags }
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// A path's folder, empty for the root, and its last name.
fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}
