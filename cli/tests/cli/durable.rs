//! The ledger says that a photo has its name when its bytes and its name are on the disk itself: told by the
//! calls that the program makes.

use std::collections::HashMap;
use std::fs;
use std::process::Command;

use super::{Desk, photo};

/// What a call that ended did, in order.
#[derive(Debug, PartialEq, Eq)]
enum Call {
    /// Waited until the file or folder at that path was on the disk.
    Sync(String),
    /// Gave the file of the first name the second one.
    Rename(String, String),
    /// Wrote to the log of names that photos got their names.
    Placed,
    Other,
}

/// The calls of a run, with the thread of each, as `strace -f -y` tells them: one that another thread
/// interrupts is told in two lines.
fn calls(trace: &str) -> Vec<Call> {
    let (mut begun, mut calls) = (HashMap::new(), Vec::new());
    for line in trace.lines() {
        let Some((thread, line)) = line.split_once(' ') else { continue };
        let line = line.trim_start();
        if let Some(head) = line.strip_suffix(" <unfinished ...>") {
            begun.insert(thread.to_owned(), head.to_owned());
        } else if line.starts_with("<... ") {
            let rest = line.split_once("resumed>").map_or("", |(_, rest)| rest);
            let head = begun.remove(thread).unwrap_or_default();
            calls.push(call(&format!("{head}{rest}")));
        } else {
            calls.push(call(line));
        }
    }
    calls
}

fn call(line: &str) -> Call {
    // A descriptor is told with its path, as in `3</home/me/out>`.
    let path = |text: &str| {
        let path = text.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
        path.map_or_else(String::new, |(path, _)| path.to_owned())
    };
    if !line.trim_end().ends_with("= 0") && !line.starts_with("pwrite64") {
        return Call::Other;
    }
    match line.split_once('(') {
        Some(("fsync" | "fdatasync", rest)) => Call::Sync(path(rest)),
        Some(("renameat2" | "renameat", rest)) => {
            let parts: Vec<&str> = rest.split(", ").collect();
            let [from, old, to, new, ..] = parts.as_slice() else { return Call::Other };
            let joined = |folder: &str, name: &str| {
                format!("{}/{}", path(folder), name.trim_end_matches(')').trim_matches('"'))
            };
            let new = new.split(')').next().unwrap_or(new);
            Call::Rename(joined(from, old), joined(to, new))
        }
        Some(("pwrite64", rest)) if rest.contains("names.log>") && rest.contains("placed") => {
            Call::Placed
        }
        _ => Call::Other,
    }
}

#[test]
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn photos_are_on_the_disk_before_the_ledger_says_so() {
    let desk = Desk::new();
    desk.card("card.img", &[&photo(1), &photo(2), &photo(3)]);
    let trace = desk.path("trace");
    let ran = Command::new("strace")
        .args([
            "-f",
            "-y",
            "-s",
            "65536",
            "-e",
            "trace=fsync,fdatasync,syncfs,renameat,renameat2,pwrite64",
        ])
        .arg("-o")
        .arg(&trace)
        .arg(env!("CARGO_BIN_EXE_afterimage"))
        .args(["scan", "card.img", "--output", "out"])
        .current_dir(desk.0.path())
        .output();
    let is_traced = ran.is_ok_and(|ran| ran.status.success());
    let text = fs::read_to_string(&trace).unwrap_or_default();
    if !is_traced || text.is_empty() {
        eprintln!("skipped: no program can be traced here");
        return;
    }
    let calls = calls(&text);
    let at = |wanted: &Call| calls.iter().position(|call| call == wanted);
    let photos: Vec<(usize, &String, &String)> = (0..)
        .zip(&calls)
        .filter_map(|(at, call)| match call {
            Call::Rename(old, new) if new.contains("/photos/") => Some((at, old, new)),
            _ => None,
        })
        .collect();
    assert_eq!(photos.len(), 3, "{text}");
    let placed = at(&Call::Placed).expect("the log of names tells of it");
    for (renamed, stored, named) in photos {
        let bytes = at(&Call::Sync(stored.clone()));
        assert!(bytes.is_some_and(|bytes| bytes < renamed), "{stored}\n{text}");
        let (folder, _) = named.rsplit_once('/').unwrap();
        let folders =
            std::iter::successors(Some(folder), |folder| Some(folder.rsplit_once('/')?.0));
        for folder in folders.take_while(|folder| !folder.ends_with("/out")) {
            let last = calls.iter().rposition(|call| *call == Call::Sync(folder.to_owned()));
            assert!(last.is_some_and(|last| renamed < last && last < placed), "{folder}\n{text}");
        }
    }
    let report = calls
        .iter()
        .position(|call| matches!(call, Call::Rename(_, new) if new.ends_with("/out/report.json")));
    let synced = calls.iter().position(
        |call| matches!(call, Call::Sync(path) if path.ends_with(".afterimage/report.json")),
    );
    assert!(synced.is_some() && synced < report, "{text}");
}
