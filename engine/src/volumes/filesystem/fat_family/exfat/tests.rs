//! Volumes as cards have them, made by the testdata crate.

use afterimage_signatures::verdict::Span;
use afterimage_testdata::exfat::{CLUSTER, Volume};
use afterimage_testdata::fat::Stamp;
use proptest::prelude::*;

use super::ExFat;
use crate::volumes::filesystem::contents::Contents;
use crate::volumes::filesystem::entry::Entry;
use crate::volumes::filesystem::location::Location;
use crate::volumes::filesystem::system::{Clue, FileSystem, SECTOR};

const CLUSTER_LEN: u64 = CLUSTER as u64;

/// A card with two folders: photos that are there, deleted ones, one around another.
fn card() -> Volume {
    let stamp = Stamp::new(2024, 5, 17, 18, 3, 20);
    let mut card = Volume::new(600, "CARD");
    card.make_folder("DCIM", stamp);
    card.make_folder("DCIM/100TESTS", stamp);
    card.make_folder("DCIM/101TESTS", stamp);
    for number in 1..=3 {
        let photo = [&[0xff, 0xd8, 0xff, number][..], &[number; 9000]].concat();
        card.write(&format!("DCIM/100TESTS/IMG_000{number}.JPG"), &photo, stamp, 100);
    }
    card.write("DCIM/100TESTS/in two pieces, with a long name.jpeg", &[9; 20_000], stamp, 98);
    card.write("DCIM/101TESTS/Größe.jpg", &[0xff, 0xd8, 0xff, 8], stamp, 200);
    card.delete("DCIM/100TESTS/IMG_0002.JPG");
    card.delete("DCIM/101TESTS/Größe.jpg");
    card
}

fn read(image: &[u8]) -> Contents {
    ExFat.read(&image, 0, image.len() as u64).expect("it is a volume")
}

/// Sectors that look like records.
fn clues(image: &[u8]) -> Vec<u64> {
    let sectors = image.as_chunks::<SECTOR>().0.iter().enumerate();
    let records = sectors.filter(|(_, sector)| ExFat.clue(sector) == Some(Clue::Records));
    records.map(|(index, _)| (index * SECTOR) as u64).collect()
}

/// Paths of what was deleted or not.
fn paths(contents: &Contents, deleted: bool) -> Vec<&str> {
    let entries = contents.entries.iter().filter(|entry| entry.deleted == deleted);
    let mut paths: Vec<&str> = entries.map(|entry| entry.path.as_str()).collect();
    paths.sort_unstable();
    paths
}

fn entry<'c>(contents: &'c Contents, path: &str) -> &'c Entry {
    contents.entries.iter().find(|entry| entry.path == path).expect("it is listed")
}

/// The fourth byte of a file, which tells it apart.
fn fourth_byte(image: &[u8], contents: &Contents, path: &str) -> u8 {
    match entry(contents, path).locations.first().expect("it has a place") {
        Location::Runs(runs) => image[runs[0].at as usize + 3],
        Location::Start(at) => image[*at as usize + 3],
    }
}

#[test]
fn live_and_deleted_files_have_their_names_dates_and_places() {
    let card = card();
    let contents = read(card.image());
    let live = [
        "DCIM/100TESTS/IMG_0001.JPG",
        "DCIM/100TESTS/IMG_0003.JPG",
        "DCIM/100TESTS/in two pieces, with a long name.jpeg",
    ];
    let lost = ["DCIM/100TESTS/IMG_0002.JPG", "DCIM/101TESTS/Größe.jpg"];
    assert_eq!((paths(&contents, false), paths(&contents, true)), (live.to_vec(), lost.to_vec()));
    assert_eq!(contents.faults, Vec::<String>::new());
    assert_eq!(contents.label.as_deref(), Some("CARD"));
    assert_eq!(fourth_byte(card.image(), &contents, lost[0]), 2);
    assert_eq!(fourth_byte(card.image(), &contents, lost[1]), 8);
    let when = jiff::civil::date(2024, 5, 17).at(18, 3, 21, 500_000_000);
    let modified = entry(&contents, lost[0]).modified.expect("it has a date");
    assert_eq!((modified.civil, modified.offset), (when, Some(7200)));
}

#[test]
fn the_table_is_followed_where_a_file_is_in_pieces() {
    let mut card = card();
    let path = "DCIM/100TESTS/in two pieces, with a long name.jpeg";
    let contents = read(card.image());
    let [Location::Runs(runs)] = entry(&contents, path).locations.as_slice() else {
        panic!("only its runs are recorded");
    };
    let clusters: Vec<u64> = runs.iter().map(|run| run.len / CLUSTER_LEN).collect();
    assert_eq!(clusters, [2, 3]);
    let start = runs[0].at;
    card.delete(path);
    let contents = read(card.image());
    assert_eq!(entry(&contents, path).locations, [Location::Start(start)], "its chain is gone");
}

#[test]
fn free_clusters_are_those_that_no_live_file_owns() {
    let card = card();
    let free = read(card.image()).free.expect("the map agrees");
    let at = |cluster: u64| card.clusters_at() as u64 + cluster * CLUSTER_LEN;
    assert_eq!(free.as_slice()[0], Span { at: at(6), len: 92 * CLUSTER_LEN });
    assert_eq!(free.as_slice()[1], Span { at: at(103), len: 3 * CLUSTER_LEN }, "the deleted photo");
}

#[test]
fn a_map_that_contradicts_the_files_is_not_believed() {
    let card = card();
    let mut image = card.image().to_vec();
    let map = card.clusters_at();
    image[map..map + 75].fill(0);
    let contents = read(&image);
    assert_eq!(contents.free, None);
    assert_eq!(contents.faults, ["17 clusters belong to files but are marked as free"]);
    assert_eq!(contents.entries.len(), 5);
}

#[test]
fn a_set_survives_the_loss_of_its_first_record() {
    let card = card();
    let mut image = card.image().to_vec();
    let record = image.windows(2).position(|pair| pair == [5, 2]).expect("a deleted set");
    image[record..record + 32].fill(0x33);
    let contents = read(&image);
    assert_eq!(paths(&contents, true).len(), 2);
    assert!(contents.entries.iter().any(|entry| entry.deleted && entry.modified.is_none()));
}

#[test]
fn a_copy_of_the_boot_sector_stands_for_it() {
    let card = card();
    let mut image = card.image().to_vec();
    let whole = read(&image);
    image[..SECTOR].fill(0);
    assert_eq!(ExFat.clue(image[12 * 512..][..512].try_into().unwrap()), Some(Clue::Start));
    assert_eq!(ExFat.read(&image.as_slice(), 0, image.len() as u64), None);
    let copy = ExFat.read_copy(&image.as_slice(), 12 * 512).expect("the copy is whole");
    assert_eq!(copy.entries, whole.entries);
    assert_eq!(copy.faults, ["the boot region or its copy was changed"]);
}

#[test]
fn a_deleted_folder_still_leads_to_its_files() {
    let mut card = card();
    card.delete("DCIM/101TESTS");
    let contents = read(card.image());
    assert!(paths(&contents, true).contains(&"DCIM/101TESTS/Größe.jpg"));
}

#[test]
fn a_quick_format_leaves_sets_to_salvage() {
    let mut card = card();
    card.format("EMPTY");
    let known = read(card.image());
    assert_eq!(known.entries, []);
    let found = ExFat.salvage(&card.image(), &clues(card.image()), &[known]);
    let [contents] = found.as_slice() else { panic!("they come together: {found:?}") };
    let expected = [
        "DCIM/100TESTS/IMG_0001.JPG",
        "DCIM/100TESTS/IMG_0002.JPG",
        "DCIM/100TESTS/IMG_0003.JPG",
        "DCIM/100TESTS/in two pieces, with a long name.jpeg",
        "DCIM/101TESTS/Größe.jpg",
    ];
    assert_eq!(paths(contents, true), expected);
    assert!(contents.entries.iter().all(|entry| !entry.certain), "the root's folder is inferred");
    assert_eq!(fourth_byte(card.image(), contents, expected[2]), 3);
}

#[test]
fn files_of_a_folder_whose_name_is_lost_stay_together_and_not_in_the_root() {
    let stamp = Stamp::new(2024, 5, 17, 18, 3, 20);
    let mut card = card();
    card.write("DCIM/101TESTS/beach.jpg", &[0xff, 0xd8, 0xff, 9], stamp, 210);
    card.delete("DCIM/101TESTS/beach.jpg");
    card.delete("DCIM/101TESTS");
    let mut image = card.image().to_vec();
    let name: Vec<u8> = "101TESTS".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let at = image.windows(name.len()).position(|bytes| bytes == name).unwrap() - 2 - 2 * 32;
    image[at..at + 3 * 32].fill(0x33);
    let known = read(&image);
    let found = ExFat.salvage(&image.as_slice(), &clues(&image), &[known]);
    let [contents] = found.as_slice() else { panic!("they come together: {found:?}") };
    let folders: Vec<&str> = paths(contents, true)
        .into_iter()
        .map(|path| path.rsplit_once('/').map_or("", |(folder, _)| folder))
        .collect();
    assert_eq!(folders.len(), 2);
    assert!(folders[0].starts_with("lost-folder-") && folders[0] == folders[1], "{folders:?}");
}

#[test]
fn folders_alone_tell_where_clusters_lie() {
    let card = card();
    let mut image = card.image().to_vec();
    image[..card.clusters_at()].fill(0);
    let found = ExFat.salvage(&image.as_slice(), &clues(&image), &[]);
    let [contents] = found.as_slice() else { panic!("one volume was lost: {found:?}") };
    assert_eq!(
        (contents.clusters_at, contents.cluster_len),
        (card.clusters_at() as u64, CLUSTER_LEN)
    );
    assert_eq!(fourth_byte(&image, contents, "DCIM/100TESTS/IMG_0003.JPG"), 3);
}

#[test]
fn salvage_lists_nothing_twice() {
    let card = card();
    let known = read(card.image());
    assert_eq!(ExFat.salvage(&card.image(), &clues(card.image()), &[known]), []);
}

#[test]
fn noise_is_no_clue() {
    let noise = afterimage_testdata::random::Random::new(7).bytes(8 << 20);
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
        let card = card();
        let mut image = card.image().to_vec();
        // The boot sector's numbers, and everything up to the folders.
        let busy = card.clusters_at() + 6 * CLUSTER;
        for (index, byte) in changes {
            let at = index.index(busy + 64);
            image[if at < busy { at } else { 64 + at - busy }] = byte;
        }
        image.truncate(image.len() - cut);
        let known: Vec<Contents> =
            ExFat.read(&image.as_slice(), 0, image.len() as u64).into_iter().collect();
        let found = ExFat.salvage(&image.as_slice(), &clues(&image), &known);
        known.iter().chain(&found).for_each(|contents| contents.check_bounds(image.len() as u64));
    }
}
