//! Maps of rescues, there and back with the program whose format they have.

#![expect(clippy::print_stderr, reason = "a test that cannot run says so")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use afterimage_engine::source::rescue_map::{BlockStatus, Phase, RescueMap, Standing, read_map};
use afterimage_signatures::verdict::Span;

/// Runs a tool in `folder`; nothing where it is not installed.
fn run(folder: &Path, program: &str, arguments: &[&str]) -> Option<Output> {
    let output = Command::new(program).args(arguments).current_dir(folder).output();
    if output.is_err() {
        eprintln!("skipped: {program} is not installed");
    }
    output.ok()
}

/// A map with every status and every phase but those of ddrescue alone.
fn map(phase: Phase, pass: u32) -> RescueMap {
    let mut map = RescueMap::new(5 << 30);
    let blocks = [(0, 4096, BlockStatus::Finished), (8192, 512, BlockStatus::BadSector)];
    blocks.iter().for_each(|&(at, len, status)| map.set(Span { at, len }, status));
    map.set(Span { at: 8704, len: 4096 }, BlockStatus::NonScraped);
    map.set(Span { at: 65536, len: 65536 }, BlockStatus::NonTrimmed);
    map.set(Span { at: 4 << 30, len: 1 << 20 }, BlockStatus::Finished);
    map.standing = Standing { at: 4096, phase, pass };
    map
}

#[test]
fn ddrescuelog_reads_what_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let phases = [
        (Phase::Copying, 5),
        (Phase::Trimming, 1),
        (Phase::Scraping, 1),
        (Phase::Retrying, 7),
        (Phase::Finished, 1),
    ];
    for (phase, pass) in phases {
        let text =
            map(phase, pass).text(&["Mapfile. Created by afterimage".into(), "a\n+ b".into()]);
        fs::write(folder.path().join("a.map"), text).unwrap();
        let Some(said) = run(folder.path(), "ddrescuelog", &["-l+", "a.map"]) else { return };
        assert!(said.status.success(), "{said:?}");
        let sectors = String::from_utf8(said.stdout).unwrap();
        assert_eq!(sectors.lines().count(), 8 + 2048, "{phase:?}");
    }
}

#[test]
fn ddrescue_goes_on_from_a_map_and_its_own_is_printed_as_it_was_read() {
    let folder = tempfile::tempdir().unwrap();
    let bytes: Vec<u8> = (0..1_000_100u32).map(|at| (at % 251) as u8).collect();
    fs::write(folder.path().join("device"), &bytes).unwrap();
    let mut map = RescueMap::new(bytes.len() as u64);
    map.set(Span { at: 0, len: 500_224 }, BlockStatus::Finished);
    fs::write(folder.path().join("map"), map.text(&[])).unwrap();
    let Some(said) = run(folder.path(), "ddrescue", &["-q", "device", "image", "map"]) else {
        return;
    };
    assert!(said.status.success(), "{said:?}");
    let image = fs::read(folder.path().join("image")).unwrap();
    assert!(image[..500_224].iter().all(|byte| *byte == 0), "it read what was finished");
    assert_eq!(image[500_224..], bytes[500_224..]);
    let read = read_map(&folder.path().join("map")).unwrap();
    assert!(read.unfinished().is_empty());
    assert_eq!(read.standing.phase, Phase::Finished);
    let text = fs::read_to_string(folder.path().join("map")).unwrap();
    let list = |text: &str| text.split_once("# current_pos").unwrap().1.to_owned();
    assert_eq!(list(&read.text(&[])), list(&text));
}
