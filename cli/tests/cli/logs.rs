//! Logs, progress for programs, completions and manual pages.

use std::fs;

use serde_json::Value;

use super::{Desk, photo};

#[test]
fn a_log_tells_the_stages_and_what_was_opened() {
    let desk = Desk::new();
    fs::write(desk.path("card.img"), afterimage_testdata::card::demo().image).unwrap();
    let ran = desk.run(&["scan", "card.img", "--output", "out", "-v", "--log", "scan.log"]);
    ran.check(0);
    let log = fs::read_to_string(desk.path("scan.log")).unwrap();
    for said in [
        "begins",
        "opened",
        "found a volume",
        "scans",
        "has scanned",
        "has restored",
        "has settled",
    ] {
        assert!(ran.err.contains(said), "{said}: {}", ran.err);
        assert!(log.contains(said), "{said}: {log}");
    }
    assert!(log.contains("restored a file") && !ran.err.contains("restored a file"), "{}", ran.err);
    assert!(log.lines().all(|line| line.starts_with("20")), "each line has its time: {log}");
}

#[test]
fn a_log_overwrites_nothing_and_lies_on_no_source() {
    let desk = Desk::new();
    desk.card("card.img", &[&photo(1)]);
    let before = fs::read(desk.path("card.img")).unwrap();
    for (log, said) in [
        ("card.img", "cannot write the log to card.img"),
        ("no/such/folder", "cannot write the log to no/such/folder"),
    ] {
        let ran = desk.run(&["scan", "card.img", "--output", "out", "--log", log]);
        ran.check(2);
        ran.complains(&[said]);
        assert!(!desk.path("out").exists());
    }
    fs::write(desk.path("old.log"), "mine").unwrap();
    let ran = desk.run(&["scan", "card.img", "--output", "out", "--log", "old.log"]);
    ran.check(2);
    ran.complains(&["it is there already", "name a new file"]);
    assert_eq!(fs::read(desk.path("old.log")).unwrap(), b"mine");
    assert!(fs::read(desk.path("card.img")).unwrap() == before);
}

#[test]
fn a_hostile_name_does_not_steer_whoever_reads_the_log() {
    let desk = Desk::new();
    let name = "card\u{1b}[2J\u{202e}\n.img";
    desk.card(name, &[&photo(1)]);
    let ran = desk.run(&["scan", name, "--output", "out", "-vvv", "--log", "scan.log"]);
    ran.check(0);
    let log = fs::read_to_string(desk.path("scan.log")).unwrap();
    for text in [&ran.err, &log] {
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text:?}");
        assert!(text.lines().all(|line| line.starts_with("20")), "{text:?}");
    }
}

/// The events on stderr, each a line.
fn events(err: &str) -> Vec<Value> {
    err.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}")))
        .collect()
}

#[test]
fn progress_for_programs_is_an_object_a_line() {
    let desk = Desk::new();
    fs::write(desk.path("card.img"), afterimage_testdata::card::demo().image).unwrap();
    let all: [&[&str]; 6] = [
        &["scan", "card.img", "--output", "out"],
        &["scan", "card.img", "--list", "-v"],
        &["scan", "missing.img", "--output", "other"],
        &["find", "card.img"],
        &["image", "card.img", "copy.img"],
        &["recover", "out"],
    ];
    for arguments in all {
        let ran = desk.run(&[arguments, &["--progress", "json"]].concat());
        for event in events(&ran.err) {
            assert!(event["event"].is_string(), "{arguments:?}: {event}");
        }
        if arguments[..2] == ["scan", "card.img"] {
            let last = events(&ran.err).into_iter().rfind(|event| event["event"] == "progress");
            let last = last.unwrap();
            assert_eq!(last["scanned"], last["total"], "{last}");
            assert!(last["found"]["jpeg"].as_u64() > Some(0), "{last}");
        }
        if arguments[1] == "missing.img" {
            let all = events(&ran.err);
            let failure = all.last().unwrap();
            assert_eq!(failure["event"], "failure");
            assert!(failure["text"].as_str().unwrap().starts_with("cannot open missing.img: "));
        }
    }
    let ran = desk.run(&["scan", "card.img", "--output", "x", "--quiet", "--progress", "json"]);
    ran.check(2);
    ran.complains(&["--quiet and --progress exclude each other"]);
}

#[test]
fn completions_know_every_command() {
    let desk = Desk::new();
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let ran = desk.run(&["completions", shell]);
        ran.check(0);
        for word in ["afterimage", "scan", "recover", "lost-hashes", "progress"] {
            assert!(ran.out.contains(word), "{shell} does not know {word}");
        }
    }
    desk.run(&["completions", "tcsh"]).check(2);
}

#[test]
fn manual_pages_are_made_of_all_commands() {
    let desk = Desk::new();
    desk.run(&["manual", "--output", "man/man1"]).check(0);
    let names: Vec<String> = fs::read_dir(desk.path("man/man1"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    for name in
        ["afterimage.1", "afterimage-scan.1", "afterimage-backup-list.1", "afterimage-manual.1"]
    {
        assert!(names.iter().any(|known| known == name), "{names:?}");
    }
    let ran = desk.run(&["manual", "scan"]);
    ran.check(0);
    assert!(
        ran.out.contains(".TH afterimage\\-scan 1") || ran.out.contains(".TH afterimage-scan 1"),
        "{}",
        ran.out
    );
    desk.run(&["manual", "xyzzy"]).complains(&["there is no manual page", "afterimage --help"]);
}

#[test]
fn colour_is_what_the_environment_says() {
    let desk = Desk::new();
    let help = |name: &str| {
        let mut command = desk.command(&["--help"]);
        command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").env(name, "1");
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    assert!(!help("NO_COLOR").contains('\u{1b}'));
    assert!(help("CLICOLOR_FORCE").contains('\u{1b}'));
}
