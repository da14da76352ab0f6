//! Inputs that are wrong, for every command that takes a folder, a report, a source or a destination: one plain line
//! that says what, where and why, exit status 2, nothing written, and no panic.

use std::fs;
use std::process::Child;
use std::time::{Duration, Instant};

use super::{Desk, Ran, photo};

/// How long a command that should end at once may take, on a machine that does other things too.
const PATIENCE: Duration = Duration::from_secs(120);

fn desk() -> Desk {
    let desk = Desk::new();
    desk.card("card.img", &[&photo(1)]);
    desk.run(&["scan", "card.img", "--output", "out"]).check(0);
    fs::write(desk.path("file"), "x").unwrap();
    fs::write(desk.path("empty.img"), "").unwrap();
    for folder in ["empty", "bad", "cut", "newer"] {
        fs::create_dir(desk.path(folder)).unwrap();
    }
    fs::write(desk.path("bad/report.json"), "{").unwrap();
    let report = fs::read_to_string(desk.path("out/report.json")).unwrap();
    fs::write(desk.path("cut/report.json"), &report[..report.len() / 2]).unwrap();
    let newer = report.replacen("afterimage-report/1", "afterimage-report/2", 1);
    fs::write(desk.path("newer/report.json"), newer).unwrap();
    desk
}

/// Ends a command that does not end by itself.
fn within(mut child: Child) -> Ran {
    let began = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if began.elapsed() > PATIENCE {
            child.kill().unwrap();
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let status = output.status.code().unwrap_or(-1);
    Ran { status, out: text(output.stdout), err: text(output.stderr) }
}

/// What is wrong with a run that was to be refused.
fn faults(line: &str, ran: &Ran, parts: &[&str]) -> Option<String> {
    let last = ran.err.lines().last().unwrap_or_default();
    let others = ran.err.lines().filter(|line| !line.starts_with("afterimage: note: "));
    let fault = if ran.status != 2 {
        format!("status {}", ran.status)
    } else if others.count() != 1 || !last.starts_with("afterimage: ") {
        "not one line".to_owned()
    } else if ran.err.contains("panicked") {
        "a panic".to_owned()
    } else if let Some(part) = parts.iter().find(|part| !last.contains(**part)) {
        format!("no {part:?}")
    } else {
        return None;
    };
    Some(format!("afterimage {line}: {fault}\n{}{}", ran.out, ran.err))
}

#[track_caller]
fn check(desk: &Desk, cases: &[(&str, &[&str])]) {
    let refused = cases.iter().filter_map(|(line, parts)| {
        let words: Vec<&str> = line.split(' ').collect();
        let mut command = desk.command(&words);
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
        faults(line, &within(command.spawn().unwrap()), parts)
    });
    let faults: Vec<String> = refused.collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(!desk.path("x").exists(), "what is refused makes no folder");
}

const NO_FOLDER: &[&str] = &["cannot open the folder missing", "name the output folder of a scan"];
const NOT_A_FOLDER: &[&str] = &["cannot open the folder file", "name a folder"];
const NO_REPORT: &[&str] = &["empty/report.json", "name the output folder of a scan"];
const BAD_REPORT: &[&str] = &["bad/report.json", "no report of this program", "name the output"];
const NEWER_REPORT: &[&str] = &["newer/report.json", "another version", "use that version"];

#[test]
fn export_says_what_is_wrong() {
    check(
        &desk(),
        &[
            ("export missing --to x", NO_FOLDER),
            ("export file --to x", NOT_A_FOLDER),
            ("export empty --to x", NO_REPORT),
            ("export bad --to x", BAD_REPORT),
            ("export cut --to x", &["cut/report.json", "name the output folder"]),
            ("export newer --to x", NEWER_REPORT),
            ("export out --to file", &["cannot write to file", "with --to"]),
            ("export out --to file/below", &["cannot write to file/below", "with --to"]),
            ("export out --to out", &["cannot write to out", "choose another folder"]),
            ("export out --to x --select missing", &["the selection in missing", "check the path"]),
            ("export out --to x --select empty", &["the selection in empty", "name a file"]),
            ("export out --to x --format nope", &["--format cannot take 'nope': known are"]),
            ("export out --to x --by nope", &["--by cannot take 'nope'", "{year}"]),
            ("export out", &["--to <FOLDER>", "export --help"]),
            ("export out --output x", &["there is no option '--output'", "--to"]),
        ],
    );
}

#[test]
fn report_and_recover_say_what_is_wrong() {
    check(
        &desk(),
        &[
            ("report missing", NO_FOLDER),
            ("report file", NOT_A_FOLDER),
            ("report empty", NO_REPORT),
            ("report bad", BAD_REPORT),
            ("report newer", NEWER_REPORT),
            ("report out --redact --to file", &["cannot write to file", "with --to"]),
            ("report out --redact --to out", &["cannot write to out", "choose another folder"]),
            ("report out --format nope", &["--format cannot take 'nope'", "html"]),
            ("recover missing", NO_FOLDER),
            ("recover empty", NO_REPORT),
            ("recover bad", BAD_REPORT),
            ("recover newer", NEWER_REPORT),
        ],
    );
}

#[test]
fn find_and_image_say_what_is_wrong() {
    check(
        &desk(),
        &[
            ("find missing", &["cannot open missing", "check the path"]),
            ("find card.img --output file", &["cannot write to file", "with --output"]),
            ("find card.img --output file/below", &["file/below", "with --output"]),
            ("find card.img --output out", &["cannot write to out", "choose another folder"]),
            ("find card.img --to x", &["there is no option '--to'", "did you mean --output?"]),
            ("image missing x.img", &["cannot open missing", "check the path"]),
            ("image empty x.img", &["empty: it is a folder", "a disk image or a device"]),
            ("image empty.img x.img", &["empty.img: it is empty"]),
            ("image card.img", &["no file is named", "afterimage image card.img copy.img"]),
            ("image nowhere.img", &["no device is named", " nowhere.img ("]),
            ("image", &["a device and the file of its image", "image --help"]),
            ("image card.img empty", &["cannot write the image empty", "name a file in it"]),
            ("image card.img card.img", &["cannot write the image card.img"]),
            ("image card.img file/below", &["cannot write the image file/below"]),
            ("image card.img x.img --map empty", &["empty is no map"]),
            ("image card.img x.img --map file", &["file is no map"]),
            ("image --verify missing", &["cannot verify the image missing", ".json"]),
            ("image --verify card.img", &["cannot verify the image card.img", ".json"]),
        ],
    );
}

#[test]
fn sign_and_serve_say_what_is_wrong() {
    check(
        &desk(),
        &[
            ("sign out --key missing", &["the key missing"]),
            ("sign out", &["--key <FILE>", "sign --help"]),
            ("serve missing", &["cannot open missing"]),
            ("serve empty.img", &["empty.img: it is empty"]),
            ("serve bad", &["bad/report.json", "no report of this program"]),
            ("serve newer", &["newer/report.json", "another version"]),
        ],
    );
    // Its result goes before what kept it from more.
    let desk = desk();
    for folder in ["missing", "file", "empty", "bad", "newer"] {
        let ran = desk.run(&["verify", folder]);
        assert_eq!(ran.status, 2, "{folder}: {}", ran.err);
        assert!(
            !ran.err.contains("panicked") && ran.err.starts_with("afterimage: "),
            "{}",
            ran.err
        );
    }
}

#[test]
fn scan_forecast_and_others_say_what_is_wrong() {
    check(
        &desk(),
        &[
            ("scan missing --output x", &["cannot open missing", "check the path"]),
            ("scan empty --output x", &["cannot scan empty", "holds no disk image"]),
            ("scan empty.img --output x", &["empty.img: it is empty"]),
            ("scan card.img --output file", &["cannot write to file", "with --output"]),
            ("scan card.img --output out", &["cannot write to out", "choose another folder"]),
            ("scan card.img", &["no folder is named to write to", "--output"]),
            ("forecast missing", &["cannot open missing"]),
            ("forecast empty", &["empty: it is a folder"]),
            ("forecast empty.img", &["empty.img: it is empty"]),
            ("bench missing", &["cannot open missing"]),
            ("devices --check empty", &["empty: it is a folder"]),
            ("nope", &["there is no command 'nope'; the commands are scan"]),
        ],
    );
}

#[test]
#[cfg(not(any(feature = "remote", feature = "parquet")))]
fn what_is_not_built_in_says_what_to_build() {
    let remote: &[&str] = &["cannot open", "build it with the feature `remote`", "download"];
    check(
        &desk(),
        &[
            ("scan https://host/card.img --output x", remote),
            ("scan s3://bucket/key --list", remote),
            ("forecast http://host/card.img", remote),
            ("recover out --source s3://bucket/key", remote),
            (
                "report out --parquet x",
                &["cannot write x", "the feature `parquet`", "--format csv"],
            ),
        ],
    );
}
