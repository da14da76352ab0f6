//! A whole scan of a small image, from opening it to the report: every sample of every format
//! between noise, text and zeros, progressive JPEGs, or PNGs. Where files are written, they go to the folder for temporary
//! files.

#![expect(clippy::unwrap_used, reason = "a bench may panic")]

use std::fs;
use std::path::{Path, PathBuf};

use afterimage_engine::options::Options;
use afterimage_engine::progress::Progress;
use afterimage_engine::run;
use afterimage_testdata::Sample;
use afterimage_testdata::canvas::Canvas;
use afterimage_testdata::jpeg::{Jpeg, Process};
use afterimage_testdata::png::Png;
use afterimage_testdata::samples;
use afterimage_testdata::scene::Picture;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use tempfile::TempDir;

/// Bytes between two samples, and the cluster at which each begins.
const GAP: usize = 32 << 10;

/// Photos of an image that is rich in one kind of them.
const RICH: u64 = 8;

/// Their width; the height is two thirds.
const WIDTH: usize = 1500;

/// Every sample, or photos of one kind, between other data.
fn image(files: &[Sample]) -> Canvas {
    let mut canvas = Canvas::new(7);
    for (index, sample) in files.iter().enumerate() {
        canvas = canvas.align(4096).put(sample);
        canvas = match index % 3 {
            0 => canvas.noise(GAP),
            1 => canvas.text(GAP),
            _ => canvas.zeros(GAP),
        };
    }
    canvas
}

fn rich(format: &'static str, encode: impl Fn(&Picture) -> Vec<u8>) -> Vec<Sample> {
    let picture = |seed| Picture::scene(seed, WIDTH, WIDTH * 2 / 3);
    let sample = |seed| Sample::new(format, "rich", encode(&picture(seed)));
    (0..RICH).map(sample).collect()
}

/// Scans into a new folder, and gives how many files were found.
fn files(image: &Path, options: &Options, output: PathBuf) -> u64 {
    let options = Options { output: Some(output), ..options.clone() };
    run::scan(&[image.to_path_buf()], &options, &Progress::default()).unwrap().head.summary.files
}

/// Scans an image in several ways, which find the same.
fn ways(c: &mut Criterion, group: &str, image: &Canvas, ways: &[(&str, Options)]) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("card.img");
    fs::write(&path, &image.bytes).unwrap();
    let mut group = c.benchmark_group(group);
    group.sample_size(10).throughput(Throughput::Bytes(image.bytes.len() as u64));
    for (name, options) in ways {
        let output = TempDir::new_in(folder.path()).unwrap();
        let found = files(&path, options, output.path().join("out"));
        assert!(found >= image.truth.len() as u64, "{name}: {found} of {}", image.truth.len());
        group.bench_function(*name, |b| {
            b.iter_batched(
                || TempDir::new_in(folder.path()).unwrap(),
                |output| {
                    let again = files(&path, options, output.path().join("out"));
                    assert_eq!(again, found);
                    output
                },
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

fn scan(c: &mut Criterion) {
    let dry = Options { dry_run: true, ..Options::default() };
    let all = [
        ("written", Options::default()),
        ("dry-run", dry.clone()),
        ("quick-dry-run", Options { quick: true, ..dry.clone() }),
        ("dry-run-1-thread", Options { threads: 1, ..dry.clone() }),
    ];
    ways(c, "scan", &image(&samples::all()), &all);
    let jpeg = Jpeg { quality: 90, process: Process::Progressive, ..Jpeg::default() };
    let one = [("dry-run-1-thread", Options { threads: 1, ..dry })];
    ways(c, "scan/progressive", &image(&rich("jpeg", |picture| jpeg.encode(picture))), &one);
    ways(c, "scan/png", &image(&rich("png", |picture| Png::default().encode(picture))), &one);
}

criterion_group!(benches, scan);
criterion_main!(benches);
