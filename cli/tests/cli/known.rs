//! What somebody has already is not written again.

use std::fs;

use serde_json::Value;

use super::{Desk, photo};

/// The digests of a photo by the programs that print them.
fn sum(program: &str, desk: &Desk, name: &str) -> String {
    let output = std::process::Command::new(program).arg(name).current_dir(desk.path("")).output();
    String::from_utf8(output.unwrap().stdout).unwrap()
}

impl Desk {
    fn known(&self, known: &str, photos: u64) -> Value {
        fs::remove_dir_all(self.path("out")).ok();
        let ran = self.run(&["scan", "card.img", "--output", "out", "--known", known]);
        ran.check(0);
        ran.says("known already from");
        let report = self.report();
        assert_eq!(report["summary"]["photos"], photos, "{known}");
        assert_eq!(self.written("photos").len() as u64, photos, "{known}");
        assert_eq!(report["summary"]["known"], 3 - photos, "{known}");
        assert_eq!(report["options"]["known"][0], known);
        let files = report["files"].as_array().unwrap().iter();
        files.filter(|file| file["disposition"] == "known").cloned().collect()
    }
}

fn desk() -> Desk {
    let desk = Desk::new();
    desk.card("card.img", &[&photo(1), &photo(2), &photo(3)]);
    fs::create_dir_all(desk.path("mine/2023")).unwrap();
    fs::write(desk.path("mine/2023/a.png"), photo(1)).unwrap();
    fs::write(desk.path("mine/b.png"), photo(2)).unwrap();
    fs::write(desk.path("mine/notes.txt"), "mine").unwrap();
    desk
}

#[test]
fn photos_of_a_folder_are_left_out_and_told() {
    let desk = desk();
    let files = desk.known("mine", 1);
    let from: Vec<_> = files.as_array().unwrap().iter().map(|file| &file["known"]).collect();
    assert_eq!(from[0]["by"], "mine");
    assert_eq!((&from[0]["path"], &from[1]["path"]), (&"2023/a.png".into(), &"b.png".into()));
    assert_eq!(from[0]["algorithm"], "blake3");
    assert!(files[0].get("path").is_none());
}

#[test]
fn lists_of_all_forms_tell_what_is_known() {
    let desk = desk();
    for program in ["md5sum", "sha1sum", "sha256sum"] {
        let lines = format!(
            "# mine\n{}{}",
            sum(program, &desk, "mine/2023/a.png"),
            sum(program, &desk, "mine/b.png")
        );
        fs::write(desk.path("list.txt"), &lines).unwrap();
        let files = desk.known("list.txt", 1);
        assert_eq!(
            (&files[0]["known"]["entry"], &files[1]["known"]["entry"]),
            (&2.into(), &3.into()),
            "{program}"
        );
    }
    let b3 = blake3::hash(&photo(2)).to_hex();
    fs::write(desk.path("card.b3"), format!("{b3}  b.png\n")).unwrap();
    desk.known("card.b3", 2);
    let sha1 = sum("sha1sum", &desk, "mine/b.png")[..40].to_uppercase();
    let md5 = "00".repeat(16);
    let nsrl = format!(
        "\"SHA-1\",\"MD5\",\"CRC32\",\"FileName\",\"FileSize\",\"ProductCode\",\"OpSystemCode\",\"SpecialCode\"\r\n\
         \"{}\",\"{md5}\",\"00000000\",\"x.dll\",1,2,\"3\",\"\"\r\n\"{sha1}\",\"{md5}\",\"00000000\",\"b.png\",1,2,\"3\",\"\"\r\n",
        "11".repeat(20)
    );
    fs::write(desk.path("NSRLFile.txt"), nsrl).unwrap();
    let files = desk.known("NSRLFile.txt", 2);
    assert_eq!(
        (&files[0]["known"]["entry"], &files[0]["known"]["algorithm"]),
        (&3.into(), &"sha1".into())
    );
}

#[test]
fn what_an_earlier_scan_wrote_is_known_and_what_it_did_not_is_not() {
    let desk = desk();
    desk.card("first.img", &[&photo(1), &photo(3)]);
    desk.run(&["scan", "first.img", "--output", "first"]).check(0);
    desk.known("first", 1);
    desk.known("first/report.json", 1);
    // A copy of the report elsewhere, by whatever name.
    fs::copy(desk.path("first/report.json"), desk.path("old.json")).unwrap();
    desk.known("old.json", 1);
    desk.run(&["scan", "first.img", "--output", "dry", "--dry-run"]).check(0);
    let ran = desk.run(&["scan", "card.img", "--output", "x", "--known", "dry"]);
    ran.check(2);
    ran.complains(&["cannot use dry as what is known: no photo that it lists was written"]);
    desk.run(&["scan", "first.img", "--batch", "--output", "batch"]).check(0);
    desk.known("batch", 1);
}

#[test]
fn what_is_known_counts_for_every_image_of_a_batch() {
    let desk = desk();
    desk.card("other.img", &[&photo(2), &photo(4)]);
    let scan = ["scan", "card.img", "other.img", "--batch", "--output", "out", "--known", "mine"];
    desk.run(&scan).check(0);
    assert_eq!(
        (desk.report()["summary"]["photos"].clone(), desk.report()["summary"]["known"].clone()),
        (2.into(), 3.into())
    );
    assert_eq!(desk.written("other.img/photos").len(), 1);
}

#[test]
fn all_that_is_found_may_be_known_and_that_is_no_failure() {
    let desk = desk();
    fs::write(desk.path("mine/c.png"), photo(3)).unwrap();
    desk.known("mine", 0);
    let ran = desk.run(&["scan", "card.img", "--list", "--known", "mine"]);
    ran.check(0);
    assert!(ran.out.contains("known already"), "{}", ran.out);
}

#[test]
fn what_tells_nothing_is_refused() {
    let desk = desk();
    fs::create_dir(desk.path("empty")).unwrap();
    fs::write(desk.path("nothing.txt"), "hello\n").unwrap();
    fs::write(desk.path("rds.db"), [&b"SQLite format 3\0"[..], &[0; 500]].concat()).unwrap();
    fs::write(desk.path("broken.json"), "{\"schema\":\"afterimage-report/1\",").unwrap();
    for (name, why) in [
        ("empty", "no file is in this folder"),
        ("nothing.txt", "it holds no MD5"),
        ("rds.db", "it is a database"),
        ("card.img", "it is no text"),
        ("broken.json", "damaged"),
        ("missing", "No such file"),
    ] {
        let ran = desk.run(&["scan", "card.img", "--output", "out", "--known", name]);
        ran.check(2);
        ran.complains(&[&format!("cannot use {name} as what is known"), why, "with --known"]);
        assert!(!desk.path("out").exists());
    }
}
