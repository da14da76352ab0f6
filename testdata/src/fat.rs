//! FAT volumes as cameras keep them, with files that were deleted as cameras delete.
//!
//! Source: Microsoft, "FAT: General Overview of On-Disk Format" 1.03 (2000).

mod entry;

use std::collections::BTreeMap;
use std::ops::Range;

pub use entry::Stamp;
use entry::{Attributes, Entry};

/// Bytes of a sector.
const SECTOR: usize = 512;

/// Bytes of a directory entry.
const ENTRY: usize = 32;

/// Copies of the allocation table.
const TABLES: usize = 2;

/// Which FAT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 16-bit table, root directory of fixed size.
    Fat16,
    /// 32-bit table, root directory in a cluster chain.
    Fat32,
}

/// A folder and what it still has room for.
#[derive(Clone, Debug)]
struct Folder {
    first: u32,
    /// Where its entries lie in the image, in order.
    slots: Vec<usize>,
    used: usize,
    /// Where the records lie that name it.
    records: Vec<usize>,
}

/// A file that was written.
#[derive(Clone, Debug)]
struct Written {
    slots: Vec<usize>,
    clusters: Vec<u32>,
}

/// A volume, without a partition table around it.
#[derive(Clone, Debug)]
pub struct Volume {
    kind: Kind,
    cluster_len: usize,
    reserved: usize,
    table_sectors: usize,
    root_entries: usize,
    clusters: u32,
    image: Vec<u8>,
    folders: BTreeMap<String, Folder>,
    files: BTreeMap<String, Written>,
    /// Clusters that held something once.
    touched: Vec<bool>,
}

impl Volume {
    /// An empty volume of `sectors` sectors; the number of clusters that result must be one that
    /// the kind allows.
    pub fn new(kind: Kind, sectors: usize, cluster_len: usize, label: &str) -> Self {
        let (reserved, root_entries, width) = match kind {
            Kind::Fat16 => (1, 512, 2),
            Kind::Fat32 => (32, 0, 4),
        };
        let root_sectors = root_entries * ENTRY / SECTOR;
        // Generous: as if the tables took no room.
        let most = (sectors - reserved - root_sectors) * SECTOR / cluster_len + 2;
        let table_sectors = (most * width).div_ceil(SECTOR);
        let data_sectors = sectors - reserved - TABLES * table_sectors - root_sectors;
        let clusters = (data_sectors * SECTOR / cluster_len) as u32;
        let legal = match kind {
            Kind::Fat16 => 4085..65_525,
            Kind::Fat32 => 65_525..0x0fff_fff5,
        };
        assert!(legal.contains(&clusters), "{clusters} clusters make another kind of FAT");
        let mut volume = Volume {
            kind,
            cluster_len,
            reserved,
            table_sectors,
            root_entries,
            clusters,
            image: vec![0; sectors * SECTOR],
            folders: BTreeMap::new(),
            files: BTreeMap::new(),
            touched: vec![false; clusters as usize + 2],
        };
        volume.format(label);
        volume
    }

    /// The image.
    pub fn image(&self) -> &[u8] {
        &self.image
    }

    /// Makes a folder with room for `entries` directory entries; a photo takes one, a long name
    /// more. The path's parents must be there.
    pub fn make_folder(&mut self, path: &str, entries: usize, stamp: Stamp) {
        let len = ((entries + 2) * ENTRY).div_ceil(self.cluster_len);
        let clusters = self.allocate(len, 0);
        let slots = clusters.iter().flat_map(|&cluster| self.slots_of(cluster)).collect();
        let folder = Folder { first: clusters[0], slots, used: 0, records: Vec::new() };
        let (parent, name) = split(path);
        let parent_first = self.folders[parent].first;
        let parent_first = if parent.is_empty() { 0 } else { parent_first };
        self.folders.insert(path.into(), folder);
        for (name, first) in [(".", clusters[0]), ("..", parent_first)] {
            let entry = Entry::new(name, Attributes::Folder, first, 0, stamp);
            self.add(path, entry);
        }
        let records = self.add(parent, Entry::new(name, Attributes::Folder, clusters[0], 0, stamp));
        self.folders.get_mut(path).expect("it was made above").records = records;
    }

    /// Writes a file into the first free clusters from the `from`th on and says where its bytes
    /// lie in the image.
    pub fn write(
        &mut self,
        path: &str,
        bytes: &[u8],
        stamp: Stamp,
        from: usize,
    ) -> Vec<Range<usize>> {
        let clusters = self.allocate(bytes.len().div_ceil(self.cluster_len), from);
        let mut pieces: Vec<Range<usize>> = Vec::new();
        for (&cluster, piece) in clusters.iter().zip(bytes.chunks(self.cluster_len)) {
            let at = self.offset(cluster);
            self.image[at..at + piece.len()].copy_from_slice(piece);
            match pieces.last_mut() {
                Some(last) if last.end == at => last.end += piece.len(),
                _ => pieces.push(at..at + piece.len()),
            }
        }
        let (folder, name) = split(path);
        let first = clusters.first().copied().unwrap_or(0);
        let entry = Entry::new(name, Attributes::File, first, bytes.len(), stamp);
        let slots = self.add(folder, entry);
        self.files.insert(path.into(), Written { slots, clusters });
        pieces
    }

    /// Deletes a file as cameras do: its entries are marked, its chain is set free, its bytes
    /// stay.
    pub fn delete(&mut self, path: &str) {
        let Written { slots, clusters } = self.files.remove(path).expect("the file was written");
        for slot in slots {
            self.image[slot] = 0xe5;
        }
        for cluster in clusters {
            self.set(cluster, 0);
        }
    }

    /// Moves a file into another folder, or gives it another name there: the old record is marked, a new one
    /// has the same first cluster, size and dates.
    pub fn move_file(&mut self, from: &str, to: &str) {
        let Written { slots, clusters } = self.files.remove(from).expect("the file was written");
        let record = &self.image[*slots.last().expect("it has a record")..][..ENTRY];
        let word = |at: usize| u16::from_le_bytes([record[at], record[at + 1]]);
        let stamp = Stamp { date: word(24), time: word(22) };
        let len = u32::from_le_bytes([record[28], record[29], record[30], record[31]]) as usize;
        for slot in slots {
            self.image[slot] = 0xe5;
        }
        let (folder, name) = split(to);
        let first = clusters.first().copied().unwrap_or(0);
        let slots = self.add(folder, Entry::new(name, Attributes::File, first, len, stamp));
        self.files.insert(to.into(), Written { slots, clusters });
    }

    /// Deletes a folder whose files were deleted.
    pub fn delete_folder(&mut self, path: &str) {
        let Folder { slots, records, .. } = self.folders.remove(path).expect("the folder was made");
        for slot in records {
            self.image[slot] = 0xe5;
        }
        let per_cluster = self.cluster_len / ENTRY;
        for slot in slots.into_iter().step_by(per_cluster) {
            let cluster = self.cluster_at(slot) as u32 + 2;
            self.set(cluster, 0);
        }
    }

    /// Formats the volume again, as cameras do: tables and root are new, the rest stays.
    pub fn format_again(&mut self, label: &str) {
        let root = &self.folders[""];
        let tables = self.reserved * SECTOR..self.data_at();
        for slot in root.slots.clone() {
            self.image[slot..slot + ENTRY].fill(0);
        }
        self.image[tables].fill(0);
        (self.folders, self.files) = (BTreeMap::new(), BTreeMap::new());
        self.format(label);
    }

    /// Where the volume's first table lies, and how long it is.
    pub fn table(&self) -> Range<usize> {
        let at = self.reserved * SECTOR;
        at..at + self.table_sectors * SECTOR
    }

    /// Where the record of a file lies.
    pub fn record(&self, path: &str) -> usize {
        *self.files[path].slots.last().expect("a file has a record")
    }

    /// Where the first cluster lies.
    pub fn clusters_at(&self) -> usize {
        self.offset(2)
    }

    /// Fills clusters that never held anything with what older files left there; `old` says what
    /// the `n`th cluster holds, if anything.
    pub fn age(&mut self, mut old: impl FnMut(usize) -> Option<Vec<u8>>) {
        for cluster in 2..self.clusters + 2 {
            if self.touched[cluster as usize] {
                continue;
            }
            if let Some(bytes) = old(cluster as usize - 2) {
                let at = self.offset(cluster);
                let len = bytes.len().min(self.cluster_len);
                self.image[at..at + len].copy_from_slice(&bytes[..len]);
            }
        }
    }

    /// Number of the cluster that holds the image's byte `at`, counted from the first.
    pub fn cluster_at(&self, at: usize) -> usize {
        (at - self.offset(2)) / self.cluster_len
    }

    fn data_at(&self) -> usize {
        (self.reserved + TABLES * self.table_sectors) * SECTOR
    }

    fn offset(&self, cluster: u32) -> usize {
        let start = self.data_at() + self.root_entries * ENTRY;
        start + (cluster as usize - 2) * self.cluster_len
    }

    fn slots_of(&self, cluster: u32) -> Vec<usize> {
        let at = self.offset(cluster);
        (at..at + self.cluster_len).step_by(ENTRY).collect()
    }

    fn format(&mut self, label: &str) {
        let root = match self.kind {
            Kind::Fat16 => {
                let at = self.data_at();
                let slots = (at..at + self.root_entries * ENTRY).step_by(ENTRY).collect();
                Folder { first: 0, slots, used: 0, records: Vec::new() }
            }
            Kind::Fat32 => {
                let first = 2;
                self.touched[2] = true;
                self.set(first, u32::MAX);
                Folder { first, slots: self.slots_of(first), used: 0, records: Vec::new() }
            }
        };
        self.folders.insert(String::new(), root);
        self.set(0, 0xffff_fff8);
        self.set(1, u32::MAX);
        let boot = self.boot_sector(label);
        self.image[..SECTOR].copy_from_slice(&boot);
        if self.kind == Kind::Fat32 {
            // The copy of the boot sector, and the sector that counts free clusters: unknown.
            self.image[6 * SECTOR..7 * SECTOR].copy_from_slice(&boot);
            let info = &mut self.image[SECTOR..2 * SECTOR];
            info[..4].copy_from_slice(b"RRaA");
            info[484..488].copy_from_slice(b"rrAa");
            info[488..496].fill(0xff);
            info[508..512].copy_from_slice(&[0, 0, 0x55, 0xaa]);
        }
        let stamp = Stamp::new(2024, 1, 1, 0, 0, 0);
        self.add("", Entry::new(label, Attributes::Label, 0, 0, stamp));
    }

    fn boot_sector(&self, label: &str) -> Vec<u8> {
        let mut boot = vec![0xeb, 0x3c, 0x90];
        boot.extend(b"AFTERIMG");
        boot.extend((SECTOR as u16).to_le_bytes());
        boot.push((self.cluster_len / SECTOR) as u8);
        boot.extend((self.reserved as u16).to_le_bytes());
        boot.push(TABLES as u8);
        boot.extend((self.root_entries as u16).to_le_bytes());
        let sectors = (self.image.len() / SECTOR) as u32;
        let short = if self.kind == Kind::Fat16 { u16::try_from(sectors).unwrap_or(0) } else { 0 };
        boot.extend(short.to_le_bytes());
        boot.push(0xf8);
        let table = self.table_sectors as u32;
        boot.extend(if self.kind == Kind::Fat16 { table as u16 } else { 0 }.to_le_bytes());
        // Sectors a track, heads, sectors before the volume.
        boot.extend([32, 0, 64, 0, 0, 0, 0, 0]);
        boot.extend(if short == 0 { sectors } else { 0 }.to_le_bytes());
        if self.kind == Kind::Fat32 {
            boot.extend(table.to_le_bytes());
            // No mirroring flags, version 0.0, root cluster, sector of FSInfo, backup sector.
            boot.extend([0, 0, 0, 0, 2, 0, 0, 0, 1, 0, 6, 0]);
            boot.extend([0; 12]);
        }
        boot.extend([0x80, 0, 0x29, 0x1a, 0x6e, 0xaf, 0x7e]);
        boot.extend(format!("{label:<11}").bytes());
        boot.extend(if self.kind == Kind::Fat16 { b"FAT16   " } else { b"FAT32   " });
        boot.resize(SECTOR - 2, 0);
        boot.extend([0x55, 0xaa]);
        boot
    }

    /// The first free clusters from the `from`th on, chained.
    fn allocate(&mut self, count: usize, from: usize) -> Vec<u32> {
        let (from, end) = (from as u32 + 2, self.clusters + 2);
        // As drivers do, it goes on at the start of the volume when its end is reached.
        let free = (from..end).chain(2..from).filter(|&cluster| self.get(cluster) == 0);
        let clusters: Vec<u32> = free.take(count).collect();
        assert_eq!(clusters.len(), count, "the volume is full");
        for (index, &cluster) in clusters.iter().enumerate() {
            self.touched[cluster as usize] = true;
            self.set(cluster, clusters.get(index + 1).copied().unwrap_or(u32::MAX));
        }
        clusters
    }

    fn add(&mut self, folder: &str, entry: Entry) -> Vec<usize> {
        let folder = self.folders.get_mut(folder).expect("the folder was made");
        let records = entry.records(folder.used);
        let slots = folder.slots[folder.used..folder.used + records.len()].to_vec();
        folder.used += records.len();
        for (&slot, record) in slots.iter().zip(&records) {
            self.image[slot..slot + ENTRY].copy_from_slice(record);
        }
        slots
    }

    fn get(&self, cluster: u32) -> u32 {
        let table = &self.image[self.reserved * SECTOR..];
        let at = cluster as usize;
        match self.kind {
            Kind::Fat16 => u16::from_le_bytes([table[at * 2], table[at * 2 + 1]]).into(),
            Kind::Fat32 => (0..4).map(|byte| u32::from(table[at * 4 + byte]) << (8 * byte)).sum(),
        }
    }

    /// Writes the cluster's entry in every table, cut to the table's width.
    fn set(&mut self, cluster: u32, next: u32) {
        for number in 0..TABLES {
            let table = (self.reserved + number * self.table_sectors) * SECTOR;
            let at = cluster as usize;
            match self.kind {
                Kind::Fat16 => {
                    let at = table + at * 2;
                    self.image[at..at + 2].copy_from_slice(&(next as u16).to_le_bytes());
                }
                Kind::Fat32 => {
                    let at = table + at * 4;
                    let next = (next & 0x0fff_ffff).to_le_bytes();
                    self.image[at..at + 4].copy_from_slice(&next);
                }
            }
        }
    }
}

/// Folder and name.
fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deleted_file_leaves_its_bytes_and_a_free_chain() {
        let stamp = Stamp::new(2024, 5, 17, 18, 3, 22);
        for (kind, sectors) in [(Kind::Fat16, 6 << 11), (Kind::Fat32, 40 << 11)] {
            let len = if kind == Kind::Fat16 { 1024 } else { 512 };
            let mut volume = Volume::new(kind, sectors, len, "CARD");
            volume.make_folder("DCIM", 20, stamp);
            let bytes = vec![7; 5 * len + 3];
            volume.write("DCIM/B.TXT", &[1], stamp, 12);
            let pieces = volume.write("DCIM/A.JPG", &bytes, stamp, 10);
            assert_eq!(pieces.len(), 2, "the file lies around the other one");
            assert_eq!(volume.cluster_at(pieces[1].start), 13);
            let written = volume.files["DCIM/A.JPG"].clone();
            assert_eq!(volume.get(written.clusters[0]), written.clusters[1]);
            volume.delete("DCIM/A.JPG");
            assert!(written.clusters.iter().all(|&cluster| volume.get(cluster) == 0));
            let entry = &volume.image()[written.slots[0]..][..ENTRY];
            assert_eq!(entry[..11], *b"\xe5       JPG");
            assert_eq!(entry[28..], (bytes.len() as u32).to_le_bytes());
            let kept = pieces.into_iter().flat_map(|piece| volume.image()[piece].to_vec());
            assert!(kept.eq(bytes));
        }
    }
}
