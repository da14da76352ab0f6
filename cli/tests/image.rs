//! `afterimage image` on devices that fail, beside ddrescue, and killed at any moment.
//!
//! The devices need `/dev/fuse`, and full disks need root: where that is missing a test says so and counts as
//! skipped. `AFTERIMAGE_KILLS` and `AFTERIMAGE_MAPS` say how often to kill, and how many devices to compare.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::print_stderr, reason = "a test that cannot run says so, and what it measured")]

#[path = "image/desk.rs"]
mod desk;
#[path = "image/disks.rs"]
mod disks;
#[path = "image/forms.rs"]
mod forms;
#[path = "image/peers.rs"]
mod peers;

use std::fs;
use std::time::{Duration, Instant};

use afterimage_testdata::failing::{Fault, Faults, SECTOR};
use desk::{Desk, Random, count};
use serde_json::Value;

/// A device of 8 MiB with some bad, slow and healing sectors.
fn faults() -> Faults {
    Faults::default()
        .with(3000, 3, Fault::Bad)
        .with(5000, 200, Fault::Bad)
        .with(9000, 1, Fault::Bad)
        .with(9100, 1, Fault::Bad)
        .with(12_000, 64, Fault::Slow(Duration::from_millis(2)))
        .with(16_383, 1, Fault::Bad)
}

/// Whether a sector of it is bad.
fn is_bad(sector: usize) -> bool {
    matches!(sector, 3000..3003 | 5000..5200 | 9000 | 9100 | 16_383)
}

const SECTORS: usize = 16_384;

/// So often one rescue is killed at most.
const MOST_KILLS: usize = 20;

#[test]
fn all_that_can_be_read_is_in_the_image_and_the_sidecar_says_what_is_not() {
    let Some(desk) = Desk::new(SECTORS, faults()) else { return };
    let ran = desk.image(&["card.img", "--json"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    let image = desk.read("card.img");
    for (number, (own, real)) in image.chunks(512).zip(desk.bytes.chunks(512)).enumerate() {
        let expected = if is_bad(number) { &[0; 512][..] } else { real };
        assert!(own == expected, "sector {number}");
    }
    // One sector that was read tells, after many failures, that the device still answers.
    let often = desk.device.attempts().iter().filter(|count| **count > 2).count();
    assert!(often <= 1 && desk.device.attempts().iter().all(|count| *count <= 3));
    let said: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(said["ended"], "complete");
    let sidecar: Value = serde_json::from_slice(&desk.read("card.img.json")).unwrap();
    assert_eq!(sidecar["schema"], "afterimage-image/1");
    assert_eq!(sidecar["map"]["bad_sector"], 206 * 512);
    let ranges: Vec<_> = sidecar["unreadable"].as_array().unwrap().iter().collect();
    assert_eq!(ranges.len(), 5);
    assert_eq!(ranges[0]["offset"], 3000 * 512);
    let of = |bytes: &[u8]| desk::sha256(bytes);
    assert_eq!(sidecar["hashes"]["image"]["sha256"], of(&image));
    assert_eq!(sidecar["hashes"]["pieces"][0]["sha256"], of(&image));
    let read: Vec<u8> = desk
        .bytes
        .chunks(512)
        .enumerate()
        .filter(|(number, _)| !is_bad(*number))
        .flat_map(|(_, sector)| sector.iter().copied())
        .collect();
    assert_eq!(sidecar["hashes"]["read"]["sha256"], of(&read));
}

#[test]
fn a_rescue_that_is_complete_reads_next_to_nothing_again_and_can_be_verified() {
    let Some(desk) = Desk::new(SECTORS, faults()) else { return };
    assert_eq!(desk.image(&["card.img"]).status, 0);
    let sidecar = desk.read("card.img.json");
    desk.device.forget_attempts();
    assert_eq!(desk.image(&["card.img"]).status, 0);
    // Some sectors are compared, to see that it is the same device.
    assert!(desk.device.attempts().iter().sum::<u32>() <= 16);
    let hashes = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).unwrap()["hashes"].clone();
    assert_eq!(hashes(&desk.read("card.img.json")), hashes(&sidecar));
    let ran = desk.run(&["image", "--verify", "card.img"]);
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
    let ran = desk.image(&["card.img", "--verify"]);
    assert_eq!(ran.status, 0, "{}{}", ran.out, ran.err);
    let mut image = desk.read("card.img");
    image[70_000] ^= 1;
    fs::write(desk.file("card.img"), &image).unwrap();
    let ran = desk.run(&["image", "--verify", "card.img"]);
    assert_eq!(ran.status, 1);
    assert!(ran.out.contains("from 0x0"), "{}", ran.out);
    let ran = desk.image(&["card.img", "--verify"]);
    assert!(ran.status == 1 && ran.out.contains("0x11170"), "{}", ran.out);
}

#[test]
fn a_rescue_that_is_killed_at_any_moment_ends_as_one_that_is_not() {
    let Some(desk) = Desk::new(SECTORS, faults()) else { return };
    let begun = Instant::now();
    assert_eq!(desk.image(&["card.img"]).status, 0);
    let whole = begun.elapsed();
    let (image, map) = (desk.read("card.img"), desk.read("card.img.map"));
    let (mut random, mut killed, wanted) = (Random(77), 0, count("AFTERIMAGE_KILLS", 5));
    while killed < wanted {
        desk.clear();
        for attempt in 0.. {
            let mut child = desk.start(&["card.img"]);
            let moment = random.below(whole.as_micros() as u64 + 20_000);
            std::thread::sleep(Duration::from_micros(moment));
            // On a busy machine no run might come far enough to write its first map.
            if attempt >= MOST_KILLS {
                assert!(child.wait().unwrap().success());
                break;
            }
            if child.try_wait().unwrap().is_some_and(|status| status.success()) {
                break;
            }
            child.kill().unwrap();
            child.wait().unwrap();
            killed += 1;
            if let Ok(map) = fs::read(desk.file("card.img.map")) {
                assert!(map.ends_with(b"\n") && map.starts_with(b"# Mapfile"), "a torn map");
            }
        }
        assert!(desk.read("card.img") == image, "another image after {killed} kills");
        assert_eq!(String::from_utf8(desk.read("card.img.map")), String::from_utf8(map.clone()));
    }
    eprintln!("killed {killed} times");
}

#[test]
fn ctrl_c_leaves_a_valid_map_and_names_the_command_that_goes_on() {
    let faults = Faults::default().with(0, 16_384, Fault::Slow(Duration::from_millis(20)));
    let Some(desk) = Desk::new(SECTORS, faults) else { return };
    let child = desk.start(&["card.img"]);
    std::thread::sleep(Duration::from_millis(700));
    let ran = desk::interrupted(child);
    assert_eq!(ran.status, 130, "{}", ran.err);
    assert!(ran.err.contains("to go on: ") && ran.err.contains("card.img"), "{}", ran.err);
    assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
    let attempts = desk.device.attempts();
    assert_eq!(desk.image(&["card.img"]).status, 0);
    let again = desk
        .device
        .attempts()
        .iter()
        .zip(attempts)
        .filter(|(now, then)| **now > 1 && *then > 0)
        .count();
    assert!(again <= 4 * 128, "{again} sectors were read twice");
    assert!(desk.read("card.img") == desk.bytes);
}

#[test]
fn a_device_that_is_pulled_out_ends_it_with_a_map_from_which_it_goes_on() {
    let Some(desk) = Desk::new(SECTORS, faults().gone_after(60)) else { return };
    let ran = desk.image(&["card.img"]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("was removed"), "{}", ran.err);
    let map = String::from_utf8(desk.read("card.img.map")).unwrap();
    let failed = map.lines().filter(|line| line.ends_with(" *") || line.ends_with(" -")).count();
    assert!(failed <= 2, "{map}");
    let desk = desk.with_faults(faults()).unwrap();
    assert_eq!(desk.image(&["card.img"]).status, 0);
    let image = desk.read("card.img");
    let good = |number: &usize| !is_bad(*number);
    let sector = |bytes: &[u8], number: usize| bytes[number * 512..][..512].to_vec();
    assert!((0..SECTORS).filter(good).all(|at| sector(&image, at) == sector(&desk.bytes, at)));
}

#[test]
fn bad_sectors_heal_on_retries_and_the_order_can_be_turned() {
    let faults = Faults::default().with(700, 1, Fault::Heals(4)).with(9000, 2, Fault::Heals(1));
    let Some(desk) = Desk::new(SECTORS, faults) else { return };
    assert_eq!(desk.image(&["card.img", "--reverse"]).status, 0);
    let map = String::from_utf8(desk.read("card.img.map")).unwrap();
    assert!(map.contains("0x00057800  0x00000200  -"), "{map}");
    assert_eq!(desk.image(&["card.img", "--retries", "3"]).status, 0);
    assert!(desk.read("card.img") == desk.bytes);
    assert_eq!(desk.device.attempts()[700], 5);
}

#[test]
fn what_could_be_destroyed_is_refused() {
    let Some(desk) = Desk::new(64, Faults::default()) else { return };
    let check = |arguments: &[&str], word: &str| {
        let ran = desk.image(arguments);
        assert_eq!(ran.status, 2, "{arguments:?}");
        assert!(ran.err.contains(word), "{arguments:?}: {}", ran.err);
        assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
    };
    fs::write(desk.file("other.img"), b"precious").unwrap();
    check(&["other.img"], "no map");
    check(&["."], "folder");
    check(&["/dev/null"], "not a regular file");
    check(&["nowhere/card.img"], "nowhere");
    let device = desk.device.path();
    check(&[device.to_str().unwrap()], "cannot write the image");
    std::os::unix::fs::symlink(&device, desk.file("link.img")).unwrap();
    check(&["link.img"], "cannot write the image");
    check(&["card.img", "--map", "card.img"], "same name");
    fs::write(desk.file("bad.map"), b"photos\n").unwrap();
    check(&["card.img", "--map", "bad.map"], "no map of a rescue");
    fs::write(desk.file("lost.img.map"), b"0 +\n0 512 +\n512 32256 ?\n").unwrap();
    check(&["lost.img"], "not there");
    assert_eq!(fs::read(desk.file("other.img")).unwrap(), b"precious");
    assert!(!desk.file("card.img").exists());
}

#[test]
fn domains_and_several_maps_say_what_is_read() {
    let Some(desk) = Desk::new(SECTORS, Faults::default()) else { return };
    fs::write(desk.file("used.map"), "0 +\n0 51200 +\n51200 51200 ?\n102400 51200 +\n").unwrap();
    assert_eq!(desk.image(&["card.img", "--domain", "used.map"]).status, 0);
    let read: Vec<usize> =
        (0..SECTORS).filter(|number| desk.device.attempts()[*number] > 0).collect();
    assert_eq!(read, (0..100).chain(200..300).collect::<Vec<_>>());
    // Another run knows more of the same image, and its reader says that the device is longer.
    fs::write(
        desk.file("second.map"),
        format!("0 +\n0 51200 -\n51200 51200 +\n102400 {} ?\n", SECTORS * 512),
    )
    .unwrap();
    desk.device.forget_attempts();
    assert_eq!(desk.image(&["card.img", "--merge", "second.map"]).status, 0);
    let attempts = desk.device.attempts();
    // Some sectors are compared, to see that it is the same device.
    assert!(attempts[..300].iter().sum::<u32>() <= 16);
    assert!(attempts[300..].iter().all(|count| *count == 1));
    assert_eq!(desk.read("card.img").len() as u64, SECTORS as u64 * SECTOR);
}

#[test]
fn an_image_of_another_device_is_not_gone_on_with() {
    let Some(desk) = Desk::new(SECTORS, faults().gone_after(30)) else { return };
    assert_eq!(desk.image(&["card.img"]).status, 2);
    let (image, map) = (desk.read("card.img"), desk.read("card.img.map"));
    let other: Vec<u8> = desk.bytes.iter().map(|byte| byte ^ 0x55).collect();
    fs::write(desk.file("other.img"), other).unwrap();
    let ran = desk.run(&["image", "other.img", "card.img"]);
    assert_eq!(ran.status, 2, "{}", ran.out);
    assert!(ran.err.contains("the image of another device"), "{}", ran.err);
    assert!(desk.read("card.img") == image && desk.read("card.img.map") == map);
}
