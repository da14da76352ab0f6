//! Output disks of many sizes, all of them too small: one clear line, a summary of what is there, and the same
//! result as ever once there is room.

#![expect(clippy::print_stderr, reason = "a test that is skipped says so")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::resume::{check_same, said};
use super::{Desk, photo};

/// A small file system in memory, as long as it lives.
struct Small(PathBuf);

impl Small {
    /// Nothing when this user may not mount, or may not here.
    fn mount(path: &Path, size: &str) -> Option<Self> {
        fs::create_dir_all(path).unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", size, "tmpfs"])
            .arg(path)
            .status()
            .is_ok_and(|status| status.success());
        mounted.then(|| Small(path.to_path_buf()))
    }

    fn grow(&self) {
        let options = "remount,size=64m";
        let grown = Command::new("mount").args(["-o", options]).arg(&self.0).status();
        assert!(grown.unwrap().success());
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        drop(Command::new("umount").arg(&self.0).status());
    }
}

/// A card with more photos than small disks take.
fn large_card() -> Vec<u8> {
    let mut card = afterimage_testdata::card::demo().image;
    for seed in 0..20 {
        let photo = photo(seed);
        let padded = photo.len().next_multiple_of(512);
        card.extend(photo);
        card.resize(card.len().next_multiple_of(512).max(padded), 7);
    }
    card
}

#[test]
fn a_disk_of_any_size_takes_what_it_can_and_the_rest_when_there_is_room() {
    let desk = Desk::new();
    fs::write(desk.path("card.img"), large_card()).unwrap();
    desk.run(&["scan", "card.img", "--output", "whole"]).check(0);
    let expected = said(&desk.path("whole"));
    let sizes =
        [8, 12, 16, 20, 24, 32, 48, 64, 96, 128, 160, 192, 256, 320, 384, 448, 512, 640, 768, 1024];
    for size in sizes {
        let Some(small) = Small::mount(&desk.path("small"), &format!("size={size}k")) else {
            eprintln!("skipped: no file system can be mounted here");
            return;
        };
        let scan = ["scan", "card.img", "--output", "small/out", "--json"];
        let ran = desk.run(&scan);
        assert_eq!(ran.status, 2, "{size} KiB: {}", ran.err);
        ran.complains(&["no room left on the disk of ", "--resume"]);
        let out = desk.path("small/out");
        let written: usize = ["photos", "partial"].iter().map(|name| count(&out.join(name))).sum();
        if !ran.out.is_empty() {
            let told: Value = serde_json::from_str(&ran.out).unwrap();
            let summary = &told["summary"];
            let photos = summary["photos"].as_u64().unwrap() + summary["videos"].as_u64().unwrap();
            assert_eq!(photos, written as u64, "{size} KiB: {summary}");
            if told["report"].is_string() {
                check_report(&out, written);
            }
        } else {
            assert_eq!(written, 0, "{size} KiB: {}", ran.err);
        }
        small.grow();
        let resumed = desk.run(&[&scan[..], &["--resume"]].concat());
        resumed.check(0);
        check_same(&expected, &said(&out), &format!("{size} KiB"));
        assert!(!out.join(".afterimage/store").exists());
    }
}

/// What is left of a batch is said, and nothing of what is not.
#[test]
fn a_batch_of_one_image_says_that_it_failed() {
    let desk = Desk::new();
    fs::write(desk.path("card.img"), large_card()).unwrap();
    let mut told = 0;
    for size in [64, 96, 128, 192, 256, 384] {
        let Some(small) = Small::mount(&desk.path("small"), &format!("size={size}k")) else {
            eprintln!("skipped: no file system can be mounted here");
            return;
        };
        let scan = ["scan", "card.img", "--batch", "--output", "small/out"];
        let ran = desk.run(&scan);
        assert_eq!(ran.status, 2, "{size} KiB: {}", ran.err);
        assert!(!ran.out.contains("0 images"), "{}", ran.out);
        if !ran.out.is_empty() {
            ran.says("1 image failed; the same command with --resume tries it again.");
            told += 1;
        }
        small.grow();
        desk.run(&[&scan[..], &["--resume"]].concat()).check(0);
    }
    assert!(told > 0, "it got so far with no disk");
}

/// Files in a folder, wherever below it.
fn count(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { count(&path) } else { 1 }).sum()
}

/// Checks that a report tells of so many files, each of which is what it says.
fn check_report(out: &Path, written: usize) {
    let report: Value =
        serde_json::from_slice(&fs::read(out.join("report.json")).unwrap()).unwrap();
    assert!(report["incomplete"].as_str().unwrap().contains("no room"));
    let files = report["files"].as_array().unwrap();
    let paths = files.iter().filter_map(|file| Some((file, file["path"].as_str()?)));
    let checked = paths.map(|(file, path)| {
        let bytes = fs::read(out.join(path)).unwrap();
        assert_eq!(file["blake3"], blake3::hash(&bytes).to_hex().as_str(), "{path}");
    });
    assert_eq!(checked.count(), written);
}
