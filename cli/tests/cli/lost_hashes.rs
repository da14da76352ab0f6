//! Lists of digests of lost photos, on the command line.

use std::fs;

use afterimage_testdata::cameras::Shot;
use serde_json::{Value, json};

use super::{Desk, Ran};

fn shot(seed: u64) -> Vec<u8> {
    Shot::new(seed, (64, 48), "Canon EOS 0D", "2024:05:17 18:03:22").canon()
}

/// A desk with an image of two photos, and a list of one of them and of another one.
fn desk() -> Desk {
    let desk = Desk::new();
    let mut image = vec![0; 4096];
    for seed in [1, 2] {
        image.extend(shot(seed));
        image.resize(image.len().next_multiple_of(4096) + 4096, 0);
    }
    fs::write(desk.path("card.img"), image).unwrap();
    let line = |seed: u64, path: &str| format!("{}  {path}\n", blake3::hash(&shot(seed)).to_hex());
    let list = line(1, "Trip/one.jpg") + &line(3, "Trip/three.jpg");
    fs::write(desk.path("lost.txt"), list).unwrap();
    desk
}

fn scan(desk: &Desk, more: &[&str]) -> Ran {
    let common = ["scan", "card.img", "--lost-hashes", "lost.txt"];
    desk.run(&[&common[..], more].concat())
}

#[test]
fn what_is_on_a_list_is_named_and_the_rest_is_still_lost() {
    let desk = desk();
    let ran = scan(&desk, &["--output", "out"]);
    ran.check(0);
    ran.says("Photos that are known to have existed:");
    ran.says("found whole");
    ran.says("still lost");
    ran.says("Trip/three.jpg");
    assert!(ran.err.contains("SHA-256 or BLAKE3; both are tried"), "{}", ran.err);
    assert_eq!(fs::read(desk.path("out/photos/Trip/one.jpg")).unwrap(), shot(1));
    let report: Value =
        serde_json::from_slice(&fs::read(desk.path("out/report.json")).unwrap()).unwrap();
    assert_eq!(report["summary"]["lost_by_state"], json!({ "name-only": 1, "whole": 1 }));
    assert_eq!(report["lost"][1]["path"], "Trip/three.jpg");
}

#[test]
fn a_dry_run_and_a_list_tell_it_too() {
    let desk = desk();
    scan(&desk, &["--output", "out", "--dry-run"]).says("Trip/three.jpg");
    desk.run(&["recover", "out"]).check(0);
    assert_eq!(fs::read(desk.path("out/photos/Trip/one.jpg")).unwrap(), shot(1));
    let ran = scan(&desk, &["--list"]);
    ran.says("one.jpg");
    ran.says("On a list, and not found:");
    ran.says("Trip/three.jpg lost.txt");
    let ran = scan(&desk, &["--list", "--json"]);
    let rows: Value = serde_json::from_str(&ran.out).unwrap();
    let rows = rows.as_array().unwrap();
    let lost: Vec<&Value> = rows.iter().filter(|row| row["becomes"] == "lost").collect();
    assert_eq!((rows.len(), lost.len()), (3, 1));
    assert_eq!((&lost[0]["name"], &lost[0]["state"]), (&json!("three.jpg"), &json!("name-only")));
}

#[test]
fn a_list_that_is_none_is_refused() {
    let desk = desk();
    fs::write(desk.path("lost.txt"), "nothing of that kind\n").unwrap();
    let ran = scan(&desk, &["--output", "out"]);
    ran.check(2);
    assert!(ran.err.contains("cannot use the list lost.txt: it holds no MD5"), "{}", ran.err);
    fs::remove_file(desk.path("lost.txt")).unwrap();
    scan(&desk, &["--output", "out"]).check(2);
    assert!(!desk.path("out").exists());
}
