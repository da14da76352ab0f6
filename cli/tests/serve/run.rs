//! A scan that the page starts, watches, and ends.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use afterimage_testdata::card;
use serde_json::{Value, json};

use super::desk::{Desk, Page};

/// The photos of a run that is over, by where they were written.
fn written(page: &Page) -> BTreeSet<String> {
    page.photos().iter().filter_map(|photo| Some(photo["path"].as_str()?.to_owned())).collect()
}

fn interrupt(page: &Page) {
    let kill = format!("kill -INT {}", page.child.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
}

#[test]
fn a_photo_is_recovered_before_the_scan_is_over() {
    let desk = Desk::new();
    let page = desk.serve(&["--read-limit", "500K"]);
    assert_eq!(page.state()["phase"], "choosing");
    let (card, out) = (desk.text("card.img"), desk.text("out"));
    let folders = page.done("api/suggest", &json!({ "path": card }));
    assert!(
        folders["folders"][0]["path"].as_str().unwrap().ends_with("recovered-photos"),
        "{folders}"
    );
    let asked = json!({ "source": card, "output": out });
    let checked = page.done("api/check", &asked);
    assert!(checked["free"].as_u64().unwrap() > 0);
    page.done("api/scan", &asked);
    assert_eq!(page.post("api/scan", &asked).status, 409, "one scan at a time");

    // A photo that is whole and was deleted.
    let is_sound = |photo: &Value| photo["grade"] == "verified" && photo["live"].is_null();
    page.until("found", |_| page.photos().iter().any(is_sound));
    let photo = page.photos().into_iter().find(is_sound).unwrap();
    let generation = page.state()["generation"].as_u64().unwrap();
    let picture = page.get(&format!("picture/{generation}/{}", photo["id"]));
    assert_eq!(picture.status, 200);
    assert!(picture.head.contains("Content-Type: image/"), "{}", picture.head);
    assert!(picture.head.contains("sandbox"), "{}", picture.head);

    page.done("api/choose", &json!({ "ids": [photo["id"], 999_999] }));
    let state = page.until("saved", |state| state["picks"]["saved"] == 1);
    assert_eq!(state["phase"], "scanning", "it is not over: {state}");
    let news = page.get(&format!("api/photos?generation={generation}&picks_after=0")).json();
    let path = news["picks"].as_array().unwrap().iter().find_map(|pick| pick["path"].as_str());
    let saved = fs::read(desk.path("out").join(path.unwrap())).unwrap();
    assert!(path.unwrap().starts_with("chosen/"), "{path:?}");
    assert!(!desk.path("out/report.json").exists(), "it is not over");

    // The tab is closed and opened again: a page that knows nothing is told all.
    let before = page.photos();
    assert!(before.iter().any(|again| again["id"] == photo["id"]));
    assert_eq!(page.get("").status, 200);

    let state = page.until("over", |state| state["phase"] == "finished");
    assert_eq!(state["ended"]["incomplete"], false, "{state}");
    let report: Value =
        serde_json::from_slice(&fs::read(desk.path("out/report.json")).unwrap()).unwrap();
    let of_report = report["files"].as_array().unwrap().iter();
    let paths: BTreeSet<String> =
        of_report.filter_map(|file| Some(file["path"].as_str()?.to_owned())).collect();
    assert_eq!(written(&page), paths);
    // What was saved early is one of the photos, and stays beside them.
    let photos = paths.iter().map(|path| fs::read(desk.path("out").join(path)).unwrap());
    assert!(photos.into_iter().any(|bytes| bytes == saved));
    assert!(desk.path("out").join(path.unwrap()).exists());
    let known = card::demo().photos.len();
    assert!(paths.len() * 2 > known, "{} of {known}", paths.len());
    assert!(page.post("api/choose", &json!({ "ids": [1] })).json()["error"].is_string());

    gallery(&page, &paths);
    assert_eq!(page.quit().0, 0);
}

/// The gallery is served, and nothing beside what the report names.
fn gallery(page: &Page, paths: &BTreeSet<String>) {
    assert_eq!(page.state()["gallery"], true);
    let answer = page.get("gallery/report.html");
    assert_eq!(answer.status, 200);
    assert!(answer.head.contains("sandbox allow-scripts"), "{}", answer.head);
    assert!(!answer.head.contains("allow-same-origin"), "{}", answer.head);
    let path = paths.first().unwrap();
    let coded: String = path.bytes().map(|byte| format!("%{byte:02x}")).collect();
    for path in [path, &coded] {
        let answer = page.get(&format!("gallery/{path}"));
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.head.contains("default-src 'none'"), "{}", answer.head);
    }
    let others = [
        "report.json",
        ".afterimage/scan.log",
        "../card.img",
        "%2e%2e/card.img",
        "..%2fcard.img",
        "photos/../../card.img",
        "photos/%2e%2e/%2e%2e/card.img",
        "photos%5c..%5c..%5ccard.img",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "photos/%00",
        "photos/",
        "",
    ];
    for path in others {
        assert_eq!(page.get(&format!("gallery/{path}")).status, 404, "{path}");
    }
}

#[test]
fn photos_of_a_finished_run_are_shown_and_copied() {
    let desk = Desk::new();
    let scanned =
        desk.command(&["scan", "card.img", "--output", "out", "--dry-run"]).output().unwrap();
    assert!(scanned.status.success());
    let page = desk.serve(&["out"]);
    let state = page.state();
    assert_eq!(
        (&state["phase"], state["sources"].as_array().unwrap().len()),
        (&json!("finished"), 1)
    );
    assert!(written(&page).is_empty(), "a dry run writes none");
    let photos = page.photos();
    let ids: Vec<&Value> =
        photos.iter().filter(|one| one["grade"] == "verified").map(|one| &one["id"]).collect();
    assert!(ids.len() > 2, "{photos:?}");
    page.done("api/recover", &json!({ "ids": ids[..2] }));
    let is_done = |state: &Value| state["recovery"]["running"] == false;
    let state = page.until("written", is_done);
    assert!(
        state["recovery"]["headline"].as_str().unwrap().starts_with("2 photos were written"),
        "{state}"
    );
    assert_eq!(written(&page).len(), 2);
    page.done("api/recover", &json!({ "ids": ids[2..3], "to": desk.text("elsewhere") }));
    page.until("written", is_done);
    assert!(desk.path("elsewhere/report.json").exists() && desk.path("elsewhere/photos").exists());
    // Never onto what is searched.
    page.done("api/recover", &json!({ "ids": ids, "to": desk.text("card.img") }));
    let state = page.until("refused", is_done);
    assert!(state["recovery"]["headline"].as_str().unwrap().contains("cannot write to"), "{state}");
    assert_eq!(page.quit().0, 0);
}

#[test]
fn a_scan_that_is_stopped_is_gone_on_with() {
    let desk = Desk::new();
    let page = desk.serve(&["card.img", "--read-limit", "500K"]);
    assert_eq!(page.state()["sources"], json!([desk.text("card.img")]));
    let (card, out) = (desk.text("card.img"), desk.text("out"));
    page.done("api/scan", &json!({ "source": card, "output": out }));
    page.until("on its way", |state| state["scanned"].as_u64() > Some(0));
    page.done("api/stop", &json!({}));
    let state = page.until("over", |state| state["phase"] == "finished");
    assert_eq!(state["ended"]["incomplete"], true, "{state}");
    page.done("api/scan", &json!({ "source": card, "output": out, "resume": true }));
    page.until("on its way again", |state| state["scanned"].as_u64() > Some(0));
    interrupt(&page);
    let mut page = page;
    assert_eq!(page.child.wait().unwrap().code(), Some(130), "a scan ran");
    let resumed =
        desk.command(&["scan", "card.img", "--output", "out", "--resume", "-q"]).output().unwrap();
    assert!(resumed.status.success(), "{}", String::from_utf8_lossy(&resumed.stderr));
    let report: Value =
        serde_json::from_slice(&fs::read(desk.path("out/report.json")).unwrap()).unwrap();
    assert!(report["incomplete"].is_null());
}

#[test]
fn ctrl_c_ends_a_page_where_nothing_runs() {
    let mut page = Desk::new().serve(&[]);
    interrupt(&page);
    assert_eq!(page.child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_scan_of_the_command_line_is_watched() {
    let desk = Desk::new();
    let arguments = ["scan", "card.img", "--output", "out", "--live", "--read-limit", "500K", "-q"];
    let mut command = desk.command(&arguments);
    // No browser is there to be opened.
    command.env("PATH", "").stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
    let address =
        said.find_map(|line| line.ok().filter(|line| line.starts_with("http://"))).unwrap();
    // Whatever else it says is heard, so that it does not wait for that.
    std::thread::spawn(move || said.for_each(drop));
    let mut page = Page::at(child, &address);
    page.until("watched", |state| {
        state["phase"] == "scanning" && state["photos"].as_u64() > Some(0)
    });
    assert_eq!(page.post("api/scan", &json!({ "source": "a", "output": "b" })).status, 409);
    page.until("over", |state| state["phase"] == "finished");
    assert!(!written(&page).is_empty());
    page.done("api/quit", &json!({}));
    assert_eq!(page.child.wait().unwrap().code(), Some(0));
}
