//! Photos that are written without a new scan: of an interrupted one, of a dry run, of a selection.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::resume::{check_same, said};
use super::{Desk, Ran};

/// A desk with the demo card on it, and a whole scan of it.
fn demo() -> Desk {
    let desk = Desk::new();
    fs::write(desk.path("card.img"), afterimage_testdata::card::demo().image).unwrap();
    desk.run(&["scan", "card.img", "--output", "whole"]).check(0);
    desk
}

fn report(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path.join("report.json")).unwrap()).unwrap()
}

/// Checks that every path in a report leads to the bytes that it tells of; gives how many there are.
fn check_paths(folder: &Path) -> usize {
    let report = report(folder);
    let mut count = 0;
    for file in report["files"].as_array().unwrap() {
        if let Some(path) = file["path"].as_str() {
            let bytes = fs::read(folder.join(path)).unwrap();
            assert_eq!(file["blake3"], blake3::hash(&bytes).to_hex().as_str(), "{path}");
            count += 1;
        }
    }
    count
}

#[test]
fn a_dry_run_is_written_as_a_scan_would_have() {
    let desk = demo();
    desk.run(&["scan", "card.img", "--output", "out", "--dry-run"]).check(0);
    assert_eq!(check_paths(&desk.path("out")), 0);
    let ran = desk.run(&["recover", "out"]);
    ran.check(0);
    ran.says("photos were written:");
    check_same(&said(&desk.path("whole")), &said(&desk.path("out")), "a dry run");
    let before = said(&desk.path("out"));
    let again = desk.run(&["recover", "out", "--json"]);
    again.check(1);
    let told: Value = serde_json::from_str(&again.out).unwrap();
    assert_eq!(told["written"], 0);
    check_same(&before, &said(&desk.path("out")), "nothing is left to do");
}

#[test]
fn a_dry_run_is_gone_on_with_to_write_its_photos() {
    let desk = demo();
    let scan = ["scan", "card.img", "--output", "out", "--resume"];
    desk.run(&[&scan[..], &["--dry-run"]].concat()).check(0);
    desk.run(&[&scan[..], &["--dry-run"]].concat()).says("Nothing is left to do");
    desk.run(&scan).check(0);
    check_same(&said(&desk.path("whole")), &said(&desk.path("out")), "after a dry run");
}

#[test]
fn a_selection_is_written_and_what_it_does_not_find_is_told() {
    let desk = demo();
    let files = report(&desk.path("whole"))["files"].as_array().unwrap().clone();
    let find = |wanted: &dyn Fn(&Value) -> bool| files.iter().find(|file| wanted(file)).unwrap();
    let live = find(&|file| file["status"] == "live" && file["parent"].is_null());
    let inner = find(&|file| !file["parent"].is_null() && file["duplicate_of"].is_null());
    let own = find(&|file| file["path"].is_string() && file["original_path"].is_string());
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let lines = format!(
        "{}\n{}\n/{}\nnone.jpg\n99999\n",
        live["id"],
        inner["id"],
        text(&own["original_path"])
    );
    fs::write(desk.path("wanted.txt"), lines).unwrap();
    let before = said(&desk.path("whole"));
    let ran = desk.run(&["recover", "whole", "--select", "wanted.txt", "--to", "chosen"]);
    ran.check(2);
    let told: Vec<&str> = ran.err.lines().collect();
    assert_eq!(told.len(), 2, "{}", ran.err);
    assert!(told[0].contains("line 4 ") && told[0].ends_with("none.jpg"), "{}", told[0]);
    assert!(told[1].contains("line 5 ") && told[1].ends_with("99999"), "{}", told[1]);
    assert_eq!(check_paths(&desk.path("chosen")), 3);
    assert!(desk.path("chosen").join(text(&own["path"])).is_file());
    check_same(&before, &said(&desk.path("whole")), "the folder stays as it is");
    // The same as JSON, as a list prints it, into the folder itself.
    let listed = desk.run(&["scan", "card.img", "--list", "--json"]);
    listed.check(0);
    let listed: Vec<Value> = serde_json::from_str(&listed.out).unwrap();
    let chosen: Vec<&Value> = listed.iter().filter(|one| one["id"] == live["id"]).collect();
    fs::write(desk.path("wanted.json"), serde_json::to_string(&chosen).unwrap()).unwrap();
    let count = check_paths(&desk.path("whole"));
    desk.run(&["recover", "whole", "--select", "wanted.json"]).check(0);
    assert_eq!(check_paths(&desk.path("whole")), count + 1);
    let ran = desk.run(&["recover", "whole", "--select", "wanted.json"]);
    ran.check(0);
    ran.says("0 photos were written, 1 was there already");
    // What somebody has put there is not overwritten.
    let path = text(
        &report(&desk.path("whole"))["files"][live["id"].as_u64().unwrap() as usize - 1]["path"],
    );
    fs::write(desk.path("whole").join(&path), "of the user").unwrap();
    desk.run(&["recover", "whole", "--select", "wanted.json"]).check(0);
    assert_eq!(fs::read(desk.path("whole").join(&path)).unwrap(), b"of the user");
    assert_eq!(check_paths(&desk.path("whole")), count + 1);
}

#[test]
fn what_its_source_does_not_give_any_more_is_never_written_as_whole() {
    let desk = demo();
    desk.run(&["scan", "card.img", "--output", "out", "--dry-run"]).check(0);
    let report = report(&desk.path("out"));
    let files = report["files"].as_array().unwrap();
    let first = files.iter().find(|file| file["status"] == "deleted").unwrap();
    let mut image = fs::read(desk.path("card.img")).unwrap();
    image[first["runs"][0]["offset"].as_u64().unwrap() as usize + 40] ^= 1;
    fs::write(desk.path("changed.img"), &image).unwrap();
    fs::write(desk.path("short.img"), &image[512..]).unwrap();
    for (source, said) in [
        ("none.img", "cannot open none.img"),
        ("short.img", "short.img is another source: it has "),
    ] {
        let ran = desk.run(&["recover", "out", "--source", source]);
        ran.check(2);
        assert!(
            !ran.err.is_empty()
                && ran.err.lines().all(|line| line.contains(said) || line.contains(" more ")),
            "{}",
            ran.err
        );
        assert_eq!(check_paths(&desk.path("out")), 0);
    }
    let ran = desk.run(&["recover", "out", "--source", "changed.img"]);
    ran.check(2);
    let id = first["id"].to_string();
    assert!(
        ran.err.contains(&format!("photo {id} of the report: its source gives other bytes")),
        "{}",
        ran.err
    );
    assert!(check_paths(&desk.path("out")) > 5);
    assert!(!desk.path("out/.afterimage/store").exists());
    fs::write(desk.path("out/report.json"), "{\"schema\": 1}").unwrap();
    let ran = desk.run(&["recover", "out"]);
    ran.check(2);
    ran.complains(&["it is no report of this program"]);
    desk.run(&["recover", "nowhere"]).check(2);
}

/// Makes of a whole run what a crash before naming leaves.
fn unname(desk: &Desk, name: &str) {
    let output = desk.path(name);
    let state = output.join(".afterimage");
    let (_, photos) = said(&output);
    fs::create_dir_all(state.join("store")).unwrap();
    for (path, hash) in photos {
        fs::rename(output.join(path), state.join("store").join(hash.to_hex().as_str())).unwrap();
    }
    for folder in ["photos", "partial"] {
        fs::remove_dir_all(output.join(folder)).unwrap();
    }
    fs::remove_file(output.join("report.json")).unwrap();
    fs::remove_file(state.join("names.log")).unwrap();
}

#[test]
fn an_interrupted_scan_is_finished_with_and_without_its_source() {
    let desk = demo();
    let expected = said(&desk.path("whole"));
    let finish = |desk: &Desk| -> Ran {
        desk.run(&["scan", "card.img", "--output", "out"]).check(0);
        unname(desk, "out");
        desk.run(&["recover", "out"])
    };
    finish(&desk).check(0);
    check_same(&expected, &said(&desk.path("out")), "with its source");
    fs::remove_dir_all(desk.path("out")).unwrap();

    desk.run(&["scan", "card.img", "--output", "out"]).check(0);
    unname(&desk, "out");
    fs::rename(desk.path("card.img"), desk.path("away.img")).unwrap();
    let ran = desk.run(&["recover", "out"]);
    ran.check(3);
    ran.complains(&["cannot open ", "card.img"]);
    assert!(check_paths(&desk.path("out")) >= 5, "photos that lie in one piece are there");
    let incomplete = report(&desk.path("out"))["incomplete"].as_str().unwrap().to_owned();
    assert!(incomplete.contains("without its source"), "{incomplete}");
    // Somewhere else, or when it is back, it comes to the same as if nothing had been.
    let ran = desk.run(&["recover", "out", "--source", "away.img"]);
    ran.check(0);
    let mut moved = said(&desk.path("out"));
    for name in ["path", "absolute_path"] {
        moved.0["sources"][0][name] = expected.0["sources"][0][name].clone();
    }
    check_same(&expected, &moved, "with its source elsewhere");
    fs::remove_dir_all(desk.path("out")).unwrap();
    fs::rename(desk.path("away.img"), desk.path("card.img")).unwrap();

    desk.run(&["scan", "card.img", "--output", "out"]).check(0);
    unname(&desk, "out");
    fs::rename(desk.path("card.img"), desk.path("away.img")).unwrap();
    desk.run(&["recover", "out"]).check(3);
    fs::rename(desk.path("away.img"), desk.path("card.img")).unwrap();
    desk.run(&["scan", "card.img", "--output", "out", "--resume"]).check(0);
    check_same(
        &expected,
        &said(&desk.path("out")),
        "resumed after it was finished without its source",
    );
}
