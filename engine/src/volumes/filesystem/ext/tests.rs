use afterimage_signatures::verdict::Span;
use afterimage_testdata::ext::{Kind, Volume};
use proptest::prelude::*;

use super::Ext;
use crate::volumes::filesystem::{Clue, Contents, Entry, FileSystem, Location, SECTOR};

/// 2023-11-14 22:13:20.
const TAKEN: u32 = 1_700_000_000;

/// Bytes that are no other file's.
fn photo(seed: u8, len: usize) -> Vec<u8> {
    (0..len).map(|index| (index * 7 + index / 251) as u8 ^ seed).collect()
}

/// A volume with a file that stays, one in two pieces around it that was deleted, and a short one
/// that was deleted.
fn volume(kind: Kind) -> Volume {
    let mut volume = Volume::new(kind);
    volume.write("IMG_0001.JPG", &photo(1, 30_000), TAKEN, 300);
    volume.write("IMG_0002.JPG", &photo(2, 40_000), TAKEN + 60, 290);
    volume.write("IMG_0003.JPG", &photo(3, 900), TAKEN + 120, 1300);
    volume.delete("IMG_0002.JPG", TAKEN + 600);
    volume.delete("IMG_0003.JPG", TAKEN + 601);
    volume
}

fn read(image: &[u8]) -> Contents {
    Ext.read(&image, 0, image.len() as u64).unwrap()
}

fn content(image: &[u8], entry: &Entry) -> Vec<u8> {
    let Some(Location::Runs(runs)) = entry.locations.first() else { panic!("{entry:?}") };
    let mut all: Vec<u8> = Vec::new();
    for &Span { at, len } in runs {
        all.extend_from_slice(&image[at as usize..(at + len) as usize]);
    }
    all.truncate(entry.size as usize);
    all
}

#[track_caller]
fn check(image: &[u8], contents: &Contents, path: &str, expected: &[u8], times: [&str; 2]) {
    let found: Vec<&Entry> = contents.entries.iter().filter(|entry| entry.path == path).collect();
    let [entry] = found[..] else { panic!("{path}: {:?}", contents.entries) };
    assert!(entry.certain);
    assert_eq!(entry.size, expected.len() as u64);
    assert!(content(image, entry) == expected, "{path} has other bytes: {entry:?}");
    let [modified, deleted_at] = [entry.modified, entry.deleted_at]
        .map(|stamp| stamp.map_or_else(|| "-".into(), |stamp| stamp.civil.to_string()));
    assert_eq!([&*modified, &*deleted_at], times);
    assert_eq!(entry.deleted, deleted_at != "-");
}

/// Everything in [`volume`].
#[track_caller]
fn check_all(image: &[u8], contents: &Contents) {
    assert_eq!(contents.entries.len(), 3, "{:?}", contents.entries);
    let check = |path, seed, len, times| check(image, contents, path, &photo(seed, len), times);
    check("DCIM/IMG_0001.JPG", 1, 30_000, ["2023-11-14T22:13:20", "-"]);
    check("DCIM/IMG_0002.JPG", 2, 40_000, ["2023-11-14T22:14:20", "2023-11-14T22:23:20"]);
    check("DCIM/IMG_0003.JPG", 3, 900, ["2023-11-14T22:15:20", "2023-11-14T22:23:21"]);
}

#[test]
fn ext4_has_deleted_files_in_its_journal() {
    let volume = volume(Kind::Ext4);
    let contents = read(volume.image());
    check_all(volume.image(), &contents);
    assert_eq!((contents.kind, contents.label.as_deref()), ("ext4", Some("CARD")));
    assert_eq!((contents.cluster_len, contents.clusters_at), (1024, 1024));
    assert_eq!(contents.faults, [""; 0]);
}

#[test]
fn ext2_keeps_the_maps_of_deleted_files() {
    let volume = volume(Kind::Ext2);
    let contents = read(volume.image());
    check_all(volume.image(), &contents);
    assert_eq!(contents.kind, "ext2");
}

#[test]
fn a_volume_is_read_where_it_lies() {
    let volume = volume(Kind::Ext4);
    let mut image = vec![0xff; 5 * SECTOR];
    image.extend_from_slice(volume.image());
    let contents = Ext.read(&&image[..], 5 * SECTOR as u64, volume.image().len() as u64).unwrap();
    check_all(&image, &contents);
    assert_eq!(contents.span.at, 5 * SECTOR as u64);
    assert_eq!(contents.span.end(), image.len() as u64);
    assert_eq!(Ext.read(&&image[..], 0, image.len() as u64), None);
}

#[test]
fn what_was_deleted_is_free_and_what_is_there_is_not() {
    let volume = volume(Kind::Ext4);
    let contents = read(volume.image());
    let free = contents.free.as_ref().unwrap();
    for entry in &contents.entries {
        let Location::Runs(runs) = &entry.locations[0] else { panic!("{entry:?}") };
        for run in runs {
            let inside = |at: u64| free.iter().any(|span| (span.at..span.end()).contains(&at));
            let ends = [run.at, run.at + run.len - 1].map(inside);
            assert_eq!(ends, [entry.deleted; 2], "{entry:?}");
        }
    }
}

#[test]
fn bitmaps_that_contradict_the_files_are_not_believed() {
    let mut image = volume(Kind::Ext4).image().to_vec();
    // Blocks 297 to 312 of the first group, by its bitmap in block 3.
    image[3 * 1024 + 37..3 * 1024 + 39].fill(0);
    let contents = read(&image);
    check_all(&image, &contents);
    assert_eq!(contents.faults, ["a bitmap has blocks of its files as free"]);
    assert_eq!(contents.free, None);
}

#[test]
fn a_volume_is_found_by_the_copy_of_its_superblock() {
    let volume = volume(Kind::Ext4);
    let mut image = volume.image().to_vec();
    let copy = volume.copy_at() as u64;
    assert_eq!(Ext.read_copy(&&image[..], copy), None, "the first superblock is there");
    check_all(&image, &Ext.read_copy(&&image[..], 1024).unwrap());
    image[..4 * 1024].fill(0);
    assert_eq!(Ext.read(&&image[..], 0, image.len() as u64), None);
    let contents = Ext.read_copy(&&image[..], copy).unwrap();
    check_all(&image, &contents);
    assert_eq!(contents.faults, ["1 of the bitmaps of its blocks are lost"]);
    assert!(contents.free.is_some());
}

#[test]
fn a_table_of_inodes_that_is_lost_is_read_from_the_journal() {
    let mut image = volume(Kind::Ext4).image().to_vec();
    // The inodes from the ninth on, with the folder and all files.
    image[7 * 1024..21 * 1024].fill(0);
    let contents = read(&image);
    let paths = |deleted| {
        let entries = contents.entries.iter().filter(move |entry| entry.deleted == deleted);
        entries.map(|entry| &*entry.path).collect::<Vec<_>>()
    };
    assert_eq!(paths(false), ["DCIM/IMG_0001.JPG"]);
    assert_eq!(paths(true), ["DCIM/IMG_0002.JPG", "DCIM/IMG_0003.JPG"]);
}

#[test]
fn a_superblock_is_not_taken_for_one_of_a_volume_that_is_not_there() {
    let volume = volume(Kind::Ext4);
    let mut image = vec![0; 40 << 10];
    image[20 << 10..21 << 10].copy_from_slice(&volume.image()[1024..2048]);
    assert_eq!(Ext.read_copy(&&image[..], 20 << 10), None);
}

#[track_caller]
fn check_clue(image: &[u8], at: usize, expected: Option<Clue>) {
    assert_eq!(Ext.clue(image[at..at + SECTOR].try_into().unwrap()), expected);
}

#[test]
fn superblocks_and_journals_are_clues() {
    let volume = volume(Kind::Ext4);
    check_clue(volume.image(), 1024, Some(Clue::Copy));
    check_clue(volume.image(), volume.copy_at(), Some(Clue::Copy));
    check_clue(volume.image(), 0, None);
    check_clue(volume.image(), 3 * 1024, None);
    let journal =
        volume.image().chunks(1024).position(|block| block.starts_with(b"\xc0\x3b\x39\x98"));
    check_clue(volume.image(), journal.unwrap() * 1024, Some(Clue::Records));
}

/// Asks everything of an image, and holds what comes to its bounds.
fn check_bounds(image: &[u8]) {
    let len = image.len() as u64;
    let copies = (0..len).step_by(1024).filter_map(|at| Ext.read_copy(&image, at));
    for contents in Ext.read(&image, 0, len).into_iter().chain(copies) {
        contents.check_bounds(len);
        assert!(contents.entries.iter().all(|entry| !entry.path.is_empty()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn damage_never_leads_outside(
        ext4: bool,
        changes in prop::collection::vec((0..420_usize * 1024, any::<u8>()), 1..200),
    ) {
        let kind = if ext4 { Kind::Ext4 } else { Kind::Ext2 };
        let mut image = volume(kind).image().to_vec();
        for (at, byte) in changes {
            image[at] = byte;
        }
        check_bounds(&image);
    }

    #[test]
    fn damaged_tables_never_lead_outside(
        ext4: bool,
        changes in prop::collection::vec(
            (prop_oneof![0..2048_usize, 5 * 1024 + 2048..5 * 1024 + 4096_usize], any::<u32>()),
            1..8,
        ),
    ) {
        let kind = if ext4 { Kind::Ext4 } else { Kind::Ext2 };
        let mut image = volume(kind).image().to_vec();
        for (at, word) in changes {
            let at = 1024 + at / 4 * 4;
            image[at..at + 4].copy_from_slice(&word.to_le_bytes());
        }
        // The magic and the shape stay, or nothing is read.
        image[1024 + 56..1024 + 58].copy_from_slice(&[0x53, 0xef]);
        check_bounds(&image);
    }

    #[test]
    fn noise_is_no_volume_and_leads_nowhere(
        noise in prop::collection::vec(any::<u8>(), 4096..16384),
    ) {
        let mut image = volume(Kind::Ext4).image().to_vec();
        image[5 * 1024..5 * 1024 + noise.len()].copy_from_slice(&noise);
        check_bounds(&image);
        check_bounds(&noise);
    }
}

/// A volume of which a third group has its tables in the first one, as groups have that share a place for
/// them, and nothing else.
fn with_empty_group() -> Vec<u8> {
    const BLOCK: usize = 1024;
    const TABLES: usize = 900;
    let mut image = volume(Kind::Ext4).image().to_vec();
    image.resize(image.len() + 1024 * BLOCK, 0);
    let mut put = |at: usize, value: u32| image[at..at + 4].copy_from_slice(&value.to_le_bytes());
    for superblock in [BLOCK, 1025 * BLOCK] {
        put(superblock, 3 * 64);
        put(superblock + 4, 1 + 3 * 1024);
        let descriptor = superblock + BLOCK + 2 * 32;
        put(descriptor, TABLES as u32);
        put(descriptor + 4, TABLES as u32 + 1);
        put(descriptor + 8, TABLES as u32 + 2);
        // Free blocks and inodes.
        put(descriptor + 12, 1024 | 64 << 16);
    }
    // The bitmap, that of inodes and their table are in use, in the first group.
    let bitmap = 3 * BLOCK;
    for block in TABLES - 1..TABLES - 1 + 18 {
        image[bitmap + block / 8] |= 1 << (block % 8);
    }
    image
}

#[test]
fn a_group_of_which_nothing_is_in_use_contradicts_nothing() {
    let image = with_empty_group();
    let contents = read(&image);
    assert_eq!(contents.faults, [""; 0]);
    assert_eq!(contents.span.len as usize, image.len());
    check_all(&image, &contents);
    let free = contents.free.unwrap();
    assert!(free.holds(Span::between(2049 * 1024, 3073 * 1024)));
    // A bitmap of zeros is lost where the descriptor knows of blocks in use.
    let mut damaged = image;
    damaged[2 * 1024 + 2 * 32 + 12] = 7;
    assert_eq!(read(&damaged).faults, ["1 of the bitmaps of its blocks are lost"]);
}
