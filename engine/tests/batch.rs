//! Many images in one run: each as it would be scanned alone, whatever form it has, and one report of all.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use afterimage_engine::error::Error;
use afterimage_engine::options::Options;
use afterimage_engine::progress::Progress;
use afterimage_engine::report::{BatchReport, BatchStatus, Report};
use afterimage_engine::run::batch::{BatchEvent, BatchProgress, Looking, batch, discover};
use afterimage_engine::run::scan;
use afterimage_testdata::card;
use afterimage_testdata::places::sparse_bundle::bundle;
use afterimage_testdata::png::Png;
use afterimage_testdata::scene::Picture;

/// Writes an image in some form: the file without its extension, and the bytes of the disk.
type Writer = fn(&Path, &[u8]);

/// The forms that images come in.
const FORMS: [(&str, Writer); 4] = [
    ("raw by its name", |path, disk| fs::write(path.with_extension("img"), disk).unwrap()),
    ("raw without an extension", |path, disk| fs::write(path, disk).unwrap()),
    ("in parts from 001", |path, disk| parts(path, disk, 1)),
    ("in parts from 000", |path, disk| parts(path, disk, 0)),
];

fn parts(path: &Path, disk: &[u8], first: usize) {
    for (number, part) in (first..).zip(disk.chunks(disk.len().div_ceil(3))) {
        fs::write(path.with_extension(format!("{number:03}")), part).unwrap();
    }
}

/// What is broken, and why.
const BROKEN: [(&str, &[u8], &str); 7] = [
    ("empty.img", b"", "it is empty"),
    ("empty.E01", b"", "it is empty"),
    ("page.img", b"<html>404 not found</html>\n", "does not begin as a disk"),
    ("zeros.E01", &[0; 2048], "does not begin as a disk"),
    ("other.vhdx", &[0xa5; 70_000], "does not begin as a disk"),
    ("short.qcow2", b"QFI\xfb\0\0\0\x03", ""),
    ("archive.aff4", b"PK\x03\x04", "does not begin as a disk"),
];

/// A disk of 1 MiB without a file system, which begins with something like noise.
fn bare(seed: u64) -> Vec<u8> {
    let mut disk = vec![0; 1 << 20];
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    for byte in &mut disk {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        *byte = (state >> 56) as u8;
    }
    for (nth, seed) in [seed, seed + 1].into_iter().enumerate() {
        let photo = Png::default().encode(&Picture::scene(seed, 40, 30));
        disk[(nth + 1) << 18..][..photo.len()].copy_from_slice(&photo);
    }
    disk
}

fn options(output: &Path) -> Options {
    Options { output: Some(output.to_path_buf()), threads: 2, ..Options::default() }
}

fn report(path: &Path) -> Report {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

#[test]
fn images_of_all_forms_are_scanned_as_they_would_be_alone() {
    let home = tempfile::tempdir().unwrap();
    let (shelf, out) = (home.path().join("shelf"), home.path().join("out"));
    fs::create_dir_all(shelf.join("deep")).unwrap();
    let demo = card::demo().image;
    let mut expected = 0;
    for seed in 0..3 {
        for (nth, (_, write)) in FORMS.iter().enumerate() {
            let folder = if seed == 2 { shelf.join("deep") } else { shelf.clone() };
            write(&folder.join(format!("card-{seed}-{nth}")), &bare(seed));
            expected += 1;
        }
    }
    write_demo(&shelf, &demo);
    expected += 1;
    for (name, bytes, _) in BROKEN {
        fs::write(shelf.join(name), bytes).unwrap();
    }
    let (begun, ended) = (AtomicU64::new(0), Mutex::new(BTreeSet::new()));
    let watch = |event: BatchEvent<'_>| match event {
        BatchEvent::Begun { .. } => drop(begun.fetch_add(1, Relaxed)),
        BatchEvent::Ended { number, .. } => drop(ended.lock().unwrap().insert(number)),
    };
    let found = discover(std::slice::from_ref(&shelf), true, Looking::unseen(&Progress::default()));
    let progress = BatchProgress::default();
    let outcome = batch(found, &options(&out), &progress, &watch).unwrap();
    let told = &outcome.told;
    assert_eq!(told.summary.complete, expected, "{:?}", outcome.failed);
    assert_eq!((told.summary.failed, told.summary.waiting), (BROKEN.len() as u64, 0));
    for (name, _, why) in BROKEN {
        let (_, error) = outcome.failed.iter().find(|(path, _)| path.ends_with(name)).unwrap();
        assert!(error.with_cause().contains(why), "{name}: {error}");
    }
    let all = told.summary.images;
    assert_eq!((begun.into_inner(), ended.into_inner().unwrap().len() as u64), (all, all));
    assert_eq!((progress.look().ended, progress.look().failed), (all, BROKEN.len() as u64));
    for image in told.images.iter().filter(|image| image.status == BatchStatus::Complete) {
        let own = report(&out.join(image.report.as_ref().unwrap()));
        assert_eq!(Some(&own.head.summary), image.summary.as_ref());
        let alone = tempfile::tempdir().unwrap();
        let alone = alone.path().join("alone");
        scan(&[image.path.clone().into()], &options(&alone), &Default::default()).unwrap();
        let alone = report(&alone.join("report.json"));
        let text = |report: &Report| serde_json::to_string(&report.files).unwrap();
        assert_eq!(text(&alone), text(&own), "{}", image.path);
    }
    // Each disk is there in all forms, and neighbours share a photo.
    let photos: Vec<_> =
        told.copies.iter().filter(|copies| copies.files.len() >= FORMS.len()).collect();
    assert_eq!(photos.len(), 4);
    let across: usize = told.copies.iter().map(|copies| copies.files.len() - 1).sum();
    assert_eq!(told.summary.copies_across, across as u64);
    let read: BatchReport =
        serde_json::from_slice(&fs::read(outcome.report.as_ref().unwrap()).unwrap()).unwrap();
    assert_eq!(read.summary, told.summary);
    let found = discover(&[shelf], true, Looking::unseen(&Progress::default()));
    let again = Options { resume: true, ..options(&out) };
    let again = batch(found, &again, &BatchProgress::default(), &|_| {}).unwrap();
    assert_eq!(
        again.told.summary, told.summary,
        "the broken ones are tried again, and nothing else"
    );
}

fn write_demo(shelf: &Path, demo: &[u8]) {
    fs::write(shelf.join("demo card.dd"), demo).unwrap();
}

#[test]
fn a_batch_that_was_stopped_before_it_began_goes_on() {
    let home = tempfile::tempdir().unwrap();
    let (shelf, out) = (home.path().join("shelf"), home.path().join("out"));
    fs::create_dir_all(&shelf).unwrap();
    for seed in 0..3 {
        fs::write(shelf.join(format!("{seed}.img")), bare(seed)).unwrap();
    }
    let found =
        || discover(std::slice::from_ref(&shelf), false, Looking::unseen(&Progress::default()));
    let stopped = BatchProgress::default();
    stopped.stop();
    let outcome = batch(found(), &options(&out), &stopped, &|_| {}).unwrap();
    assert!(outcome.interrupted && outcome.told.summary.waiting == 3);
    let refused = batch(found(), &options(&out), &BatchProgress::default(), &|_| {});
    assert!(matches!(refused, Err(Error::Unfinished { .. })), "{refused:?}");
    let options = Options { resume: true, ..options(&out) };
    let outcome = batch(found(), &options, &BatchProgress::default(), &|_| {}).unwrap();
    assert_eq!((outcome.interrupted, outcome.told.summary.complete), (false, 3));
    let finished = batch(found(), &options, &BatchProgress::default(), &|_| {});
    assert!(matches!(finished, Err(Error::Finished { .. })), "{finished:?}");
}

#[test]
fn a_state_that_is_damaged_is_told() {
    let home = tempfile::tempdir().unwrap();
    let (image, out) = (home.path().join("a.img"), home.path().join("out"));
    fs::write(&image, bare(1)).unwrap();
    fs::create_dir_all(out.join(".afterimage")).unwrap();
    for text in ["", "{}", "{\"version\":1", "[1,2]"] {
        fs::write(out.join(".afterimage/batch.json"), text).unwrap();
        let found =
            discover(std::slice::from_ref(&image), false, Looking::unseen(&Progress::default()));
        let options = Options { resume: true, ..options(&out) };
        let refused = batch(found, &options, &BatchProgress::default(), &|_| {});
        assert!(matches!(refused, Err(Error::Replay { .. })), "{refused:?}");
    }
}

#[test]
fn a_batch_that_was_killed_before_its_first_line_goes_on() {
    let home = tempfile::tempdir().unwrap();
    let (image, out) = (home.path().join("a.img"), home.path().join("out"));
    fs::write(&image, bare(1)).unwrap();
    fs::create_dir_all(out.join(".afterimage")).unwrap();
    fs::write(out.join(".afterimage/batch.new"), "{\"version\"").unwrap();
    let found =
        discover(std::slice::from_ref(&image), false, Looking::unseen(&Progress::default()));
    let options = Options { resume: true, ..options(&out) };
    let outcome = batch(found, &options, &BatchProgress::default(), &|_| {}).unwrap();
    assert_eq!(outcome.told.summary.complete, 1, "{:?}", outcome.failed);
    assert!(
        !out.join(".afterimage/batch.new").exists() && !out.join(".afterimage/reserve").exists()
    );
}

/// What has no date of its own is told from another one by what is in it.
#[test]
fn a_sparse_bundle_that_is_finished_stays_so() {
    let home = tempfile::tempdir().unwrap();
    let (shelf, out) = (home.path().join("shelf"), home.path().join("out"));
    for (name, bytes) in bundle(&bare(1), 64 << 10) {
        let at = shelf.join("mac.sparsebundle").join(name);
        fs::create_dir_all(at.parent().unwrap()).unwrap();
        fs::write(at, bytes).unwrap();
    }
    fs::write(shelf.join(BROKEN[0].0), BROKEN[0].1).unwrap();
    let found =
        || discover(std::slice::from_ref(&shelf), false, Looking::unseen(&Progress::default()));
    let first = batch(found(), &options(&out), &BatchProgress::default(), &|_| {}).unwrap();
    assert_eq!((first.told.summary.complete, first.told.summary.failed), (1, 1));
    let options = Options { resume: true, ..options(&out) };
    let again = batch(found(), &options, &BatchProgress::default(), &|_| {}).unwrap();
    assert_eq!(again.told.summary, first.told.summary, "{:?}", again.failed);
}

/// A report that was damaged after its scan costs its image only, and is told.
#[test]
fn an_image_whose_report_is_damaged_has_failed() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("out");
    let images: Vec<_> = (0..2).map(|seed| home.path().join(format!("{seed}.img"))).collect();
    images.iter().for_each(|image| fs::write(image, bare(1)).unwrap());
    let found = |images: &[PathBuf]| discover(images, false, Looking::unseen(&Progress::default()));
    let first =
        batch(found(&images[..1]), &options(&out), &BatchProgress::default(), &|_| {}).unwrap();
    let own = out.join(first.told.images[0].report.as_ref().unwrap());
    let text = fs::read_to_string(&own).unwrap();
    fs::write(&own, text.replacen("\"files\": [", "\"files\": [ 7,", 1)).unwrap();
    let options = Options { resume: true, ..options(&out) };
    let both = batch(found(&images), &options, &BatchProgress::default(), &|_| {}).unwrap();
    assert_eq!((both.told.summary.complete, both.told.summary.failed), (1, 1));
    assert_eq!((both.failed.len(), &both.failed[0].0), (1, &images[0]));
    assert!(both.told.copies.is_empty());
}

/// What an earlier run has finished is not scanned again, and is no part of what there is to scan.
#[test]
fn progress_counts_what_is_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let (shelf, out) = (home.path().join("shelf"), home.path().join("out"));
    fs::create_dir_all(&shelf).unwrap();
    let write = |seed| fs::write(shelf.join(format!("{seed}.img")), bare(seed)).unwrap();
    (0..3).for_each(write);
    let found =
        || discover(std::slice::from_ref(&shelf), false, Looking::unseen(&Progress::default()));
    batch(found(), &options(&out), &BatchProgress::default(), &|_| {}).unwrap();
    write(3);
    let progress = BatchProgress::default();
    let watch = |event: BatchEvent<'_>| {
        if let BatchEvent::Begun { number: 4, .. } = event {
            let sight = progress.look();
            assert_eq!((sight.ended, sight.scanned, sight.total), (3, 0, 1 << 20));
        }
    };
    let options = Options { resume: true, threads: 1, ..options(&out) };
    let all = batch(found(), &options, &progress, &watch).unwrap();
    let sight = progress.look();
    assert_eq!((sight.ended, sight.scanned, sight.total), (4, 1 << 20, 1 << 20));
    assert_eq!(all.told.summary.complete, 4);
}

/// Images may still be copied when a batch begins: what counts is what they were when they were scanned.
#[test]
fn an_image_that_grew_before_its_scan_is_finished_with_it() {
    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("out");
    let images: Vec<_> = (0..3).map(|seed| home.path().join(format!("{seed}.img"))).collect();
    images.iter().zip(0..).for_each(|(image, seed)| fs::write(image, bare(seed)).unwrap());
    let grow = |image| {
        let mut file = fs::OpenOptions::new().append(true).open(image).unwrap();
        file.write_all(&[7; 4096]).unwrap();
    };
    let found = || discover(&images, false, Looking::unseen(&Progress::default()));
    let progress = BatchProgress::default();
    let watch = |event: BatchEvent<'_>| match event {
        BatchEvent::Begun { number: 1, .. } => grow(&images[1]),
        BatchEvent::Begun { number: 3, .. } => progress.stop(),
        _ => {}
    };
    let options = Options { threads: 1, ..options(&out) };
    let first = batch(found(), &options, &progress, &watch).unwrap();
    assert!(first.interrupted && first.told.summary.complete == 2, "{:?}", first.told.summary);
    let options = Options { resume: true, ..options };
    let all = batch(found(), &options, &BatchProgress::default(), &|_| {}).unwrap();
    assert_eq!(all.told.summary.complete, 3, "{:?}", all.failed);
    // What was written to after its scan is another one.
    grow(&images[0]);
    let again = batch(found(), &options, &BatchProgress::default(), &|_| {}).unwrap();
    assert_eq!((again.told.summary.complete, again.failed.len()), (2, 1));
    assert!(
        again.failed[0].0 == images[0] && again.failed[0].1.to_string().contains("another one")
    );
}

/// Of an image that is not at hand any more all is known from its report; whatever else is called alike is left alone.
#[cfg(target_os = "linux")]
#[test]
fn a_path_that_is_no_text_stays_what_it_is() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let home = tempfile::tempdir().unwrap();
    let out = home.path().join("out");
    let odd = home.path().join(OsStr::from_bytes(b"card\xff.img"));
    let [alike, other, third] =
        ["card\u{fffd}.img", "other.img", "third.img"].map(|name| home.path().join(name));
    fs::write(&odd, bare(1)).unwrap();
    let found = |images: &[&PathBuf]| {
        discover(
            &images.iter().map(|path| path.to_path_buf()).collect::<Vec<_>>(),
            false,
            Looking::unseen(&Progress::default()),
        )
    };
    let first = batch(found(&[&odd]), &options(&out), &BatchProgress::default(), &|_| {}).unwrap();
    fs::rename(&odd, &alike).unwrap();
    fs::write(&other, bare(2)).unwrap();
    fs::write(&third, bare(3)).unwrap();
    let options = Options { resume: true, ..options(&out) };
    let again = batch(found(&[&other]), &options, &BatchProgress::default(), &|_| {}).unwrap();
    assert_eq!(again.told.summary.complete, 2, "{:?}", again.failed);
    let own = out.join(first.told.images[0].report.as_ref().unwrap());
    fs::write(own, "damaged").unwrap();
    let both = found(&[&other, &third]);
    let again = batch(both, &options, &BatchProgress::default(), &|_| {}).unwrap();
    let failed = again.failed.iter().map(|(path, error)| (path.clone(), error.with_cause()));
    let failed: Vec<_> = failed.collect();
    assert!(failed.len() == 1 && failed[0].0 == odd, "{failed:?}");
    assert!(failed[0].1.contains("cannot open"), "{failed:?}");
}

#[test]
fn images_in_folders_have_the_names_that_they_have_in_archives() {
    let home = tempfile::tempdir().unwrap();
    let odd = &bare(1)[..(1 << 20) - 100];
    for name in ["disk.image", "disk.vfd", "disk.dsk", "disk.txt"] {
        fs::write(home.path().join(name), odd).unwrap();
    }
    let found =
        discover(&[home.path().to_path_buf()], false, Looking::unseen(&Progress::default()));
    let names: Vec<_> =
        found.images.iter().filter_map(|image| image.path.file_name()?.to_str()).collect();
    assert_eq!(names, ["disk.dsk", "disk.image", "disk.vfd"]);
}
