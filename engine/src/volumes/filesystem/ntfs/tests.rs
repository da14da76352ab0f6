use crate::model::SpanSet;
use afterimage_signatures::verdict::Span;
use afterimage_testdata::ntfs::record::{Extent, RECORD};
use afterimage_testdata::ntfs::{CLUSTER, Volume};
use proptest::prelude::*;

use super::*;
use crate::model::Moment;
use crate::volumes::filesystem::{Entry, Location, MOST_RUNS};

const SECONDS: u64 = 1_700_000_000;

fn data(clusters: usize, seed: u8) -> Vec<u8> {
    (0..clusters * CLUSTER - 100).map(|at| (at / 7) as u8 ^ seed).collect()
}

/// A volume of 64 clusters with two photos of two pieces, a note in its record, and a folder.
fn card() -> Volume {
    let mut volume = Volume::new(64);
    volume.make_folder("DCIM");
    volume.make_folder("DCIM/100CANON");
    volume.write("DCIM/100CANON/IMG_0001.JPG", &data(3, 1), &[2, 1], SECONDS);
    volume.write("DCIM/100CANON/a longer name.jpg", &data(2, 2), &[1, 1], SECONDS + 60);
    volume.write_resident("DCIM/note.txt", b"resident", SECONDS);
    volume
}

fn read(image: &[u8]) -> Contents {
    Ntfs.read(&image, 0, image.len() as u64).expect("it is a volume")
}

/// What is said of the sectors of an image, and of what no volume reaches.
fn salvage(image: &[u8], known: &[Contents]) -> Vec<Contents> {
    Ntfs.salvage(&image, &clues(image, Clue::Records), known)
}

fn clues(image: &[u8], wanted: Clue) -> Vec<u64> {
    let sectors = image.as_chunks().0.iter().enumerate();
    let found = sectors.filter(|(_, sector)| Ntfs.clue(sector) == Some(wanted));
    found.map(|(index, _)| (index * SECTOR) as u64).collect()
}

#[track_caller]
fn find<'c>(contents: &'c Contents, path: &str) -> &'c Entry {
    let found: Vec<_> = contents.entries.iter().filter(|entry| entry.path == path).collect();
    assert_eq!(found.len(), 1, "{path} among {:#?}", contents.entries);
    found[0]
}

/// The bytes of an entry at its only place.
fn content(image: &[u8], entry: &Entry) -> Vec<u8> {
    let [Location::Runs(runs)] = &entry.locations[..] else { return Vec::new() };
    let bytes = |run: &Span| image[run.at as usize..][..run.len as usize].to_vec();
    let mut content: Vec<u8> = runs.iter().flat_map(bytes).collect();
    content.truncate(entry.size as usize);
    content
}

#[track_caller]
fn check(image: &[u8], contents: &Contents, path: &str, deleted: bool, expected: &[u8]) {
    let entry = find(contents, path);
    assert_eq!(content(image, entry), expected, "{path}");
    assert_eq!((entry.deleted, entry.size, entry.coded), (deleted, expected.len() as u64, None));
}

#[test]
fn a_table_whose_runs_overlap_lists_no_file_twice() {
    let mut volume = Volume::new(64);
    // The second run of the table begins where the first does.
    let image = volume.image_mut();
    let is_run = |at: &usize| image[*at..].starts_with(&[0x44, 6, 0, 0, 0]);
    let second = (4 * CLUSTER..5 * CLUSTER).filter(is_run).nth(1).expect("the table has two runs");
    image[second + 5..second + 9].fill(0);
    let contents = read(image);
    let paths: Vec<_> = contents.entries.iter().map(|entry| entry.path.as_str()).collect();
    assert_eq!(paths, ["$MFT", "$MFTMirr", "$Bitmap"]);
}

#[test]
fn files_have_their_paths_sizes_times_and_runs() {
    let volume = card();
    let image = volume.image();
    let contents = read(image);
    check(image, &contents, "DCIM/100CANON/IMG_0001.JPG", false, &data(3, 1));
    check(image, &contents, "DCIM/100CANON/a longer name.jpg", false, &data(2, 2));
    check(image, &contents, "DCIM/note.txt", false, b"resident");
    let entry = find(&contents, "DCIM/100CANON/a longer name.jpg");
    assert_eq!(entry.modified, Moment::utc(SECONDS as i64 + 60, 0));
    assert_eq!(entry.record, volume.record_at("DCIM/100CANON/a longer name.jpg") as u64);
    assert_eq!((contents.label.as_deref(), contents.cluster_len), (Some("CARD"), 4096));
    assert_eq!(contents.span, Span { at: 0, len: image.len() as u64 });
    assert_eq!(contents.faults, [""; 0]);
}

#[test]
fn a_deleted_file_keeps_all_but_its_clusters() {
    let mut volume = card();
    volume.delete("DCIM/100CANON/IMG_0001.JPG");
    volume.delete("DCIM/note.txt");
    let image = volume.image();
    let contents = read(image);
    check(image, &contents, "DCIM/100CANON/IMG_0001.JPG", true, &data(3, 1));
    check(image, &contents, "DCIM/note.txt", true, b"resident");
    let Location::Runs(runs) = &find(&contents, "DCIM/100CANON/IMG_0001.JPG").locations[0] else {
        panic!("runs are recorded");
    };
    assert!(runs[0].at > runs[1].at, "the second piece lies before the first");
    let free = contents.free.as_ref().expect("the map is right");
    let holds = |run: &Span| free.iter().any(|free| free.holds(Span { at: run.at, len: run.len }));
    assert!(runs.iter().all(holds), "{runs:?} in {free:?}");
}

#[test]
fn a_deleted_folder_is_still_in_the_paths_until_its_record_is_used_again() {
    let mut volume = card();
    for path in ["DCIM/100CANON/IMG_0001.JPG", "DCIM/100CANON/a longer name.jpg", "DCIM/100CANON"] {
        volume.delete(path);
    }
    check(volume.image(), &read(volume.image()), "DCIM/100CANON/IMG_0001.JPG", true, &data(3, 1));
    volume.make_folder("OTHER");
    let contents = read(volume.image());
    let photo = contents.entries.iter().find(|entry| entry.path.ends_with("/IMG_0001.JPG"));
    let (folder, _) = photo.unwrap().path.rsplit_once('/').unwrap();
    assert!(folder.starts_with("lost-folder-"), "{folder}");
    check(volume.image(), &contents, &format!("{folder}/IMG_0001.JPG"), true, &data(3, 1));
    find(&contents, &format!("{folder}/a longer name.jpg"));
}

#[test]
fn what_the_record_is_used_for_again_leaves_name_and_size_in_the_index() {
    let mut volume = card();
    volume.write("DCIM/100CANON/z.jpg", &data(2, 5), &[2], SECONDS + 60);
    // Its entry moves up, and the old one stays where it was.
    volume.delete("DCIM/100CANON/a longer name.jpg");
    volume.delete("DCIM/100CANON/z.jpg");
    for name in ["one", "other"] {
        volume.write_resident(name, b"new", SECONDS);
    }
    let contents = read(volume.image());
    let entry = find(&contents, "DCIM/100CANON/z.jpg");
    assert!(entry.deleted && entry.locations.is_empty());
    assert_eq!(entry.size, data(2, 5).len() as u64);
    assert_eq!(entry.modified, Moment::utc(SECONDS as i64 + 60, 0));
}

#[test]
fn a_file_goes_on_in_a_record_of_its_own() {
    let mut volume = card();
    volume.write_continued("long.jpg", &data(4, 3), [1, 3], SECONDS);
    check(volume.image(), &read(volume.image()), "long.jpg", false, &data(4, 3));
    volume.delete("long.jpg");
    check(volume.image(), &read(volume.image()), "long.jpg", true, &data(4, 3));
    // The first two free records: the one of the file itself, and the one that continues it.
    volume.write_continued("other", &data(2, 4), [1, 1], SECONDS);
    let contents = read(volume.image());
    assert!(contents.entries.iter().all(|entry| entry.path != "long.jpg"));
    check(volume.image(), &contents, "other", false, &data(2, 4));
}

#[test]
fn a_name_that_was_removed_with_its_record_is_read_from_what_is_left() {
    let mut volume = card();
    volume.write_named_apart("DCIM/apart.jpg", &data(2, 6), SECONDS);
    check(volume.image(), &read(volume.image()), "DCIM/apart.jpg", false, &data(2, 6));
    volume.delete("DCIM/apart.jpg");
    check(volume.image(), &read(volume.image()), "DCIM/apart.jpg", true, &data(2, 6));
    volume.write_resident("takes the first record that is free", b"one", SECONDS);
    volume.write_resident("takes the other", b"other", SECONDS);
    assert!(read(volume.image()).entries.iter().all(|entry| entry.path != "DCIM/apart.jpg"));
}

#[test]
fn a_file_without_a_name_still_has_its_runs() {
    let mut volume = card();
    volume.write_named_apart("apart.jpg", &data(2, 6), SECONDS);
    let name = volume.record_at("apart.jpg:more");
    volume.delete("apart.jpg");
    volume.image_mut()[name..name + RECORD].fill(0);
    let contents = read(volume.image());
    check(volume.image(), &contents, "_", true, &data(2, 6));
    assert!(!find(&contents, "_").certain);
}

#[test]
fn of_a_file_whose_other_record_is_lost_the_beginning_is_known() {
    let mut volume = card();
    volume.write_continued("long.jpg", &data(4, 3), [1, 3], SECONDS);
    let more = volume.record_at("long.jpg:more");
    volume.image_mut()[more..more + RECORD].fill(0);
    let contents = read(volume.image());
    let entry = find(&contents, "long.jpg");
    assert_eq!(entry.size, data(4, 3).len() as u64);
    assert_eq!(content(volume.image(), entry), data(4, 3)[..CLUSTER]);
}

#[test]
fn coded_data_has_no_place() {
    #[track_caller]
    fn check(extents: &[Extent], flags: u16, expected: Option<&str>) {
        let mut volume = Volume::new(64);
        volume.write_extents("photo.jpg", 40_000, extents, flags, SECONDS);
        let contents = read(volume.image());
        let entry = find(&contents, "photo.jpg");
        assert_eq!((entry.coded, entry.locations.is_empty()), (expected, expected.is_some()));
        assert_eq!(entry.size, 40_000);
    }
    check(&[(Some(20), 10)], 0, None);
    check(&[(Some(20), 4), (None, 2), (Some(24), 4)], 0x8000, Some("sparse"));
    check(&[(Some(20), 4), (None, 12)], 1, Some("compressed by NTFS"));
    check(&[(Some(14), 16)], 1, None);
    check(&[(Some(20), 10)], 0x4000, Some("encrypted by NTFS (EFS)"));
}

#[test]
fn runs_outside_the_volume_are_not_followed() {
    let mut volume = Volume::new(64);
    volume.write_resident("before", b"before", SECONDS);
    volume.write_extents("photo.jpg", 40_000, &[(Some(20), 2), (Some(24), 2)], 0, SECONDS);
    let at = volume.record_at("photo.jpg");
    let list = [0x44, 2, 0, 0, 0, 20, 0, 0, 0, 0x44, 2, 0, 0, 0, 4];
    let place = volume.image()[at..].windows(list.len()).position(|found| found == list).unwrap();
    volume.image_mut()[at + place + 16] = 9;
    let contents = read(volume.image());
    let runs = vec![Span { at: 20 * CLUSTER as u64, len: 2 * CLUSTER as u64 }];
    assert_eq!(find(&contents, "photo.jpg").locations, [Location::Runs(runs)]);
}

#[test]
fn a_map_that_calls_clusters_of_files_free_is_not_believed() {
    let mut volume = card();
    let map = 2 * CLUSTER;
    volume.image_mut()[map..map + 8].fill(0);
    let contents = read(volume.image());
    assert_eq!(contents.free, None);
    assert_eq!(contents.faults, ["its map of clusters calls some free that hold files"]);
}

#[test]
fn a_record_that_was_not_written_whole_is_read_as_far_as_it_was() {
    let mut volume = card();
    let at = volume.record_at("DCIM/100CANON/IMG_0001.JPG");
    volume.image_mut()[at + 1022] ^= 1;
    check(volume.image(), &read(volume.image()), "DCIM/100CANON/IMG_0001.JPG", false, &data(3, 1));
    volume.image_mut()[at + 510] ^= 1;
    let contents = read(volume.image());
    assert!(
        contents
            .entries
            .iter()
            .all(|entry| !entry.path.ends_with("IMG_0001.JPG") || entry.locations.is_empty())
    );
}

#[test]
fn the_copy_of_the_boot_sector_tells_where_the_volume_begins() {
    let mut volume = card();
    volume.delete("DCIM/100CANON/IMG_0001.JPG");
    let image = [&vec![7; 3 * CLUSTER][..], volume.image()].concat();
    let [start, copy] = clues(&image, Clue::Start)[..] else { panic!("there are two") };
    let room = image.len() as u64 - copy;
    assert_eq!(Ntfs.read(&image.as_slice(), copy, room), None);
    let contents = Ntfs.read_copy(&image.as_slice(), copy).expect("it is a copy");
    assert_eq!(
        Some(&contents),
        Ntfs.read(&image.as_slice(), start, image.len() as u64 - start).as_ref()
    );
    check(&image, &contents, "DCIM/100CANON/IMG_0001.JPG", true, &data(3, 1));
}

#[test]
fn without_the_beginning_the_copies_and_the_rest_of_the_table_are_read() {
    let mut volume = card();
    for number in 0..8 {
        volume.write_resident(&format!("IMG_{number}.JPG"), &[number; 100], SECONDS);
    }
    // The boot sector and the first piece of the table: records below 24.
    volume.image_mut()[..10 * CLUSTER].fill(0);
    let image = volume.image();
    let copy = clues(image, Clue::Start)[0];
    let contents = Ntfs.read_copy(&image, copy).expect("the copy is there");
    for number in 0..8 {
        check(image, &contents, &format!("IMG_{number}.JPG"), false, &[number; 100]);
    }
    assert_eq!(contents.label.as_deref(), Some("CARD"));
    assert_eq!(
        contents.faults,
        ["the beginning of its file table is lost", "its map of clusters is lost"]
    );
    assert_eq!(salvage(image, &[contents]), []);
}

#[test]
fn a_quick_format_leaves_what_its_shorter_table_does_not_cover() {
    let mut volume = card();
    volume.delete("DCIM/note.txt");
    volume.format(1);
    let image = volume.image();
    let known = read(image);
    assert!(known.entries.iter().all(|entry| entry.path.starts_with('$')));
    let [salvaged] = &salvage(image, &[known])[..] else { panic!("one volume was there") };
    check(image, salvaged, "DCIM/100CANON/IMG_0001.JPG", true, &data(3, 1));
    check(image, salvaged, "DCIM/100CANON/a longer name.jpg", true, &data(2, 2));
    check(image, salvaged, "DCIM/note.txt", true, b"resident");
    assert_eq!(salvaged.entries.len(), 3);
    assert_eq!(salvaged.free, None);
}

#[test]
fn without_boot_sectors_the_table_tells_where_the_volume_began() {
    #[track_caller]
    fn check_lost(lost: std::ops::Range<usize>) {
        let mut volume = card();
        let end = volume.image().len() - SECTOR;
        volume.image_mut()[..SECTOR].fill(0);
        volume.image_mut()[end..].fill(0);
        volume.image_mut()[lost].fill(0);
        let image = [&vec![7; 5 * SECTOR][..], volume.image()].concat();
        let [salvaged] = &salvage(&image, &[])[..] else { panic!("one volume was there") };
        assert_eq!((salvaged.clusters_at, salvaged.cluster_len), (5 * SECTOR as u64, 4096));
        check(&image, salvaged, "DCIM/100CANON/IMG_0001.JPG", true, &data(3, 1));
    }
    check_lost(0..0);
    // The first of the two pieces of the table; the copy of its first records remains.
    check_lost(4 * CLUSTER..10 * CLUSTER);
    // The copy.
    check_lost(32 * CLUSTER..33 * CLUSTER);
}

/// What all contents keep to, however the bytes lie.
fn lawful(image: &[u8], contents: &Contents) -> Result<(), TestCaseError> {
    let len = image.len() as u64;
    prop_assert!(contents.span.at <= len && contents.entries.len() <= 64 << 10);
    for entry in &contents.entries {
        for place in &entry.locations {
            let Location::Runs(runs) = place else { continue };
            prop_assert!(runs.len() <= MOST_RUNS && !runs.is_empty());
            for run in runs {
                prop_assert!(
                    run.len > 0 && run.at.checked_add(run.len).is_some_and(|end| end <= len)
                );
            }
        }
        prop_assert!(entry.coded.is_none() || entry.locations.is_empty());
    }
    for pair in contents.free.as_ref().map_or(&[][..], SpanSet::as_slice).windows(2) {
        prop_assert!(pair[0].end() < pair[1].at);
    }
    Ok(())
}

/// Reads an image in every way, and says whether all that is said is lawful.
fn everything(image: &[u8]) -> Result<(), TestCaseError> {
    let starts = clues(image, Clue::Start);
    let known: Vec<_> = starts
        .iter()
        .flat_map(|&at| {
            [Ntfs.read(&image, at, image.len() as u64 - at), Ntfs.read_copy(&image, at)]
        })
        .flatten()
        .collect();
    for contents in known.iter().chain(&salvage(image, &known)).chain(&salvage(image, &[])) {
        lawful(image, contents)?;
    }
    Ok(())
}

proptest! {
    /// Changed bytes where structures lie never make a reader fail, or say what cannot be.
    #[test]
    fn damage_never_fails(
        changes in proptest::collection::vec((0usize..48 * CLUSTER, any::<u8>()), 1..40),
        words in proptest::collection::vec((24u32..32, 16usize..512, any::<u64>()), 0..8),
        cut in 0usize..64 * CLUSTER,
    ) {
        let mut volume = card();
        volume.write_continued("long.jpg", &data(4, 3), [1, 3], SECONDS);
        volume.delete("DCIM/100CANON/IMG_0001.JPG");
        let record = volume.record_at("DCIM");
        let image = volume.image_mut();
        for (number, at, value) in words {
            let at = record + (number - 24) as usize * RECORD + at;
            image[at..at + 8].copy_from_slice(&value.to_le_bytes());
        }
        everything(image)?;
        for (at, value) in changes {
            image[at] = value;
        }
        everything(image)?;
        everything(&image[..image.len() - cut])?;
        everything(&image[cut..])?;
    }
}
