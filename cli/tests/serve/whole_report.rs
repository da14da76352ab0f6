//! What the page shows of a report, and how it goes on with a scan of the command line.

use std::collections::BTreeSet;
use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::desk::Desk;

fn report(desk: &Desk, folder: &str) -> Value {
    serde_json::from_slice(&fs::read(desk.path(folder).join("report.json")).unwrap()).unwrap()
}

#[test]
fn every_file_that_was_written_is_served_and_counted_as_the_report_counts_it() {
    let desk = Desk::new();
    let scanned =
        desk.command(&["scan", "card.img", "--output", "out", "--all", "--embedded"]).output();
    assert!(scanned.unwrap().status.success());
    let page = desk.serve(&["out"]);
    let report = report(&desk, "out");
    let (mut served, mut inside) = (0, 0);
    for file in report["files"].as_array().unwrap() {
        let Some(path) = file["path"].as_str() else { continue };
        let coded: String = path.bytes().map(|byte| format!("%{byte:02x}")).collect();
        let answer = page.get(&format!("gallery/{coded}"));
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.body, fs::read(desk.path("out").join(path)).unwrap(), "{path}");
        served += 1;
        inside += usize::from(!file["parent"].is_null());
    }
    assert!(served > inside && inside > 0, "{served}, {inside} of them inside others");
    let (state, summary) = (page.state(), &report["summary"]);
    let sum = |names: &[&str]| names.iter().filter_map(|name| summary[name].as_u64()).sum::<u64>();
    assert_eq!(state["counts"]["recovered"], sum(&["photos", "videos"]), "{state}");
    for name in ["live", "copies", "unseen", "unwritten", "surpassed"] {
        assert_eq!(state["counts"][name], sum(&[name]), "{name}: {state}");
    }
    // Photos that are still there were copied too, and their tiles do not say otherwise.
    let photos = page.photos();
    let has_fate = |photo: &&Value| !photo["fate"].is_null() || !photo["live"].is_null();
    let odd: Vec<&Value> =
        photos.iter().filter(|photo| !photo["path"].is_null()).filter(has_fate).collect();
    assert!(odd.is_empty(), "{odd:?}");
    assert_eq!(page.quit().0, 0);
}

#[test]
fn what_a_dry_run_lists_is_not_called_recovered() {
    let desk = Desk::new();
    let scanned = desk.command(&["scan", "card.img", "--output", "out", "--dry-run"]).output();
    assert!(scanned.unwrap().status.success());
    let page = desk.serve(&["out"]);
    let state = page.state();
    let headline = state["ended"]["headline"].as_str().unwrap();
    assert!(headline.starts_with("Found: ") && headline.contains("None is written"), "{headline}");
    let fates: BTreeSet<String> =
        page.photos().iter().filter_map(|one| Some(one["fate"].as_str()?.to_owned())).collect();
    assert!(fates.contains("unwritten") && fates.contains("live"), "{fates:?}");
    assert_eq!(page.quit().0, 0);
}

/// Begins a scan on the command line and ends it on its way.
fn interrupted(desk: &Desk, arguments: &[&str], log: &str) {
    let mut child = desk.command(arguments).stdout(Stdio::null()).spawn().unwrap();
    let clock = Instant::now();
    while fs::metadata(desk.path(log)).map_or(0, |found| found.len()) < 3000 {
        assert!(clock.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(20));
    }
    let kill = format!("kill -INT {}", child.id());
    std::process::Command::new("sh").args(["-c", &kill]).status().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[test]
fn a_scan_of_the_command_line_goes_on_with_the_options_that_it_had() {
    let desk = Desk::new();
    let options = ["--all", "--embedded", "--hash", "md5", "-q"];
    let whole = [&["scan", "card.img", "--output", "whole"][..], &options].concat();
    assert!(desk.command(&whole).output().unwrap().status.success());
    let begun = [
        &["scan", "card.img", "--output", "out", "--read-limit", "1M", "--chunk-size", "256K"][..],
        &options,
    ];
    interrupted(&desk, &begun.concat(), "out/.afterimage/scan.log");
    let page = desk.serve(&["out", "--read-limit", "100M"]);
    assert_eq!(page.state()["ended"]["incomplete"], true, "{}", page.state());
    page.done(
        "api/scan",
        &json!({ "source": desk.text("card.img"), "output": desk.text("out"), "resume": true }),
    );
    let state = page.until("over", |state| state["phase"] != "scanning");
    assert_eq!((&state["phase"], &state["ended"]["failure"]), (&json!("finished"), &Value::Null));
    let (whole, out) = (report(&desk, "whole"), report(&desk, "out"));
    assert_eq!(whole["files"], out["files"]);
    assert_eq!(whole["summary"], out["summary"]);
    // There is nothing left of it.
    let again = page.post(
        "api/scan",
        &json!({ "source": desk.text("card.img"), "output": desk.text("out"), "resume": true }),
    );
    assert!(again.json()["error"].as_str().unwrap().contains("left to go on with"));
    assert_eq!(page.quit().0, 0);
}

#[test]
fn what_the_page_cannot_go_on_with_says_which_command_can() {
    let desk = Desk::new();
    let begun = [
        "scan",
        "card.img",
        "--output",
        "out",
        "--image",
        "copy.img",
        "--read-limit",
        "1M",
        "--chunk-size",
        "256K",
        "-q",
    ];
    interrupted(&desk, &begun, "out/.afterimage/scan.log");
    let page = desk.serve(&["out"]);
    let asked =
        json!({ "source": desk.text("card.img"), "output": desk.text("out"), "resume": true });
    let said = page.post("api/scan", &asked).json();
    let said = said["error"].as_str().unwrap();
    assert!(said.contains("makes an image") && said.contains("--resume` can."), "{said}");
    assert_eq!(page.state()["phase"], "finished", "nothing has changed");
    assert_eq!(page.quit().0, 0);
}

#[test]
fn folders_with_blanks_at_their_ends_are_opened() {
    let desk = Desk::new();
    for name in [" begins", "ends "] {
        fs::create_dir(desk.path(name)).unwrap();
        fs::copy(desk.path("card.img"), desk.path(name).join("card.img ")).unwrap();
    }
    let page = desk.serve(&[]);
    for name in [" begins", "ends "] {
        let said = page.done("api/browse", &json!({ "path": desk.text(name) }));
        assert_eq!(said["path"], desk.text(name));
        assert_eq!(said["names"][0]["name"], "card.img ");
        let card = desk.path(name).join("card.img ");
        let asked =
            json!({ "source": card, "output": desk.path("ends ").join("recovered-photos") });
        assert!(page.done("api/check", &asked)["free"].as_u64().unwrap() > 0);
    }
    assert_eq!(page.quit().0, 0);
}

#[test]
fn what_the_command_line_refuses_is_refused_here_too() {
    let desk = Desk::new();
    let (card, out) = (desk.text("card.img"), desk.text("out"));
    fs::create_dir(desk.path("images")).unwrap();
    fs::copy(desk.path("card.img"), desk.path("images/a.img")).unwrap();
    fs::create_dir(desk.path("full")).unwrap();
    fs::write(desk.path("full/report.json"), b"{}").unwrap();
    fs::write(desk.path("file"), b"x").unwrap();
    fs::write(desk.path("empty"), b"").unwrap();
    let scans = [
        (card.as_str(), card.as_str()),
        (&desk.text("images"), &desk.text("images/out")),
        (&desk.text("images"), &desk.text("images")),
        (&card, &desk.text("full")),
        (&card, &desk.text("file")),
        (&card, &desk.text("file/out")),
        (&desk.text("none.img"), &out),
        (&desk.text("empty"), &out),
        (&desk.text("out"), &out),
        ("-", &out),
        (&card, "-"),
        ("", &out),
        (&card, ""),
    ];
    let page = desk.serve(&[]);
    for (source, output) in scans {
        let command = desk.command(&["scan", source, "--output", output]).output().unwrap();
        assert_eq!(command.status.code(), Some(2), "{source} {output}");
        let asked = json!({ "source": source, "output": output });
        let checked = page.post("api/check", &asked).json();
        let why = checked["error"].as_str().unwrap_or_else(|| panic!("{asked}: {checked}"));
        // There are no options in a page.
        assert!(!why.contains("--"), "{asked}: {why}");
        if page.post("api/scan", &asked).json()["error"].is_null() {
            let state = page.until("failed", |state| state["phase"] == "failed");
            let why = state["ended"]["headline"].as_str().unwrap();
            assert!(!why.contains("--"), "{asked}: {why}");
            page.done("api/again", &json!({}));
        }
        assert!(!desk.path("out/report.json").exists(), "{asked}");
    }
    assert_eq!(page.quit().0, 0);
    // Nor where the folder is named with the program.
    let served = desk.command(&["serve", "--no-browser", "full"]).output().unwrap();
    let said = String::from_utf8(served.stderr).unwrap();
    assert_eq!(served.status.code(), Some(2), "{said}");
    assert!(!said.contains("--output"), "{said}");
}
