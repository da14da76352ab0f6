//! Every number that is said of a run follows from its `files` alone, in reports of every kind; and each report is as
//! its schema says.

use std::collections::BTreeMap;
use std::fs;
use std::process::{Command, Stdio};

use afterimage_engine::report::ReportHead;
use afterimage_engine::words;
use afterimage_testdata::card;
use serde_json::{Map, Value, json};

use super::counts::mixed;
use super::{Desk, noise, photo, schema, wait_for};

/// What `files` come to, in the words of the summary.
fn recounted(files: &[Value]) -> Map<String, Value> {
    let text = |file: &Value, key: &str| file[key].as_str().unwrap_or_default().to_owned();
    let by = |key: &str| {
        let mut counts = BTreeMap::<String, u64>::new();
        files.iter().for_each(|file| *counts.entry(text(file, key)).or_default() += 1);
        json!(counts)
    };
    let is_video = |file: &&&Value| text(file, "mime").starts_with("video/");
    let (inside, own): (Vec<&Value>, Vec<&Value>) =
        files.iter().partition(|file| file.get("parent").is_some());
    let of = |word: &'static str| own.iter().filter(move |file| file["disposition"] == word);
    let videos = of("recovered").filter(is_video).count();
    let size = |file: &Value| file["size"].as_u64().unwrap();
    // Best grades last, as the report orders them.
    let grades = ["partial", "damaged", "repaired", "structural", "verified"];
    let rank = |grade: &str| grades.iter().position(|one| *one == grade).unwrap();
    let mut rows = BTreeMap::<(String, usize), (bool, u64, u64)>::new();
    for file in of("recovered") {
        let row = rows.entry((text(file, "format"), rank(&text(file, "grade")))).or_default();
        *row = (text(file, "mime").starts_with("video/"), row.1 + 1, row.2 + size(file));
    }
    let Value::Object(counted) = json!({
        "files": files.len(),
        "bytes": files.iter().map(size).sum::<u64>(),
        "by_format": by("format"),
        "by_grade": by("grade"),
        "by_origin": by("origin"),
        "duplicates": files.iter().filter(|file| file.get("duplicate_of").is_some()).count(),
        "photos": of("recovered").count() - videos,
        "videos": videos,
        "live": of("live").count(),
        "live_videos": of("live").filter(is_video).count(),
        "copies": of("copy").count(),
        "unseen": of("unseen").count(),
        "surpassed": of("surpassed").count(),
        "known": of("known").count(),
        "known_videos": of("known").filter(is_video).count(),
        "unwritten": of("unwritten").count(),
        "inside": inside.len(),
        "embedded": inside.iter().filter(|file| file["disposition"] == "recovered").count(),
        "recovered": rows.iter().map(|((format, grade), (video, files, bytes))| json!({
            "format": format, "video": video, "grade": grades[*grade], "files": files, "bytes": bytes,
        })).collect::<Vec<_>>(),
    }) else {
        unreachable!("it is an object")
    };
    counted
}

/// Checks the report in a folder; gives it.
#[track_caller]
fn check(desk: &Desk, folder: &str) -> Value {
    let path = desk.path(folder).join("report.json");
    let report: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
    assert_eq!(schema::faults(&report), [""; 0], "{folder}");
    let files = report["files"].as_array().unwrap();
    let mut summary = report["summary"].clone();
    let rows = summary.get_mut("recovered").and_then(Value::as_array_mut);
    for row in rows.into_iter().flatten() {
        row.as_object_mut().unwrap().entry("video").or_insert(json!(false));
    }
    for (key, value) in recounted(files) {
        let is_nothing = value == json!(0) || value == json!([]);
        match summary.get(&key) {
            None => assert!(is_nothing, "{folder}: {key} is missing, and is {value}"),
            Some(said) => assert_eq!(said, &value, "{folder}: {key}"),
        }
    }
    // What is written is what is called so, and nothing else has a path.
    for file in files.iter().filter(|file| file.get("path").is_some()) {
        assert_eq!(file["disposition"], "recovered", "{folder}: {file}");
    }
    let is_dry = report["options"]["dry_run"] == true;
    let own = files.iter().filter(|file| file.get("parent").is_none());
    for file in own.filter(|file| file["disposition"] == "recovered" && !is_dry) {
        assert!(file.get("path").is_some(), "{folder}: {file}");
    }
    report
}

/// Checks a report and that `said` of `ran` is what the words make of it.
#[track_caller]
fn check_said(desk: &Desk, folder: &str, ran: &str) -> Value {
    let report = check(desk, folder);
    let head: ReportHead = serde_json::from_value(report.clone()).unwrap();
    let ran: Value = serde_json::from_str(ran).unwrap();
    assert_eq!(ran["said"], json!(words::tell(&head)), "{folder}");
    assert_eq!(ran["summary"], report["summary"], "{folder}");
    report
}

#[test]
fn every_number_of_a_scan_follows_from_its_files() {
    for image in [card::demo().image, mixed()] {
        let desk = Desk::new();
        fs::write(desk.path("card.img"), image).unwrap();
        let kinds: [&[&str]; 8] = [
            &[],
            &["--dry-run"],
            &["--all"],
            &["--embedded"],
            &["--quick", "--no-filesystem"],
            &["--format", "video"],
            &["--min-size", "3K", "--path", "DCIM/**"],
            &["--min-pixels", "100MP"],
        ];
        for (index, options) in kinds.iter().enumerate() {
            let folder = format!("out{index}");
            let scan = [&["scan", "card.img", "--json", "--output", &folder], *options].concat();
            check_said(&desk, &folder, &desk.run(&scan).out);
        }
    }
}

#[test]
fn what_embedded_would_write_is_what_it_writes() {
    for image in [card::demo().image, mixed()] {
        let desk = Desk::new();
        fs::write(desk.path("card.img"), image).unwrap();
        for more in [&[][..], &["--all"], &["--format", "jpeg"], &["--min-size", "5K"]] {
            let scan = |folder: &str, also: &[&str]| {
                let scan = ["scan", "card.img", "--output", folder];
                desk.run(&[&scan[..], more, also].concat());
                let report = check(&desk, folder);
                fs::remove_dir_all(desk.path(folder)).unwrap();
                report
            };
            let without = scan("without", &[]);
            let with = scan("with", &["--embedded"]);
            let written = with["files"].as_array().unwrap().iter();
            let written = written
                .filter(|file| file.get("parent").is_some_and(|_| file.get("path").is_some()));
            assert_eq!(without["summary"]["embedded"], written.count(), "{more:?}");
            assert_eq!(without["summary"]["embedded"], with["summary"]["embedded"], "{more:?}");
        }
    }
}

#[test]
fn every_number_holds_after_photos_were_recovered_of_a_report() {
    let desk = Desk::new();
    fs::write(desk.path("card.img"), card::demo().image).unwrap();
    for (folder, more) in [("dry", &[][..]), ("dry-all", &["--all", "--embedded"])] {
        let scan = ["scan", "card.img", "--dry-run", "--output", folder];
        desk.run(&[&scan[..], more].concat()).check(0);
        let before = check(&desk, folder);
        fs::write(desk.path("wanted.txt"), "1\n2\n").unwrap();
        desk.run(&["recover", folder, "--select", "wanted.txt", "--to", &format!("{folder}-to")]);
        let chosen = check(&desk, &format!("{folder}-to"));
        assert!(chosen["summary"]["unwritten"].as_u64() > Some(0), "{}", chosen["summary"]);
        desk.run(&["recover", folder, "--select", "wanted.txt"]).check(0);
        check(&desk, folder);
        desk.run(&["recover", folder]).check(0);
        let after = check(&desk, folder);
        assert_eq!(before["summary"], after["summary"], "all that was promised came");
    }
}

#[test]
fn every_number_holds_for_what_survives_elsewhere() {
    let desk = Desk::new();
    for (name, seed) in [("photos/a.png", 1), ("photos/b.png", 2), (".Trash-0/files/c.png", 3)] {
        let path = desk.path("home").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, photo(seed)).unwrap();
    }
    desk.run(&["find", "home", "--output", "found"]);
    let report = check(&desk, "found");
    assert_eq!(report["summary"]["files"], 3);
    desk.run(&["find", "home", "--all", "--output", "all"]).check(0);
    assert_eq!(check(&desk, "all")["summary"]["photos"], 3);
}

#[cfg(unix)]
#[test]
fn every_number_holds_for_a_scan_that_was_stopped() {
    let desk = Desk::new();
    let mut card = card::demo().image;
    card.extend(noise(1 << 20).repeat(128));
    fs::write(desk.path("card.img"), card).unwrap();
    let slow = ["--threads", "1", "--chunk-size", "4K", "--hash-source", "--hash", "sha1,md5"];
    let scan = [&["scan", "card.img", "--json", "--output", "out"][..], &slow].concat();
    let child = desk.command(&scan).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    wait_for(&desk.path("out/.afterimage/scan.log"));
    let kill = format!("kill -INT {}", child.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    let report = check_said(&desk, "out", &String::from_utf8(output.stdout).unwrap());
    assert_eq!(report["ended"], "stopped");
}
