//! Containers as checkpoints leave them, whole and damaged.

use afterimage_testdata::apfs::{BLOCK, Container};
use proptest::collection::vec;
use proptest::prelude::{any, prop_assert, proptest};

use super::*;
use crate::model::Moment;
use crate::volumes::filesystem::{Entry, Location};

fn photo(seed: u8, len: usize) -> Vec<u8> {
    (0..len).map(|at| (at as u8).wrapping_mul(31) ^ seed ^ (at >> 8) as u8).collect()
}

/// Nanoseconds of 2024-05-17 18:03:22.5 UTC.
const TAKEN: u64 = 1_715_969_002_500_000_000;

/// A container with three photos, the second in pieces.
fn container() -> Container {
    let mut container = Container::new(false);
    container.write("IMG_0001.JPG", &photo(1, 9000), TAKEN, 99);
    container.write("IMG_0002.JPG", &photo(2, 5 * BLOCK - 7), TAKEN, 2);
    container.write("IMG_0003.JPG", &photo(3, 100), TAKEN, 99);
    container.commit(false);
    container
}

fn read_all(image: &[u8]) -> Contents {
    Apfs.read(&image, 0, u64::MAX).expect("a container begins there")
}

fn bytes_of(image: &[u8], entry: &Entry) -> Vec<u8> {
    let Location::Runs(runs) = &entry.locations[0] else { panic!("{entry:?}") };
    let pieces = runs.iter().flat_map(|run| &image[run.at as usize..][..run.len as usize]);
    pieces.copied().take(entry.size as usize).collect()
}

/// Checks the number of each photo and whether it was deleted, and their bytes.
#[track_caller]
fn check(image: &[u8], found: &Contents, expected: &[(u8, bool)], faults: &[&str]) {
    let said = found.entries.iter().map(|entry| (entry.path.as_str(), entry.deleted));
    let paths: Vec<_> =
        expected.iter().map(|(seed, _)| format!("DCIM/IMG_000{seed}.JPG")).collect();
    let wanted = paths.iter().zip(expected).map(|(path, (_, deleted))| (path.as_str(), *deleted));
    assert_eq!(said.collect::<Vec<_>>(), wanted.collect::<Vec<_>>());
    for (entry, (seed, _)) in found.entries.iter().zip(expected) {
        assert!(bytes_of(image, entry) == photo(*seed, entry.size as usize), "{}", entry.path);
        assert!(entry.size > 0);
    }
    assert_eq!(found.faults, faults);
}

#[test]
fn files_of_the_newest_checkpoint_are_there() {
    let container = container();
    let found = read_all(container.image());
    check(container.image(), &found, &[(1, false), (2, false), (3, false)], &[]);
    assert_eq!((found.kind, found.label.as_deref(), found.encrypted), ("apfs", Some("Disk"), None));
    let stamp = Moment::utc(TAKEN as i64 / 1_000_000_000, 500_000_000);
    assert_eq!(found.entries[1].modified, stamp);
    let Location::Runs(runs) = &found.entries[1].locations[0] else { panic!() };
    assert_eq!(runs.len(), 3);
}

#[test]
fn files_that_only_earlier_checkpoints_know_were_deleted() {
    let mut container = container();
    container.delete("IMG_0002.JPG");
    container.commit(false);
    let found = read_all(container.image());
    check(container.image(), &found, &[(1, false), (2, true), (3, false)], &[]);
    // Once the ring has gone round, nothing leads to it.
    (0..4).for_each(|_| container.commit(false));
    let found = read_all(container.image());
    check(container.image(), &found, &[(1, false), (3, false)], &[]);
}

#[test]
fn files_that_only_a_snapshot_knows_were_deleted() {
    let mut container = container();
    container.commit(true);
    container.delete("IMG_0003.JPG");
    container.delete("IMG_0001.JPG");
    (0..5).for_each(|_| container.commit(false));
    let found = read_all(container.image());
    check(container.image(), &found, &[(1, true), (2, false), (3, true)], &[]);
}

#[test]
fn a_file_that_took_the_name_of_a_deleted_one_stands_beside_it() {
    let mut container = container();
    container.delete("IMG_0001.JPG");
    container.write("IMG_0001.JPG", &photo(1, 77), TAKEN, 1);
    container.commit(false);
    let found = read_all(container.image());
    check(container.image(), &found, &[(1, true), (1, false), (2, false), (3, false)], &[]);
    assert_eq!((found.entries[0].size, found.entries[1].size), (9000, 77));
}

#[test]
fn a_damaged_checkpoint_gives_way_to_the_one_before_it() {
    let mut container = container();
    container.delete("IMG_0003.JPG");
    container.commit(false);
    let mut image = container.image().to_vec();
    // Its superblock in the ring: then it never was.
    image[(1 + 6) * BLOCK + 500] ^= 1;
    let found = read_all(&image);
    check(&image, &found, &[(1, false), (2, false), (3, false)], &[]);
    // Its volume: then it cannot be read.
    let mut image = container.image().to_vec();
    let last =
        (0..image.len() / BLOCK).rev().find(|block| &image[block * BLOCK + 32..][..4] == b"APSB");
    image[last.unwrap() * BLOCK + 900] ^= 1;
    let found = read_all(&image);
    let all = [(1, false), (2, false), (3, false)];
    check(&image, &found, &all, &["the checkpoint 3 is damaged"]);
}

#[test]
fn a_locked_volume_is_named() {
    let found = read_all(Container::new(true).image());
    assert_eq!((found.encrypted, found.entries.len()), (Some("encrypted by FileVault"), 0));
}

#[test]
fn any_superblock_leads_to_the_beginning() {
    let container = container();
    let mut source = vec![0; 3 * 512];
    source.extend(container.image());
    // The first block is lost.
    source[1536..1536 + BLOCK].fill(0);
    let sectors = source.chunks_exact(512).enumerate();
    let clues = sectors.filter_map(|(index, sector)| {
        Apfs.clue(sector.try_into().unwrap()).map(|_| 512 * index as u64)
    });
    let clues: Vec<u64> = clues.collect();
    assert_eq!(clues.len(), 2);
    for clue in clues {
        let found = Apfs.read_copy(&source.as_slice(), clue).unwrap();
        assert_eq!(found.span.at, 1536);
        check(&source, &found, &[(1, false), (2, false), (3, false)], &[]);
    }
    assert_eq!(Apfs.read(&source.as_slice(), 1536, u64::MAX), None);
    assert_eq!(Apfs.read(&source.as_slice(), u64::MAX, u64::MAX), None);
}

proptest! {
    /// Whatever was overwritten, and sealed again, what is said lies inside the container.
    #[test]
    fn entries_lie_inside_whatever_was_overwritten(
        flips in vec((0..60 * BLOCK, any::<u8>()), 0..80), cut in 0..128 * BLOCK,
    ) {
        let mut container = container();
        container.commit(true);
        container.delete("IMG_0001.JPG");
        container.commit(false);
        let mut image = container.image().to_vec();
        for (at, byte) in flips {
            image[at] = byte;
            let block = &mut image[at / BLOCK * BLOCK..][..BLOCK];
            let sum = object::sum(block);
            block[..8].copy_from_slice(&sum.to_le_bytes());
        }
        if cut % 2 == 0 {
            image.truncate(cut);
        }
        let bytes = image.as_slice();
        let starts = Apfs.read(&bytes, 0, u64::MAX).into_iter();
        for found in starts.chain(Apfs.read_copy(&bytes, 7 * BLOCK as u64)) {
            let end = found.span.end();
            prop_assert!(end <= bytes.len() as u64);
            for place in found.entries.iter().flat_map(|entry| &entry.locations) {
                let Location::Runs(runs) = place else { continue };
                prop_assert!(runs.iter().all(|run| run.at + run.len <= end));
            }
        }
    }
}
