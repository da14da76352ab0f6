//! Measuring one file of every format, with all that can be proven and without. The samples are
//! small: this shows which format is slow, and when one becomes slower.

#![expect(clippy::unwrap_used, reason = "a bench may panic")]

use std::hint::black_box;
use std::time::Duration;

use afterimage_benches::data;
use afterimage_signatures::formats::by_name;
use afterimage_signatures::{Buffer, Effort, Format, Runs, View};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn len(format: &dyn Format, bytes: &[u8], effort: Effort, buffer: &mut Buffer) -> u64 {
    let runs = Runs::whole(0, bytes.len() as u64);
    format.measure(&mut View::new(&bytes, &runs, buffer), effort).unwrap().len
}

fn measure(c: &mut Criterion) {
    let mut group = c.benchmark_group("measure");
    group.sample_size(10).warm_up_time(Duration::from_millis(200));
    group.measurement_time(Duration::from_secs(1));
    let mut buffer = Buffer::default();
    for sample in data::longest() {
        let (format, bytes) = (by_name(sample.format).unwrap(), sample.bytes.as_slice());
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        for (name, effort) in [("proof", Effort::Proof), ("structure", Effort::Structure)] {
            let found = len(format, bytes, effort, &mut buffer);
            assert_eq!(found, bytes.len() as u64, "{}", sample.path());
            group.bench_function(format!("{}/{name}", sample.format), |b| {
                b.iter(|| len(format, black_box(bytes), effort, &mut buffer));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, measure);
criterion_main!(benches);
