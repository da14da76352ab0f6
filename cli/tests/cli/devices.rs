//! Drives, what can be hoped for on them, and what a scan will find.

use std::fs;
use std::process::Command;

use afterimage_testdata::card;
use afterimage_testdata::random::Random;
use serde_json::Value;

use super::Desk;

#[test]
fn drives_are_listed_for_people_and_for_programs() {
    let desk = Desk::new();
    let listed = desk.run(&["devices"]);
    assert!([0, 1].contains(&listed.status), "{}", listed.err);
    let wide = listed.out.lines().find(|line| line.chars().count() > 80 && line.contains("  "));
    assert_eq!(wide.filter(|line| line.trim_start().contains(' ')), None);
    let listed = desk.run(&["devices", "--json"]);
    let drives: Vec<Value> = serde_json::from_str(&listed.out).unwrap();
    assert_eq!(listed.status, i32::from(drives.is_empty()));
    for drive in drives {
        for field in ["path", "bus", "size", "removable", "hope", "why", "partitions", "mounts"] {
            assert!(!drive[field].is_null(), "{field} of {drive}");
        }
    }
}

#[test]
fn a_card_that_wraps_around_is_told_from_an_honest_one() {
    let desk = Desk::new();
    let real = Random::new(1).bytes(16 << 20);
    fs::write(desk.path("fake.img"), real.repeat(4)).unwrap();
    fs::write(desk.path("honest.img"), Random::new(2).bytes(64 << 20)).unwrap();
    fs::write(desk.path("empty.img"), vec![0; 64 << 20]).unwrap();
    let ran = desk.run(&["devices", "--check", "fake.img"]);
    let said = ran.out.replace('\n', " ");
    assert_eq!(ran.status, 1, "{said}");
    assert!(said.contains("most likely has 16.8 MB") && said.contains("counterfeit"), "{said}");
    let ran = desk.run(&["devices", "--check", "honest.img", "--json"]);
    let said: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((ran.status, said["finding"].as_str()), (0, Some("no_sign")));
    let ran = desk.run(&["devices", "--check", "empty.img", "--json"]);
    let said: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((ran.status, said["finding"].as_str()), (0, Some("cannot_tell")));
    assert_eq!(desk.run(&["devices", "--check", "nothing.img"]).status, 2);
}

#[test]
fn a_forecast_counts_what_the_summary_of_a_scan_counts() {
    let desk = Desk::new();
    fs::write(desk.path("card.img"), card::demo().image).unwrap();
    let scan = desk.run(&["scan", "card.img", "-o", "out", "--json", "-q"]);
    let scan: Value = serde_json::from_str(&scan.out).unwrap();
    let ran = desk.run(&["forecast", "card.img", "--json"]);
    let said: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((ran.status, &said["whole"]), (0, &Value::Bool(true)));
    assert_eq!(said["photos"]["likely"], scan["summary"]["photos"]);
    let ran = desk.run(&["forecast", "card.img", "--read", "1M"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(ran.out.replace('\n', " ").contains("in nine cases of ten"), "{}", ran.out);
    assert!(ran.out.lines().all(|line| line.chars().count() <= 80), "{}", ran.out);
    fs::write(desk.path("empty.img"), vec![0; 1 << 20]).unwrap();
    assert_eq!(desk.run(&["forecast", "empty.img"]).status, 1);
    assert_eq!(desk.run(&["forecast", "nothing.img"]).status, 2);
}

/// What a command prints; none when it is not there or fails.
fn told(command: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(command).args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
}

#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn a_source_that_is_mounted_is_told_with_the_command_that_ends_it() {
    let desk = Desk::new();
    fs::File::create(desk.path("card.img")).unwrap().set_len(8 << 20).unwrap();
    fs::create_dir(desk.path("mnt")).unwrap();
    let [image, folder] = ["card.img", "mnt"].map(|name| desk.path(name).display().to_string());
    let Some(device) = told("losetup", &["--find", "--show", &image]) else {
        eprintln!("skipped: no loop device to be had");
        return;
    };
    let is_mounted = told("mkfs.ext4", &["-q", &device]).is_some()
        && told("mount", &[&device, &folder]).is_some();
    let ran = desk.run(&["scan", "card.img", "--list", "-q"]);
    let inside = desk.run(&["scan", "mnt", "--list", "-q"]);
    if is_mounted {
        told("mount", &["-o", "remount,ro", &folder]);
    }
    let read_only = desk.run(&["scan", "card.img", "--list", "-q"]);
    told("umount", &[&device]);
    told("losetup", &["--detach", &device]);
    if !is_mounted {
        eprintln!("skipped: no file system to be mounted");
        return;
    }
    let warned = ran.err.lines().find(|line| line.contains("warning")).unwrap_or_default();
    // Whoever could mount it is root already.
    assert!(warned.contains("`umount ") && warned.contains("/mnt`"), "{}", ran.err);
    assert!(!read_only.err.contains("warning"), "{}", read_only.err);
    assert_eq!(inside.status, 2);
    let said = &inside.err;
    assert!(said.contains("still there") && said.contains("afterimage scan "), "{said}");
    assert!(said.contains("card.img"), "the image behind the mount is named: {said}");
}
