//! All magics in one pass over several kinds of data. Zeros, text and programs must not be much
//! slower than noise: a magic that begins with zeros, or a frequent word, would show here. Text
//! full of magics is the worst that a disk can hold.

use afterimage_benches::data;
use afterimage_engine::Matcher;
use afterimage_engine::formats::Registry;
use afterimage_testdata::samples;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const LEN: usize = 32 << 20;

fn matcher(c: &mut Criterion) {
    let matcher = Matcher::new(&Registry::default());
    let photos = LEN / samples::jpegs()[0].bytes.len();
    let mut group = c.benchmark_group("matcher");
    group.throughput(Throughput::Bytes(LEN as u64)).sample_size(10);
    for (name, data) in data::kinds(LEN) {
        let mut hits = Vec::new();
        let constant = matcher.scan(&data, 0..LEN, &mut hits);
        match name {
            "zeros" => assert_eq!((hits.len(), constant), (0, LEN as u64)),
            "jpeg" => assert!(hits.len() >= photos, "{} of {photos} found", hits.len()),
            "magics" => assert!(hits.len() > LEN / 4096, "{} hits in magics", hits.len()),
            _ => assert!(hits.len() < LEN / 4096, "{} hits in {name}", hits.len()),
        }
        group.bench_function(format!("{name}-32MiB"), |b| {
            b.iter(|| {
                hits.clear();
                matcher.scan(&data, 0..LEN, &mut hits)
            });
        });
    }
    group.finish();
}

criterion_group!(benches, matcher);
criterion_main!(benches);
