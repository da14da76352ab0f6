//! Whole scans of files whose parts are whole picture files, and of what cameras append.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[expect(dead_code, reason = "what other tests need of it")]
mod bench;

use afterimage_engine::options::Options;
use afterimage_engine::report::{Grade, Report, ReportFile};
use afterimage_testdata::canvas::Canvas;
use afterimage_testdata::jpeg::{Jpeg, Segment};
use afterimage_testdata::scene::Picture;
use afterimage_testdata::{Sample, samples, trailers, video};
use bench::{Bench, check_runs, own};

/// Offset, length, format and grade of each file of its own.
fn told(report: &Report) -> Vec<(u64, u64, &str, Grade)> {
    let tell = |file: &ReportFile| file.runs[0].offset.unwrap();
    let all = own(report).map(|file| (tell(file), file.size));
    let all = all.zip(own(report)).map(|((at, len), file)| (at, len, &*file.format, file.grade));
    all.collect()
}

fn scan(image: &[u8]) -> Report {
    let (_, report) = Bench::new(image).scan("out", Options::default());
    for file in &report.files {
        check_runs(image, file);
    }
    report
}

fn photo(seed: u64, (width, height): (usize, usize)) -> Sample {
    let plain = Jpeg { segments: vec![Segment::jfif()], ..Jpeg::default() };
    Sample::new("jpeg", format!("photo-{seed}"), plain.encode(&Picture::scene(seed, width, height)))
}

#[test]
fn parts_are_no_files_of_their_own() {
    let mut canvas = Canvas::new(3).noise(777);
    let (dense, others): (Vec<_>, Vec<_>) =
        samples::containers().into_iter().partition(|sample| sample.name == "many-jpegs");
    for (n, sample) in others.iter().enumerate() {
        canvas = match n % 3 {
            0 => canvas.noise(700).put(sample).noise(3000),
            1 => canvas.align(4096).put(sample).zeros(3000),
            _ => canvas.put(sample).align(512),
        };
    }
    // Its hundreds of frames make a dense region, in which what begins no sector may be left out.
    for sample in &dense {
        canvas = canvas.put(sample);
    }
    let canvas = canvas.noise(500);
    let report = scan(&canvas.bytes);
    let found: Vec<_> =
        told(&report).iter().map(|&(at, len, format, _)| (at, len, format)).collect();
    let laid: Vec<_> = canvas
        .truth
        .iter()
        .map(|laid| (laid.pieces[0].start as u64, laid.pieces[0].len() as u64, laid.format))
        .collect();
    assert_eq!(found, laid);
}

#[test]
fn another_photo_in_a_container_is_a_photo_of_its_own() {
    let containers = samples::containers();
    for path in ["mov/pngs", "mov/movie-first", "dng/jxl-tiles", "tiff/webp-strips"] {
        let sample = containers.iter().find(|sample| sample.path() == path).unwrap();
        let mut image = vec![0; 4096];
        image.extend(&sample.bytes);
        // The clusters from some way into the file were given to a photo.
        let at = (4096 + sample.bytes.len() / 3).next_multiple_of(512);
        let photo = photo(90, (48, 36)).bytes;
        image.resize(image.len().max(at + photo.len() + 4096), 0);
        image[at..at + photo.len()].copy_from_slice(&photo);
        let report = scan(&image);
        let own = told(&report);
        let is_photo = |file: &&(u64, u64, &str, Grade)| {
            (file.0, file.1, file.2) == (at as u64, photo.len() as u64, "jpeg")
        };
        assert!(own.iter().any(|file| is_photo(&file)), "{path}: {own:?}");
        let before: Vec<_> = own.iter().filter(|file| file.0 < at as u64).collect();
        let [container] = before[..] else { panic!("{path}: {own:?}") };
        assert_eq!((container.0, container.2), (4096, sample.format), "{path}");
        assert!(container.3 <= Grade::Damaged, "{path}: {own:?}");
    }
}

#[test]
fn trailers_may_be_as_long_as_they_like() {
    let film = |seed| Sample::new("mp4", format!("film-{seed}"), video::mp4(seed, 5));
    let with = |file: Sample, trailer: Vec<u8>| {
        Sample::new(file.format, file.name, [&file.bytes[..], &trailer].concat())
    };
    let files = [
        with(photo(91, (240, 180)), trailers::insta360(1, 3 << 20)),
        with(film(92), trailers::insta360(2, 5 << 20)),
        with(film(93), [trailers::ligo(30), trailers::insta360(3, 2 << 20)].concat()),
        with(photo(94, (240, 180)), trailers::insta360(4, 600_000)),
    ];
    let canvas = Canvas::new(5).noise(999);
    let canvas = files.iter().fold(canvas, |canvas, file| canvas.align(512).put(file).noise(7000));
    let expected: Vec<_> = canvas.truth.iter().map(|laid| laid.pieces[0].clone()).collect();
    for chunk_len in [256 << 10, 16 << 20] {
        let bench = Bench::new(&canvas.bytes);
        let options = Options { chunk_len, ..Options::default() };
        let (_, report) = bench.scan("out", options);
        let found: Vec<_> =
            told(&report).iter().map(|&(at, len, ..)| at as usize..(at + len) as usize).collect();
        assert_eq!(found, expected);
        report.files.iter().for_each(|file| {
            check_runs(&canvas.bytes, file);
        });
    }
}

#[test]
fn a_footer_whose_trailer_was_overwritten_lengthens_nothing() {
    let file = photo(95, (240, 180));
    let mut canvas = Canvas::new(6).put(&file);
    let trailer = trailers::insta360(9, 2 << 20);
    let mut image = std::mem::take(&mut canvas.bytes);
    let start = image.len();
    image.extend(&trailer);
    let mut places = vec![(0, file.bytes.len())];
    for (number, seed) in (1..4).zip(96..) {
        let (at, other) =
            ((start + number * 500_000).next_multiple_of(512), photo(seed, (240, 180)).bytes);
        image[at..at + other.len()].copy_from_slice(&other);
        places.push((at, other.len()));
    }
    let report = scan(&image);
    let found: Vec<_> =
        told(&report).iter().map(|&(at, len, ..)| (at as usize, len as usize)).collect();
    assert_eq!(found, places);
}
