//! What a scan found can be finished by another process: all that later stages need stands in its log.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[expect(dead_code, reason = "other tests replay runs with it")]
mod bench;
#[expect(dead_code, reason = "other tests build cards of their own with it")]
mod cards;
#[path = "bench/of_run.rs"]
mod of_run;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use afterimage_engine::error::Error;
use afterimage_engine::options::Options;
use afterimage_engine::progress::Progress;
use afterimage_engine::report::Report;
use afterimage_engine::run::{Job, Scanned};
use afterimage_engine::source::{self, Io, Source};
use bench::{Bench, tree};
use of_run::is_of_run;

/// The state of the run in an output folder.
fn state(output: &Path) -> PathBuf {
    output.join(".afterimage")
}

fn open(image: &Path) -> Vec<Box<dyn Source>> {
    vec![source::open(image, Io::Auto).unwrap()]
}

fn options(output: &Path, more: &Options) -> Options {
    Options { output: Some(output.to_path_buf()), ..more.clone() }
}

/// Scans an image, and forgets all that is not on disk.
fn scan_and_forget(image: &Path, output: &Path, more: &Options) {
    let (options, progress) = (options(output, more), Progress::default());
    drop(Job::open(open(image), &options, &progress).unwrap().scan());
}

/// Finishes what the scans in some output folders found, into the first of them.
fn finish(image: &Path, outputs: &[&Path], more: &Options) -> Result<(), Error> {
    let (options, progress) = (options(outputs[0], more), Progress::default());
    let states: Vec<PathBuf> = outputs.iter().map(|output| state(output)).collect();
    let states: Vec<&Path> = states.iter().map(PathBuf::as_path).collect();
    let job = Job::<Scanned>::replay(&states, open(image), &options, &progress)?;
    job.settled().write()?;
    Ok(())
}

/// What a run said and wrote.
fn said(output: &Path) -> (String, BTreeMap<PathBuf, Vec<u8>>) {
    let report = fs::read(output.join("report.json")).unwrap();
    let report: Report = serde_json::from_slice(&report).unwrap();
    let parts = (&report.files, &report.head.summary, &report.head.sources);
    let mut written = tree(output);
    written.retain(|path, _| !is_of_run(path));
    (serde_json::to_string(&parts).unwrap(), written)
}

fn images() -> Vec<(&'static str, Vec<u8>)> {
    let mut formatted = cards::fat16(1).image;
    formatted[..64 << 10].fill(0);
    let all = cards::all().into_iter().chain([cards::fat16(1)]);
    let mut images: Vec<_> = all.map(|card| (card.name, card.image)).collect();
    images.push(("formatted", formatted));
    images.push(("demo", afterimage_testdata::card::demo().image));
    images
}

#[test]
fn a_scan_that_another_process_finishes_gives_the_same_report() {
    for (name, image) in images() {
        let bench = Bench::new(&image);
        for (at, more) in [
            Options::default(),
            Options { all: true, embedded: true, hash_source: true, ..Options::default() },
            Options { dry_run: true, threads: 3, chunk_len: 256 << 10, ..Options::default() },
        ]
        .into_iter()
        .enumerate()
        {
            let whole = format!("whole-{at}");
            bench.scan(&whole, more.clone());
            let replayed = bench.output(&format!("replayed-{at}"));
            scan_and_forget(&bench.image, &replayed, &more);
            finish(&bench.image, &[&replayed], &more).unwrap();
            assert!(said(&bench.output(&whole)) == said(&replayed), "{name} {at}");
        }
    }
}

#[test]
fn what_two_logs_tell_of_counts_once() {
    let bench = Bench::new(&afterimage_testdata::card::demo().image);
    let more = Options::default();
    bench.scan("whole", more.clone());
    let (one, other) = (bench.output("one"), bench.output("other"));
    scan_and_forget(&bench.image, &one, &more);
    scan_and_forget(&bench.image, &other, &more);
    finish(&bench.image, &[&one, &other], &more).unwrap();
    assert!(said(&bench.output("whole")) == said(&one));
}

#[test]
fn what_a_crash_cut_off_counts_when_another_log_tells_of_it() {
    let bench = Bench::new(&afterimage_testdata::card::demo().image);
    let more = Options::default();
    bench.scan("whole", more.clone());
    let (torn, other) = (bench.output("torn"), bench.output("other"));
    scan_and_forget(&bench.image, &torn, &more);
    scan_and_forget(&bench.image, &other, &more);
    let log = state(&torn).join("scan.log");
    let text = fs::read(&log).unwrap();
    let lines: Vec<&[u8]> = text.split_inclusive(|&byte| byte == b'\n').collect();
    let last = lines.iter().rposition(|line| line[9..].starts_with(b"{\"chunk\"")).unwrap();
    // What was found in the last chunk stands in the log without the line that closes the chunk.
    fs::write(&log, lines[..last].concat()).unwrap();
    finish(&bench.image, &[&torn, &other], &more).unwrap();
    assert!(said(&bench.output("whole")) == said(&torn));
}

#[test]
fn what_was_found_in_a_chunk_counts_when_the_chunk_was_done() {
    let bench = Bench::new(&afterimage_testdata::card::demo().image);
    // Without a file system nothing but the log tells where photos begin.
    let more = Options { filesystems: false, chunk_len: 64 << 10, ..Options::default() };
    let (whole, torn) = (bench.output("whole"), bench.output("torn"));
    scan_and_forget(&bench.image, &whole, &more);
    scan_and_forget(&bench.image, &torn, &more);
    let log = state(&torn).join("scan.log");
    let text = fs::read(&log).unwrap();
    let lines: Vec<&[u8]> = text.split_inclusive(|&byte| byte == b'\n').collect();
    let begins = |output: &Path| -> Vec<u64> {
        let report = fs::read(output.join("report.json")).unwrap();
        let report: Report = serde_json::from_slice(&report).unwrap();
        report.files.iter().filter_map(|file| file.runs[0].offset).collect()
    };
    finish(&bench.image, &[&whole], &more).unwrap();
    let all = begins(&whole);
    let read = |line: &&[u8]| serde_json::from_slice::<serde_json::Value>(&line[9..]).unwrap();
    let offset = |line: &&[u8]| {
        let found = &read(line)["found"];
        let is_top = found["nth"] == 0;
        found["record"]["runs"][0]["at"].as_u64().filter(|at| is_top && all.contains(at))
    };
    // Workers finish chunks in any order, and nothing that is listed may have been found in the last of them.
    let last = lines.iter().rposition(|line| offset(line).is_some()).unwrap();
    let lost = offset(&lines[last]).unwrap();
    // A crash in the midst of a line of the chunk, before the one that would close it.
    let before = lines[..=last].iter().map(|line| line.len()).sum::<usize>();
    fs::write(&log, &text[..before + 3]).unwrap();
    finish(&bench.image, &[&torn], &more).unwrap();
    assert!(said(&torn).0.contains("not scanned to its end"), "the log has no end");
    assert!(!begins(&torn).contains(&lost), "{lost:#x}");
}

#[test]
fn a_log_of_another_source_or_of_other_settings_is_refused() {
    let card = cards::fat16(1).image;
    let bench = Bench::new(&card);
    let (output, more) = (bench.output("out"), Options::default());
    scan_and_forget(&bench.image, &output, &more);
    let quick = Options { quick: true, ..Options::default() };
    assert!(matches!(finish(&bench.image, &[&output], &quick), Err(Error::Replay { .. })));
    let mut other = card;
    other[0] ^= 1;
    let other = Bench::new(&other);
    assert!(matches!(finish(&other.image, &[&output], &more), Err(Error::Replay { .. })));
    let missing = bench.output("missing");
    assert!(finish(&bench.image, &[&missing], &more).is_err());
}
