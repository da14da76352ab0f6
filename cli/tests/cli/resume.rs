//! Scans that are ended in every way from outside, and gone on with: the report and the photos are those of a
//! scan that nobody disturbed.
//!
//! `AFTERIMAGE_KILLS` says how many times a scan is killed (a few without it), `AFTERIMAGE_KILL_IMAGE` on which
//! image (the demo card without it), `AFTERIMAGE_KILL_SEED` at which moments.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use afterimage_engine::views::VIEWS;
use serde_json::Value;

use super::{Desk, photo, wait_for};

/// The report but for times and command, and all photos.
pub(super) type Said = (Value, BTreeMap<PathBuf, blake3::Hash>);

pub(super) fn said(output: &Path) -> Said {
    let mut report: Value =
        serde_json::from_slice(&fs::read(output.join("report.json")).unwrap()).unwrap();
    for field in ["started", "finished", "tool"] {
        report.as_object_mut().unwrap().remove(field);
    }
    let (mut photos, mut folders) = (BTreeMap::new(), vec![output.to_path_buf()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            // Views are made from the report, and say when it was made.
            let is_view = |name: &OsStr| VIEWS.iter().any(|view| name == view.file);
            // So does the audit log.
            let states = [".afterimage", "report.json", "audit.log"];
            let is_of_run =
                |name: &OsStr| states.iter().any(|state| name == *state) || is_view(name);
            if path.file_name().is_some_and(is_of_run) {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(output).unwrap().to_path_buf();
                photos.insert(name, blake3::hash(&fs::read(&path).unwrap()));
            }
        }
    }
    (report, photos)
}

#[track_caller]
pub(super) fn check_same(whole: &Said, other: &Said, what: &str) {
    let paths = |said: &Said| said.1.keys().cloned().collect::<Vec<_>>();
    assert_eq!(paths(whole), paths(other), "{what}");
    assert!(whole.1 == other.1, "photos differ: {what}");
    let (whole, other) = (lines(&whole.0), lines(&other.0));
    let first = whole.iter().zip(&other).find(|(whole, other)| whole != other);
    assert!(whole == other, "reports differ: {what}: {first:?}");
}

/// A report, a value a line.
fn lines(report: &Value) -> Vec<String> {
    serde_json::to_string_pretty(report).unwrap().lines().map(str::to_owned).collect()
}

fn start(desk: &Desk, arguments: &[&str]) -> Child {
    desk.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn signal(child: &Child, name: &str) {
    let kill = format!("kill -{name} {}", child.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
}

/// Numbers that look like chance.
struct Chance(u64);

impl Chance {
    /// From 0 to 1.
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

#[test]
#[expect(clippy::print_stderr, reason = "a long run says what it did")]
fn a_scan_that_is_killed_at_any_moment_goes_on() {
    let desk = Desk::new();
    match std::env::var_os("AFTERIMAGE_KILL_IMAGE") {
        Some(image) => std::os::unix::fs::symlink(image, desk.path("card.img")).unwrap(),
        None => {
            fs::write(desk.path("card.img"), afterimage_testdata::card::demo().image).unwrap();
        }
    }
    let begun = Instant::now();
    desk.run(&["scan", "card.img", "--output", "whole"]).check(0);
    let whole = begun.elapsed();
    let expected = said(&desk.path("whole"));
    let mut chance = Chance(number("AFTERIMAGE_KILL_SEED", 0x9e37_79b9_7f4a_7c15));
    let (mut kills, mut folders) = (0, 0);
    while kills < number("AFTERIMAGE_KILLS", 8) {
        let out = format!("out-{folders}");
        folders += 1;
        let scan = ["scan", "card.img", "--resume", "--output", &out];
        let mut moments = Vec::new();
        for _ in 0..6 {
            let mut child = start(&desk, &scan);
            let moment = whole.mul_f64(chance.next() * 1.05);
            sleep(moment);
            if child.try_wait().unwrap().is_some() {
                break;
            }
            signal(&child, "KILL");
            child.wait().unwrap();
            moments.push(moment);
        }
        kills += moments.len() as u64;
        desk.run(&scan).check(0);
        check_same(&expected, &said(&desk.path(&out)), &format!("killed after {moments:?}"));
        let store = desk.path(&out).join(".afterimage/store");
        assert!(!store.exists(), "nothing is kept twice: {moments:?}");
        fs::remove_dir_all(desk.path(&out)).unwrap();
    }
    eprintln!("{kills} kills of scans of {whole:?} in {folders} folders");
}

/// A card whose scan takes a while, and what that scan is asked for.
fn slow(desk: &Desk) -> [&'static str; 7] {
    let photos: Vec<Vec<u8>> = (0..6).map(photo).collect();
    let mut card = Vec::new();
    for part in 0..24 {
        let mut noise = super::noise(1 << 20);
        let photo = &photos[part % photos.len()];
        noise[part * 512..][..photo.len()].copy_from_slice(photo);
        card.extend(noise);
    }
    fs::write(desk.path("card.img"), card).unwrap();
    ["--threads", "1", "--chunk-size", "256K", "--hash-source", "--hash", "sha1,md5"]
}

#[test]
fn a_scan_that_is_stopped_once_or_twice_goes_on() {
    let desk = Desk::new();
    let more = slow(&desk);
    let scan = |out: &'static str| [&["scan", "card.img", "--output", out][..], &more].concat();
    let (begun, whole) = (Instant::now(), desk.run(&scan("whole")));
    whole.check(0);
    let took = begun.elapsed();
    let expected = said(&desk.path("whole"));
    for (at, requests) in [(0, 1), (1, 1), (2, 1), (0, 2), (1, 2), (2, 2)] {
        drop(fs::remove_dir_all(desk.path("out")));
        let child = start(&desk, &scan("out"));
        wait_for(&desk.path("out/.afterimage/scan.log"));
        sleep(took * at / 4);
        for _ in 0..requests {
            signal(&child, "INT");
            sleep(Duration::from_millis(2));
        }
        let output = child.wait_with_output().unwrap();
        let (said_out, said_err) =
            (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        match output.status.code() {
            // It was at its end already.
            Some(0) => continue,
            code => assert_eq!(code, Some(130), "{said_err}"),
        }
        if requests == 1 {
            assert_eq!(desk.report()["incomplete"], "interrupted");
            let words = said_out.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(words.contains("Go on where it stopped: afterimage scan card.img"), "{words}");
        } else if !desk.path("out/report.json").exists() {
            assert!(said_err.contains("to go on: afterimage scan card.img "), "{said_err}");
            assert!(said_err.trim_end().ends_with(" --resume"), "{said_err}");
        }
        let refused = desk.run(&scan("out"));
        refused.check(2);
        refused.complains(&[
            "cannot write to out: it holds a run that was not finished; go on with `afterimage scan",
            " --resume`, or finish it",
        ]);
        let resumed = [&scan("out")[..], &["--resume"]].concat();
        desk.run(&resumed).check(0);
        check_same(&expected, &said(&desk.path("out")), &format!("{requests} at {at}"));
        let nothing = desk.run(&resumed);
        nothing.check(0);
        nothing.says("Nothing is left to do: the scan into out is finished.");
        check_same(&expected, &said(&desk.path("out")), "nothing was left to do");
    }
}

#[test]
fn a_scan_that_is_halted_keeps_others_out_and_goes_on() {
    let desk = Desk::new();
    let more = slow(&desk);
    let scan = [&["scan", "card.img", "--output", "out"][..], &more].concat();
    desk.run(&[&["scan", "card.img", "--output", "whole"][..], &more].concat()).check(0);
    let child = start(&desk, &scan);
    wait_for(&desk.path("out/.afterimage/scan.log"));
    signal(&child, "STOP");
    for more in [&[][..], &["--resume"]] {
        let ran = desk.run(&[&scan[..], more].concat());
        ran.check(2);
        ran.complains(&["cannot write to ", "another run is at work there", "wait until"]);
    }
    signal(&child, "CONT");
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(0));
    check_same(&said(&desk.path("whole")), &said(&desk.path("out")), "after a halt");
}

#[test]
fn an_unfinished_run_is_told_with_the_command_to_go_on() {
    let desk = Desk::new();
    desk.card("my card.img", &[&photo(1), &photo(2)]);
    let scan = ["scan", "my card.img", "--output", "out", "--threads", "1"];
    desk.run(&scan).check(0);
    // As a crash leaves it before the report.
    fs::remove_file(desk.path("out/report.json")).unwrap();
    let ran = desk.run(&["scan", "my card.img", "--output", "out"]);
    ran.check(2);
    ran.complains(&[
        "cannot write to out: it holds a run that was not finished; go on with `",
        "afterimage scan 'my card.img' --output out --threads 1 --resume`, or finish it",
        "`afterimage recover out`",
    ]);
    let ran = desk.run(&["scan", "my card.img", "--output", "out", "--resume", "--quick"]);
    ran.check(2);
    ran.complains(&["cannot go on in ", "--quick is not as it was", "go on with `afterimage scan"]);
    desk.run(&["scan", "my card.img", "--output", "out", "--resume"]).check(0);
    // Where there is nothing to go on with, it begins.
    for (at, prepare) in [(0, None), (1, Some("")), (2, Some("0badc0de {\"he"))] {
        let out = format!("new-{at}");
        if let Some(log) = prepare {
            fs::create_dir_all(desk.path(&out).join(".afterimage")).unwrap();
            fs::write(desk.path(&out).join(".afterimage/scan.log"), log).unwrap();
        }
        let scan = ["scan", "my card.img", "--output", &out, "--resume"];
        desk.run(&scan).check(0);
        check_same(&said(&desk.path("out")), &said(&desk.path(&out)), &out);
    }
    // A report without a log is of no run that can be gone on with.
    fs::remove_dir_all(desk.path("out/.afterimage")).unwrap();
    let ran = desk.run(&["scan", "my card.img", "--output", "out", "--resume"]);
    ran.check(2);
    ran.complains(&["it holds the report of an earlier run"]);
}
