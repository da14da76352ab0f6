//! Dropbox.

use std::fs;

use serde_json::{Value, json};

use crate::desk::Desk;
use crate::fake::Fault;
use crate::fake::dropbox::Kind;

#[test]
fn what_was_deleted_is_listed_and_nothing_else() {
    let desk = Desk::new();
    {
        let mut state = desk.fake.state();
        let dropbox = &mut state.dropbox;
        dropbox.page = Some(3);
        dropbox.add("/Photos", Kind::Folder, b"");
        dropbox.add("/Photos/live.jpg", Kind::File, b"live");
        dropbox.add("/Photos/Été.JPG", Kind::DeletedFile, b"summer");
        dropbox.add("/Photos/old.jpg", Kind::DeletedFile, b"old");
        // The same path is there again, further on in the list.
        dropbox.add("/Photos/OLD.jpg", Kind::File, b"new");
        dropbox.add("/Photos/notes.txt", Kind::DeletedFile, b"notes");
        dropbox.add("/Trip.jpg", Kind::DeletedFolder, b"");
        // It lies elsewhere now.
        dropbox.add("/Photos/moved.jpg", Kind::DeletedFile, b"moved");
        let id = dropbox.entries.last().unwrap().id.clone();
        dropbox.add("/Kept/moved.jpg", Kind::File, b"moved").id = id;
        dropbox.add("/Photos/gone.jpg", Kind::DeletedFile, b"gone").is_kept = false;
    }
    let ran = desk.run("list", "dropbox", &["--json"]);
    ran.check(0);
    assert_eq!(ran.files("path"), ["/Photos/gone.jpg", "/Photos/Été.JPG"]);
    let json = ran.json();
    assert_eq!(json["files"][0]["no_restore"], "Dropbox does not keep it any longer");
    assert_eq!(json["files"][1]["deleted"], "2026-11-20T08:00:00Z");
    assert_eq!(json["files"][1]["modified"], "2024-05-31T18:00:00Z");
    assert_eq!(json["files"][1]["content_hash"].as_str().map(str::len), Some(64));
    assert_eq!(json["left_out"]["type_or_name"], 3);
    assert_eq!(desk.fake.asked("POST /2/files/list_folder/continue"), 3);
    desk.fake.rejected_nothing();
}

#[test]
fn a_list_that_loses_its_place_begins_anew() {
    let desk = Desk::new();
    for n in 0..5 {
        desk.fake.state().dropbox.add(&format!("/{n}.jpg"), Kind::DeletedFile, b"x");
    }
    desk.fake.state().dropbox.page = Some(2);
    desk.fake.state().dropbox.resets = 2;
    let ran = desk.run("list", "dropbox", &["--json"]);
    ran.check(0);
    assert_eq!(ran.files("path").len(), 5);
    desk.fake.state().dropbox.resets = 99;
    let ran = desk.run("list", "dropbox", &["--json"]);
    ran.check(2);
    ran.complains(&["cannot list the deleted files of Dropbox", "reset"]);
    desk.fake.rejected_nothing();
}

#[test]
fn downloads_are_proven_by_the_content_hash() {
    let desk = Desk::new();
    // More than two blocks of 4 MiB.
    let large: Vec<u8> =
        (0..9_000_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    {
        let mut state = desk.fake.state();
        let dropbox = &mut state.dropbox;
        dropbox.add("/Été 🏖/large.mp4", Kind::DeletedFile, &large);
        dropbox.add("/empty.jpg", Kind::DeletedFile, b"");
        dropbox.add("/wrong.jpg", Kind::DeletedFile, b"wrong");
        let rev = dropbox.entries.last().unwrap().rev.clone();
        dropbox.corrupt.push(rev);
        dropbox.add("/gone.jpg", Kind::DeletedFile, b"gone").is_kept = false;
    }
    let ran = desk.run("download", "dropbox", &["-o", "out", "--json"]);
    ran.check(3);
    ran.complains(&["cannot download /wrong.jpg", "content hash"]);
    ran.complains(&["cannot download /gone.jpg", "path/not_found/... (status 409)"]);
    let written = desk.written("out");
    assert_eq!(written.len(), 2);
    assert!(written[0].0 == "empty.jpg" && written[0].1.is_empty());
    assert!(written[1].0 == "Été 🏖/large.mp4" && written[1].1 == large);
    let json = ran.json();
    let proven = json["files"].as_array().unwrap().iter().filter(|file| file["proven"] == true);
    assert_eq!(proven.count(), 2);
    desk.fake.rejected_nothing();
}

#[test]
fn a_revision_is_restored_where_it_was() {
    let desk = Desk::new();
    desk.fake.state().dropbox.add("/Trip/Été.jpg", Kind::DeletedFile, b"summer");
    desk.fake.state().dropbox.add("/Trip/gone.jpg", Kind::DeletedFile, b"gone").is_kept = false;
    desk.run("list", "dropbox", &[]).check(0);
    let ran = desk.run("restore", "dropbox", &["--dry-run"]);
    ran.check(3);
    assert!(!ran.consented && ran.out.contains("would be restored  /Trip/Été.jpg"), "{}", ran.out);
    let ran = desk.run("restore", "dropbox", &["--json"]);
    ran.check(3);
    ran.complains(&["cannot restore /Trip/gone.jpg", "does not keep it"]);
    assert!(ran.consented, "to read is not to write");
    assert_eq!(ran.json()["files"][1]["restored"], true);
    assert_eq!(desk.fake.asked("POST /2/files/restore"), 1);
    // What was granted before is granted still.
    let tokens: Value = serde_json::from_slice(&fs::read(desk.tokens("dropbox")).unwrap()).unwrap();
    assert_eq!(
        tokens["scopes"],
        json!(["files.metadata.read", "files.content.write", "files.content.read"])
    );
    let ran = desk.run("list", "dropbox", &["--json"]);
    assert_eq!(ran.files("path"), ["/Trip/gone.jpg"]);
    desk.fake.rejected_nothing();
}

#[test]
fn dropbox_may_be_busy_and_tokens_end_there_too() {
    let desk = Desk::new();
    desk.fake.state().dropbox.add("/a.jpg", Kind::DeletedFile, b"a");
    desk.run("list", "dropbox", &[]).check(0);
    desk.fake.state().dropbox_consents.expire();
    desk.fake.state().faults.push(Fault {
        path: "/2/files/list_revisions",
        after: 0,
        times: 2,
        status: 429,
        headers: vec![("Retry-After", "0")],
        body: json!({ "error_summary": "too_many_requests/..", "error": { "reason": {
            ".tag": "too_many_requests" }, "retry_after": 0 } }),
    });
    let ran = desk.run("list", "dropbox", &["--json"]);
    ran.check(0);
    assert!(!ran.consented);
    assert_eq!(ran.files("path"), ["/a.jpg"]);
    assert_eq!(desk.fake.asked("POST /oauth2/token"), 2);
    desk.fake.rejected_nothing();
}
