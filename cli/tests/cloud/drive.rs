//! Google Drive.

use std::fs;
use std::time::{Duration, Instant, SystemTime};

use serde_json::json;

use crate::desk::Desk;
use crate::fake::Fault;

/// Bytes that differ from all others.
fn content(n: usize) -> Vec<u8> {
    format!("content of {n}").repeat(n + 1).into_bytes()
}

fn fault(path: &'static str, after: u32, times: u32, status: u16) -> Fault {
    let body = json!({ "error": { "message": "not now" } });
    Fault { path, after, times, status, headers: vec![], body }
}

#[test]
fn all_pages_are_listed() {
    let desk = Desk::new();
    for n in 0..2345 {
        desk.fake.state().drive.add(&format!("f{n}"), &format!("IMG_{n:04}.JPG"), b"x", json!({}));
    }
    let ran = desk.run("list", "drive", &["--json"]);
    ran.check(0);
    let names = ran.files("name");
    assert_eq!(names.len(), 2345);
    assert!(names.is_sorted() && names[2344] == "IMG_2344.JPG");
    assert_eq!(desk.fake.asked("GET /drive/v3/files "), 3);
    let json = ran.json();
    let file = &json["files"][0];
    assert_eq!(file["taken"], "2024-05-31T18:00:00");
    assert_eq!(file["md5"], "9dd4e461268c8034f5c8564e155c67a6");
    assert_eq!(file["size"], 1);
    desk.fake.rejected_nothing();
}

#[test]
fn only_what_is_wanted_is_listed() {
    let desk = Desk::new();
    {
        let mut state = desk.fake.state();
        let drive = &mut state.drive;
        drive.add("1", "a.jpg", b"1", json!({}));
        drive.add("2", "b.mp4", b"2", json!({ "mimeType": "video/mp4" }));
        drive.add("3", "c.txt", b"3", json!({ "mimeType": "text/plain" }));
        drive.add("4", "d.CR3", b"4", json!({ "mimeType": "application/octet-stream" }));
        let old = json!({ "imageMediaMetadata": { "time": "2019:01:01 00:00:00" } });
        drive.add("5", "e.jpg", b"5", old);
        drive.add("6", "live.jpg", b"6", json!({ "trashed": false, "explicitlyTrashed": false }));
    }
    let names = |more: &[&str]| {
        let ran = desk.run("list", "drive", &[more, &["--json"]].concat());
        ran.files("name").join(" ")
    };
    assert_eq!(names(&[]), "a.jpg b.mp4 d.CR3 e.jpg");
    assert_eq!(names(&["--type", "video"]), "b.mp4");
    assert_eq!(names(&["--all-types"]), "a.jpg b.mp4 c.txt d.CR3 e.jpg");
    assert_eq!(names(&["--name", "[AB].*"]), "a.jpg b.mp4");
    assert_eq!(names(&["--since", "2024-01-01", "--type", "photo"]), "a.jpg d.CR3");
    let ran = desk.run("list", "drive", &["--name", "nothing"]);
    ran.check(1);
    desk.fake.rejected_nothing();
}

#[test]
fn a_token_that_ends_on_the_way_is_renewed() {
    let desk = Desk::new();
    for n in 0..1500 {
        desk.fake.state().drive.add(&format!("f{n}"), &format!("{n:04}.jpg"), b"x", json!({}));
    }
    desk.run("list", "drive", &[]).check(0);
    desk.fake.state().faults.push(Fault {
        body: json!({ "error": { "message": "Invalid Credentials" } }),
        ..fault("/drive/v3/files", 1, 1, 401)
    });
    let ran = desk.run("list", "drive", &["--json"]);
    ran.check(0);
    assert_eq!(ran.files("name").len(), 1500);
    assert_eq!(desk.fake.asked("POST /token"), 2);
    // The new token is kept, and is good.
    desk.run("list", "drive", &[]).check(0);
    assert_eq!(desk.fake.asked("POST /token"), 2);
    desk.fake.rejected_nothing();
}

#[test]
fn a_busy_service_is_asked_again_when_it_says_so() {
    let desk = Desk::new();
    desk.fake.state().drive.add("1", "a.jpg", b"1", json!({}));
    desk.run("list", "drive", &[]).check(0);
    let headers = vec![("Retry-After", "1")];
    desk.fake.state().faults.push(Fault { headers, ..fault("/drive/v3/files", 0, 1, 429) });
    let limit = json!({ "error": { "message": "slow", "errors": [{ "reason": "userRateLimitExceeded" }] } });
    desk.fake.state().faults.push(Fault { body: limit, ..fault("/drive/v3/files", 0, 1, 403) });
    desk.fake.state().faults.push(fault("/drive/v3/files", 0, 2, 503));
    let clock = Instant::now();
    let ran = desk.run("list", "drive", &[]);
    ran.check(0);
    assert!(clock.elapsed() >= Duration::from_secs(1));
    assert_eq!(desk.fake.asked("GET /drive/v3/files "), 1 + 5);
    desk.fake.rejected_nothing();
}

#[test]
fn a_service_that_stays_busy_is_given_up() {
    let desk = Desk::new();
    desk.run("list", "drive", &[]).check(1);
    desk.fake.state().faults.push(fault("/drive/v3/files", 0, u32::MAX, 500));
    let ran = desk.run("list", "drive", &[]);
    ran.check(2);
    ran.complains(&["cannot list the trash of Google Drive now: not now; try again later"]);
    assert_eq!(desk.fake.asked("GET /drive/v3/files "), 1 + 7);
    // One that asks for more patience than there is is not asked again.
    desk.fake.state().faults.clear();
    let headers = vec![("Retry-After", "86400")];
    desk.fake.state().faults.push(Fault { headers, ..fault("/drive/v3/files", 0, 9, 429) });
    desk.run("list", "drive", &[]).check(2);
    assert_eq!(desk.fake.asked("GET /drive/v3/files "), 1 + 7 + 1);
}

#[test]
fn a_refusal_is_one_plain_line() {
    let desk = Desk::new();
    desk.run("list", "drive", &[]).check(1);
    desk.fake.state().faults.push(Fault {
        body: json!({ "error": { "message": "No\n\u{1b}[2J way" } }),
        ..fault("/drive/v3/files", 0, 1, 403)
    });
    let ran = desk.run("list", "drive", &[]);
    ran.check(2);
    assert_eq!(
        ran.err,
        "afterimage: cannot list the trash of Google Drive: No ?[2J way (status 403)\n"
    );
    desk.fake
        .state()
        .faults
        .push(Fault { body: json!(["no", "list"]), ..fault("/drive/v3/files", 0, 1, 200) });
    let ran = desk.run("list", "drive", &[]);
    ran.check(2);
    ran.complains(&["cannot be understood"]);
}

#[test]
fn downloads_are_whole_named_dated_and_never_over_others() {
    let desk = Desk::new();
    {
        let mut state = desk.fake.state();
        let drive = &mut state.drive;
        drive.add_root();
        drive.add_folder("trip", "Trip/2024", json!({ "parents": ["photos"] }));
        drive.add(
            "1",
            "a.jpg",
            &content(1),
            json!({ "parents": ["trip"], "explicitlyTrashed": false }),
        );
        drive.add("2", "a.jpg", &content(2), json!({}));
        drive.add("3", "a.jpg", &content(3), json!({}));
        drive.add("4", "../../../evil.jpg", &content(4), json!({}));
        drive.add("5", "nul\u{202e}\n.jpg", &content(5), json!({}));
        drive.add("id with/odd?letters", "b.jpg", &content(6), json!({}));
    }
    fs::create_dir(desk.path("out")).unwrap();
    fs::write(desk.path("out/b.jpg"), "mine").unwrap();
    let ran = desk.run("download", "drive", &["--output", "out", "--json"]);
    // An id with a slash in it is none of Drive's: it stays one part of the path, and is not found.
    ran.check(3);
    let written = desk.written("out");
    let find = |content: &[u8]| {
        let found: Vec<&str> =
            written.iter().filter(|(_, one)| one == content).map(|(path, _)| &**path).collect();
        assert_eq!(found.len(), 1, "{written:?}");
        found[0].to_owned()
    };
    assert_eq!(find(b"mine"), "b.jpg");
    assert_eq!(find(&content(1)), "Photos/Trip_2024/a.jpg");
    assert_eq!(find(&content(4)), ".._.._.._evil.jpg");
    assert_eq!(find(&content(5)), "_nul.jpg");
    let twins = [find(&content(2)), find(&content(3))];
    assert!(
        twins.contains(&"a.jpg".to_owned()) && twins.iter().any(|name| name.starts_with("a_0x"))
    );
    assert_eq!(written.len(), 6, "no part of a download is left: {written:?}");
    let time = fs::metadata(desk.path("out/a.jpg")).unwrap().modified().unwrap();
    assert_eq!(time, SystemTime::UNIX_EPOCH + Duration::from_secs(1_717_178_400));
    // What is there is not downloaded again.
    let before = desk.fake.asked("GET /drive/v3/files/");
    desk.run("download", "drive", &["--output", "out"]).check(3);
    // The two folders, and what is not found.
    assert_eq!(desk.fake.asked("GET /drive/v3/files/"), before + 3);
    assert_eq!(desk.written("out"), written);
    desk.fake.rejected_nothing();
}

#[test]
fn what_is_not_the_file_is_not_kept() {
    let desk = Desk::new();
    {
        let mut state = desk.fake.state();
        let drive = &mut state.drive;
        for id in ["1", "2", "3", "4"] {
            drive.add(id, &format!("{id}.jpg"), b"right", json!({}));
        }
        drive.corrupt.insert("1".to_owned(), (1, b"wrong".to_vec()));
        drive.corrupt.insert("2".to_owned(), (9, b"wrong".to_vec()));
        drive.corrupt.insert("3".to_owned(), (9, b"right and more".to_vec()));
        drive.corrupt.insert("4".to_owned(), (9, b"ri".to_vec()));
    }
    let ran = desk.run("download", "drive", &["--output", "out"]);
    ran.check(3);
    ran.complains(&["cannot download 2.jpg", "MD5"]);
    ran.complains(&["cannot download 3.jpg", "more came"]);
    ran.complains(&["cannot download 4.jpg", "2 bytes came of 5"]);
    assert_eq!(desk.written("out"), [("1.jpg".to_owned(), b"right".to_vec())]);
    assert_eq!(desk.fake.asked("GET /drive/v3/files/2 "), 3);
}

#[test]
fn only_what_can_be_restored_is() {
    let desk = Desk::new();
    {
        let mut state = desk.fake.state();
        let drive = &mut state.drive;
        drive.add("own", "own.jpg", b"1", json!({}));
        let owners = json!([{ "displayName": "Ann", "emailAddress": "ann@example.com" }]);
        drive.add("hers", "hers.jpg", b"2", json!({ "ownedByMe": false, "owners": owners }));
        drive.add_folder("trip", "Trip", json!({}));
        drive.add("in", "in.jpg", b"3", json!({ "parents": ["trip"], "explicitlyTrashed": false }));
        drive.add("no", "no.jpg", b"4", json!({ "refuses": true }));
    }
    let ran = desk.run("restore", "drive", &["--dry-run"]);
    ran.check(3);
    assert!(ran.out.contains("would be restored  own.jpg"), "{}", ran.out);
    assert_eq!(desk.fake.asked("PATCH"), 0);
    let ran = desk.run("restore", "drive", &[]);
    ran.check(3);
    assert!(ran.consented, "to read is not to write");
    ran.complains(&["cannot restore hers.jpg", "it belongs to Ann ann@example.com"]);
    ran.complains(&["cannot restore Trip/in.jpg", "deleted with the folder 'Trip'"]);
    ran.complains(&["cannot restore no.jpg", "sufficient permissions for this file. (status 403)"]);
    assert!(
        ran.out.contains("restored  own.jpg") && ran.out.contains("1 file restored"),
        "{}",
        ran.out
    );
    assert_eq!(desk.fake.asked("PATCH"), 2, "what cannot be restored is not asked for");
    let is_trashed = |id: &str| desk.fake.state().drive.file(id).unwrap()["trashed"] == true;
    assert!(!is_trashed("own") && is_trashed("hers") && is_trashed("in"));
    // The folder brings back what was deleted with it.
    let ran = desk.run("restore", "drive", &["--all-types", "--name", "Trip", "--name", "Trip/**"]);
    ran.check(0);
    assert!(!ran.consented && !is_trashed("trip") && !is_trashed("in"));
    assert!(ran.out.contains("restored  Trip/in.jpg"), "{}", ran.out);
    desk.fake.rejected_nothing();
}
