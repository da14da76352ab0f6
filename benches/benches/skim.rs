//! Proving a JPEG by decoding its codes, beside decoding its pixels: what `--quick` saves, and
//! what proof costs. Rates count compressed bytes.

#![expect(clippy::unwrap_used, reason = "a bench may panic")]

use std::hint::black_box;

use afterimage_signatures::jpeg::JpegOracle;
use afterimage_signatures::{Oracle, Said};
use afterimage_testdata::jpeg::{Jpeg, Process, Sampling};
use afterimage_testdata::scene::Picture;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;

/// What cameras write, what some write for their safety, and what the web serves.
fn kinds() -> [(&'static str, Vec<u8>); 4] {
    let picture = Picture::scene(5, 3000, 2000);
    let camera = Jpeg { quality: 93, sampling: Sampling::S422, ..Jpeg::default() };
    let small = Jpeg { quality: 75, optimised: true, ..Jpeg::default() };
    let web = Jpeg { process: Process::Progressive, ..Jpeg::default() };
    [
        ("camera", camera.encode(&picture)),
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

fn bench(c: &mut Criterion) {
    let mut group = c.benchmark_group("skim");
    group.sample_size(10);
    for (name, file) in kinds() {
        let end = file.len() as u64;
        assert_eq!(skim(&file), Said::Done { end }, "{name}");
        assert_eq!(pixels(&file), 3000 * 2000 * 3, "{name}");
        group.throughput(Throughput::Bytes(end));
        group.bench_function(format!("codes/{name}"), |b| b.iter(|| skim(black_box(&file))));
        group.bench_function(format!("pixels/{name}"), |b| b.iter(|| pixels(black_box(&file))));
    }
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
