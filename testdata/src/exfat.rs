//! exFAT volumes, with files that were deleted as drivers delete.
//!
//! Source: Microsoft, "exFAT file system specification" (2019).

use std::collections::BTreeMap;
use std::ops::Range;

use crate::fat::Stamp;

const SECTOR: usize = 512;

/// Bytes of a record.
const RECORD: usize = 32;

/// Bytes of a cluster.
pub const CLUSTER: usize = 4096;

/// Where the table lies: behind the boot region and its copy.
const TABLE_AT: usize = 24 * SECTOR;

/// Clusters of the map of free ones, of the table of capitals and of the root.
const BITMAP: u32 = 2;
const UPCASE: u32 = 3;
const ROOT: u32 = 4;

/// The end of a chain.
const END: u32 = u32::MAX;

/// A folder and what it still has room for.
#[derive(Clone, Debug)]
struct Folder {
    slots: Vec<usize>,
    used: usize,
}

/// What was written: its records, its clusters.
#[derive(Clone, Debug)]
struct Written {
    records: Vec<usize>,
    clusters: Vec<u32>,
}

/// A volume, without a partition table around it.
#[derive(Clone, Debug)]
pub struct Volume {
    clusters: u32,
    image: Vec<u8>,
    folders: BTreeMap<String, Folder>,
    files: BTreeMap<String, Written>,
}

impl Volume {
    /// An empty volume of so many clusters, at most as many as one cluster can map.
    pub fn new(clusters: u32, label: &str) -> Self {
        assert!(clusters as usize <= CLUSTER * 8, "the map has one cluster");
        let table_len = ((clusters as usize + 2) * 4).next_multiple_of(SECTOR);
        let len = (TABLE_AT + table_len).next_multiple_of(CLUSTER) + clusters as usize * CLUSTER;
        let (folders, files) = (BTreeMap::new(), BTreeMap::new());
        let mut volume = Volume { clusters, image: vec![0; len], folders, files };
        volume.format(label);
        volume
    }

    /// The image.
    pub fn image(&self) -> &[u8] {
        &self.image
    }

    /// Where the first cluster lies.
    pub fn clusters_at(&self) -> usize {
        self.image.len() - self.clusters as usize * CLUSTER
    }

    /// Where the records of a file lie, the first first.
    pub fn record(&self, path: &str) -> usize {
        self.files[path].records[0]
    }

    /// Formats the volume, the first time or again: boot region, table, map and root are new, the
    /// rest stays.
    pub fn format(&mut self, label: &str) {
        let heap = self.clusters_at();
        self.image[..heap].fill(0);
        for cluster in [BITMAP, UPCASE, ROOT] {
            let at = self.offset(cluster);
            self.image[at..at + CLUSTER].fill(0);
        }
        self.write_boot(0);
        self.write_boot(12 * SECTOR);
        self.link(0, 0xffff_fff8);
        self.link(1, END);
        for cluster in [BITMAP, UPCASE, ROOT] {
            self.link(cluster, END);
            self.mark(cluster, true);
        }
        let capitals = capitals();
        let at = self.offset(UPCASE);
        self.image[at..at + capitals.len()].copy_from_slice(&capitals);
        (self.folders, self.files) = (BTreeMap::new(), BTreeMap::new());
        self.folders.insert(String::new(), Folder { slots: self.slots_of(&[ROOT]), used: 0 });
        self.write_system(label, &capitals);
    }

    /// Makes a folder of one cluster.
    pub fn make_folder(&mut self, path: &str, stamp: Stamp) {
        let clusters = self.allocate(1, 0);
        let at = self.offset(clusters[0]);
        self.image[at..at + CLUSTER].fill(0);
        self.folders.insert(path.into(), Folder { slots: self.slots_of(&clusters), used: 0 });
        self.add(path, 0x10, clusters, CLUSTER, stamp);
    }

    /// Writes a file into the first free clusters from the `from`th on and says where its bytes lie
    /// in the image. Only where these do not follow each other the table has them.
    pub fn write(
        &mut self,
        path: &str,
        bytes: &[u8],
        stamp: Stamp,
        from: usize,
    ) -> Vec<Range<usize>> {
        let clusters = self.allocate(bytes.len().div_ceil(CLUSTER), from);
        let mut pieces: Vec<Range<usize>> = Vec::new();
        for (&cluster, piece) in clusters.iter().zip(bytes.chunks(CLUSTER)) {
            let at = self.offset(cluster);
            self.image[at..at + piece.len()].copy_from_slice(piece);
            match pieces.last_mut() {
                Some(last) if last.end == at => last.end += piece.len(),
                _ => pieces.push(at..at + piece.len()),
            }
        }
        self.add(path, 0x20, clusters, bytes.len(), stamp);
        pieces
    }

    /// Deletes a file or a folder: a bit of each record is cleared, its clusters are free, and all
    /// else stays.
    pub fn delete(&mut self, path: &str) {
        let Written { records, clusters } = self.files.remove(path).expect("it was written");
        for record in records {
            self.image[record] &= 0x7f;
        }
        for cluster in clusters {
            self.mark(cluster, false);
            self.link(cluster, 0);
        }
    }

    fn offset(&self, cluster: u32) -> usize {
        self.clusters_at() + (cluster as usize - 2) * CLUSTER
    }

    fn slots_of(&self, clusters: &[u32]) -> Vec<usize> {
        let starts = clusters.iter().map(|&cluster| self.offset(cluster));
        starts.flat_map(|at| (at..at + CLUSTER).step_by(RECORD)).collect()
    }

    fn put(&mut self, at: usize, bytes: &[u8]) {
        self.image[at..at + bytes.len()].copy_from_slice(bytes);
    }

    fn link(&mut self, cluster: u32, next: u32) {
        self.put(TABLE_AT + cluster as usize * 4, &next.to_le_bytes());
    }

    fn mark(&mut self, cluster: u32, used: bool) {
        let index = cluster as usize - 2;
        let at = self.offset(BITMAP) + index / 8;
        let bit = 1 << (index % 8);
        self.image[at] = if used { self.image[at] | bit } else { self.image[at] & !bit };
    }

    fn is_free(&self, cluster: u32) -> bool {
        let index = cluster as usize - 2;
        self.image[self.offset(BITMAP) + index / 8] >> (index % 8) & 1 == 0
    }

    fn allocate(&mut self, count: usize, from: usize) -> Vec<u32> {
        let free = (from as u32 + 2..self.clusters + 2).filter(|&cluster| self.is_free(cluster));
        let clusters: Vec<u32> = free.take(count).collect();
        assert_eq!(clusters.len(), count, "the volume is full");
        clusters.iter().for_each(|&cluster| self.mark(cluster, true));
        clusters
    }

    fn write_boot(&mut self, at: usize) {
        let heap = (self.clusters_at() / SECTOR) as u32;
        let table_len = heap - (TABLE_AT / SECTOR) as u32;
        self.put(at, b"\xeb\x76\x90EXFAT   ");
        self.put(at + 72, &((self.image.len() / SECTOR) as u64).to_le_bytes());
        let words = [(TABLE_AT / SECTOR) as u32, table_len, heap, self.clusters, ROOT, 0x1a6e];
        for (index, word) in words.into_iter().enumerate() {
            self.put(at + 80 + index * 4, &word.to_le_bytes());
        }
        // Version 1.0, no flags, sectors of 2^9 bytes, clusters of 2^3 sectors, one table.
        self.put(at + 104, &[0, 1, 0, 0, 9, 3, 1, 0x80, 0]);
        for sector in 0..9 {
            self.put(at + sector * SECTOR + SECTOR - 2, &[0x55, 0xaa]);
        }
        let covered = self.image[at..at + 11 * SECTOR].iter().enumerate();
        let counted = covered.filter(|(at, _)| !matches!(at, 106 | 107 | 112));
        let sum = counted
            .fold(0u32, |sum, (_, &byte)| sum.rotate_right(1).wrapping_add(byte.into()))
            .to_le_bytes();
        self.put(at + 11 * SECTOR, &sum.repeat(SECTOR / 4));
    }

    fn write_system(&mut self, label: &str, capitals: &[u8]) {
        let mut name = [0; RECORD];
        name[0] = 0x83;
        name[1] = label.len() as u8;
        for (index, byte) in label.bytes().enumerate() {
            name[2 + 2 * index] = byte;
        }
        let system = |kind: u8, cluster: u32, len: usize| {
            let mut record = [0; RECORD];
            record[0] = kind;
            record[20..24].copy_from_slice(&cluster.to_le_bytes());
            record[24..32].copy_from_slice(&(len as u64).to_le_bytes());
            record
        };
        let bitmap = system(0x81, BITMAP, (self.clusters as usize).div_ceil(8));
        let mut upcase = system(0x82, UPCASE, capitals.len());
        let sum = |sum: u32, &byte: &u8| sum.rotate_right(1).wrapping_add(byte.into());
        upcase[4..8].copy_from_slice(&capitals.iter().fold(0, sum).to_le_bytes());
        self.append("", &[name, bitmap, upcase]);
    }

    fn append(&mut self, folder: &str, records: &[[u8; RECORD]]) -> Vec<usize> {
        let folder = self.folders.get_mut(folder).expect("the folder was made");
        let slots = folder.slots[folder.used..folder.used + records.len()].to_vec();
        folder.used += records.len();
        slots.iter().zip(records).for_each(|(&slot, record)| self.put(slot, record));
        slots
    }

    fn add(&mut self, path: &str, attributes: u8, clusters: Vec<u32>, len: usize, stamp: Stamp) {
        let contiguous = clusters.windows(2).all(|pair| pair[0] + 1 == pair[1]);
        if !contiguous {
            for pair in clusters.windows(2) {
                self.link(pair[0], pair[1]);
            }
            self.link(*clusters.last().expect("it has pieces"), END);
        }
        let first = clusters.first().copied().unwrap_or(0);
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let records = set(name, attributes, first, len, contiguous, stamp);
        let records = self.append(folder, &records);
        self.files.insert(path.into(), Written { records, clusters });
    }
}

/// Adds to a sum as the format does everywhere.
fn sum(bytes: impl Iterator<Item = u8>) -> u16 {
    bytes.fold(0, |sum: u16, byte| sum.rotate_right(1).wrapping_add(byte.into()))
}

/// Makes the checksum of the set of records at `at` fit what they say, as if they were in use.
pub fn reseal(image: &mut [u8], at: usize) {
    let count = usize::from(image[at + 1]) + 1;
    let end = image.len().min(at + count * RECORD);
    let bytes = image[at..end].iter().enumerate().filter(|(at, _)| !matches!(at, 2 | 3));
    let sum = sum(bytes.map(|(at, &byte)| if at % RECORD == 0 { byte | 0x80 } else { byte }));
    image[at + 2..at + 4].copy_from_slice(&sum.to_le_bytes());
}

/// The records of a file or folder.
fn set(
    name: &str,
    attributes: u8,
    first: u32,
    len: usize,
    contiguous: bool,
    stamp: Stamp,
) -> Vec<[u8; RECORD]> {
    let units: Vec<u16> = name.encode_utf16().collect();
    let capitals: Vec<u16> = name.to_ascii_uppercase().encode_utf16().collect();
    let parts = units.chunks(15);
    let mut file = [0; RECORD];
    file[..2].copy_from_slice(&[0x85, parts.len() as u8 + 1]);
    file[4] = attributes;
    for at in [8, 12, 16] {
        file[at..at + 2].copy_from_slice(&stamp.time.to_le_bytes());
        file[at + 2..at + 4].copy_from_slice(&stamp.date.to_le_bytes());
    }
    // A second and a half more, two hours east of Greenwich.
    (file[21], file[23]) = (150, 0x80 | 8);
    let mut stream = [0; RECORD];
    stream[..4].copy_from_slice(&[0xc0, if contiguous { 3 } else { 1 }, 0, units.len() as u8]);
    let hash = sum(capitals.iter().flat_map(|unit| unit.to_le_bytes()));
    stream[4..6].copy_from_slice(&hash.to_le_bytes());
    stream[8..16].copy_from_slice(&(len as u64).to_le_bytes());
    stream[20..24].copy_from_slice(&first.to_le_bytes());
    stream[24..32].copy_from_slice(&(len as u64).to_le_bytes());
    let mut records = vec![file, stream];
    for part in parts {
        let mut record = [0; RECORD];
        record[0] = 0xc1;
        for (index, unit) in part.iter().enumerate() {
            record[2 + 2 * index..4 + 2 * index].copy_from_slice(&unit.to_le_bytes());
        }
        records.push(record);
    }
    let bytes = records.iter().flatten().copied().enumerate();
    let covered = sum(bytes.filter(|(at, _)| !matches!(at, 2 | 3)).map(|(_, byte)| byte));
    records[0][2..4].copy_from_slice(&covered.to_le_bytes());
    records
}

/// A table of capitals that knows those of ASCII: runs without capitals are packed.
fn capitals() -> Vec<u8> {
    let before = [0xffff, u16::from(b'a')];
    let letters = (b'A'..=b'Z').map(u16::from);
    let after = [0xffff, u16::MAX - u16::from(b'z')];
    before.into_iter().chain(letters).chain(after).flat_map(u16::to_le_bytes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deleted_file_loses_a_bit_of_each_record_and_its_clusters() {
        let stamp = Stamp::new(2024, 5, 17, 18, 3, 22);
        let mut volume = Volume::new(100, "CARD");
        volume.make_folder("DCIM", stamp);
        volume.write("DCIM/b.txt", &[1], stamp, 12);
        let bytes = vec![7; 5 * CLUSTER + 3];
        let pieces = volume.write("DCIM/a.jpg", &bytes, stamp, 10);
        assert_eq!(pieces.len(), 2, "the file lies around the other one");
        let (records, before) = (volume.files["DCIM/a.jpg"].records.clone(), volume.clone());
        volume.delete("DCIM/a.jpg");
        assert_eq!(records.iter().map(|&at| volume.image[at]).collect::<Vec<_>>(), [5, 0x40, 0x41]);
        assert!(!before.is_free(12) && volume.is_free(12));
        let kept = pieces.into_iter().flat_map(|piece| volume.image()[piece].to_vec());
        assert!(kept.eq(bytes));
    }
}
