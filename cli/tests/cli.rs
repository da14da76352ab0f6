//! The program as its users meet it: what it prints, what it writes, and its exit status.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "cli/backup.rs"]
mod backup;
#[path = "cli/batch.rs"]
mod batch;
#[path = "cli/counts.rs"]
mod counts;
#[cfg(unix)]
#[path = "cli/deploy.rs"]
mod deploy;
#[cfg(target_os = "linux")]
#[path = "cli/devices.rs"]
mod devices;
#[cfg(unix)]
#[path = "cli/disguises.rs"]
mod disguises;
#[cfg(target_os = "linux")]
#[path = "cli/durable.rs"]
mod durable;
#[path = "cli/export.rs"]
mod export;
#[path = "cli/forensic.rs"]
mod forensic;
#[cfg(target_os = "linux")]
#[path = "cli/full_disk.rs"]
mod full_disk;
#[path = "cli/json.rs"]
mod json;
#[cfg(unix)]
#[path = "cli/known.rs"]
mod known;
#[path = "cli/logs.rs"]
mod logs;
#[path = "cli/lost_hashes.rs"]
mod lost_hashes;
#[cfg(unix)]
#[path = "cli/numbers.rs"]
mod numbers;
#[cfg(target_os = "linux")]
#[path = "cli/on_terminal.rs"]
#[expect(dead_code, reason = "some of it is for other tests")]
mod on_terminal;
#[cfg(target_os = "linux")]
#[path = "cli/opening.rs"]
mod opening;
#[cfg(unix)]
#[path = "cli/recover.rs"]
mod recover;
#[path = "cli/report.rs"]
mod report;
#[cfg(unix)]
#[path = "cli/resume.rs"]
mod resume;
mod schema;
#[cfg(unix)]
#[path = "cli/shards.rs"]
mod shards;
#[path = "cli/terminal.rs"]
mod terminal;
#[cfg(all(feature = "bitlocker", feature = "luks"))]
#[path = "cli/unlock.rs"]
mod unlock;
#[path = "cli/volumes.rs"]
mod volumes;
#[path = "cli/widths.rs"]
mod widths;
#[path = "cli/words.rs"]
mod words;
#[path = "cli/wrong.rs"]
mod wrong;

use std::fs;
#[cfg(unix)]
use std::path::Path;
use std::path::PathBuf;
use std::process::{Command, Stdio};
#[cfg(unix)]
use std::time::{Duration, Instant};

use afterimage_testdata::png::Png;
use afterimage_testdata::scene::Picture;
use serde_json::Value;
use tempfile::TempDir;

/// A folder with a card in it, and the program run there.
struct Desk(TempDir);

/// What a run of the program came to.
struct Ran {
    status: i32,
    out: String,
    err: String,
}

impl Desk {
    fn new() -> Self {
        Desk(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Lays `photos` on a card of 1 MiB, at sectors that do not touch, between bytes that are none.
    fn card(&self, name: &str, photos: &[&[u8]]) {
        let mut card = noise(1 << 20);
        for (index, photo) in photos.iter().enumerate() {
            let at = (index + 1) << 17;
            card[at..at + photo.len()].copy_from_slice(photo);
        }
        fs::write(self.path(name), card).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_afterimage"));
        command.args(arguments).current_dir(self.0.path()).stdin(Stdio::null());
        command.env_remove("COLUMNS").env("NO_COLOR", "1");
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        let output = self.command(arguments).output().unwrap();
        Ran {
            status: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    fn report(&self) -> Value {
        serde_json::from_slice(&fs::read(self.path("out/report.json")).unwrap()).unwrap()
    }

    /// Every file in a folder of the output, wherever below it.
    fn written(&self, folder: &str) -> Vec<Vec<u8>> {
        let mut contents = Vec::new();
        let mut folders = vec![self.path("out").join(folder)];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).into_iter().flatten().map(Result::unwrap) {
                if entry.file_type().unwrap().is_dir() {
                    folders.push(entry.path());
                } else {
                    contents.push(fs::read(entry.path()).unwrap());
                }
            }
        }
        contents
    }
}

impl Ran {
    #[track_caller]
    fn check(&self, status: i32) {
        assert_eq!(self.status, status, "stdout:\n{}\nstderr:\n{}", self.out, self.err);
    }

    /// Whether stdout has `text` in it, wherever its lines break.
    #[track_caller]
    fn says(&self, text: &str) {
        let words = self.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(text), "no {text:?} in\n{}", self.out);
    }

    /// One line on stderr that has all of `parts` in it, in that order.
    #[track_caller]
    fn complains(&self, parts: &[&str]) {
        let line = self.err.strip_suffix('\n').unwrap();
        // That there may be too little room is said before it begins.
        let line = match line.split_once('\n') {
            Some((note, line)) if note.starts_with("afterimage: note: ") => line,
            _ => line,
        };
        assert!(!line.contains('\n') && line.starts_with("afterimage: "), "{line}");
        let mut rest = line;
        for part in parts {
            rest = rest.split_once(part).unwrap_or_else(|| panic!("no {part:?} in {line}")).1;
        }
    }
}

fn photo(seed: u64) -> Vec<u8> {
    Png::default().encode(&Picture::scene(seed, 64, 48))
}

/// Bytes in which no photo begins, and that are not empty either.
fn noise(len: usize) -> Vec<u8> {
    (0..len as u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8 & 0x7F).collect()
}

#[test]
#[cfg(not(feature = "cloud"))]
fn a_build_without_cloud_drives_says_so() {
    let ran = Desk::new().run(&["cloud", "list", "drive"]);
    ran.check(2);
    ran.complains(&["cannot reach a cloud drive", "cargo build --release --features cloud"]);
}

#[test]
fn help_is_a_contract() {
    let desk = Desk::new();
    for (name, arguments) in [
        ("afterimage", &["--help"][..]),
        ("scan", &["scan", "--help"]),
        ("backup", &["backup", "--help"]),
        ("backup_list", &["backup", "list", "--help"]),
        ("backup_photos", &["backup", "photos", "--help"]),
        ("backup_recover", &["backup", "recover", "--help"]),
        ("devices", &["devices", "--help"]),
        ("forecast", &["forecast", "--help"]),
        ("recover", &["recover", "--help"]),
        ("report", &["report", "--help"]),
        ("export", &["export", "--help"]),
        ("merge", &["merge", "--help"]),
        ("verify", &["verify", "--help"]),
        ("sign", &["sign", "--help"]),
        ("serve", &["serve", "--help"]),
        ("image", &["image", "--help"]),
        ("formats", &["formats", "--help"]),
        ("completions", &["completions", "--help"]),
        ("manual", &["manual", "--help"]),
        ("bench", &["bench", "--help"]),
        ("cloud", &["cloud", "--help"]),
        ("cloud_list", &["cloud", "list", "--help"]),
        ("cloud_download", &["cloud", "download", "--help"]),
        ("cloud_restore", &["cloud", "restore", "--help"]),
    ] {
        let ran = desk.run(arguments);
        ran.check(0);
        insta::assert_snapshot!(format!("help_{name}"), ran.out);
    }
}

#[test]
fn without_arguments_it_prints_help() {
    let ran = Desk::new().run(&[]);
    ran.check(2);
    assert!(
        ran.err.contains("Usage: afterimage [OPTIONS] <COMMAND>") && ran.err.contains("Examples:")
    );
}

#[test]
fn it_says_which_version_it_is() {
    let ran = Desk::new().run(&["--version"]);
    ran.check(0);
    assert_eq!(ran.out, concat!("afterimage ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn what_it_does_not_know_is_an_error() {
    let desk = Desk::new();
    desk.card("card.img", &[&photo(1)]);
    let wrong: [&[&str]; 18] = [
        &["--formats", "png"],
        &["--format", "png,webphoto"],
        &["--format", ""],
        &["--hash", "crc32"],
        &["--hash", "none,md5"],
        &["--io", "fast"],
        &["--range", "5"],
        &["--chunk-size", "1000"],
        &["--threads", "0"],
        &["--timezone", "Europe/Atlantis"],
        &["--since", "yesterday"],
        &["--until", "2024-02-30"],
        &["--path", "[a"],
        &["--camera", ""],
        &["--volume", "0"],
        &["--volume", "1", "--no-filesystem"],
        &["--volume", "9"],
        &["--list"],
    ];
    for more in wrong {
        let ran = desk.run(&[&["scan", "card.img", "--output", "out"], more].concat());
        ran.check(2);
        assert!(!desk.path("out").exists(), "{more:?} began to write");
    }
}

#[test]
fn an_unknown_format_is_answered_with_those_that_are_known() {
    let ran = Desk::new().run(&["scan", "card.img", "--output", "out", "--format", "jpg2"]);
    ran.check(2);
    assert!(ran.err.contains("jpg2") && ran.err.contains("png"), "{}", ran.err);
    assert!(ran.err.contains("groups photo, raw, video"), "{}", ran.err);
}

#[test]
fn a_scan_needs_an_output_folder() {
    let desk = Desk::new();
    desk.card("card.img", &[]);
    let ran = desk.run(&["scan", "card.img"]);
    ran.check(2);
    assert!(ran.err.contains("--output <DIR>"), "{}", ran.err);
}

#[test]
fn photos_are_written_and_told_of() {
    let desk = Desk::new();
    let photos = [photo(1), photo(2)];
    desk.card("card.img", &[&photos[0], &photos[1], &photos[0]]);
    let ran = desk.run(&["scan", "card.img", "--output", "out"]);
    ran.check(0);
    assert_eq!(ran.err, "", "no progress where nobody sees it");
    for said in [
        "Found 2 photos in card.img (1.0 MB scanned in ",
        "2 complete and proven",
        "By format: 2 png",
        "1 exact copy was found too",
        "out/photos 2 photos",
        "What to do next:",
    ] {
        ran.says(said);
    }
    let mut written = desk.written("photos");
    written.sort_by_key(|bytes| photos.iter().position(|photo| photo == bytes));
    assert!(written == photos, "what was written is what was on the card");
    assert_eq!(desk.report()["summary"]["duplicates"], 1);
}

#[test]
fn what_is_cut_off_is_told_apart() {
    let desk = Desk::new();
    let photo = photo(1);
    desk.card("card.img", &[&photo[..photo.len() / 2]]);
    let ran = desk.run(&["scan", "card.img", "--output", "out"]);
    ran.check(0);
    ran.says("1 partial: a true beginning");
    ran.says("out/partial 1 photo");
    ran.says("1 photo is not whole");
    assert_eq!((desk.written("photos").len(), desk.written("partial").len()), (0, 1));
}

#[test]
fn nothing_found_is_said_with_what_can_still_be_tried() {
    let desk = Desk::new();
    fs::write(desk.path("empty.img"), vec![0xFF; 1 << 20]).unwrap();
    let ran = desk.run(&["scan", "empty.img", "--output", "out"]);
    ran.check(1);
    for said in [
        "Found no photos in empty.img",
        "100 % of empty.img is empty",
        "What can still be tried:",
        "backups",
    ] {
        ran.says(said);
    }
    assert_eq!(desk.report()["summary"]["files"], 0);
}

#[test]
fn options_that_leave_something_out_are_named_when_nothing_is_found() {
    let desk = Desk::new();
    desk.card("card.img", &[&photo(1)]);
    let scan = ["scan", "card.img", "--output", "out"];
    for (more, said) in [
        (["--min-size", "1M"], "1 photo was left out"),
        (["--min-pixels", "1MP"], "1 photo was left out"),
        (["--format", "apng"], "Only apng was looked for"),
        (["--range", "0x40000:"], "Only --range was looked at"),
    ] {
        let ran = desk.run(&[&scan[..], &more].concat());
        ran.check(1);
        ran.says(said);
        fs::remove_dir_all(desk.path("out")).unwrap();
    }
}

#[test]
fn a_dry_run_writes_the_report_and_says_so() {
    let desk = Desk::new();
    desk.card("card.img", &[&photo(1)]);
    let ran = desk.run(&["scan", "card.img", "--output", "out", "--dry-run", "--all"]);
    ran.check(0);
    ran.says("dry run: no photo was written");
    assert_eq!(desk.report()["files"][0]["grade"], "verified");
    assert!(!desk.path("out/photos").exists());
}

#[test]
fn options_reach_the_engine() {
    let desk = Desk::new();
    desk.card("card.img", &[&photo(1)]);
    let more = "--quick --fragments deep --hash sha1,md5 --hash-source --threads 2 --io read \
                --chunk-size 64K --format photo --format png --range 128K:1";
    let ran = desk.run(
        &[&["scan", "card.img", "-o", "out"][..], &more.split(' ').collect::<Vec<_>>()].concat(),
    );
    ran.check(0);
    ran.says("--quick left out all other checks");
    let report = desk.report();
    let file = &report["files"][0];
    assert_eq!(file["grade"], "structural");
    assert!(file["sha1"].is_string() && file["md5"].is_string() && file["sha256"].is_null());
    assert_eq!(report["tool"]["command"].as_array().unwrap().len(), 23);
}

#[test]
fn the_summary_comes_as_json_too() {
    let desk = Desk::new();
    desk.card("card.img", &[&photo(1)]);
    let ran = desk.run(&["scan", "card.img", "--output", "out", "--json", "--stats"]);
    ran.check(0);
    let said: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(said["photos"]["verified"], 1);
    assert_eq!(said["formats"]["png"], 1);
    assert_eq!(said["summary"], desk.report()["summary"]);
    assert_eq!(said["sources"], desk.report()["sources"]);
    assert!(said["failure"].is_null() && said["stats"]["scanned"] == 1 << 20, "{said}");
}

#[test]
fn what_it_cost_is_told_when_asked() {
    let desk = Desk::new();
    desk.card("card.img", &[&photo(1)]);
    let ran = desk.run(&["scan", "card.img", "--output", "out", "--stats"]);
    ran.check(0);
    let (_, cost) = ran.out.split_once("What it cost:").unwrap();
    assert!(cost.contains("1048576 bytes") && cost.contains("threads"), "{cost}");
}

#[test]
fn a_bench_times_every_stage_and_names_the_limit() {
    let desk = Desk::new();
    desk.card("card.img", &[&photo(1)]);
    let ran = desk.run(&["bench", "card.img"]);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    for row in ["reading alone", "looking for headers", "the whole scan", "of which hash"] {
        assert!(ran.out.contains(row), "{row}: {}", ran.out);
    }
    assert!(ran.out.contains("The limit is "), "{}", ran.out);
    let ran = desk.run(&["bench", "card.img", "--json", "--size", "512K", "--threads", "1"]);
    let said: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(said["reading"]["bytes"], 512 << 10);
    assert_eq!(said["threads"], 1);
    assert!(said["stages"]["measure"]["bytes"].as_u64().unwrap() > 0);
    assert_eq!(fs::read_dir(desk.0.path()).unwrap().count(), 1, "nothing is kept");
    assert_eq!(desk.run(&["bench", "none.img"]).status, 2);
}

#[test]
fn what_shows_nothing_is_listed_and_is_not_success() {
    let desk = Desk::new();
    // A movie whose table of contents is lost.
    let head = b"\0\0\0\x14ftypqt  \0\0\0\0qt  \0\x10\0\0mdat";
    desk.card("card.img", &[head]);
    let ran = desk.run(&["scan", "card.img", "--output", "out"]);
    assert_eq!(ran.status, 1, "{}", ran.out);
    assert!(ran.out.contains("1 file has only a beginning left"), "{}", ran.out);
    assert_eq!(desk.report()["summary"]["files"], 1);
}

#[test]
fn a_source_that_is_not_there_is_told_in_one_line() {
    let desk = Desk::new();
    let ran = desk.run(&["scan", "missing.img", "--output", "out"]);
    ran.check(2);
    ran.complains(&["cannot open missing.img: ", "; check the path"]);
    assert_eq!(ran.out, "");
}

#[test]
fn some_of_several_sources_can_fail() {
    let desk = Desk::new();
    desk.card("card.img", &[&photo(1)]);
    let ran = desk.run(&["scan", "missing.img", "card.img", "--output", "out"]);
    ran.check(3);
    ran.complains(&["cannot open missing.img"]);
    ran.says("Found 1 photo in 2 sources");
    ran.says("missing.img was not scanned: cannot open missing.img");
    assert_eq!(desk.report()["files"][0]["source"], 1);
}

#[test]
fn a_folder_stands_for_the_images_in_it() {
    let desk = Desk::new();
    fs::create_dir(desk.path("images")).unwrap();
    desk.card("images/b.img", &[&photo(1)]);
    desk.card("images/a.img", &[&photo(2)]);
    let ran = desk.run(&["scan", "images", "--output", "out"]);
    ran.check(0);
    let images = desk.report()["images"].clone();
    let names: Vec<_> = [0, 1].map(|n| images[n]["path"].as_str().unwrap().to_owned()).into();
    assert_eq!(names, ["images/a.img", "images/b.img"]);
}

#[test]
fn an_empty_folder_is_told_in_one_line() {
    let desk = Desk::new();
    fs::create_dir(desk.path("images")).unwrap();
    let ran = desk.run(&["scan", "images", "--output", "out"]);
    ran.check(2);
    ran.complains(&["cannot scan images: this folder holds no disk image", "name an image"]);
}

#[test]
fn formats_are_listed_for_people_and_for_programs() {
    let desk = Desk::new();
    let (table, json) = (desk.run(&["formats"]), desk.run(&["formats", "--json"]));
    table.check(0);
    json.check(0);
    let rows: Vec<Value> = serde_json::from_str(&json.out).unwrap();
    let png = rows.iter().find(|row| row["name"] == "png").unwrap();
    assert_eq!((&png["group"], &png["extensions"][0]), (&"photo".into(), &"png".into()));
    for row in &rows {
        let name = row["name"].as_str().unwrap();
        assert!(table.out.lines().any(|line| line.starts_with(name)), "{name} is not listed");
        assert!(row["end_rule"].is_string() && row["proof"].is_string(), "{row}");
    }
}

#[test]
fn the_guide_names_every_format() {
    let guide =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/details.md")).unwrap();
    let json = Desk::new().run(&["formats", "--json"]).out;
    for row in serde_json::from_str::<Vec<Value>>(&json).unwrap() {
        let name = row["name"].as_str().unwrap();
        assert!(guide.contains(&format!("`{name}`")), "{name} is missing in docs/details.md");
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let desk = Desk::new();
    desk.card("card.img", &[&photo(1)]);
    for arguments in [&["formats"][..], &["scan", "card.img", "--output", "out"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = desk.command(arguments).stdout(writer).output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    }
    assert_eq!(desk.written("photos").len(), 1);
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_scan_with_a_report() {
    let desk = Desk::new();
    // Large enough that a signal comes in time, with the slowest way to read it.
    fs::write(desk.path("card.img"), noise(1 << 20).repeat(192)).unwrap();
    let slow = ["--threads", "1", "--chunk-size", "4K", "--hash-source", "--hash", "sha1,md5"];
    let scan = [&["scan", "card.img", "--output", "out"][..], &slow].concat();
    let mut command = desk.command(&scan);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait_for(&desk.path("out/.afterimage/scan.log"));
    // The shell knows `kill` itself; the program of that name may not be installed.
    let kill = format!("kill -INT {}", child.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert_eq!(desk.report()["incomplete"], "interrupted");
    let out = String::from_utf8(output.stdout).unwrap();
    assert!(out.contains("It was stopped before the end"), "{out}");
}

#[cfg(unix)]
fn wait_for(path: &Path) {
    let begun = Instant::now();
    while !path.exists() {
        assert!(begun.elapsed() < Duration::from_secs(30), "no {}", path.display());
        std::thread::sleep(Duration::from_millis(1));
    }
}
