//! Cards that are not what they say, in memory.

use afterimage_testdata::random::Random;

use super::*;
use crate::source::MemorySource;

const MIB: usize = 1 << 20;

fn checked(bytes: Vec<u8>) -> Capacity {
    check(&MemorySource::new("card", bytes).unmapped())
}

/// A card that has `size` bytes and says that it has `claimed`.
fn wrapped(real: &[u8], claimed: usize) -> Vec<u8> {
    real.iter().copied().cycle().take(claimed).collect()
}

#[test]
fn a_card_that_wraps_around_is_known_by_its_true_size() {
    let real = Random::new(1).bytes(16 * MIB);
    for claimed in [32 * MIB, 64 * MIB, 100 * MIB] {
        let found = checked(wrapped(&real, claimed));
        assert_eq!(found.claimed, claimed as u64);
        let Finding::Wraps { size, same, compared } = found.finding else { panic!("{found:?}") };
        assert_eq!((size, same), (16 << 20, compared));
    }
}

#[test]
fn a_size_that_no_chip_has_is_found_by_what_shows_again() {
    let odd = 21 * MIB + 20 * 4096;
    let found = checked(wrapped(&Random::new(2).bytes(odd), 96 * MIB));
    assert!(
        matches!(found.finding, Finding::Wraps { size, .. } if size == odd as u64),
        "{found:?}"
    );
}

#[test]
fn a_card_that_is_mostly_empty_still_shows_that_it_wraps() {
    let mut real = vec![0; 32 * MIB];
    let noise = Random::new(3).bytes(3 * MIB);
    real[MIB..4 * MIB].copy_from_slice(&noise);
    let found = checked(wrapped(&real, 128 * MIB));
    assert!(matches!(found.finding, Finding::Wraps { size: 0x200_0000, .. }), "{found:?}");
}

#[test]
fn an_honest_card_with_copies_of_files_gives_no_sign() {
    let mut card = Random::new(4).bytes(96 * MIB);
    // One file in many places, among them at the distance of a size of chips.
    let file = card[MIB..5 * MIB].to_vec();
    for at in [17, 33, 65, 80] {
        card[at * MIB..(at + 4) * MIB].copy_from_slice(&file);
    }
    let found = checked(card);
    assert_eq!(found.finding, Finding::NoSign, "{found:?}");
    assert!(found.compared >= 100);
}

#[test]
fn one_block_that_fills_a_card_says_nothing() {
    let block = Random::new(5).bytes(4096);
    assert_eq!(checked(wrapped(&block, 64 * MIB)).finding, Finding::CannotTell);
}

#[test]
fn an_empty_card_cannot_be_told() {
    for filler in [0, 0xff] {
        assert_eq!(checked(vec![filler; 64 * MIB]).finding, Finding::CannotTell);
    }
    assert_eq!(checked(vec![0; 512]).finding, Finding::CannotTell);
}

#[test]
fn a_card_that_ends_early_is_known_by_the_files_that_it_lost() {
    use afterimage_testdata::fat::{Kind, Stamp, Volume};

    let mut volume = Volume::new(Kind::Fat16, 64 << 11, 4096, "CARD");
    let stamp = Stamp::new(2024, 5, 1, 9, 0, 0);
    volume.make_folder("DCIM", 90, stamp);
    let photo = [&b"\xff\xd8\xff\xe1"[..], &Random::new(6).bytes(500_000)].concat();
    for number in 0..100 {
        volume.write(&format!("DCIM/IMG_{number:04}.JPG"), &photo, stamp, number * 140);
    }
    let whole = volume.image().to_vec();
    assert_ne!(checked(whole.clone()).finding, Finding::CannotTell);
    let mut noise = Random::new(7);
    for lost in [vec![0; 32 * MIB], vec![0xff; 32 * MIB], noise.bytes(32 * MIB)] {
        let mut card = whole.clone();
        card[32 * MIB..].copy_from_slice(&lost);
        let found = checked(card);
        let Finding::Ends { from, to, .. } = found.finding else { panic!("{found:?}") };
        assert!(from < 32 << 20 && to >= 32 << 20 && to - from < 2 << 20, "{found:?}");
    }
}
