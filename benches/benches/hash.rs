//! The digests of a file, computed in one pass over pieces that stay in the cache.

use std::hint::black_box;

use afterimage_benches::truth::sha256;
use afterimage_engine::Content;
use afterimage_engine::{Algorithm, Digests};
use afterimage_signatures::Runs;
use afterimage_testdata::random::Random;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const LEN: usize = 8 << 20;

fn digests(bytes: &[u8], algorithms: &[Algorithm]) -> Digests {
    let runs = Runs::whole(0, bytes.len() as u64);
    Content::of_runs(&runs).digests(&bytes, algorithms)
}

fn hash(c: &mut Criterion) {
    let bytes = Random::new(1).bytes(LEN);
    let expected = sha256(&bytes);
    let kinds: [(&str, &[Algorithm]); 3] =
        [("blake3", &[]), ("blake3+sha256", &[Algorithm::Sha256]), ("all", &Algorithm::ALL)];
    let mut group = c.benchmark_group("hash");
    group.sample_size(10).throughput(Throughput::Bytes(LEN as u64));
    for (name, algorithms) in kinds {
        let found = digests(&bytes, algorithms);
        let asked = algorithms.contains(&Algorithm::Sha256);
        assert_eq!(found.sha256, asked.then(|| expected.clone()), "{name}");
        assert_eq!(found.blake3, digests(&bytes, &[]).blake3, "{name}");
        group.bench_function(name, |b| b.iter(|| digests(black_box(&bytes), algorithms)));
    }
    group.finish();
}

criterion_group!(benches, hash);
criterion_main!(benches);
