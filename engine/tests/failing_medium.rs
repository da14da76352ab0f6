//! A device with bad sectors, served by FUSE behind a loop device: what is hit is damaged, all others are as
//! without faults, and nothing is asked for more often than it must be. And a device that vanishes.
//!
//! `AFTERIMAGE_HIT=300` hits more photos. Where `../shared/photos` is there, they are on the card too.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::print_stderr, reason = "a test that cannot run here says so")]

use std::collections::BTreeMap;
use std::fs;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use afterimage_engine::error::Error;
use afterimage_engine::options::Options;
use afterimage_engine::progress::Progress;
use afterimage_engine::report::{Grade, Report, ReportFile};
use afterimage_engine::run;
use afterimage_signatures::verdict::Span;
use afterimage_testdata::failing::{FailingDevice, Fault, Faults, SECTOR};
use afterimage_testdata::fat::{Kind, Stamp, Volume};
use afterimage_testdata::random::Random;
use afterimage_testdata::samples;
use tempfile::TempDir;

/// Bytes of a cluster.
const CLUSTER: usize = 4096;

/// Photos in the folder of the test, beside generated ones.
fn shared() -> Vec<(String, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/photos");
    let (mut found, mut folders) = (Vec::new(), vec![root]);
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(folder) else { continue };
        for entry in entries.flatten() {
            let path = entry.path();
            let len = entry.metadata().map_or(0, |metadata| metadata.len());
            let extension = path.extension().and_then(|one| one.to_str()).unwrap_or("");
            if path.is_dir() {
                folders.push(path);
            } else if (20_000..3 << 20).contains(&len) && extension.len() == 3 && extension != "tsv"
            {
                found.push((extension.to_ascii_uppercase(), fs::read(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// A card with photos, half of them deleted, and where they lie.
fn card() -> (Vec<u8>, BTreeMap<String, Vec<Span>>) {
    let wanted = |format: &str| match format {
        "jpeg" => "JPG".to_owned(),
        "tiff" => "TIF".to_owned(),
        "heic" => "HIF".to_owned(),
        other => other.to_ascii_uppercase(),
    };
    // Names on the card have three letters after the dot, and these formats none such.
    let nameless = |format: &str| ["webp", "avif", "apng", "heif"].contains(&format);
    let made = samples::all().into_iter();
    let made = made.filter(|one| one.bytes.len() > 2000 && !nameless(one.format));
    let mut photos: Vec<(String, Vec<u8>)> =
        made.map(|one| (wanted(one.format), one.bytes)).collect();
    photos.extend(shared().into_iter().take(60));
    let bytes: usize = photos.iter().map(|one| one.1.len() + CLUSTER).sum();
    let sectors = ((bytes * 4 / 3).max(40 << 20) + (8 << 20)) / 512;
    let mut volume = Volume::new(Kind::Fat16, sectors, CLUSTER, "CARD");
    let stamp = Stamp::new(2024, 5, 17, 18, 3, 22);
    volume.make_folder("DCIM", 600, stamp);
    let (mut laid, mut from) = (BTreeMap::new(), 60);
    for (number, (extension, bytes)) in photos.iter().enumerate() {
        let extension = &extension[..extension.len().min(3)];
        let path = format!("DCIM/IMG_{number:04}.{extension}");
        let pieces = volume.write(&path, bytes, stamp, from);
        from += bytes.len().div_ceil(CLUSTER) + 1;
        let spans = pieces.iter().map(|one| Span::between(one.start as u64, one.end as u64));
        laid.insert(path, spans.collect());
    }
    for (number, path) in laid.keys().enumerate() {
        if number % 2 == 0 {
            volume.delete(path);
        }
    }
    (volume.image().to_vec(), laid)
}

/// A device over an image in a folder, and where it can be opened.
struct Medium {
    _folder: TempDir,
    attached: Option<afterimage_testdata::failing::LoopDevice>,
    device: FailingDevice,
}

impl Medium {
    /// A loop device where one can be made and is `wanted`, else the served file; nothing without FUSE.
    fn new(image: &[u8], faults: Faults, wanted: bool) -> Option<Self> {
        let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(image).unwrap();
        file.seek(SeekFrom::Start(0)).unwrap();
        let device = FailingDevice::mount(file, faults, folder.path());
        let device = device
            .inspect_err(|error| eprintln!("skipped: FUSE cannot be used here: {error}"))
            .ok()?;
        let attached = if wanted { device.attach().ok() } else { None };
        if wanted && attached.is_none() {
            eprintln!("skipped: no loop device can be made");
            return None;
        }
        device.forget_attempts();
        Some(Medium { _folder: folder, attached, device })
    }

    fn path(&self) -> PathBuf {
        self.attached.as_ref().map_or_else(|| self.device.path(), |one| one.path().to_path_buf())
    }
}

/// Scans into a folder of its own; the report, and what went wrong.
fn scan(path: &Path) -> (Report, Option<Error>) {
    let folder = tempfile::tempdir().unwrap();
    let output = Some(folder.path().join("out"));
    let options = Options { output, all: true, ..Options::default() };
    let outcome = run::scan(&[path.to_path_buf()], &options, &Progress::default()).unwrap();
    let report = fs::read(outcome.report.as_ref().unwrap()).unwrap();
    (serde_json::from_slice(&report).unwrap(), outcome.failure)
}

fn own(report: &Report) -> Vec<ReportFile> {
    report.files.iter().filter(|file| file.parent.is_none()).cloned().collect()
}

fn first(file: &ReportFile) -> u64 {
    file.runs.first().and_then(|run| run.offset).unwrap_or(u64::MAX)
}

/// A file without its number, which counts what else was found, and without what depends on others.
fn apart(file: &ReportFile) -> ReportFile {
    let mut file = file.clone();
    (file.id, file.pair, file.duplicate_of, file.path) = Default::default();
    file
}

#[test]
fn photos_that_bad_sectors_hit_are_damaged_and_nothing_is_read_more_often_than_it_must_be() {
    let (image, laid) = card();
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("card.img");
    fs::write(&whole, &image).unwrap();
    let (healthy, failure) = scan(&whole);
    assert!(failure.is_none());
    let healthy = own(&healthy);
    let wanted = std::env::var("AFTERIMAGE_HIT").ok().and_then(|text| text.parse().ok());
    let wanted: usize = wanted.unwrap_or(100);
    let mut random = Random::new(11);
    let (mut bad, mut step) = (Vec::new(), 0);
    for spans in laid.values() {
        step += wanted.min(laid.len());
        if step < laid.len() {
            continue;
        }
        step -= laid.len();
        let sectors = spans[0].len.div_ceil(SECTOR);
        let at = match bad.len() % 4 {
            0 => 0,
            1 => sectors - 1,
            _ => random.below(sectors as usize) as u64,
        };
        bad.push(Span { at: spans[0].at + at * SECTOR, len: SECTOR });
    }
    for is_device in [true, false] {
        let mut faults = Faults::default();
        for one in &bad {
            faults = faults.with(one.at / SECTOR, 1, Fault::Bad);
        }
        let Some(medium) = Medium::new(&image, faults, is_device) else { continue };
        let (report, failure) = scan(&medium.path());
        assert!(failure.is_none(), "{failure:?}");
        let attempts = medium.device.attempts();
        let is_bad = |sector: usize| bad.iter().any(|one| one.at / SECTOR == sector as u64);
        let most = (0..attempts.len()).filter(|at| is_bad(*at)).map(|at| attempts[at]).max();
        let good: Vec<u32> =
            (0..attempts.len()).filter(|at| !is_bad(*at)).map(|at| attempts[at]).collect();
        let reads = good.iter().map(|&count| u64::from(count)).sum::<u64>();
        let ratio = reads as f64 / good.len() as f64;
        let most_good = good.iter().max();
        eprintln!(
            "device {is_device}: {} bad sectors, tried at most {most:?} times; good ones {ratio:.3} times, at \
             most {most_good:?}; {} bytes",
            bad.len(),
            image.len()
        );
        let found = own(&report);
        let by_start: BTreeMap<u64, &ReportFile> =
            found.iter().map(|file| (first(file), file)).collect();
        let (mut damaged, mut wrong) = (0, Vec::new());
        for file in &healthy {
            let hits = |run: &afterimage_engine::report::ReportRun| {
                run.offset.is_some_and(|at| {
                    bad.iter().any(|bad| bad.at < at + run.length && at < bad.end())
                })
            };
            let is_hit = file.runs.iter().any(hits);
            let after = by_start.get(&first(file));
            match (is_hit, after) {
                (false, Some(after)) if apart(after) == apart(file) => {}
                (true, Some(after)) if after.grade == Grade::Damaged => {
                    let told =
                        after.issues.iter().any(|one| one.what.contains("could not be read"));
                    damaged += 1;
                    if !told || after.size != file.size {
                        wrong.push(format!(
                            "{:?} {}: {} of {} {:?}",
                            file.original_path, file.format, after.size, file.size, after.issues
                        ));
                    }
                }
                (is_hit, after) => wrong.push(format!(
                    "hit {is_hit}: {:?} {} {:?} {} became {:?}",
                    file.original_path,
                    file.format,
                    file.grade,
                    file.size,
                    after.map(|after| (&after.format, after.grade, after.size, &after.issues))
                )),
            }
        }
        for file in &found {
            if !healthy.iter().any(|one| first(one) == first(file)) {
                wrong.push(format!(
                    "new: {} {:?} at {:#x} {:?}",
                    file.format,
                    file.grade,
                    first(file),
                    file.issues
                ));
            }
        }
        eprintln!("  {damaged} damaged; {} wrong", wrong.len());
        wrong.iter().for_each(|one| eprintln!("    {one}"));
        assert!(most.is_some_and(|most| most <= 16), "{most:?}");
        assert!(damaged * 10 >= bad.len() * 9, "{damaged} of {}", bad.len());
        assert!(ratio <= 1.1, "{ratio}");
    }
}

#[test]
fn a_device_that_vanishes_ends_the_scan_with_a_report_of_what_was_read() {
    let (image, _) = card();
    for is_device in [true, false] {
        let faults = Faults::default().gone_after(20);
        let Some(medium) = Medium::new(&image, faults, is_device) else { continue };
        let (report, failure) = scan(&medium.path());
        assert!(matches!(failure, Some(Error::Vanished { .. })), "{failure:?}");
        let source = &report.head.sources[0];
        assert!(!source.unscanned.is_empty() && source.error.is_some(), "{source:?}");
        let unread: Vec<_> = source.unscanned.iter().chain(&source.unreadable).collect();
        for file in own(&report).iter().filter(|file| file.path.is_some()) {
            let is_read = file.runs.iter().all(|run| {
                let at = run.offset.unwrap_or(0);
                !unread
                    .iter()
                    .any(|one| one.offset < at + run.length && at < one.offset + one.length)
            });
            assert!(is_read || file.grade <= Grade::Damaged, "{file:?}");
        }
        eprintln!("device {is_device}: {} files before it vanished", report.files.len());
    }
}

#[test]
fn a_file_that_shrinks_while_it_is_mapped_ends_the_scan() {
    let (image, _) = card();
    let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let path = folder.path().join("card.img");
    fs::write(&path, &image).unwrap();
    let source =
        afterimage_engine::source::open(&path, afterimage_engine::source::Io::Mmap).unwrap();
    fs::OpenOptions::new()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len(image.len() as u64 / 2)
        .unwrap();
    let options = Options { output: Some(folder.path().join("out")), ..Options::default() };
    let progress = Progress::default();
    let job = afterimage_engine::run::Job::open(vec![source], &options, &progress).unwrap();
    let outcome = job.scan().settled().write().unwrap().outcome();
    assert!(matches!(outcome.failure, Some(Error::Vanished { .. })), "{:?}", outcome.failure);
    let report: Report =
        serde_json::from_slice(&fs::read(outcome.report.unwrap()).unwrap()).unwrap();
    let end = image.len() as u64 / 2;
    for file in own(&report).iter().filter(|file| file.grade > Grade::Damaged) {
        assert!(
            file.runs.iter().all(|run| run.offset.unwrap_or(0) + run.length <= end),
            "{file:?}"
        );
    }
}

/// The text of a map of a device of `len` bytes that could not be read at `bad`, which is in order.
fn map(len: u64, bad: &[Span]) -> String {
    let mut text = "0x0 + 1\n".to_owned();
    let mut at = 0;
    for one in bad {
        text += &format!("{at:#x} {:#x} +\n{:#x} {:#x} -\n", one.at - at, one.at, one.len);
        at = one.end();
    }
    text + &format!("{at:#x} {:#x} +\n", len - at)
}

#[test]
fn what_a_map_does_not_call_finished_is_unreadable_and_not_zeros() {
    let (mut image, laid) = card();
    let mut bad: Vec<Span> = laid
        .values()
        .step_by(7)
        .map(|spans| Span { at: spans[0].at + spans[0].len / 2 / SECTOR * SECTOR, len: SECTOR })
        .collect();
    bad.sort_unstable();
    for one in &bad {
        image[one.at as usize..one.end() as usize].fill(0);
    }
    let folder = tempfile::tempdir().unwrap();
    let (path, map_path) = (folder.path().join("card.img"), folder.path().join("card.img.map"));
    fs::write(&path, &image).unwrap();
    fs::write(&map_path, map(image.len() as u64, &bad)).unwrap();
    let options = |name: &str| Options {
        output: Some(folder.path().join(name)),
        all: true,
        map: Some(map_path.clone()),
        ..Options::default()
    };
    let progress = Progress::default();
    let outcome = run::scan(std::slice::from_ref(&path), &options("out"), &progress).unwrap();
    let report: Report =
        serde_json::from_slice(&fs::read(outcome.report.unwrap()).unwrap()).unwrap();
    let told: u64 = report.head.sources[0].unreadable.iter().map(|range| range.length).sum();
    assert_eq!(told, bad.iter().map(|one| one.len).sum::<u64>());
    let is_hit = |file: &ReportFile| {
        let hits = |at: u64, len: u64| bad.iter().any(|bad| bad.at < at + len && at < bad.end());
        file.runs.iter().any(|run| run.offset.is_some_and(|at| hits(at, run.length)))
    };
    let hit: Vec<ReportFile> = own(&report).into_iter().filter(is_hit).collect();
    assert!(hit.len() * 10 >= bad.len() * 9, "{} of {}", hit.len(), bad.len());
    assert!(hit.iter().all(|file| file.grade <= Grade::Damaged), "{hit:#?}");
    assert_eq!(report.head.sources[0].unreadable_files as usize, hit.len());
    let two = run::scan(&[path.clone(), path], &options("two"), &progress);
    assert!(two.is_err_and(|error| error.to_string().contains("a map is of one image")));
}
