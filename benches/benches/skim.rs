//! Proving a JPEG by decoding its codes, beside decoding its pixels: what `--quick` saves, and
//! what proof costs; and what it costs to try a cluster. Rates count compressed bytes.

#![expect(clippy::unwrap_used, reason = "a bench may panic")]

use std::hint::black_box;

use afterimage_signatures::jpeg::JpegOracle;
use afterimage_signatures::{Oracle, Said};
use afterimage_testdata::jpeg::{Jpeg, Process, Sampling};
use afterimage_testdata::random::Random;
use afterimage_testdata::scene::Picture;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;

const WIDTH: usize = 3000;
const HEIGHT: usize = 2000;

/// Foreign data is tried in clusters of so many bytes.
const CLUSTER: usize = 32 << 10;

/// What cameras write at their best and as a rule, what some write for their safety, what editors
/// write, and what the web serves.
fn kinds() -> [(&'static str, Vec<u8>); 6] {
    let picture = Picture::scene(5, WIDTH, HEIGHT);
    let camera = Jpeg { quality: 93, sampling: Sampling::S422, ..Jpeg::default() };
    let fine = Jpeg { quality: 98, sampling: Sampling::S444, ..Jpeg::default() };
    let usual = Jpeg { quality: 88, sampling: Sampling::S420, ..Jpeg::default() };
    let small = Jpeg { quality: 75, optimised: true, ..Jpeg::default() };
    let web = Jpeg { process: Process::Progressive, ..Jpeg::default() };
    [
        ("fine", fine.encode(&picture)),
        ("camera", camera.encode(&picture)),
        ("usual", usual.encode(&picture)),
        ("restarts", Jpeg { restart: 4, ..camera }.encode(&picture)),
        ("small", small.encode(&picture)),
        ("progressive", web.encode(&picture)),
    ]
}

fn skim(file: &[u8]) -> Said {
    JpegOracle::new().feed(file)
}

fn pixels(file: &[u8]) -> usize {
    JpegDecoder::new(ZCursor::new(file)).decode().unwrap().len()
}

/// What the next cluster means to an oracle that has come so far.
fn next(oracle: &dyn Oracle, cluster: &[u8]) -> Said {
    oracle.snapshot().feed(cluster)
}

fn whole(c: &mut Criterion) {
    let mut group = c.benchmark_group("skim");
    group.sample_size(10);
    for (name, file) in kinds() {
        let end = file.len() as u64;
        assert_eq!(skim(&file), Said::Done { end }, "{name}");
        assert_eq!(pixels(&file), WIDTH * HEIGHT * 3, "{name}");
        group.throughput(Throughput::Bytes(end));
        group.bench_function(format!("codes/{name}"), |b| b.iter(|| skim(black_box(&file))));
        group.bench_function(format!("pixels/{name}"), |b| b.iter(|| pixels(black_box(&file))));
    }
    group.finish();
}

/// What reassembly does most: to try a cluster behind others, which fits or does not.
fn clusters(c: &mut Criterion) {
    let mut group = c.benchmark_group("cluster");
    for (name, file) in kinds() {
        let cut = file.len() / 2 / CLUSTER * CLUSTER;
        let (before, behind) = file.split_at(cut);
        let mut oracle = JpegOracle::new();
        assert_eq!(oracle.feed(before), Said::More, "{name}");
        let (own, foreign) = (&behind[..CLUSTER], Random::new(3).bytes(CLUSTER));
        assert_eq!(next(&oracle, own), Said::More, "{name}");
        let Said::Wrong { at, .. } = next(&oracle, &foreign) else { panic!("{name} likes noise") };
        assert!((cut..cut + CLUSTER).contains(&(at as usize)), "{name} blames {at}");
        group.bench_function(format!("own/{name}"), |b| b.iter(|| next(&oracle, black_box(own))));
        group.bench_function(format!("foreign/{name}"), |b| {
            b.iter(|| next(&oracle, black_box(&foreign)))
        });
    }
    group.finish();
}

criterion_group!(benches, whole, clusters);
criterion_main!(benches);
