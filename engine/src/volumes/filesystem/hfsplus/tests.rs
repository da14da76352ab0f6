//! Volumes as the Mac leaves them, whole and damaged.

use afterimage_testdata::hfsplus::{BLOCK, ROOT, Volume};
use proptest::collection::vec;
use proptest::prelude::{any, prop_assert, proptest};

use super::*;
use crate::model::Moment;
use crate::volumes::filesystem::Location;

/// A file: its name, and its bytes, no two alike.
fn photo(seed: u8, len: usize) -> Vec<u8> {
    (0..len).map(|at| (at as u8).wrapping_mul(31) ^ seed ^ (at >> 8) as u8).collect()
}

/// Seconds of 2024-05-17 18:03:22 UTC.
const TAKEN: u64 = 1_715_969_002;

/// A volume with two photos, of which one lies in ten pieces.
fn volume() -> (Volume, u32) {
    let mut volume = Volume::new("Disk");
    let dcim = volume.make_folder(ROOT, "DCIM");
    let folder = volume.make_folder(dcim, "100CANON");
    volume.write((folder, "IMG_0001.JPG"), &photo(1, 9000), TAKEN, 1);
    volume.write((folder, "IMG_0002.JPG"), &photo(2, 10 * BLOCK - 5), TAKEN + 60, 2);
    volume.write((folder, "IMG_0003.JPG"), &photo(3, 12_345), TAKEN + 120, 1);
    (volume, folder)
}

fn read_all(image: &[u8]) -> Contents {
    HfsPlus.read(&image, 0, image.len() as u64).expect("a volume begins there")
}

/// The bytes at the first place of an entry.
fn bytes_of(image: &[u8], entry: &crate::volumes::filesystem::Entry) -> Vec<u8> {
    let Location::Runs(runs) = &entry.locations[0] else { panic!("{entry:?}") };
    let pieces = runs.iter().flat_map(|run| &image[run.at as usize..][..run.len as usize]);
    pieces.copied().take(entry.size as usize).collect()
}

/// Checks path, whether it was deleted, and bytes of all files.
#[track_caller]
fn check(
    image: &[u8],
    entries: &[crate::volumes::filesystem::Entry],
    expected: &[(&str, bool, Vec<u8>)],
) {
    let said = entries.iter().map(|entry| (entry.path.as_str(), entry.deleted));
    let wanted = expected.iter().map(|(path, deleted, _)| (*path, *deleted));
    assert_eq!(said.collect::<Vec<_>>(), wanted.collect::<Vec<_>>());
    for (entry, (path, _, bytes)) in entries.iter().zip(expected) {
        assert!(bytes_of(image, entry) == *bytes, "{path}");
    }
}

fn all() -> [(&'static str, bool, Vec<u8>); 3] {
    [
        ("DCIM/100CANON/IMG_0001.JPG", false, photo(1, 9000)),
        ("DCIM/100CANON/IMG_0002.JPG", false, photo(2, 10 * BLOCK - 5)),
        ("DCIM/100CANON/IMG_0003.JPG", false, photo(3, 12_345)),
    ]
}

#[test]
fn files_are_read_with_path_time_and_all_their_pieces() {
    let (volume, _) = volume();
    let found = read_all(volume.image());
    check(volume.image(), &found.entries, &all());
    assert_eq!((found.kind, found.label.as_deref()), ("hfs+", Some("Disk")));
    assert_eq!(found.faults, [] as [String; 0]);
    assert_eq!(found.entries[0].modified, Moment::utc(TAKEN as i64, 0));
    let free: u64 = found.free.unwrap().iter().map(|span| span.len).sum();
    assert_eq!(free, (256 - 24 - 1 - 3 - 10 - 4) * BLOCK as u64);
}

#[test]
fn a_deleted_file_is_left_in_the_room_of_its_node() {
    let (mut volume, folder) = volume();
    volume.delete(folder, "IMG_0003.JPG");
    let found = read_all(volume.image());
    let mut expected = all();
    expected[2].1 = true;
    check(volume.image(), &found.entries, &expected);
}

#[test]
fn a_deleted_file_is_left_in_the_journal() {
    let (mut volume, folder) = volume();
    volume.log();
    volume.delete(folder, "IMG_0001.JPG");
    let found = read_all(volume.image());
    let [one, two, three] = all();
    let (path, _, bytes) = one;
    check(volume.image(), &found.entries, &[two, three, (path, true, bytes)]);
}

#[test]
fn hard_links_give_the_file_that_they_lead_to() {
    let mut volume = Volume::new("Disk");
    let private = volume.make_folder(ROOT, "\0\0\0\0HFS+ Private Data");
    volume.write((private, "iNode77"), &photo(7, 5000), TAKEN, 1);
    volume.link(ROOT, "a.jpg", 77);
    volume.link(ROOT, "b:c.jpg", 77);
    let found = read_all(volume.image());
    let both = [("a.jpg", false, photo(7, 5000)), ("b:c.jpg", false, photo(7, 5000))];
    check(volume.image(), &found.entries, &both);
}

#[test]
fn a_lost_header_is_made_good_by_its_copy() {
    let (volume, _) = volume();
    let mut image = volume.image().to_vec();
    image[..BLOCK].fill(0);
    let found = read_all(&image);
    check(&image, &found.entries, &all());
    assert_eq!(found.faults, ["the volume header is lost"]);
    // Somewhere in a source, where no partition says where it ends.
    let source = [vec![0; 3 * 512], image].concat();
    let at = source.len() - 1024;
    let sector = source[at..at + 512].try_into().unwrap();
    assert_eq!(HfsPlus.clue(&sector), Some(Clue::Copy));
    let found = HfsPlus.read_copy(&source.as_slice(), at as u64).unwrap();
    assert_eq!(found.span.at, 3 * 512);
    check(&source, &found.entries, &all());
    assert_eq!(HfsPlus.read_copy(&source.as_slice(), 512), None);
}

#[test]
fn a_volume_wrapped_in_hfs_is_found() {
    let (volume, _) = volume();
    let mut source = vec![0; 8 * 512];
    source[1024..1026].copy_from_slice(b"BD");
    source[1024 + 20..1024 + 24].copy_from_slice(&512_u32.to_be_bytes());
    source[1024 + 28..1024 + 30].copy_from_slice(&6_u16.to_be_bytes());
    source[1024 + 124..1024 + 130].copy_from_slice(&[b'H', b'+', 0, 2, 8, 0]);
    source.extend(volume.image());
    let found = read_all(&source);
    check(&source, &found.entries, &all());
}

#[test]
fn files_from_before_a_format_are_salvaged() {
    let (mut volume, _) = volume();
    volume.format("Fresh");
    let image = volume.image();
    let known = [read_all(image)];
    let sectors = image.chunks_exact(512).enumerate();
    let clues = sectors.filter_map(|(index, sector)| {
        let clue = HfsPlus.clue(sector.try_into().unwrap());
        (clue == Some(Clue::Records)).then_some(512 * index as u64)
    });
    let clues: Vec<u64> = clues.collect();
    let found = HfsPlus.salvage(&image, &clues, &known);
    let entries: Vec<_> =
        [&known[0], &found[0]].into_iter().flat_map(|volume| volume.entries.clone()).collect();
    // Where the ninth piece began went with the file of further extents.
    let [one, _, three] = all();
    check(image, &entries, &[(one.0, true, one.2), (three.0, true, three.2)]);
}

#[test]
fn an_allocation_file_that_contradicts_files_is_not_trusted() {
    let (volume, _) = volume();
    let mut image = volume.image().to_vec();
    image[BLOCK + 3] = 0;
    let found = read_all(&image);
    assert_eq!((found.free, found.faults.len()), (None, 2));
    check(&image, &found.entries, &all());
}

#[test]
fn leaves_that_link_in_a_circle_end() {
    let (volume, _) = volume();
    let mut image = volume.image().to_vec();
    image[5 * BLOCK..5 * BLOCK + 4].copy_from_slice(&1_u32.to_be_bytes());
    let found = read_all(&image);
    check(&image, &found.entries, &all());
    assert_eq!(found.faults, ["the catalog is damaged"]);
}

proptest! {
    /// Whatever was overwritten, what is said lies inside the volume.
    #[test]
    fn entries_lie_inside_whatever_was_overwritten(
        flips in vec((0..24 * BLOCK, any::<u8>()), 0..60), cut in 0..256 * BLOCK,
    ) {
        let (mut volume, folder) = volume();
        volume.log();
        volume.delete(folder, "IMG_0003.JPG");
        let mut image = volume.image().to_vec();
        for (at, byte) in flips {
            image[at] = byte;
        }
        if cut % 2 == 0 {
            image.truncate(cut);
        }
        let bytes = image.as_slice();
        let clues: Vec<u64> = (0..bytes.len() as u64 / 512).map(|sector| sector * 512).collect();
        let mut found: Vec<Contents> = HfsPlus.read(&bytes, 0, u64::MAX).into_iter().collect();
        found.extend(HfsPlus.read_copy(&bytes, 1024));
        found.extend(HfsPlus.salvage(&bytes, &clues, &found));
        for volume in found {
            prop_assert!(volume.span.end() <= bytes.len() as u64);
            prop_assert!(volume.entries.len() < 1000);
        }
    }
}
