//! Cards for the tests of file systems: a few photos, and what became of them.
//!
//! A folder, since Cargo would take a file for tests of its own.

use std::ops::Range;

use afterimage_testdata::cameras::Shot;
use afterimage_testdata::fat::{Kind, Stamp};
use afterimage_testdata::random::Random;
use afterimage_testdata::{canvas, exfat, ext, fat, ntfs};

/// Bytes of a sector.
const SECTOR: usize = 512;

/// When every file was written, in seconds since 1970: at 16:03:22 UTC.
const SECONDS: u32 = 1_715_961_802;

/// The folder of the camera.
const FOLDER: &str = "DCIM/100CANON";

/// What became of a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is still there.
    Live,
    /// It was deleted; all its bytes are there.
    Deleted,
}

/// A photo of a card.
#[derive(Clone, Debug)]
pub struct Photo {
    /// Its path in the volume.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Where they lie in the image.
    pub pieces: Vec<Range<usize>>,
    /// When it was written, as the report says it.
    pub modified: &'static str,
    /// What became of it.
    pub fate: Fate,
}

/// A card and the truth about it.
#[derive(Clone, Debug)]
pub struct Card {
    /// Its file system, by its name in the report.
    pub name: &'static str,
    /// The image.
    pub image: Vec<u8>,
    /// Where what the file system writes at its beginning ends, in bytes.
    pub metadata: usize,
    /// Its photos: one that was deleted, one that is there, and one that was deleted and lies in
    /// two pieces.
    pub photos: Vec<Photo>,
}

impl Card {
    /// The card as the first partition of a disk, from that byte on.
    pub fn behind(&self, start: usize, table: fn(&mut Vec<u8>, usize, usize)) -> Card {
        let mut card = self.clone();
        card.image = [vec![0; start], self.image.clone()].concat();
        table(&mut card.image, start, self.image.len());
        for piece in card.photos.iter_mut().flat_map(|photo| &mut photo.pieces) {
            *piece = piece.start + start..piece.end + start;
        }
        card
    }

    /// Where the image holds neither zeros nor a photo: the sectors of records and tables.
    pub fn records(&self) -> Vec<usize> {
        let sectors = (0..self.image.len() / SECTOR).map(|sector| sector * SECTOR);
        let is_photo = |at: usize| {
            let pieces = self.photos.iter().flat_map(|photo| &photo.pieces);
            pieces.clone().any(|piece| piece.start < at + SECTOR && at < piece.end)
        };
        let is_empty = |at: usize| self.image[at..at + SECTOR].iter().all(|&byte| byte == 0);
        sectors.filter(|&at| !is_photo(at) && !is_empty(at)).collect()
    }
}

/// A photo with a thumbnail, taken by a camera.
pub fn photo(seed: u64, pixels: (usize, usize)) -> Vec<u8> {
    Shot::new(seed, pixels, "Canon EOS 0D", "2024:05:17 18:03:22").canon()
}

/// One card of each file system that is known by its records.
pub fn all() -> Vec<Card> {
    vec![fat32(), exfat(), ntfs(), ext4()]
}

/// The bytes of the three photos of a card.
fn shots(seed: u64) -> [Vec<u8>; 3] {
    [(320, 240), (200, 300), (400, 300)]
        .into_iter()
        .zip(seed..)
        .map(|(pixels, seed)| photo(seed, pixels))
        .collect::<Vec<_>>()
        .try_into()
        .unwrap()
}

fn note(len: usize) -> Vec<u8> {
    canvas::text(&mut Random::new(3), len)
}

/// Puts together what was written: the photos and where they lie.
fn card(
    (name, modified): (&'static str, &'static str),
    (image, metadata): (Vec<u8>, usize),
    photos: [(String, Vec<u8>, Vec<Range<usize>>); 3],
) -> Card {
    let fates = [Fate::Deleted, Fate::Live, Fate::Deleted];
    let photos = photos.into_iter().zip(fates);
    let photos =
        photos.map(|((path, bytes, pieces), fate)| Photo { path, bytes, pieces, modified, fate });
    let card = Card { name, image, metadata, photos: photos.collect() };
    assert_eq!(card.photos.iter().map(|one| one.pieces.len()).collect::<Vec<_>>(), [1, 1, 2]);
    for photo in &card.photos {
        let pieces = photo.pieces.iter().flat_map(|piece| &card.image[piece.clone()]);
        assert!(pieces.eq(&photo.bytes), "{name}: {}", photo.path);
    }
    card
}

fn paths(folder: &str) -> [String; 3] {
    [1, 2, 3].map(|number| format!("{folder}/IMG_000{number}.JPG"))
}

/// A small FAT16 volume with folders, to write to.
pub struct Fat16 {
    volume: fat::Volume,
    /// Where sizes lie that are others than what was written.
    resized: Vec<(usize, u32)>,
}

impl Fat16 {
    /// Bytes of a cluster.
    pub const CLUSTER: usize = 1024;

    /// An empty volume of 5 MiB with its folders.
    pub fn new() -> Self {
        let volume = fat_volume(Kind::Fat16, 5 << 11, Self::CLUSTER);
        Fat16 { volume, resized: Vec::new() }
    }

    /// Writes a file from the `from`th cluster on, and says where it lies.
    pub fn write(&mut self, path: &str, bytes: &[u8], from: usize) -> Vec<Range<usize>> {
        self.volume.write(path, bytes, stamp(), from)
    }

    /// Deletes a file.
    pub fn delete(&mut self, path: &str) {
        self.volume.delete(path);
    }

    /// Moves a file.
    pub fn move_file(&mut self, from: &str, to: &str) {
        self.volume.move_file(from, to);
    }

    /// Says in the record of a file that it has another size.
    pub fn resize(&mut self, path: &str, size: u32) {
        self.resized.push((self.volume.record(path) + 28, size));
    }

    /// A quick format.
    pub fn format(&mut self) {
        self.volume.format_again("NEW");
    }

    /// The image.
    pub fn image(&self) -> Vec<u8> {
        let mut image = self.volume.image().to_vec();
        for &(at, size) in &self.resized {
            image[at..at + 4].copy_from_slice(&size.to_le_bytes());
        }
        image
    }
}

fn stamp() -> Stamp {
    Stamp::new(2024, 5, 17, 18, 3, 22)
}

fn fat_volume(kind: Kind, sectors: usize, cluster: usize) -> fat::Volume {
    let mut volume = fat::Volume::new(kind, sectors, cluster, "CARD");
    volume.make_folder("DCIM", 30, stamp());
    volume.make_folder(FOLDER, 60, stamp());
    volume.make_folder("MISC", 30, stamp());
    volume
}

/// A FAT16 volume.
pub fn fat16(seed: u64) -> Card {
    fat_card("fat16", fat_volume(Kind::Fat16, 5 << 11, Fat16::CLUSTER), seed)
}

/// A FAT32 volume, of as few clusters as can be.
pub fn fat32() -> Card {
    fat_card("fat32", fat_volume(Kind::Fat32, 34 << 11, SECTOR), 10)
}

fn fat_card(name: &'static str, mut volume: fat::Volume, seed: u64) -> Card {
    let paths = paths(FOLDER);
    let shots = shots(seed);
    volume.write("MISC/LOG.TXT", &note(3000), stamp(), 420);
    let mut write = |at: usize, from| volume.write(&paths[at], &shots[at], stamp(), from);
    let pieces = [write(0, 60), write(1, 220), write(2, 410)];
    volume.delete(&paths[0]);
    volume.delete(&paths[2]);
    let metadata = volume.clusters_at();
    let photos = photos(paths, shots, pieces);
    card((name, "2024-05-17T18:03:22"), (volume.image().to_vec(), metadata), photos)
}

fn photos(
    paths: [String; 3],
    shots: [Vec<u8>; 3],
    pieces: [Vec<Range<usize>>; 3],
) -> [(String, Vec<u8>, Vec<Range<usize>>); 3] {
    let [a, b, c] = paths;
    let [one, two, three] = shots;
    let [x, y, z] = pieces;
    [(a, one, x), (b, two, y), (c, three, z)]
}

/// An exFAT volume.
pub fn exfat() -> Card {
    let mut volume = exfat::Volume::new(400, "CARD");
    volume.make_folder("DCIM", stamp());
    volume.make_folder(FOLDER, stamp());
    let (paths, shots) = (paths(FOLDER), shots(20));
    volume.write("LOG.TXT", &note(3000), stamp(), 124);
    let mut write = |at: usize, from| volume.write(&paths[at], &shots[at], stamp(), from);
    let pieces = [write(0, 10), write(1, 60), write(2, 120)];
    volume.delete(&paths[0]);
    volume.delete(&paths[2]);
    let metadata = volume.clusters_at();
    let photos = photos(paths, shots, pieces);
    // A second and a half more than FAT can tell, two hours east of Greenwich.
    card(("exfat", "2024-05-17T18:03:24+02:00"), (volume.image().to_vec(), metadata), photos)
}

/// An NTFS volume. The two pieces lie backwards.
pub fn ntfs() -> Card {
    const CLUSTER: usize = ntfs::CLUSTER;
    let mut volume = ntfs::Volume::new(128);
    volume.make_folder("DCIM");
    volume.make_folder(FOLDER);
    let (paths, shots) = (paths(FOLDER), shots(30));
    let clusters = |at: usize| shots[at].len().div_ceil(CLUSTER) as u64;
    for (at, pieces) in
        [vec![clusters(0)], vec![clusters(1)], vec![3, clusters(2) - 3]].into_iter().enumerate()
    {
        volume.write(&paths[at], &shots[at], &pieces, SECONDS.into());
    }
    volume.delete(&paths[0]);
    volume.delete(&paths[2]);
    let image = volume.image().to_vec();
    let at = |bytes: &[u8]| {
        image.chunks(CLUSTER).position(|one| one.starts_with(bytes)).unwrap() * CLUSTER
    };
    let piece = |bytes: &[u8]| {
        let start = at(&bytes[..bytes.len().min(CLUSTER)]);
        start..start + bytes.len()
    };
    let (first, second) = shots[2].split_at(3 * CLUSTER);
    let pieces =
        [vec![piece(&shots[0])], vec![piece(&shots[1])], vec![piece(first), piece(second)]];
    let photos = photos(paths, shots.clone(), pieces);
    card(("ntfs", "2024-05-17T16:03:22Z"), (image, 10 * CLUSTER), photos)
}

/// An ext4 volume with a journal. All files lie in one folder.
pub fn ext4() -> Card {
    let mut volume = ext::Volume::new(ext::Kind::Ext4);
    let (paths, shots) = (paths(ext::FOLDER_NAME), shots(40));
    let name = |at: usize| paths[at].rsplit('/').next().unwrap().to_owned();
    volume.write("LOG.TXT", &note(3000), SECONDS, 420);
    let mut write = |at: usize, from| volume.write(&name(at), &shots[at], SECONDS, from);
    let pieces = [write(0, 120), write(1, 240), write(2, 410)];
    volume.delete(&name(0), SECONDS + 60);
    volume.delete(&name(2), SECONDS + 60);
    let photos = photos(paths.clone(), shots, pieces);
    card(("ext4", "2024-05-17T16:03:22Z"), (volume.image().to_vec(), 21 << 10), photos)
}

/// Writes a master boot record with one partition.
#[expect(clippy::ptr_arg, reason = "a table of another kind makes the disk longer")]
pub fn mbr(disk: &mut Vec<u8>, start: usize, len: usize) {
    add_mbr_entry(disk, 0, start, len);
}

/// Writes an entry of the master boot record.
pub fn add_mbr_entry(disk: &mut [u8], index: usize, start: usize, len: usize) {
    write_mbr_entry(disk, index, 0x0c, (start / SECTOR, len / SECTOR));
}

fn write_mbr_entry(disk: &mut [u8], index: usize, kind: u8, (first, count): (usize, usize)) {
    let entry = &mut disk[446 + 16 * index..][..16];
    entry[4] = kind;
    entry[8..12].copy_from_slice(&(first as u32).to_le_bytes());
    entry[12..].copy_from_slice(&(count as u32).to_le_bytes());
    disk[510..512].copy_from_slice(&[0x55, 0xaa]);
}

/// Type of a partition of basic data, as it lies on the disk.
const BASIC: [u8; 16] = [
    0xa2, 0xa0, 0xd0, 0xeb, 0xe5, 0xb9, 0x33, 0x44, 0x87, 0xc0, 0x68, 0xb6, 0xb7, 0x26, 0x99, 0xc7,
];

/// Writes a GUID partition table with one partition, and its copy behind the last byte.
///
/// Source: UEFI specification 2.10, 5.3.2 and 5.3.3.
pub fn gpt(disk: &mut Vec<u8>, start: usize, len: usize) {
    let behind = disk.len().div_ceil(SECTOR);
    disk.resize((behind + 33) * SECTOR, 0);
    write_mbr_entry(disk, 0, 0xee, (1, behind + 32));
    let mut entries = vec![0; 128 * 128];
    entries[..16].copy_from_slice(&BASIC);
    entries[16] = 1;
    entries[32..40].copy_from_slice(&((start / SECTOR) as u64).to_le_bytes());
    entries[40..48].copy_from_slice(&((start + len).div_ceil(SECTOR) as u64 - 1).to_le_bytes());
    let last = behind + 32;
    for (header, other, array) in [(1, last, 2), (last, 1, behind)] {
        let mut head = [0; 92];
        head[..13].copy_from_slice(b"EFI PART\0\0\x01\0\x5c");
        for (at, value) in [(24, header), (32, other), (40, 34), (48, behind - 1), (72, array)] {
            head[at..at + 8].copy_from_slice(&(value as u64).to_le_bytes());
        }
        head[80..88].copy_from_slice(&[128, 0, 0, 0, 128, 0, 0, 0]);
        head[88..].copy_from_slice(&crc32fast::hash(&entries).to_le_bytes());
        let sum = crc32fast::hash(&head);
        head[16..20].copy_from_slice(&sum.to_le_bytes());
        disk[header * SECTOR..][..92].copy_from_slice(&head);
        disk[array * SECTOR..][..entries.len()].copy_from_slice(&entries);
    }
}
