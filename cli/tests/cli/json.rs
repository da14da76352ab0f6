//! `--json` of every command that prints a table: it parses, and has the fields that the help names.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use super::{Desk, photo};

/// What the help of a command says of `--json`, in one line.
fn described(desk: &Desk, verb: &[&str]) -> String {
    let ran = desk.run(&[verb, &["--help"]].concat());
    ran.check(0);
    let words: Vec<&str> = ran.out.split_whitespace().collect();
    let text = words.join(" ");
    let from = text.find("--json").unwrap_or_else(|| panic!("{verb:?} has no --json"));
    text[from..].to_owned()
}

#[track_caller]
fn check(desk: &Desk, line: &str, statuses: &[i32], fields: &[&str]) {
    let words: Vec<&str> = line.split(' ').collect();
    let ran = desk.run(&words);
    assert!(statuses.contains(&ran.status), "{line}: {} {}", ran.status, ran.err);
    let said: Value = serde_json::from_str(&ran.out)
        .unwrap_or_else(|error| panic!("{line}: {error}\n{}\n{}", ran.out, ran.err));
    let row = match &said {
        Value::Array(rows) => rows.first(),
        other => Some(other),
    };
    if let Some(Value::Object(row)) = row {
        let has: BTreeSet<&str> = row.keys().map(String::as_str).collect();
        let named: BTreeSet<&str> = fields.iter().copied().collect();
        assert_eq!(has, named, "{line}");
    }
    let verb = if words[0] == "backup" { &words[..2] } else { &words[..1] };
    let help = described(desk, verb);
    for field in fields {
        let is_named = help.split(|c: char| !c.is_alphanumeric() && c != '_').any(|w| w == *field);
        assert!(is_named, "{line}: the help does not name {field}\n{help}");
    }
}

#[test]
fn every_table_can_be_read_by_programs() {
    let desk = Desk::new();
    desk.card("card.img", &[&photo(1), &photo(2)]);
    fs::create_dir(desk.path("photos")).unwrap();
    fs::write(desk.path("photos/a.png"), photo(3)).unwrap();
    let summary = [
        "report",
        "interrupted",
        "failure",
        "failed",
        "sources",
        "summary",
        "photos",
        "formats",
        "live",
        "lost",
        "embedded",
        "filtered",
        "left_out",
        "warnings",
        "said",
    ];
    check(&desk, "scan card.img --output out --json", &[0], &summary);
    let listed =
        ["id", "source", "offset", "format", "size", "status", "grade", "becomes", "chance"];
    check(&desk, "scan card.img --list --json", &[0], &listed);
    let found = [
        "report",
        "interrupted",
        "failure",
        "summary",
        "sources",
        "places",
        "prognoses",
        "advice",
        "lost",
        "notes",
        "files",
    ];
    check(&desk, "find photos --json", &[0, 1], &found);
    check(&desk, "find --guide --json", &[0], &["schema", "services"]);
    check(&desk, "backup photos photos --json", &[0, 1], &found);
    check(&desk, "backup list photos --json", &[0, 1], &[]);
    let exported = ["to", "photos", "refused", "unknown", "unwritten", "interrupted"];
    check(&desk, "export out --to arranged --json", &[0], &exported);
    let shown = ["views", "thumbs", "notes", "interrupted"];
    check(&desk, "report out --json", &[0], &shown);
    let redacted = ["paths", "left_out", "notes"];
    check(&desk, "report out --redact --to shared --json", &[0], &redacted);
    let verified = [
        "equal",
        "files",
        "bytes",
        "unwritten",
        "replayed",
        "not_replayed",
        "sources",
        "audit_lines",
        "signature",
        "counts",
        "differences",
        "impossible",
        "notes",
        "interrupted",
    ];
    check(&desk, "verify out --json", &[0, 1, 2], &verified);
    let recovered = ["report", "written", "there", "refused", "unknown", "interrupted", "warnings"];
    check(&desk, "recover out --json", &[0, 1], &recovered);
    let forecast = [
        "schema",
        "source",
        "size",
        "read",
        "whole",
        "photos",
        "confidence",
        "erased",
        "noise",
        "sample",
        "live",
        "seed",
    ];
    check(&desk, "forecast card.img --json", &[0, 1], &forecast);
    let formats = ["name", "title", "extensions", "group", "end_rule", "proof", "source"];
    check(&desk, "formats --json", &[0], &formats);
    let bench = ["reading", "matching", "whole", "threads", "stages", "limit"];
    check(&desk, "bench card.img --json", &[0], &bench);
    let image = ["ended", "failure", "image", "map", "read_in_this_run", "failed_reads", "details"];
    check(&desk, "image card.img copy.img --json", &[0], &image);
    let compared = ["image", "device", "unreadable", "differences"];
    check(&desk, "image --verify copy.img --json", &[0], &compared);
    let ran = desk.run(&["devices", "--json"]);
    assert!(ran.status <= 2, "{}", ran.err);
    if ran.status < 2 {
        assert!(serde_json::from_str::<Value>(&ran.out).unwrap().is_array());
    }
    assert!(described(&desk, &["devices"]).contains("a list of drives, each with path"));
}
