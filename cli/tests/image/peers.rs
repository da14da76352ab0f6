//! Beside ddrescue: the same image, the same bad sectors, no more reads; and each goes on from the other's map.

use std::process::Command;

use afterimage_engine::source::rescue_map::{BlockStatus, read_map};
use afterimage_testdata::failing::{Fault, Faults};

use super::desk::{Desk, Random, count};

const SECTORS: u64 = 65_536;

/// Which sectors are bad: some single, some close together, some long ranges.
fn random_faults(random: &mut Random) -> (Faults, Vec<bool>) {
    let (mut faults, mut bad) = (Faults::default(), vec![false; SECTORS as usize]);
    let mut add = |first: u64, len: u64| {
        let end = (first + len).min(SECTORS);
        faults = std::mem::take(&mut faults).with(first, end - first, Fault::Bad);
        bad[first as usize..end as usize].fill(true);
    };
    for _ in 0..1 + random.below(12) {
        add(random.below(SECTORS), 1 + random.below(4));
    }
    for _ in 0..random.below(4) {
        add(random.below(SECTORS), 1 + random.below(2000));
    }
    for _ in 0..random.below(3) {
        let start = random.below(SECTORS - 1000);
        for _ in 0..random.below(40) {
            add(start + random.below(1000), 1 + random.below(3));
        }
    }
    (faults, bad)
}

fn ddrescue(desk: &Desk, arguments: &[&str]) -> Option<bool> {
    let mut command = Command::new("ddrescue");
    command.args(["-q", "-d"]).arg(desk.device.path()).args(arguments);
    let status = command.current_dir(desk.file("")).status();
    if status.is_err() {
        eprintln!("skipped: ddrescue is not installed");
    }
    status.ok().map(|status| status.success())
}

/// Attempts on good sectors and on bad ones.
fn attempts(desk: &Desk, bad: &[bool]) -> [u64; 2] {
    let mut sums = [0; 2];
    for (attempts, bad) in desk.device.attempts().iter().zip(bad) {
        sums[usize::from(*bad)] += u64::from(*attempts);
    }
    desk.device.forget_attempts();
    sums
}

#[track_caller]
fn check_images(desk: &Desk, bad: &[bool], one: &str, other: &str, what: &str) {
    let (first, second) = (desk.read(one), desk.read(other));
    for (number, bad) in bad.iter().enumerate().filter(|(_, bad)| !**bad) {
        let span = number * 512..(number + 1) * 512;
        let is_same =
            first[span.clone()] == second[span.clone()] && first[span.clone()] == desk.bytes[span];
        assert!(is_same, "{what}: sector {number}, bad: {bad}");
    }
    let map = |name: &str| read_map(&desk.file(&format!("{name}.map"))).unwrap();
    let (first, second) = (map(one), map(other));
    assert!(first.blocks().eq(second.blocks()), "{what}: other bad sectors");
    let found: u64 = first.with(BlockStatus::BadSector).total() / 512;
    assert_eq!(found, bad.iter().filter(|bad| **bad).count() as u64, "{what}");
}

#[test]
fn the_image_is_that_of_ddrescue_with_no_more_reads() {
    let maps = count("AFTERIMAGE_MAPS", 3);
    let (mut worst, mut random) = ([0f64; 2], Random(0x5eed));
    for number in 0..maps {
        let (faults, bad) = random_faults(&mut random);
        let Some(desk) = Desk::new(SECTORS as usize, faults.clone()) else { return };
        let what = format!("map {number}");
        let ran = desk.image(&["own.img"]);
        assert_eq!(ran.status, 0, "{what}: {}", ran.err);
        let own = attempts(&desk, &bad);
        if ddrescue(&desk, &["other.img", "other.img.map"]).is_none() {
            return;
        }
        let theirs = attempts(&desk, &bad);
        check_images(&desk, &bad, "own.img", "other.img", &what);
        for kind in 0..2 {
            let ratio = own[kind] as f64 / theirs[kind].max(1) as f64;
            worst[kind] = worst[kind].max(ratio);
            assert!(ratio <= 1.05, "{what}: {own:?} attempts, ddrescue {theirs:?}");
        }
        // One begins and the other goes on.
        ddrescue(&desk, &["--cpass=1", "-n", "-N", "first.img", "first.img.map"]);
        desk.device.forget_attempts();
        assert_eq!(desk.image(&["first.img"]).status, 0);
        let rest = attempts(&desk, &bad);
        assert!(rest[0] < own[0] / 2 && rest[1] <= own[1], "{what}: {rest:?} of {own:?}");
        check_images(&desk, &bad, "own.img", "first.img", &what);
        let gone = faults.clone().gone_after(20 + random.below(600));
        let desk = desk.with_faults(gone).unwrap();
        let status = desk.image(&["second.img"]).status;
        assert!(status == 2 || status == 0, "{what}: {status}");
        let desk = desk.with_faults(faults).unwrap();
        assert_eq!(ddrescue(&desk, &["second.img", "second.img.map"]), Some(true));
        check_images(&desk, &bad, "own.img", "second.img", &what);
    }
    eprintln!(
        "{maps} maps: at most {:.3} reads of good and {:.3} of bad sectors",
        worst[0], worst[1]
    );
}
