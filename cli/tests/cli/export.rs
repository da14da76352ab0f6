//! `afterimage export`: photos arranged in a folder.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{Desk, Ran};

fn scanned() -> Desk {
    let desk = Desk::new();
    fs::write(desk.path("card.img"), afterimage_testdata::card::demo().image).unwrap();
    desk.run(&["scan", "card.img", "--output", "out"]).check(0);
    desk
}

/// All files below a folder, by path, with their bytes.
fn below(folder: &Path) -> BTreeSet<(String, Vec<u8>)> {
    let (mut found, mut folders) = (BTreeSet::new(), vec![folder.to_path_buf()]);
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).into_iter().flatten().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                found.insert((name, fs::read(&path).unwrap()));
            }
        }
    }
    found
}

fn told(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap()
}

#[test]
fn all_photos_are_copied_once_and_nothing_is_overwritten() {
    let desk = scanned();
    let to = desk.path("pictures");
    let ran = desk.run(&["export", "out", "--to", "pictures", "--json"]);
    ran.check(0);
    let files = desk.report()["files"].as_array().unwrap().clone();
    let written: Vec<_> = files.iter().filter(|file| file["path"].is_string()).collect();
    let said = told(&ran);
    assert_eq!(said["photos"].as_array().unwrap().len(), written.len());
    for photo in said["photos"].as_array().unwrap() {
        let file = files.iter().find(|file| file["id"] == photo["id"]).unwrap();
        let bytes = fs::read(to.join(photo["path"].as_str().unwrap())).unwrap();
        assert_eq!(file["blake3"], blake3::hash(&bytes).to_hex().as_str(), "{photo}");
        assert_eq!(photo["how"], "copied");
        let time = |path: &Path| fs::metadata(path).unwrap().modified().unwrap();
        let from = desk.path("out").join(file["path"].as_str().unwrap());
        assert_eq!(time(&to.join(photo["path"].as_str().unwrap())), time(&from), "{photo}");
    }
    let before = below(&to);
    assert_eq!(before.len(), written.len(), "nothing else is left there");
    let again = desk.run(&["export", "out", "--to", "pictures", "--json"]);
    again.check(0);
    assert!(told(&again)["photos"].as_array().unwrap().iter().all(|one| one["how"] == "there"));
    assert_eq!(below(&to), before);
    // A photo that somebody else has put there keeps its name.
    let (name, bytes) = before.first().unwrap();
    fs::write(to.join(name), b"mine").unwrap();
    desk.run(&["export", "out", "--to", "pictures"]).says("1 photo was copied");
    assert_eq!(fs::read(to.join(name)).unwrap(), b"mine");
    assert!(below(&to).iter().filter(|(_, other)| other == bytes).count() >= 1);
}

#[test]
fn photos_go_where_a_template_says() {
    let desk = scanned();
    let arrange = |by: &str, to: &str| desk.run(&["export", "out", "--to", to, "--by", by]);
    arrange("{format}/{grade}/{id}", "ids").check(0);
    for (path, _) in below(&desk.path("ids")) {
        let (format, name) = (path.split('/').next().unwrap(), path.rsplit('/').next().unwrap());
        let id: u64 = name.split('.').next().unwrap().parse().unwrap();
        let files = desk.report()["files"].as_array().unwrap().clone();
        let file = files.iter().find(|file| file["id"] == id).unwrap();
        assert_eq!(file["format"], format, "{path}");
    }
    arrange("folder", "folders").check(0);
    let known = below(&desk.path("folders"));
    assert!(known.iter().any(|(path, _)| path.starts_with("DCIM/100AFTER/")), "the card's folders");
    let wrong = arrange("{yeer}/{name}", "wrong");
    wrong.check(2);
    wrong.complains(&["{yeer} is no token", "{year}, {month}"]);
    assert!(!desk.path("wrong").exists());
}

#[test]
fn a_selection_and_formats_choose() {
    let desk = scanned();
    let files = desk.report()["files"].as_array().unwrap().clone();
    let written = files.iter().find(|file| file["path"].is_string()).unwrap();
    let unwritten = files
        .iter()
        .find(|file| {
            file["path"].is_null() && file["parent"].is_null() && file["duplicate_of"].is_null()
        })
        .unwrap();
    fs::write(desk.path("one.txt"), format!("{}\n", written["id"])).unwrap();
    let ran = desk.run(&["export", "out", "--to", "one", "--select", "one.txt", "--json"]);
    ran.check(0);
    assert_eq!(told(&ran)["photos"].as_array().unwrap().len(), 1);
    fs::write(desk.path("more.txt"), format!("{}\n99999\n", unwritten["id"])).unwrap();
    let ran = desk.run(&["export", "out", "--to", "more", "--select", "more.txt"]);
    ran.check(2);
    assert!(
        ran.err.contains("not written yet") && ran.err.contains("names nothing"),
        "{}",
        ran.err
    );
    let ran = desk.run(&["export", "out", "--to", "none", "--format", "x3f"]);
    ran.check(1);
    desk.run(&["export", "out", "--to", "few", "--format", "jpeg"]).check(0);
    assert!(below(&desk.path("few")).iter().all(|(path, _)| {
        let path = path.to_lowercase();
        path.ends_with(".jpg") || path.ends_with(".jpeg")
    }));
}

#[test]
fn a_photo_that_was_changed_since_is_told_and_left() {
    let desk = scanned();
    let report = desk.report();
    let mut own = report["files"].as_array().unwrap().iter();
    let path = own.find_map(|file| file["path"].as_str()).unwrap();
    let file = desk.path("out").join(path);
    let mut bytes = fs::read(&file).unwrap();
    bytes[100] ^= 1;
    fs::write(&file, bytes).unwrap();
    let ran = desk.run(&["export", "out", "--to", "pictures", "--json"]);
    ran.check(2);
    assert_eq!(told(&ran)["refused"].as_array().unwrap().len(), 1);
    assert!(below(&desk.path("pictures")).iter().all(|(path, _)| !path.contains(".afterimage")));
}

#[test]
fn photos_are_not_arranged_among_what_a_scan_wrote() {
    let desk = scanned();
    for to in ["out", "out/photos", "out/.afterimage/store", "out/report/thumbs", "card.img"] {
        let ran = desk.run(&["export", "out", "--to", to]);
        ran.check(2);
        assert!(ran.err.contains("cannot write to"), "{to}: {}", ran.err);
    }
    desk.run(&["export", "out", "--to", "out/arranged"]).check(0);
}

#[cfg(not(feature = "heic"))]
#[test]
fn without_its_decoder_heic_stays_heic_and_that_is_said() {
    let desk = scanned();
    let ran = desk.run(&["export", "out", "--to", "pictures", "--jpeg"]);
    ran.check(2);
    ran.complains(&["cannot turn HEIC into JPEG", "--features heic"]);
    assert!(!desk.path("pictures").exists());
}

#[test]
fn what_is_there_already_is_left_whatever_was_exported_first() {
    let desk = scanned();
    let written: Vec<Value> = {
        let files = desk.report()["files"].as_array().unwrap().clone();
        let is_jpeg = |file: &Value| file["path"].is_string() && file["format"] == "jpeg";
        files.into_iter().filter(is_jpeg).collect()
    };
    assert!(written.len() > 2);
    let export = |more: &[&str]| {
        // All photos of a format want the same name.
        let all = ["export", "out", "--to", "pictures", "--by", "{format}", "--format", "jpeg"];
        let ran = desk.run(&[&all[..], &["--json"], more].concat());
        ran.check(0);
        told(&ran)
    };
    for file in written[1..].iter().rev() {
        fs::write(desk.path("one.txt"), format!("{}\n", file["id"])).unwrap();
        assert_eq!(export(&["--select", "one.txt"])["photos"][0]["how"], "copied");
    }
    let before = below(&desk.path("pictures"));
    let said = export(&[]);
    let copied = said["photos"].as_array().unwrap().iter().filter(|photo| photo["how"] == "copied");
    assert_eq!(copied.count(), 1, "only the one that was not there: {said}");
    let after = below(&desk.path("pictures"));
    assert!(after.is_superset(&before) && after.len() == written.len());
    export(&[]);
    assert_eq!(below(&desk.path("pictures")), after);
}

#[test]
fn a_name_that_is_inferred_or_made_is_told_from_one_that_was_recorded() {
    let desk = scanned();
    let said = told(&desk.run(&["export", "out", "--to", "pictures", "--json"]));
    let files = desk.report()["files"].as_array().unwrap().clone();
    for photo in said["photos"].as_array().unwrap() {
        let file = files.iter().find(|file| file["id"] == photo["id"]).unwrap();
        let is_copied = files.iter().any(|other| other["duplicate_of"] == file["id"]);
        if is_copied || file["pair"].is_number() {
            // Another file may have given it its name.
            continue;
        }
        match photo["name"].as_str().unwrap() {
            "recorded" => assert!(file["original_path"].is_string(), "{photo} {file}"),
            "made" => assert!(file["original_path"].is_null(), "{photo} {file}"),
            other => assert_eq!((other, &file["name_inferred"]), ("inferred", &Value::Bool(true))),
        }
    }
    let all = said["photos"].as_array().unwrap();
    let inferred = all.iter().filter(|one| one["name"] == "inferred").count();
    assert!(inferred > 0 && inferred < all.len());
    let line = format!("Of {inferred} photos, part of the name is inferred");
    desk.run(&["export", "out", "--to", "pictures"]).says(&line);
    // A scan without file systems knows no names.
    desk.run(&["scan", "card.img", "--output", "bare", "--no-filesystem"]).check(0);
    desk.run(&["export", "bare", "--to", "more"]).says("no name that was recorded");
}
