//! Volumes as cards have them, made by the testdata crate.

use std::sync::atomic::{AtomicU64, Ordering};

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;
use afterimage_testdata::fat::{Kind, Stamp, Volume};
use proptest::prelude::*;

use super::Fat;
use crate::volumes::filesystem::contents::Contents;
use crate::volumes::filesystem::location::Location;
use crate::volumes::filesystem::system::{Clue, FileSystem, SECTOR};

/// A card with two folders: photos that are there, deleted ones, one around another.
fn card(kind: Kind) -> Volume {
    let stamp = Stamp::new(2024, 5, 17, 18, 3, 22);
    let (sectors, len) = match kind {
        Kind::Fat16 => (6 << 11, 1024),
        Kind::Fat32 => (34 << 11, 512),
    };
    let mut card = Volume::new(kind, sectors, len, "CARD");
    card.make_folder("DCIM", 2, stamp);
    card.make_folder("DCIM/100TESTS", 12, stamp);
    card.make_folder("DCIM/101TESTS", 12, stamp);
    for number in 1..=3 {
        let photo = vec![number; 3000];
        card.write(&format!("DCIM/100TESTS/IMG_000{number}.JPG"), &photo, stamp, 100);
    }
    card.write("DCIM/100TESTS/in two pieces.jpeg", &[9; 4 * 3000], stamp, 98);
    card.write("DCIM/101TESTS/PXL_20240517.MP.jpg", &[8; 3000], stamp, 200);
    card.delete("DCIM/100TESTS/IMG_0002.JPG");
    card.delete("DCIM/101TESTS/PXL_20240517.MP.jpg");
    card
}

fn read(image: &[u8]) -> Contents {
    Fat.read(&image, 0, image.len() as u64).expect("it is a volume")
}

/// Sectors that look like records.
fn clues(image: &[u8]) -> Vec<u64> {
    let sectors = image.as_chunks::<SECTOR>().0.iter().enumerate();
    let records = sectors.filter(|(_, sector)| Fat.clue(sector) == Some(Clue::Records));
    records.map(|(index, _)| (index * SECTOR) as u64).collect()
}

/// Path, whether that is certain, whether it was deleted.
fn names(contents: &Contents) -> Vec<(&str, bool, bool)> {
    let names = contents.entries.iter();
    let mut names: Vec<_> =
        names.map(|entry| (entry.path.as_str(), entry.certain, entry.deleted)).collect();
    names.sort();
    names
}

/// The first place of a file, of which at least one byte is there.
fn first_byte(image: &[u8], contents: &Contents, path: &str) -> u8 {
    let entry = contents.entries.iter().find(|entry| entry.path == path).expect("it is listed");
    match entry.locations.first().expect("it has a place") {
        Location::Runs(runs) => image[runs[0].at as usize],
        Location::Start(at) => image[*at as usize],
    }
}

#[test]
fn live_and_deleted_files_have_their_names_dates_and_places() {
    for kind in [Kind::Fat16, Kind::Fat32] {
        let card = card(kind);
        let contents = read(card.image());
        let expected = [
            ("DCIM/100TESTS/IMG_0001.JPG", true, false),
            ("DCIM/100TESTS/IMG_0002.JPG", false, true),
            ("DCIM/100TESTS/IMG_0003.JPG", true, false),
            ("DCIM/100TESTS/in two pieces.jpeg", true, false),
            ("DCIM/101TESTS/PXL_20240517.MP.jpg", true, true),
        ];
        assert_eq!(names(&contents), expected);
        assert_eq!(contents.faults, Vec::<String>::new());
        assert_eq!(contents.label.as_deref(), Some("CARD"));
        assert_eq!(contents.clusters_at, card.clusters_at() as u64);
        for (path, byte) in
            [("DCIM/100TESTS/IMG_0002.JPG", 2), ("DCIM/101TESTS/PXL_20240517.MP.jpg", 8)]
        {
            assert_eq!(first_byte(card.image(), &contents, path), byte);
        }
        let when = jiff::civil::date(2024, 5, 17).at(18, 3, 22, 0);
        assert!(contents.entries.iter().all(|entry| {
            entry.modified.is_some_and(|stamp| stamp.civil == when && stamp.offset.is_none())
        }));
    }
}

#[test]
fn a_live_file_lies_in_the_runs_of_its_chain() {
    let card = card(Kind::Fat32);
    let contents = read(card.image());
    let pieces = contents.entries.iter().find(|entry| entry.path.ends_with("pieces.jpeg"));
    let [Location::Runs(runs)] = pieces.expect("it is listed").locations.as_slice() else {
        panic!("only its runs are recorded");
    };
    let at = |cluster: u64| card.clusters_at() as u64 + cluster * 512;
    let expected = [Span { at: at(98), len: 2 * 512 }, Span { at: at(118), len: 22 * 512 }];
    assert_eq!(runs[..], expected);
}

#[test]
fn free_clusters_are_those_that_no_live_file_owns() {
    let card = card(Kind::Fat16);
    let free = read(card.image()).free.expect("the table is sound");
    let at = |cluster: u64| card.clusters_at() as u64 + cluster * 1024;
    // Behind three folders.
    assert_eq!(free.as_slice()[0], Span { at: at(3), len: 95 * 1024 });
    assert!(free.iter().all(|span| span.at != at(98)));
    assert!(free.as_slice().windows(2).all(|pair| pair[0].end() < pair[1].at));
}

#[test]
fn what_the_tables_contradict_is_said() {
    let card = card(Kind::Fat32);
    let table = card.table();
    let mut image = card.image().to_vec();
    image[table.start + 4000..table.start + 4004].fill(7);
    assert_eq!(read(&image).faults, ["the two allocation tables differ"]);
    image[table.clone()].fill(0);
    let contents = read(&image);
    assert_eq!(contents.faults, ["the two allocation tables differ"], "the other one is read");
    assert!(contents.free.is_some());
    image[table.start..table.end + table.len()].fill(0);
    let contents = read(&image);
    assert!(contents.free.is_none(), "{:?}", contents.faults);
    assert_eq!(first_byte(&image, &contents, "DCIM/100TESTS/IMG_0003.JPG"), 3);
}

#[test]
fn a_start_whose_upper_half_is_lost_may_be_in_several_places() {
    let mut card = Volume::new(Kind::Fat32, 60 << 11, 512, "CARD");
    let stamp = Stamp::new(2024, 5, 17, 18, 3, 22);
    let at = card.write("IMG_0001.JPG", &[5; 700], stamp, 70_000)[0].start as u64;
    let record = card.record("IMG_0001.JPG");
    card.delete("IMG_0001.JPG");
    let mut image = card.image().to_vec();
    image[record + 20..record + 22].fill(0);
    let lower = Location::Start(at - (512 << 16));
    assert_eq!(read(&image).entries[0].locations, [lower, Location::Start(at)]);
}

#[test]
fn a_copy_of_the_boot_sector_stands_for_it() {
    let card = card(Kind::Fat32);
    let mut image = card.image().to_vec();
    let whole = read(&image);
    image[..SECTOR].fill(0);
    assert_eq!(Fat.read(&image.as_slice(), 0, image.len() as u64), None);
    assert_eq!(Fat.read(&image.as_slice(), 6 * 512, image.len() as u64 - 6 * 512), None);
    assert_eq!(Fat.read_copy(&image.as_slice(), 6 * 512), Some(whole));
}

#[test]
fn a_deleted_folder_still_leads_to_its_files() {
    let mut card = card(Kind::Fat16);
    card.delete_folder("DCIM/101TESTS");
    let contents = read(card.image());
    let lost = ("DCIM/101TESTS/PXL_20240517.MP.jpg", false, true);
    assert!(names(&contents).contains(&lost), "{:?}", names(&contents));
    assert_eq!(first_byte(card.image(), &contents, lost.0), 8);
}

/// Sets bits of the word at offset 20 of all entries.
fn with_handles(image: &[u8], bits: u16) -> Vec<u8> {
    let mut image = image.to_vec();
    let original = image.clone();
    let is_entry = |entry: &[u8]| {
        let is_dated = entry[24..26] == 0x58b1_u16.to_le_bytes();
        is_dated && matches!(entry[11], 0x10 | 0x20)
    };
    for (at, entry) in original.as_chunks::<32>().0.iter().enumerate() {
        if is_entry(entry) {
            let word = u16::from_le_bytes([entry[20], entry[21]]) | bits;
            image[at * 32 + 20..at * 32 + 22].copy_from_slice(&word.to_le_bytes());
        }
    }
    assert_ne!(image, original);
    image
}

#[test]
fn what_is_no_part_of_a_cluster_s_number_does_not_count() {
    for (kind, bits) in [(Kind::Fat16, 0x0007), (Kind::Fat16, 0xffff), (Kind::Fat32, 0xf000)] {
        let mut card = card(kind);
        card.delete_folder("DCIM/101TESTS");
        let (plain, image) = (read(card.image()), with_handles(card.image(), bits));
        let contents = read(&image);
        assert_eq!(contents.entries, plain.entries, "{kind:?} {bits:#x}");
        assert_eq!((contents.faults, contents.free), (Vec::new(), plain.free));
        card.format_again("EMPTY");
        let image = with_handles(card.image(), bits);
        let [plain, found] = [card.image(), &image[..]].map(|image| {
            let known = read(image);
            Fat.salvage(&image, &clues(image), &[known])
        });
        assert_eq!(found, plain, "{kind:?} {bits:#x}");
    }
}

#[test]
fn of_two_records_for_one_folder_the_one_counts_that_the_folder_names() {
    for kind in [Kind::Fat16, Kind::Fat32] {
        let card = card(kind);
        let mut image = card.image().to_vec();
        let entries = image.as_chunks::<32>().0;
        let record = entries.iter().position(|entry| entry.starts_with(b"100TESTS")).unwrap() * 32;
        let root = entries.iter().position(|entry| entry.starts_with(b"DCIM ")).unwrap() * 32;
        let mut other = image[record..record + 32].to_vec();
        other[..8].copy_from_slice(b"OTHER   ");
        image[root + 32..root + 64].copy_from_slice(&other);
        let contents = read(&image);
        assert_eq!(names(&contents), names(&read(card.image())));
        assert_eq!(contents.faults, ["1 chains of clusters cross others"]);
    }
}

/// Folders with short names that do not count: a few files each, or more than a cluster holds.
fn holidays(kind: Kind, count: usize) -> (Volume, Vec<String>) {
    let stamp = Stamp::new(2024, 5, 17, 18, 3, 22);
    let (sectors, len) = match kind {
        Kind::Fat16 => (6 << 11, 1024),
        Kind::Fat32 => (34 << 11, 512),
    };
    let mut card = Volume::new(kind, sectors, len, "CARD");
    card.write("KEPT.JPG", &[3; 900], stamp, 0);
    card.make_folder("HOLIDAY", count, stamp);
    let letters = |index: usize| (b'A' + (index % 26) as u8) as char;
    let name = |index| format!("HOLIDAY/{}{}UNNY.JPG", letters(index / 26), letters(index));
    let paths: Vec<String> = (0..count).map(name).collect();
    for path in &paths {
        card.write(path, &[7; 1500], stamp, 300);
    }
    paths.iter().for_each(|path| card.delete(path));
    card.delete_folder("HOLIDAY");
    (card, paths)
}

/// All that is told of a card: the folders of the files, and how many are in each, but for the root.
fn folders(image: &[u8]) -> Vec<(String, usize)> {
    let known = read(image);
    let found = Fat.salvage(&image, &clues(image), std::slice::from_ref(&known));
    let mut folders = std::collections::BTreeMap::new();
    for entry in known.entries.iter().chain(found.iter().flat_map(|one| &one.entries)) {
        if let Some((folder, _)) = entry.path.rsplit_once('/') {
            *folders.entry(folder.to_owned()).or_insert(0) += 1;
        } else {
            assert_eq!(entry.path, "KEPT.JPG");
        }
    }
    folders.into_iter().collect()
}

#[test]
fn all_files_of_a_deleted_folder_of_several_clusters_stay_together() {
    for kind in [Kind::Fat16, Kind::Fat32] {
        // In the last one the last cluster has a single entry.
        for count in [31, 70, 95] {
            let (card, paths) = holidays(kind, count);
            let expected = [("_OLIDAY".to_owned(), paths.len())];
            assert_eq!(folders(card.image()), expected, "{kind:?} {count}");
        }
    }
}

#[test]
fn files_of_a_folder_whose_name_is_lost_stay_together_and_not_in_the_root() {
    let (card, paths) = holidays(Kind::Fat16, 70);
    let mut image = card.image().to_vec();
    let entries = image.as_chunks::<32>().0;
    let record = entries.iter().position(|entry| entry[1..8] == *b"OLIDAY ").unwrap() * 32;
    image[record + 1..record + 32].fill(0);
    let folders = folders(&image);
    let [(folder, count)] = &folders[..] else { panic!("{folders:?}") };
    assert!(folder.starts_with("lost-folder-"), "{folder}");
    assert_eq!(*count, paths.len());
}

#[test]
fn a_quick_format_leaves_folders_to_salvage() {
    for kind in [Kind::Fat16, Kind::Fat32] {
        let mut card = card(kind);
        card.format_again("EMPTY");
        let known = read(card.image());
        assert_eq!(names(&known), []);
        let found = Fat.salvage(&card.image(), &clues(card.image()), &[known]);
        let [contents] = found.as_slice() else { panic!("they come together: {found:?}") };
        let paths: Vec<&str> = names(contents).into_iter().map(|(path, ..)| path).collect();
        let expected = [
            "DCIM/100TESTS/IMG_0001.JPG",
            "DCIM/100TESTS/IMG_0002.JPG",
            "DCIM/100TESTS/IMG_0003.JPG",
            "DCIM/100TESTS/in two pieces.jpeg",
            "DCIM/101TESTS/PXL_20240517.MP.jpg",
        ];
        assert_eq!(paths, expected);
        assert_eq!(first_byte(card.image(), contents, expected[2]), 3);
        assert!(contents.entries.iter().all(|entry| entry.deleted));
    }
}

#[test]
fn folders_alone_tell_where_clusters_lie() {
    let card = card(Kind::Fat32);
    let mut image = card.image().to_vec();
    image[..card.clusters_at() + 512].fill(0);
    let found = Fat.salvage(&image.as_slice(), &clues(&image), &[]);
    let [contents] = found.as_slice() else { panic!("one volume was lost: {found:?}") };
    assert_eq!((contents.clusters_at, contents.cluster_len), (card.clusters_at() as u64, 512));
    assert_eq!(first_byte(&image, contents, "DCIM/100TESTS/IMG_0003.JPG"), 3);
}

#[test]
fn salvage_lists_nothing_twice() {
    let card = card(Kind::Fat32);
    let known = read(card.image());
    assert_eq!(Fat.salvage(&card.image(), &clues(card.image()), &[known]), []);
}

/// An image that notes the lowest offset that is read.
struct Noted<'i> {
    image: &'i [u8],
    lowest: AtomicU64,
}

impl Bytes for Noted<'_> {
    fn len(&self) -> u64 {
        self.image.len() as u64
    }

    fn mapped(&self, _: u64, _: usize) -> Option<&[u8]> {
        None
    }

    fn read_at(&self, at: u64, out: &mut [u8]) {
        self.lowest.fetch_min(at, Ordering::Relaxed);
        out.copy_from_slice(&self.image[at as usize..][..out.len()]);
    }
}

#[test]
fn salvage_reads_no_boot_sector_and_no_table_again() {
    let mut card = card(Kind::Fat32);
    card.delete_folder("DCIM/101TESTS");
    card.format_again("EMPTY");
    let noted = Noted { image: card.image(), lowest: AtomicU64::new(u64::MAX) };
    let known = Fat.read(&noted, 0, noted.len()).expect("it is a volume");
    assert_eq!(noted.lowest.swap(u64::MAX, Ordering::Relaxed), 0);
    let found = Fat.salvage(&noted, &clues(card.image()), &[known]);
    assert_eq!(found, Fat.salvage(&card.image(), &clues(card.image()), &[read(card.image())]));
    assert!(noted.lowest.into_inner() >= card.clusters_at() as u64);
}

#[test]
fn text_and_noise_are_no_clues() {
    let text = "THE QUICK BROWN FOX JUMPS OVER THE LAZY DOG. 0123456789 ".repeat(2000);
    let noise = afterimage_testdata::random::Random::new(7).bytes(8 << 20);
    assert_eq!(clues(text.as_bytes()), [0; 0]);
    assert_eq!(clues(&noise), [0; 0]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Damage costs names, and never more than that.
    #[test]
    fn changed_volumes_are_read_within_bounds(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..60),
        cut in 0usize..200_000,
    ) {
        let card = card(Kind::Fat16);
        let mut image = card.image().to_vec();
        let busy = card.clusters_at() + 8 * 1024;
        for (index, byte) in changes {
            image[index.index(busy)] = byte;
        }
        image.truncate(image.len() - cut);
        let known: Vec<Contents> =
            Fat.read(&image.as_slice(), 0, image.len() as u64).into_iter().collect();
        let found = Fat.salvage(&image.as_slice(), &clues(&image), &known);
        known.iter().chain(&found).for_each(|contents| contents.check_bounds(image.len() as u64));
    }

    /// Nothing in random records leads out of the image or round in a ring.
    #[test]
    fn random_records_are_salvaged_within_bounds(
        numbers in prop::collection::vec((0u32..40, 0u32..40, 0u32..40), 1..40),
    ) {
        let mut image = vec![0; 64 * SECTOR];
        for (index, (own, parent, child)) in numbers.into_iter().enumerate() {
            let sector = &mut image[index * SECTOR..][..SECTOR];
            for (slot, (name, first)) in
                [(b".          ", own), (b"..         ", parent), (b"FOLDER     ", child)].iter().enumerate()
            {
                let record = &mut sector[slot * 32..][..32];
                record[..11].copy_from_slice(*name);
                record[11] = 0x10;
                record[24..26].copy_from_slice(&[0x21, 0x50]);
                record[26..28].copy_from_slice(&(*first as u16).to_le_bytes());
            }
            let record = &mut sector[96..128];
            record[..12].copy_from_slice(b"IMG_0001JPG ");
            record[24..29].copy_from_slice(&[0x21, 0x50, child as u8, 0, 1]);
        }
        let found = Fat.salvage(&image.as_slice(), &clues(&image), &[]);
        found.iter().for_each(|contents| contents.check_bounds(image.len() as u64));
    }
}
