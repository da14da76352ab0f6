//! Small pictures of what was found: which files have one, and what they are.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[expect(dead_code, reason = "other tests replay runs with it")]
mod bench;

use std::fs;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use afterimage_engine::options::Options;
use afterimage_engine::progress::Progress;
use afterimage_engine::report::{Report, ReportFile};
use afterimage_engine::run::{self, Show, ShowProgress, Shown};
use afterimage_engine::thumbs::{LONGEST, Picture, Thumbnailer};
use afterimage_testdata::cameras::{assemble, thumbnail};
use afterimage_testdata::canvas::Canvas;
use afterimage_testdata::exif::Exif;
use afterimage_testdata::jpeg::{Jpeg, Segment};
use afterimage_testdata::png::Png;
use afterimage_testdata::scene::Picture as Scene;

use bench::{Bench, own, tree};
use serde_json::Value;

/// A photo with a thumbnail, turned; `comments` make it longer, by 60,000 bytes each.
fn photo(seed: u64, orientation: u16, comments: usize) -> Vec<u8> {
    let scene = Scene::scene(seed, 200, 160);
    let mut exif = Exif::new("Canon", "Canon EOS 0D", "2024:05:17 18:03:22", (200, 160));
    exif.orientation = orientation;
    exif.thumbnail = thumbnail(&scene);
    let mut segments = vec![exif.segment()];
    segments.extend((0..comments).map(|_| Segment { marker: 0xfe, data: vec![b'x'; 60_000] }));
    assemble(&segments, &Jpeg::default().encode(&scene))
}

/// A picture with no other in it.
fn plain(seed: u64, comments: usize) -> Vec<u8> {
    let comment = || Segment { marker: 0xfe, data: vec![b'x'; 60_000] };
    let segments: Vec<Segment> = (0..comments).map(|_| comment()).collect();
    assemble(&segments, &Jpeg::default().encode(&Scene::scene(seed, 120, 90)))
}

/// Files one after the other.
fn laid(files: &[&[u8]]) -> Vec<u8> {
    let canvas = Canvas::new(7).zeros(512);
    let lay = |mut canvas: Canvas, file: &&[u8]| {
        canvas.bytes.extend_from_slice(file);
        canvas.align(512).zeros(1024)
    };
    files.iter().fold(canvas, lay).noise(4096).bytes
}

fn dry() -> Options {
    Options { dry_run: true, ..Options::default() }
}

/// The small picture of a file.
fn thumb(output: &Path, file: &ReportFile) -> Option<Vec<u8>> {
    let path = file.thumb.as_ref()?;
    assert_eq!(*path, format!("report/thumbs/{}.jpg", file.id));
    Some(fs::read(output.join(path)).unwrap())
}

/// The small pictures of the files of their own, in order.
fn thumbs(output: &Path, report: &Report) -> Vec<Option<Vec<u8>>> {
    own(report).map(|file| thumb(output, file)).collect()
}

/// How many files lie in the folder of small pictures.
fn lying(output: &Path) -> usize {
    fs::read_dir(output.join("report/thumbs")).map_or(0, Iterator::count)
}

/// The picture turned as a browser is told to.
fn turned(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let mut segment =
        b"\xff\xe1\0\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    segment.extend([orientation, 0, 0, 0, 0, 0, 0]);
    [&jpeg[..2], &segment, &jpeg[2..]].concat()
}

#[test]
fn a_photo_is_shown_by_the_picture_in_it_turned_as_the_photo_is() {
    let [upright, side] = [photo(1, 1, 4), photo(2, 6, 4)];
    let small = |seed| thumbnail(&Scene::scene(seed, 200, 160));
    let bench = Bench::new(&laid(&[&upright, &side]));
    let expected = [Some(small(1)), Some(turned(&small(2), 6))];
    for (name, options) in [("whole", Options::default()), ("dry", dry())] {
        let (_, report) = bench.scan(name, options);
        let all: Vec<_> = own(&report).collect();
        assert!(all.len() == 2 && all.iter().all(|file| file.size > LONGEST), "{name}");
        assert_eq!(thumbs(&bench.output(name), &report), expected, "{name}");
        assert_eq!(lying(&bench.output(name)), 2, "{name}");
    }
}

#[test]
fn a_short_picture_is_shown_itself_and_copied_where_it_is_not_written() {
    let (short, long) = (plain(1, 0), plain(2, 4));
    let bench = Bench::new(&laid(&[&short, &long]));
    let (_, report) = bench.scan("whole", Options::default());
    assert_eq!(thumbs(&bench.output("whole"), &report), [None, None]);
    let (_, report) = bench.scan("dry", dry());
    assert_eq!(thumbs(&bench.output("dry"), &report), [Some(short), None]);
}

#[test]
fn without_a_gallery_there_is_neither_a_small_picture_nor_a_view() {
    let bench = Bench::new(&laid(&[&photo(1, 1, 4)]));
    let (_, report) = bench.scan("none", Options { gallery: false, ..Options::default() });
    assert_eq!(thumbs(&bench.output("none"), &report), [None]);
    let names: Vec<_> = fs::read_dir(bench.output("none")).unwrap().collect();
    assert_eq!(names.len(), 4, "photos, the report, the state, the log: {names:?}");
}

#[test]
fn any_number_of_threads_gives_the_same_report() {
    let photos: Vec<Vec<u8>> = (0..20).map(|seed| photo(seed, seed as u16 % 9, 0)).collect();
    let photos: Vec<&[u8]> = photos.iter().map(Vec::as_slice).collect();
    let bench = Bench::new(&laid(&photos));
    let said = |threads: usize| {
        let name = threads.to_string();
        let (_, report) = bench.scan(&name, Options { threads, ..dry() });
        let files = serde_json::to_string(&report.files).unwrap();
        (files, tree(&bench.output(&name).join("report")))
    };
    let (files, pictures) = said(1);
    assert_eq!(pictures.len(), 20);
    assert_eq!(said(3), (files, pictures));
}

#[test]
fn small_pictures_of_an_earlier_report_go_and_nothing_of_others_does() {
    let bench = Bench::new(&laid(&[&photo(1, 1, 4)]));
    let shelf = bench.output("out").join("report/thumbs");
    fs::create_dir_all(&shelf).unwrap();
    fs::write(shelf.join("1.jpg"), b"mine").unwrap();
    let (_, report) = bench.scan("out", dry());
    assert_eq!(thumbs(&bench.output("out"), &report), [None], "somebody's file has its name");
    assert_eq!(fs::read(shelf.join("1.jpg")).unwrap(), b"mine");
    fs::remove_file(shelf.join("1.jpg")).unwrap();
    fs::write(shelf.join("99.jpg"), b"of an earlier report").unwrap();
    let (_, report) = bench.scan("out", Options { resume: true, ..Options::default() });
    assert!(thumbs(&bench.output("out"), &report)[0].is_some());
    assert_eq!(lying(&bench.output("out")), 1);
}

/// Decodes nothing, and notes what it is to decode.
#[derive(Default)]
struct Noting(Mutex<Vec<(String, u64, Option<u16>)>>);

impl Thumbnailer for Noting {
    fn knows(&self, format: &str) -> bool {
        format == "bmp"
    }

    fn thumbnail(&self, picture: &Picture) -> Result<Vec<u8>, String> {
        let noted = (picture.format.clone(), picture.span.len, picture.orientation);
        self.0.lock().unwrap().push(noted);
        if picture.format == "bmp" { Ok(b"decoded".to_vec()) } else { Err("on purpose".to_owned()) }
    }
}

fn show(bench: &Bench, name: &str, decoder: &dyn Thumbnailer) -> (Shown, Report) {
    let asked = Show { folder: bench.output(name), thumbs: true, ..Show::default() };
    let shown = run::show(&asked, decoder, &Progress::default(), &ShowProgress::default()).unwrap();
    let report = fs::read(bench.output(name).join("report.json")).unwrap();
    (shown, serde_json::from_slice(&report).unwrap())
}

#[test]
fn a_report_is_shown_later_as_at_once_and_what_is_left_is_decoded() {
    let bmp = afterimage_testdata::samples::all().into_iter().find(|one| one.format == "bmp");
    let files = [photo(1, 6, 4), plain(2, 4), bmp.unwrap().bytes, photo(3, 1, 0)];
    let bench = Bench::new(&laid(&files.each_ref().map(Vec::as_slice)));
    let (_, at_once) = bench.scan("at-once", Options::default());
    let (_, before) = bench.scan("later", Options { gallery: false, ..Options::default() });
    let decoder = Noting::default();
    let (shown, later) = show(&bench, "later", &decoder);
    assert_eq!((shown.made, shown.there, shown.missing.len()), (2, 1, 1), "{shown:?}");
    assert!(shown.missing[0].1.contains("no decoder for jpeg"), "{shown:?}");
    let (at_once, mut pictures) =
        (thumbs(&bench.output("at-once"), &at_once), thumbs(&bench.output("later"), &later));
    assert_eq!(pictures[2].take().unwrap(), b"decoded");
    assert_eq!(pictures, at_once);
    assert_eq!(decoder.0.into_inner().unwrap().len(), 1);
    let without = |mut report: Report| {
        report.files.iter_mut().for_each(|file| file.thumb = None);
        serde_json::to_string(&report).unwrap()
    };
    assert_eq!(without(later), without(before), "all else stays");
    let text = fs::read(bench.output("later").join("report.json")).unwrap();
    let (again, _) = show(&bench, "later", &Noting::default());
    assert_eq!((again.made, again.there), (0, 3));
    assert_eq!(fs::read(bench.output("later").join("report.json")).unwrap(), text);
}

#[test]
fn a_picture_that_was_changed_or_is_gone_is_not_shown_for_its_photo() {
    let files = [photo(1, 1, 4), photo(2, 1, 4)];
    let bench = Bench::new(&laid(&files.each_ref().map(Vec::as_slice)));
    let (_, report) = bench.scan("out", Options { gallery: false, ..Options::default() });
    let paths: Vec<_> = own(&report).map(|file| file.path.clone().unwrap()).collect();
    let changed = bench.output("out").join(&paths[0]);
    let bytes = fs::read(&changed).unwrap();
    File::create(&changed).unwrap().write_all(&vec![0; bytes.len()]).unwrap();
    fs::remove_file(bench.output("out").join(&paths[1])).unwrap();
    let (shown, report) = show(&bench, "out", &Noting::default());
    assert_eq!((shown.made, shown.missing.len()), (0, 2), "{shown:?}");
    assert!(shown.missing[1].1.contains("cannot be opened"), "{shown:?}");
    assert_eq!(thumbs(&bench.output("out"), &report), [None, None]);
}

#[test]
fn a_report_that_somebody_wrote_leads_nowhere() {
    let bench = Bench::new(&laid(&[&photo(1, 1, 4)]));
    bench.scan("out", Options { gallery: false, ..Options::default() });
    let report = bench.output("out").join("report.json");
    let text = fs::read_to_string(&report).unwrap();
    let secret = bench.output("secret.bmp");
    fs::write(&secret, b"secret").unwrap();
    for path in ["../secret.bmp", "/etc/passwd", "photos/../../secret.bmp", "", "."] {
        let mut value: serde_json::Value = serde_json::from_str(&text).unwrap();
        for file in value["files"].as_array_mut().unwrap() {
            if file["parent"].is_null() {
                file["path"] = path.into();
                file["format"] = "bmp".into();
                file["thumb"] = "../secret.bmp".into();
            }
        }
        // As it would come from elsewhere, without a log that tells of another one.
        value.as_object_mut().unwrap().remove("audit_log");
        drop(fs::remove_file(bench.output("out").join("audit.log")));
        fs::write(&report, value.to_string()).unwrap();
        let decoder = Noting::default();
        let (shown, _) = show(&bench, "out", &decoder);
        assert_eq!((shown.made, shown.missing.len()), (0, 1), "{path}: {shown:?}");
        assert!(decoder.0.into_inner().unwrap().is_empty(), "{path}");
    }
    assert_eq!(fs::read(&secret).unwrap(), b"secret");
}

#[test]
fn a_small_png_needs_none() {
    let png = Png::default().encode(&Scene::scene(1, 60, 40));
    let bench = Bench::new(&laid(&[&png]));
    let (_, report) = bench.scan("out", Options::default());
    assert_eq!(thumbs(&bench.output("out"), &report), [None]);
    let (shown, _) = show(&bench, "out", &Noting::default());
    assert_eq!((shown.made, shown.there), (0, 1));
}

/// Changes the report while it decodes.
struct Meddling(PathBuf);

impl Thumbnailer for Meddling {
    fn knows(&self, format: &str) -> bool {
        format == "bmp"
    }

    fn thumbnail(&self, _: &Picture) -> Result<Vec<u8>, String> {
        let text = fs::read_to_string(&self.0).unwrap();
        fs::write(&self.0, text + "\n").unwrap();
        Ok(b"decoded".to_vec())
    }
}

#[test]
fn a_report_that_is_changed_while_pictures_are_made_is_not_put_on_record() {
    let bmp = afterimage_testdata::samples::all().into_iter().find(|one| one.format == "bmp");
    let bench = Bench::new(&laid(&[&bmp.unwrap().bytes, &plain(2, 4)]));
    bench.scan("out", Options::default());
    let report = bench.output("out").join("report.json");
    let log = || fs::read_to_string(bench.output("out").join("audit.log")).unwrap();
    let before = fs::read_to_string(&report).unwrap();
    let (shown, _) = show(&bench, "out", &Meddling(report.clone()));
    assert!(shown.notes.iter().any(|note| note.contains("it was changed since")), "{shown:?}");
    assert_eq!(
        fs::read_to_string(&report).unwrap(),
        before + "\n",
        "it stays as it was changed to"
    );
    let last: Value = serde_json::from_str(log().lines().last().unwrap()).unwrap();
    assert!(
        last.get("report").is_none() && last["outcome"].get("report_fault").is_some(),
        "{last}"
    );
    assert!(!bench.output("out").join(".afterimage/report.json").exists());
}
