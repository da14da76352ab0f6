//! A whole scan of a small image, from opening it to the report: every sample of every format
//! between noise, text and zeros. Where files are written, they go to the folder for temporary
//! files.

#![expect(clippy::unwrap_used, reason = "a bench may panic")]

use std::fs;
use std::path::{Path, PathBuf};

use afterimage_engine::options::Options;
use afterimage_engine::progress::Progress;
use afterimage_engine::run;
use afterimage_testdata::canvas::Canvas;
use afterimage_testdata::samples;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use tempfile::TempDir;

/// Bytes between two samples, and the cluster at which each begins.
const GAP: usize = 32 << 10;

fn image() -> Canvas {
    let mut canvas = Canvas::new(7);
    for (index, sample) in samples::all().iter().enumerate() {
        canvas = canvas.align(4096).put(sample);
        canvas = match index % 3 {
            0 => canvas.noise(GAP),
            1 => canvas.text(GAP),
            _ => canvas.zeros(GAP),
        };
    }
    canvas
}

/// Scans into a new folder, and gives how many files were found.
fn files(image: &Path, options: &Options, output: PathBuf) -> u64 {
    let options = Options { output: Some(output), ..options.clone() };
    run::scan(&[image.to_path_buf()], &options, &Progress::default()).unwrap().head.summary.files
}

fn scan(c: &mut Criterion) {
    let folder = TempDir::new().unwrap();
    let image = image();
    let path = folder.path().join("card.img");
    fs::write(&path, &image.bytes).unwrap();
    let mut group = c.benchmark_group("scan");
    group.sample_size(10).throughput(Throughput::Bytes(image.bytes.len() as u64));
    let kinds = [
        ("written", Options::default()),
        ("dry-run", Options { dry_run: true, ..Options::default() }),
        ("quick-dry-run", Options { dry_run: true, quick: true, ..Options::default() }),
        ("dry-run-1-thread", Options { dry_run: true, threads: 1, ..Options::default() }),
    ];
    for (name, options) in kinds {
        let output = TempDir::new_in(folder.path()).unwrap();
        let found = files(&path, &options, output.path().join("out"));
        assert!(found >= image.truth.len() as u64, "{name}: {found} of {}", image.truth.len());
        group.bench_function(name, |b| {
            b.iter_batched(
                || TempDir::new_in(folder.path()).unwrap(),
                |output| {
                    let again = files(&path, &options, output.path().join("out"));
                    assert_eq!(again, found);
                    output
                },
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, scan);
criterion_main!(benches);
