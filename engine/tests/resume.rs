//! A run that was interrupted in whatever way is gone on with, and comes to what an undisturbed one comes to.
//!
//! Crashes are made here by what they leave: logs that end at any line or in the midst of one, damaged logs,
//! content that is missing or cut off, names that are given to some photos only.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[expect(dead_code, reason = "other tests replay runs with it")]
mod bench;
#[expect(dead_code, reason = "other tests build cards of their own with it")]
mod cards;
#[path = "bench/of_run.rs"]
mod of_run;
#[path = "bench/said.rs"]
mod said;

use std::fs;
use std::path::{Path, PathBuf};

use afterimage_engine::error::Error;
use afterimage_engine::options::Options;
use afterimage_engine::progress::Progress;
use afterimage_engine::run;
use bench::{Bench, tree};
use proptest::prelude::*;
use said::{Said, check_same, said};

/// Small chunks, so that there are many of them.
fn small() -> Options {
    Options { chunk_len: 256 << 10, threads: 2, ..Options::default() }
}

fn scan(images: &[&Path], output: &Path, more: &Options) -> Result<(), Error> {
    let options = Options { output: Some(output.to_path_buf()), ..more.clone() };
    let images: Vec<PathBuf> = images.iter().map(|path| path.to_path_buf()).collect();
    let outcome = run::scan(&images, &options, &Progress::default())?;
    assert!(outcome.failure.is_none() && !outcome.interrupted, "{:?}", outcome.failure);
    Ok(())
}

fn resume(images: &[&Path], output: &Path, more: &Options) -> Result<(), Error> {
    scan(images, output, &Options { resume: true, ..more.clone() })
}

fn log(output: &Path, name: &str) -> PathBuf {
    output.join(".afterimage").join(name)
}

fn lines(path: &Path) -> Vec<Vec<u8>> {
    let text = fs::read(path).unwrap();
    text.split_inclusive(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect()
}

/// The bytes of a log that ends after so many lines, and a few bytes of the next.
fn cut(lines: &[Vec<u8>], count: usize, more: usize) -> Vec<u8> {
    let mut bytes = lines[..count].concat();
    let next = lines.get(count).map(Vec::as_slice).unwrap_or_default();
    bytes.extend_from_slice(&next[..more.min(next.len())]);
    bytes
}

/// Copies a folder.
fn copy(from: &Path, to: &Path) {
    drop(fs::remove_dir_all(to));
    for (path, bytes) in tree(from) {
        let path = to.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

/// Puts photos that have their names back into the store, as they were before: those at `back`, by order.
fn unname(output: &Path, back: impl Fn(usize) -> bool) {
    let store = log(output, "store");
    fs::create_dir_all(&store).unwrap();
    let mut photos = tree(output);
    photos.retain(|path, _| ["photos", "partial"].iter().any(|name| path.starts_with(name)));
    for (at, (path, bytes)) in photos.into_iter().enumerate() {
        if back(at) {
            let name = blake3::hash(&bytes).to_hex().to_string();
            fs::rename(output.join(path), store.join(name)).unwrap();
        }
    }
}

/// A card on which photos lie in several pieces and have names, and a folder for what comes out of it.
fn demo() -> Bench {
    Bench::new(&afterimage_testdata::card::demo().image)
}

#[test]
fn a_scan_goes_on_from_every_line_of_its_log() {
    let bench = demo();
    let image = [bench.image.as_path()];
    let (whole, torn) = (bench.output("whole"), bench.output("torn"));
    scan(&image, &whole, &small()).unwrap();
    let expected = said(&whole);
    let all = lines(&log(&whole, "scan.log"));
    for count in (0..=all.len()).step_by(all.len() / 25) {
        for more in [0, 5, 500] {
            drop(fs::remove_dir_all(&torn));
            fs::create_dir_all(log(&torn, "store")).unwrap();
            fs::write(log(&torn, "scan.log"), cut(&all, count, more)).unwrap();
            // Another process may be given other chunks and threads.
            let options = Options { chunk_len: 1 << 20, threads: 1 + count % 3, ..small() };
            resume(&image, &torn, &options).unwrap();
            check_same(&expected, &said(&torn), &format!("after {count} lines and {more} bytes"));
        }
    }
}

#[test]
fn naming_goes_on_from_every_photo_and_every_line() {
    let bench = demo();
    let image = [bench.image.as_path()];
    let (whole, torn) = (bench.output("whole"), bench.output("torn"));
    scan(&image, &whole, &small()).unwrap();
    let expected = said(&whole);
    let names = lines(&log(&whole, "names.log"));
    let photos = expected.1.len();
    for named in 0..=photos {
        copy(&whole, &torn);
        unname(&torn, |at| at >= named);
        // The log may have lost lines with the power; photos tell what they are themselves.
        fs::write(log(&torn, "names.log"), cut(&names, (named * 7) % names.len(), named % 50))
            .unwrap();
        fs::remove_file(torn.join("report.json")).unwrap();
        resume(&image, &torn, &small()).unwrap();
        check_same(&expected, &said(&torn), &format!("{named} of {photos} named"));
        assert!(!log(&torn, "store").exists(), "nothing is kept twice");
    }
}

#[test]
fn content_that_was_lost_with_the_power_is_made_again() {
    let bench = demo();
    let image = [bench.image.as_path()];
    let (whole, torn) = (bench.output("whole"), bench.output("torn"));
    scan(&image, &whole, &small()).unwrap();
    let expected = said(&whole);
    copy(&whole, &torn);
    unname(&torn, |_| true);
    fs::remove_file(torn.join("report.json")).unwrap();
    for name in ["names.log", "lock"] {
        fs::remove_file(log(&torn, name)).unwrap();
    }
    for (at, file) in fs::read_dir(log(&torn, "store")).unwrap().enumerate() {
        let path = file.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        match at % 3 {
            0 => fs::write(path, b"").unwrap(),
            1 => fs::write(path, vec![0; bytes.len()]).unwrap(),
            _ => fs::remove_file(path).unwrap(),
        }
    }
    fs::write(log(&torn, "store").join("half-7"), b"cut off").unwrap();
    resume(&image, &torn, &small()).unwrap();
    check_same(&expected, &said(&torn), "the store is damaged");
}

#[test]
fn what_somebody_put_there_is_neither_overwritten_nor_taken_for_ours() {
    let bench = demo();
    let image = [bench.image.as_path()];
    let (whole, torn) = (bench.output("whole"), bench.output("torn"));
    scan(&image, &whole, &small()).unwrap();
    copy(&whole, &torn);
    unname(&torn, |at| at % 2 == 0);
    fs::remove_file(torn.join("report.json")).unwrap();
    let names = lines(&log(&torn, "names.log"));
    fs::write(log(&torn, "names.log"), names[..names.len() - 1].concat()).unwrap();
    let before = tree(&torn);
    // At the name of one photo that has none yet, and in place of one that has.
    let photos = said(&whole).1;
    let free = photos.keys().find(|path| !before.contains_key(*path)).unwrap();
    let had = photos.keys().find(|path| before.contains_key(*path)).unwrap();
    for path in [free, had] {
        fs::create_dir_all(torn.join(path).parent().unwrap()).unwrap();
        fs::write(torn.join(path), b"of the user").unwrap();
    }
    resume(&image, &torn, &small()).unwrap();
    let after = said(&torn).1;
    for path in [free, had] {
        assert_eq!(after[path], b"of the user", "{path:?}");
        assert!(after.iter().any(|(other, bytes)| other != path && *bytes == photos[path]));
    }
    assert_eq!(after.len(), photos.len() + 2, "every other photo is there once");
}

#[test]
fn a_run_that_was_stopped_goes_on_and_so_does_that_one() {
    let bench = demo();
    let image = [bench.image.as_path()];
    let whole = bench.output("whole");
    let more = Options { hash_source: true, embedded: true, ..small() };
    scan(&image, &whole, &more).unwrap();
    let all = lines(&log(&whole, "scan.log"));
    let expected = said(&whole);
    let torn = bench.output("torn");
    for count in [2, all.len() / 3, all.len() * 2 / 3, all.len() - 1] {
        drop(fs::remove_dir_all(&torn));
        fs::create_dir_all(log(&torn, "store")).unwrap();
        fs::write(log(&torn, "scan.log"), cut(&all, count, 0)).unwrap();
        for _ in 0..2 {
            // Asked to stop before it begins: a report of what there is by now, with names.
            let options = Options { output: Some(torn.clone()), resume: true, ..more.clone() };
            let progress = Progress::default();
            progress.stop();
            let outcome = run::scan(std::slice::from_ref(&bench.image), &options, &progress);
            if let Ok(outcome) = outcome {
                assert!(outcome.interrupted);
            }
        }
        resume(&image, &torn, &more).unwrap();
        check_same(&expected, &said(&torn), &format!("stopped after {count} lines"));
    }
}

#[test]
fn several_sources_and_cards_of_all_kinds_are_gone_on_with() {
    let formatted = {
        let mut image = cards::fat16(1).image;
        image[..64 << 10].fill(0);
        image
    };
    let images: Vec<Vec<u8>> =
        cards::all().into_iter().map(|card| card.image).chain([formatted]).collect();
    let benches: Vec<Bench> = images.iter().map(|image| Bench::new(image)).collect();
    let paths: Vec<&Path> = benches.iter().map(|bench| bench.image.as_path()).collect();
    let (whole, torn) = (benches[0].output("whole"), benches[0].output("torn"));
    let more = Options { all: true, ..small() };
    scan(&paths, &whole, &more).unwrap();
    let expected = said(&whole);
    let all = lines(&log(&whole, "scan.log"));
    for part in 0..4 {
        let count = all.len() * part / 4 + 1;
        drop(fs::remove_dir_all(&torn));
        fs::create_dir_all(log(&torn, "store")).unwrap();
        fs::write(log(&torn, "scan.log"), cut(&all, count, 9)).unwrap();
        resume(&paths, &torn, &more).unwrap();
        check_same(&expected, &said(&torn), &format!("after {count} lines"));
    }
}

#[test]
fn a_finished_run_is_left_as_it_is() {
    let bench = demo();
    let image = [bench.image.as_path()];
    let output = bench.output("out");
    scan(&image, &output, &small()).unwrap();
    let before = tree(&output);
    assert!(matches!(resume(&image, &output, &small()), Err(Error::Finished { .. })));
    assert!(tree(&output) == before);
    assert!(matches!(scan(&image, &output, &small()), Err(Error::Destination { .. })));
    // Without the report there is something to do.
    fs::remove_file(output.join("report.json")).unwrap();
    resume(&image, &output, &small()).unwrap();
    let mut after = tree(&output);
    after.retain(|path, _| !path.starts_with(".afterimage"));
    assert!(after.keys().eq(before.keys().filter(|path| !path.starts_with(".afterimage"))));
}

#[test]
fn other_options_and_other_sources_are_named() {
    let bench = demo();
    let image = [bench.image.as_path()];
    let (whole, torn) = (bench.output("whole"), bench.output("torn"));
    scan(&image, &whole, &small()).unwrap();
    let all = lines(&log(&whole, "scan.log"));
    fs::create_dir_all(log(&torn, "store")).unwrap();
    fs::write(log(&torn, "scan.log"), cut(&all, 12, 0)).unwrap();
    let refused = |images: &[&Path], options: &Options| match resume(images, &torn, options) {
        Err(Error::Differs { what, .. }) => what,
        other => panic!("not refused: {other:?}"),
    };
    let before = tree(&torn);
    let said = refused(&image, &Options { quick: true, ..small() });
    assert!(said.contains("--quick"), "{said}");
    let said = refused(&image, &Options { formats: vec!["png"], ..small() });
    assert!(said.contains("--format"), "{said}");
    let said = refused(&[&bench.image, &bench.image], &small());
    assert!(said.contains("1 sources, not of 2"), "{said}");
    let mut other = fs::read(&bench.image).unwrap();
    other[3] ^= 1;
    let other = Bench::new(&other);
    let said = refused(&[&other.image], &small());
    assert!(said.contains("source 1 is another") && said.contains("its bytes differ"), "{said}");
    let other = Bench::new(&[7; 4096]);
    let said = refused(&[&other.image], &small());
    assert!(said.contains("this one has 4096"), "{said}");
    let mut after = tree(&torn);
    after.retain(|path, _| before.contains_key(path));
    assert!(after == before, "nothing is changed");
    assert!(matches!(scan(&image, &torn, &small()), Err(Error::Unfinished { .. })));
    resume(&image, &torn, &Options { min_size: 5, ..small() }).unwrap();
}

#[test]
fn two_runs_do_not_write_to_one_folder() {
    let bench = demo();
    let (output, progress) = (bench.output("out"), Progress::default());
    let options = Options { output: Some(output.clone()), ..small() };
    let source = || {
        vec![
            afterimage_engine::source::open(&bench.image, afterimage_engine::source::Io::Auto)
                .unwrap(),
        ]
    };
    let running = run::Job::open(source(), &options, &progress).unwrap();
    for resume in [false, true] {
        let options = Options { resume, ..options.clone() };
        let refused = run::scan(std::slice::from_ref(&bench.image), &options, &Progress::default());
        assert!(matches!(refused, Err(Error::Busy { .. })), "{refused:?}");
    }
    drop(running);
    resume(&[&bench.image], &output, &small()).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever a bit of the log says, the result is the same, and nothing that was in the log is lost.
    #[test]
    fn a_flipped_bit_anywhere_changes_nothing(place in 0.0..1.0_f64, bit in 0..8_u32, name in 0..2_usize) {
        let (bench, whole, expected) = flipped();
        let torn = bench.output("flipped");
        copy(whole, &torn);
        fs::remove_file(torn.join("report.json")).unwrap();
        let path = log(&torn, ["scan.log", "names.log"][name]);
        let mut bytes = fs::read(&path).unwrap();
        let at = (place * bytes.len() as f64) as usize;
        bytes[at] ^= 1 << bit;
        fs::write(&path, &bytes).unwrap();
        resume(&[&bench.image], &torn, &small()).unwrap();
        check_same(expected, &said(&torn), &format!("bit {bit} of byte {at} in {path:?}"));
    }
}

/// A whole run that all cases of the test above start from.
fn flipped() -> &'static (Bench, PathBuf, Said) {
    static WHOLE: std::sync::OnceLock<(Bench, PathBuf, Said)> = std::sync::OnceLock::new();
    WHOLE.get_or_init(|| {
        let bench = demo();
        let whole = bench.output("whole");
        scan(&[&bench.image], &whole, &small()).unwrap();
        let expected = said(&whole);
        (bench, whole, expected)
    })
}
