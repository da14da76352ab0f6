//! What shards of a source carve, merged, is what one run gives: for any number of shards, in any order, joined step
//! by step, after a crash, and carved twice.

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

use afterimage_engine::Shard;
use afterimage_engine::error::Error;
use afterimage_engine::options::Options;
use afterimage_engine::progress::Progress;
use afterimage_engine::run;
use afterimage_testdata::canvas::Canvas;
use afterimage_testdata::random::Random;
use afterimage_testdata::samples;
use bench::Bench;
use proptest::prelude::*;
use said::{check_same, said};

/// Carves a shard into a folder of its own beside the others, and gives the folder.
fn carve(
    bench: &Bench,
    (number, count): (u32, u32),
    name: &str,
    more: &Options,
) -> Result<PathBuf, Error> {
    let output = bench.output(name).join(number.to_string());
    let options = Options {
        output: Some(output.clone()),
        shard: Shard::new(number, count),
        threads: 1,
        ..more.clone()
    };
    let carved = run::carve(std::slice::from_ref(&bench.image), &options, &Progress::default())?;
    assert!(carved.failure.is_none() && !carved.interrupted, "{:?}", carved.failure);
    assert_eq!(Some(carved.shard), options.shard);
    Ok(output)
}

fn carve_all(bench: &Bench, count: u32, name: &str, more: &Options) -> Vec<PathBuf> {
    (0..count).map(|number| carve(bench, (number, count), name, more).unwrap()).collect()
}

fn merge(bench: &Bench, shards: &[PathBuf], name: &str, more: &Options) -> Result<PathBuf, Error> {
    let output = bench.output(name);
    let options = Options { output: Some(output.clone()), ..more.clone() };
    let image = std::slice::from_ref(&bench.image);
    let outcome = run::merge(shards, image, &options, &Progress::default())?;
    assert!(outcome.failure.is_none() && !outcome.interrupted, "{:?}", outcome.failure);
    Ok(output)
}

fn log(output: &Path) -> PathBuf {
    output.join(".afterimage/scan.log")
}

fn lines(path: &Path) -> Vec<Vec<u8>> {
    let text = fs::read(path).unwrap();
    text.split_inclusive(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect()
}

/// Samples of all formats one after the other, each at a sector.
fn all_samples() -> Vec<u8> {
    let canvas = Canvas::new(1).zeros(512);
    let lay = |canvas: Canvas, sample| canvas.align(512).put(sample).align(512).zeros(1024);
    samples::all().iter().fold(canvas, lay).noise(4096).bytes
}

/// The demo card, cards of all file systems, one that was formatted, one in a partition, and the samples.
fn images() -> Vec<(String, Vec<u8>)> {
    let mut formatted = cards::fat16(1).image;
    formatted[..64 << 10].fill(0);
    let all = cards::all().into_iter().chain([cards::fat16(1)]);
    let mut images: Vec<_> = all.map(|card| (card.name.to_owned(), card.image)).collect();
    images.push(("formatted".to_owned(), formatted));
    images.push(("partition".to_owned(), cards::ntfs().behind(1 << 20, cards::gpt).image));
    images.push(("samples".to_owned(), all_samples()));
    images.push(("demo".to_owned(), afterimage_testdata::card::demo().image));
    images
}

fn demo() -> Bench {
    Bench::new(&afterimage_testdata::card::demo().image)
}

#[test]
fn any_number_of_shards_gives_what_one_run_gives() {
    for (name, image) in images() {
        let bench = Bench::new(&image);
        let plain = Options::default();
        bench.scan("whole", plain.clone());
        let expected = said(&bench.output("whole"));
        for count in [1, 2, 3, 7, 64] {
            let (carved, merged) = (format!("carved-{count}"), format!("merged-{count}"));
            let shards = carve_all(&bench, count, &carved, &plain);
            let merged = merge(&bench, &shards, &merged, &plain).unwrap();
            check_same(&expected, &said(&merged), &format!("{name} of {count}"));
            assert!(!merged.join(".afterimage/store").exists(), "nothing is kept twice");
        }
    }
}

#[test]
fn options_that_decide_what_is_found_are_those_of_the_shards() {
    let bench = demo();
    let quarter = bench.image.metadata().unwrap().len() / 4 + 512;
    let list = bench.output("list.json");
    let digest = |seed: u8| format!("{:0>32x},{}\n", seed, 1000);
    fs::write(&list, format!("md5,size\n{}{}", digest(1), digest(2))).unwrap();
    let lists = afterimage_engine::options::LostHashes::read(&[list]).unwrap();
    let plain = Options::default;
    for (at, (decides, finishes)) in [
        (Options { quick: true, ..plain() }, plain()),
        (Options { range: Some((quarter, 2 * quarter)), ..plain() }, plain()),
        (Options { volume: Some(1), ..plain() }, plain()),
        (Options { filesystems: false, chunk_len: 256 << 10, ..plain() }, plain()),
        (Options { formats: vec!["jpeg"], hashes: Vec::new(), ..plain() }, plain()),
        (Options { hash_source: true, ..plain() }, plain()),
        (Options { lost_hashes: Some(std::sync::Arc::new(lists)), ..plain() }, plain()),
        (plain(), Options { all: true, embedded: true, min_size: 4000, ..plain() }),
        (plain(), Options { dry_run: true, gallery: false, threads: 2, ..plain() }),
    ]
    .into_iter()
    .enumerate()
    {
        let Options { all, embedded, min_size, dry_run, gallery, threads, .. } = finishes;
        let both =
            Options { all, embedded, min_size, dry_run, gallery, threads, ..decides.clone() };
        let names = ["whole", "carved", "merged"].map(|name| format!("{name}-{at}"));
        bench.scan(&names[0], both);
        let shards = carve_all(&bench, 3, &names[1], &decides);
        let merged = merge(&bench, &shards, &names[2], &finishes).unwrap();
        check_same(&said(&bench.output(&names[0])), &said(&merged), &format!("options {at}"));
    }
}

#[test]
fn names_that_no_shard_knows_are_not_chosen_by() {
    let bench = demo();
    let carved = Options { filesystems: false, ..Options::default() };
    let shards = carve_all(&bench, 2, "carved", &carved);
    let paths = vec![globset::Glob::new("DCIM/**").unwrap().compile_matcher()];
    let select = afterimage_engine::options::Select { paths, ..Default::default() };
    let refused = merge(&bench, &shards, "merged", &Options { select, ..Options::default() });
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("--no-filesystem") && refused.contains("--path"), "{refused}");
    assert!(!bench.output("merged").exists());
}

#[test]
fn the_order_of_shards_and_steps_in_between_change_nothing() {
    let bench = demo();
    let plain = Options::default();
    bench.scan("whole", plain.clone());
    let expected = said(&bench.output("whole"));
    let shards = carve_all(&bench, 5, "carved", &plain);
    let again = carve_all(&bench, 5, "again", &Options { chunk_len: 256 << 10, ..plain.clone() });
    let step = |name: &str, of: &[&PathBuf]| {
        let (output, of) = (bench.output(name), of.iter().copied().cloned().collect::<Vec<_>>());
        run::join(&of, &output).unwrap();
        output
    };
    let left = step("left", &[&shards[4], &again[1], &shards[1]]);
    let right = step("right", &[&shards[0], &shards[2]]);
    let both = step("both", &[&right, &left, &shards[1], &right]);
    let mut numbers = run::join(std::slice::from_ref(&both), &bench.output("copy")).unwrap();
    assert_eq!(numbers.missing(), [3]);
    assert!(numbers.numbers.remove(&4) && numbers.numbers.len() == 3);
    let all = [both, again[3].clone(), shards[3].clone()];
    let merged = merge(&bench, &all, "merged", &plain).unwrap();
    check_same(&expected, &said(&merged), "in steps");
    let reversed: Vec<PathBuf> = shards.iter().rev().chain(&again).cloned().collect();
    let merged = merge(&bench, &reversed, "reversed", &plain).unwrap();
    check_same(&expected, &said(&merged), "twice, from the last");
}

#[test]
fn what_is_missing_is_told_and_nothing_is_written() {
    let bench = demo();
    let plain = Options::default();
    let mut shards = carve_all(&bench, 7, "carved", &plain);
    let begun = lines(&log(&shards[5]));
    fs::write(log(&shards[5]), begun[..begun.len() - 1].concat()).unwrap();
    shards.remove(2);
    let refused = merge(&bench, &shards, "merged", &plain).unwrap_err();
    let told = "cannot finish: of 7 shards, 2 and 5 are missing (5 was begun)";
    assert_eq!(refused.to_string(), told);
    assert!(!bench.output("merged").exists());
    let refused = run::join(&shards, &bench.output("part")).unwrap_err();
    assert!(refused.to_string().ends_with("the scan of shard 5 there did not come to its end"));
    assert!(!bench.output("part").exists());
    shards.remove(4);
    assert_eq!(run::join(&shards, &bench.output("part")).unwrap().missing(), [2, 5]);
    let finished = run::finish(
        std::slice::from_ref(&bench.image),
        &Options { output: Some(bench.output("part")), ..plain },
        &Progress::default(),
    );
    let what = finished.unwrap_err().to_string();
    assert!(what.ends_with("it holds 0, 1, 3, 4 and 6 of 7 shards of a scan only"), "{what}");
}

#[test]
fn shards_that_do_not_belong_together_are_refused() {
    let (bench, other) = (demo(), Bench::new(&cards::fat16(1).image));
    let plain = Options::default();
    let first = carve(&bench, (0, 2), "first", &plain).unwrap();
    let refused = |second: PathBuf, expected: &str| {
        let pair = [first.clone(), second];
        let told = merge(&bench, &pair, "merged", &plain).unwrap_err().to_string();
        assert!(told.contains(expected), "{told}");
        let joined = run::join(&pair, &bench.output("joined")).unwrap_err().to_string();
        assert_eq!(joined, told);
    };
    let quick = Options { quick: true, ..plain.clone() };
    let range = Options { range: Some((0, 1 << 20)), ..plain.clone() };
    refused(
        carve(&bench, (1, 2), "quick", &quick).unwrap(),
        "scan one of them again, with the options of the other",
    );
    refused(carve(&bench, (1, 2), "range", &range).unwrap(), "--range is not as it is in");
    refused(carve(&bench, (1, 3), "three", &plain).unwrap(), "it is of 3 shards, and");
    refused(carve(&other, (1, 2), "other", &plain).unwrap(), "it is of another source than");
    bench.scan("whole", plain.clone());
    refused(bench.output("whole"), "it holds no shard of a scan");
    let second = carve(&bench, (1, 2), "second", &plain).unwrap();
    let versioned = second.with_file_name("versioned");
    fs::create_dir_all(log(&versioned).parent().unwrap()).unwrap();
    let mut text = lines(&log(&second));
    let head = String::from_utf8(text[0][9..].to_vec()).unwrap();
    let program = format!("\"program\":\"{}\"", env!("CARGO_PKG_VERSION"));
    let head = head.replace(&program, "\"program\":\"0.0.1\"");
    text[0] = checked(head.trim_end());
    fs::write(log(&versioned), text.concat()).unwrap();
    refused(versioned, "it was made by version 0.0.1, and");
    // The source itself has to be that of the shards.
    let shards = [first.clone(), second];
    let told = merge(&other, &shards, "merged", &plain).unwrap_err().to_string();
    assert!(told.contains("it is of another source than"), "{told}");
    assert!(!other.output("merged").exists() && !bench.output("merged").exists());
    // Nor is a shard gone on with as another one, or as a whole scan.
    let resumed = |shard| {
        let output = Some(first.clone());
        let options = Options { output, shard, resume: true, ..plain.clone() };
        let image = std::slice::from_ref(&bench.image);
        match shard {
            Some(_) => run::carve(image, &options, &Progress::default()).map(drop).unwrap_err(),
            None => run::scan(image, &options, &Progress::default()).map(drop).unwrap_err(),
        }
    };
    for shard in [None, Shard::new(1, 2), Shard::new(0, 3)] {
        assert!(resumed(shard).to_string().contains("--shard is not as it was"), "{shard:?}");
    }
    assert!(matches!(resumed(Shard::new(0, 2)), Error::Finished { .. }), "nothing is left to do");
}

/// A line of a log with that text.
fn checked(text: &str) -> Vec<u8> {
    format!("{:08x} {text}\n", crc32fast::hash(text.as_bytes())).into_bytes()
}

#[test]
fn a_shard_that_was_killed_anywhere_goes_on() {
    let bench = demo();
    let plain = Options { chunk_len: 256 << 10, ..Options::default() };
    bench.scan("whole", plain.clone());
    let expected = said(&bench.output("whole"));
    let shards = carve_all(&bench, 3, "carved", &plain);
    let all = lines(&log(&shards[1]));
    for (count, more) in
        (0..=all.len()).step_by((all.len() / 8).max(1)).zip([0, 5, 500].iter().cycle())
    {
        let torn = bench.output("torn").join("1");
        drop(fs::remove_dir_all(&torn));
        fs::create_dir_all(torn.join(".afterimage")).unwrap();
        let rest = all.get(count).map(Vec::as_slice).unwrap_or_default();
        let text = [&all[..count].concat(), &rest[..rest.len().min(*more)]].concat();
        fs::write(log(&torn), text).unwrap();
        let goes_on = Options { resume: true, chunk_len: 1 << 20, ..plain.clone() };
        match carve(&bench, (1, 3), "torn", &goes_on) {
            Err(Error::Finished { .. }) => assert_eq!(count, all.len()),
            carved => assert_eq!(carved.unwrap(), torn),
        }
        let merged = format!("merged-{count}");
        let both = [shards[0].clone(), torn, shards[2].clone()];
        let merged = merge(&bench, &both, &merged, &Options::default()).unwrap();
        check_same(&expected, &said(&merged), &format!("killed after {count} lines"));
    }
}

#[test]
fn a_merge_that_was_interrupted_goes_on() {
    let bench = demo();
    let plain = Options::default();
    bench.scan("whole", plain.clone());
    let expected = said(&bench.output("whole"));
    let shards = carve_all(&bench, 2, "carved", &plain);
    let goes_on = Options { resume: true, ..plain.clone() };
    // Killed before the log had its name, and after.
    let state = bench.output("early").join(".afterimage");
    fs::create_dir_all(&state).unwrap();
    fs::write(state.join("scan.log.joining"), b"half of a line").unwrap();
    let early = merge(&bench, &shards, "early", &goes_on).unwrap();
    check_same(&expected, &said(&early), "before the log was joined");
    assert!(!state.join("scan.log.joining").exists());
    let late = merge(&bench, &shards, "late", &plain).unwrap();
    fs::remove_file(late.join("report.json")).unwrap();
    fs::remove_file(late.join(".afterimage/names.log")).unwrap();
    assert!(matches!(merge(&bench, &shards, "late", &plain), Err(Error::Unfinished { .. })));
    merge(&bench, &shards, "late", &goes_on).unwrap();
    check_same(&expected, &said(&late), "after the log was joined");
    assert!(matches!(merge(&bench, &shards, "late", &goes_on), Err(Error::Finished { .. })));
}

#[test]
fn lines_that_lie_outside_of_their_shard_are_refused() {
    let bench = Bench::new(&all_samples());
    let plain = Options::default();
    let shards = carve_all(&bench, 2, "carved", &plain);
    let (first, second) = (lines(&log(&shards[0])), lines(&log(&shards[1])));
    let is = |line: &Vec<u8>, kind: &str| line[9..].starts_with(kind.as_bytes());
    let end = first.iter().position(|line| is(line, "{\"end\"")).unwrap();
    let foreign = second.iter().find(|line| is(line, "{\"found\"")).unwrap();
    let other = second.iter().find(|line| is(line, "{\"chunk\"")).unwrap();
    let own = first.iter().position(|line| is(line, "{\"chunk\"")).unwrap();
    let far = String::from_utf8(foreign[9..].to_vec()).unwrap();
    let far = checked(far.trim_end().replacen("\"len\":", "\"len\":9", 1).as_str());
    let with = |line: &Vec<u8>| [&first[..end], std::slice::from_ref(line), &first[end..]].concat();
    let without = [&first[..own], &first[own + 1..]].concat();
    let chunk = String::from_utf8(first[own][9..].to_vec()).unwrap();
    // The fields of a chunk stand in braces of their own, and those that are empty are left out.
    let told = |field: &str| {
        let name = field.split(':').next().unwrap();
        assert!(!chunk.contains(name), "{chunk}");
        let line = checked(
            chunk.trim_end().replacen("\"span\":", &format!("{field},\"span\":"), 1).as_str(),
        );
        [&first[..own], &[line], &first[own + 1..]].concat()
    };
    let ended = String::from_utf8(first[end][9..].to_vec()).unwrap();
    let digest = "\"digests\":{\"blake3\":\"00\"},\"complete\":".replace("00", &"0".repeat(64));
    let ended = checked(ended.trim_end().replacen("\"complete\":", &digest, 1).as_str());
    let with_digest = [&first[..end], &[ended], &first[end + 1..]].concat();
    for (what, text) in [
        ("a file of another shard", with(foreign)),
        ("a chunk of another shard", with(other)),
        ("a file that ends after its source", with(&far)),
        ("a chunk is missing", without),
        ("two ends", with(&first[end])),
        ("a second head", with(&first[0])),
        (
            "a trace of no file system",
            told("\"traces\":[{\"at\":512,\"system\":200,\"clue\":\"start\"}]"),
        ),
        (
            "a trace of another chunk",
            told("\"traces\":[{\"at\":99999999,\"system\":0,\"clue\":\"start\"}]"),
        ),
        (
            "a trailer after its source",
            told("\"trailers\":[{\"at\":512,\"len\":9223372036854775807}]"),
        ),
        ("an unreadable range after it", told("\"unreadable\":[{\"at\":99999999,\"len\":512}]")),
        ("a digest of the source", with_digest),
    ] {
        fs::write(log(&shards[0]), text.concat()).unwrap();
        let refused = merge(&bench, &shards, "merged", &plain);
        assert!(matches!(refused, Err(Error::Journal { .. })), "{what}: {refused:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Any way to join any of the shards, some of them carved twice, gives the same log.
    #[test]
    fn joining_is_associative_and_idempotent(
        groups in prop::collection::vec(prop::collection::vec(0..8usize, 1..5), 1..5),
    ) {
        let bench = Bench::new(&cards::fat16(1).image);
        let plain = Options { filesystems: false, ..Options::default() };
        let once = carve_all(&bench, 4, "once", &plain);
        let twice = carve_all(&bench, 4, "twice", &Options { chunk_len: 256 << 10, ..plain });
        let all: Vec<PathBuf> = once.into_iter().chain(twice).collect();
        let join = |of: &[PathBuf], name: &str| {
            let output = bench.output(name);
            run::join(of, &output).unwrap();
            output
        };
        let picked = |group: &Vec<usize>| group.iter().map(|at| all[*at].clone()).collect::<Vec<_>>();
        let at_once: Vec<PathBuf> = groups.iter().flat_map(picked).collect();
        let expected = fs::read(log(&join(&at_once, "at-once"))).unwrap();
        // Each group for itself, and then these from the last to the first.
        let mut parts = Vec::new();
        for (number, group) in groups.iter().enumerate() {
            parts.push(join(&picked(group), &format!("part-{number}")));
        }
        parts.reverse();
        prop_assert_eq!(&fs::read(log(&join(&parts, "in-parts"))).unwrap(), &expected);
        // One after the other, and all of them once more.
        let mut last = parts[0].clone();
        for (number, next) in parts.iter().chain(&at_once).enumerate() {
            last = join(&[last, next.clone()], &format!("step-{number}"));
        }
        prop_assert_eq!(fs::read(log(&last)).unwrap(), expected);
    }

    /// Logs come from others: whatever somebody changed in them is refused, or changes nothing.
    #[test]
    fn damaged_logs_are_refused(at in 0..100_000usize, with in any::<u8>(), cut in any::<bool>()) {
        let bench = Bench::new(&cards::fat16(1).image);
        let plain = Options::default();
        let shards = carve_all(&bench, 2, "carved", &plain);
        let path = log(&shards[1]);
        let mut text = fs::read(&path).unwrap();
        let at = at % text.len();
        let is_same = !cut && text[at] == with;
        text[at] = with;
        text.truncate(if cut { at } else { text.len() });
        fs::write(&path, text).unwrap();
        let merged = merge(&bench, &shards, "merged", &plain);
        prop_assert_eq!(merged.is_ok(), is_same, "{:?}", merged);
    }
}

/// The runs of digits in a text.
fn numbers(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::<std::ops::Range<usize>>::new();
    for (at, _) in text.bytes().enumerate().filter(|(_, byte)| byte.is_ascii_digit()) {
        match found.last_mut().filter(|last| last.end == at) {
            Some(last) => last.end = at + 1,
            None => found.push(at..at + 1),
        }
    }
    found
}

#[test]
fn lines_with_any_number_in_them_are_survived() {
    let bench = Bench::new(&cards::fat16(1).image);
    let plain = Options { gallery: false, threads: 1, ..Options::default() };
    let shards = carve_all(&bench, 2, "carved", &plain);
    let path = log(&shards[0]);
    let all = lines(&path);
    let mut random = Random::new(7);
    let (mut taken, mut refused) = (0, 0);
    let most =
        [0, 1, 7, 255, 65_535, 1 << 31, (1 << 32) - 1, (1 << 63) + 1, u64::MAX - 1, u64::MAX];
    for nth in 0..250 {
        let mut changed = all.clone();
        let at = random.below(all.len());
        let mut text = String::from_utf8(all[at][9..].to_vec()).unwrap().trim_end().to_owned();
        let places = numbers(&text);
        let place = places[random.below(places.len())].clone();
        text.replace_range(place, &most[random.below(most.len())].to_string());
        changed[at] = checked(&text);
        fs::write(&path, changed.concat()).unwrap();
        // A failure of the run is one, a panic is not.
        let options = Options { output: Some(bench.output(&format!("m{nth}"))), ..plain.clone() };
        let image = std::slice::from_ref(&bench.image);
        match run::merge(&shards, image, &options, &Progress::default()) {
            Ok(_) => taken += 1,
            Err(_) => refused += 1,
        }
    }
    assert!(taken > 20 && refused > 20, "{taken} {refused}");
}
