//! What runs at the same time, and how it ends.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::desk::{Desk, Page};

/// So long a program may take to its end once it is asked to.
const MOST_END: Duration = Duration::from_secs(60);

fn signal(page: &Page, name: &str) {
    let kill = format!("kill -{name} {}", page.child.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
}

/// A folder with the report of a dry run, and the numbers of all photos that are whole.
fn dry_run(desk: &Desk) -> Vec<u64> {
    let scanned =
        desk.command(&["scan", "card.img", "--output", "out", "--dry-run"]).output().unwrap();
    assert!(scanned.status.success());
    let files = report(desk, "out")["files"].as_array().unwrap().clone();
    let whole = files.iter().filter(|file| file["grade"] == "verified" && file["parent"].is_null());
    whole.map(|file| file["id"].as_u64().unwrap()).collect()
}

fn report(desk: &Desk, folder: &str) -> Value {
    serde_json::from_slice(&fs::read(desk.path(folder).join("report.json")).unwrap()).unwrap()
}

#[test]
fn of_requests_that_come_at_once_one_is_done_and_the_others_say_why_not() {
    let desk = Desk::new();
    let ids = dry_run(&desk);
    let page = desk.serve(&["out", "--read-limit", "200K"]);
    let scan = json!({ "source": desk.text("card.img"), "output": desk.text("other") });
    let again = json!({ "source": desk.text("card.img"), "output": desk.text("third") });
    let asked = [
        ("api/recover", json!({ "ids": ids })),
        ("api/recover", json!({ "ids": ids, "to": desk.text("copy") })),
        ("api/scan", scan),
        ("api/scan", again),
    ];
    let answers: Vec<(u16, String)> = std::thread::scope(|scope| {
        let ask = |(below, value): &'static (&'static str, Value)| {
            let page = &page;
            scope.spawn(move || {
                let answer = page.post(below, value);
                (answer.status, String::from_utf8(answer.body).unwrap())
            })
        };
        let all: Vec<_> = Box::leak(Box::new(asked)).iter().map(ask).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let done = answers.iter().filter(|(status, said)| *status == 200 && said == "{}").count();
    assert_eq!(done, 1, "{answers:?}");
    let refused: Vec<_> = answers.iter().filter(|(status, _)| *status == 409).collect();
    assert_eq!(refused.len(), 3, "{answers:?}");
    for (_, said) in refused {
        assert!(said.ends_with(".\n") && said.len() > 20, "{said}");
    }
    // All that would disturb it is refused while it runs.
    let one = json!({ "path": desk.text("out") });
    for (below, value) in [
        ("api/open", &one),
        ("api/again", &json!({})),
        ("api/recover", &json!({ "ids": [1] })),
        ("api/forecast", &json!({ "path": desk.text("card.img") })),
        ("api/suggest", &json!({ "path": desk.text("card.img") })),
    ] {
        assert_eq!(page.post(below, value).status, 409, "{below}");
    }
    let (status, said) = page.quit();
    assert_eq!(status, 130, "something ran");
    assert!(said.contains("stopping: "), "{said}");
    assert!(!said.contains("409"), "our own page is no stranger: {said}");
}

#[test]
fn a_recovery_that_is_ended_leaves_whole_files_and_a_report_of_them() {
    for name in ["TERM", "INT", "button"] {
        let desk = Desk::new();
        let ids = dry_run(&desk);
        let mut page = desk.serve(&["out", "--read-limit", "300K"]);
        page.done("api/recover", &json!({ "ids": ids }));
        let clock = Instant::now();
        while !desk.path("out/photos").exists() && clock.elapsed() < MOST_END {
            std::thread::sleep(Duration::from_millis(20));
        }
        let clock = Instant::now();
        let status = match name {
            "button" => page.quit().0,
            name => {
                signal(&page, name);
                page.child.wait().unwrap().code().unwrap()
            }
        };
        assert_eq!(status, 130, "{name}");
        assert!(clock.elapsed() < MOST_END, "{name}: {:?}", clock.elapsed());
        let report = report(&desk, "out");
        let mut written = 0;
        for file in report["files"].as_array().unwrap() {
            let Some(path) = file["path"].as_str() else { continue };
            let bytes = fs::read(desk.path("out").join(path)).unwrap();
            assert_eq!(blake3::hash(&bytes).to_string(), file["blake3"].as_str().unwrap());
            written += 1;
        }
        assert!(written > 0 && written < ids.len(), "{name}: {written} of {}", ids.len());
        let on_disk = files(&desk.path("out/photos"));
        assert_eq!(on_disk, written, "{name}: no file without a line in the report");
        assert_eq!(halves(&desk.path("out")), 0, "{name}");
        let log = fs::read_to_string(desk.path("out/audit.log")).unwrap();
        let last: Value = serde_json::from_str(log.lines().last().unwrap()).unwrap();
        assert!(last.to_string().contains("recover"), "{last}");
    }
}

/// Regular files below a folder.
fn files(folder: &std::path::Path) -> usize {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let each = entries.map(|entry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => files(&entry.path()),
        Ok(_) => 1,
        Err(_) => 0,
    });
    each.sum()
}

/// Files below a folder that were not finished.
fn halves(folder: &std::path::Path) -> usize {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let each = entries.map(|entry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => halves(&entry.path()),
        _ => usize::from(entry.file_name().to_string_lossy().starts_with("half-")),
    });
    each.sum()
}

#[test]
fn a_forecast_keeps_to_the_limit_and_gives_way_to_a_scan() {
    let desk = Desk::new();
    let size = fs::metadata(desk.path("card.img")).unwrap().len();
    let limit = size / 3;
    let page = desk.serve(&["--read-limit", &limit.to_string()]);
    let (card, out) = (desk.text("card.img"), desk.text("out"));
    let clock = Instant::now();
    page.done("api/forecast", &json!({ "path": card }));
    let told = page.until("told", |state| state["forecast"]["running"] == false);
    assert_eq!(told["forecast"]["failed"], false, "{told}");
    // All of a small card is read once at the least.
    assert!(clock.elapsed() >= Duration::from_millis(2500), "{:?}", clock.elapsed());
    page.done("api/forecast", &json!({ "path": card }));
    assert_eq!(page.state()["forecast"]["running"], true);
    // Looking into folders goes on meanwhile; a scan does not wait for it.
    page.done("api/suggest", &json!({ "path": card }));
    let clock = Instant::now();
    page.done("api/scan", &json!({ "source": card, "output": out }));
    assert!(clock.elapsed() < Duration::from_secs(5), "{:?}", clock.elapsed());
    let state = page.state();
    assert_eq!((&state["phase"], &state["forecast"]), (&json!("scanning"), &Value::Null));
    page.done("api/stop", &json!({}));
    page.until("over", |state| state["phase"] == "finished");
    assert_eq!(page.quit().0, 0);
}
