//! All magics in one pass over four kinds of data. Zeros and text must not be much slower than
//! noise: a magic that begins with zeros, or a frequent word, would show here.

use afterimage_engine::registry::Registry;
use afterimage_engine::scan::Matcher;
use afterimage_testdata::canvas::Canvas;
use afterimage_testdata::samples;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const LEN: usize = 32 << 20;

fn kinds() -> [(&'static str, Vec<u8>); 4] {
    let mut jpeg = Canvas::new(3);
    let photo = &samples::jpegs()[0];
    while jpeg.bytes.len() < LEN {
        jpeg = jpeg.put(photo);
    }
    jpeg.bytes.truncate(LEN);
    [
        ("noise", Canvas::new(1).noise(LEN).bytes),
        // Written to, so that it is not one page of the kernel's mapped many times.
        ("zeros", vec![1u8; LEN].into_iter().map(|one| one - 1).collect()),
        ("text", Canvas::new(2).text(LEN).bytes),
        ("jpeg", jpeg.bytes),
    ]
}

fn matcher(c: &mut Criterion) {
    let matcher = Matcher::new(&Registry::default());
    let photos = LEN / samples::jpegs()[0].bytes.len();
    let mut group = c.benchmark_group("matcher");
    group.throughput(Throughput::Bytes(LEN as u64)).sample_size(10);
    for (name, data) in kinds() {
        let mut hits = Vec::new();
        let constant = matcher.scan(&data, 0..LEN, &mut hits);
        match name {
            "zeros" => assert_eq!((hits.len(), constant), (0, LEN as u64)),
            "jpeg" => assert!(hits.len() >= photos, "{} of {photos} found", hits.len()),
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
