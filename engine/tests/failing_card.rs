//! A card that answers differently each time: what is written is what was tested, or is not called whole.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[expect(dead_code, reason = "other tests replay runs with it")]
mod bench;
#[expect(dead_code, reason = "other tests build cards of their own with it")]
mod cards;

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use afterimage_engine::options::Options;
use afterimage_engine::progress::Progress;
use afterimage_engine::report::{Grade, Report};
use afterimage_engine::run::Job;
use afterimage_engine::source::{MemorySource, Source, SourceKind};
use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;
use bench::Bench;

/// So many bytes of the card share one fate.
const SECTOR: u64 = 512;

/// A card some of whose sectors answer truly so many times, and then with another bit turned each time.
struct Failing {
    bytes: MemorySource,
    /// How often each sector was read.
    reads: Vec<AtomicU32>,
    true_answers: u32,
    /// One of so many sectors is failing.
    one_in: u64,
}

impl Failing {
    fn new(image: &[u8], true_answers: u32, one_in: u64) -> Self {
        let sectors = image.len().div_ceil(SECTOR as usize);
        let bytes = MemorySource::new("card", image.to_vec()).unmapped();
        let reads = (0..sectors).map(|_| AtomicU32::new(0)).collect();
        Failing { bytes, reads, true_answers, one_in }
    }
}

impl Bytes for Failing {
    fn len(&self) -> u64 {
        self.bytes.len()
    }

    fn mapped(&self, _: u64, _: usize) -> Option<&[u8]> {
        None
    }

    fn read_at(&self, at: u64, out: &mut [u8]) {
        self.bytes.read_at(at, out);
        let end = at + out.len() as u64;
        for sector in at / SECTOR..end.div_ceil(SECTOR) {
            let Some(reads) = self.reads.get(sector as usize) else { continue };
            let before = reads.fetch_add(1, Relaxed);
            // Somewhere in the picture data, not in what tells a file system apart.
            let byte = sector * SECTOR + 300;
            let is_failing = sector % self.one_in == self.one_in / 2;
            if is_failing && before >= self.true_answers && (at..end).contains(&byte) {
                out[(byte - at) as usize] ^= 1 << (before % 8);
            }
        }
    }
}

impl Source for Failing {
    fn path(&self) -> &Path {
        self.bytes.path()
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Device
    }

    fn sector_size(&self) -> u32 {
        SECTOR as u32
    }

    fn unreadable(&self) -> Vec<Span> {
        Vec::new()
    }

    fn data_after(&self, at: u64) -> Option<Span> {
        self.bytes.data_after(at)
    }

    fn bytes_read(&self) -> u64 {
        0
    }
}

/// Scans a failing card; every file that was written must be what the report says, and every verified one
/// must stand up when it is measured alone. How many verified ones there are, and how many issues tell of a
/// source that answered differently.
fn check(image: &[u8], true_answers: u32, one_in: u64) -> (usize, usize) {
    let (bench, progress) = (Bench::new(&[]), Progress::default());
    let output = bench.output("out");
    let options = Options { output: Some(output.clone()), all: true, ..Options::default() };
    let source = Failing::new(image, true_answers, one_in);
    let job = Job::open(vec![Box::new(source)], &options, &progress).unwrap();
    job.scan().settled().write().unwrap();
    let report: Report =
        serde_json::from_slice(&fs::read(output.join("report.json")).unwrap()).unwrap();
    let mut verified = 0;
    for file in report.files.iter().filter(|file| file.parent.is_none()) {
        let Some(path) = &file.path else { continue };
        let bytes = fs::read(output.join(path)).unwrap();
        let mut hasher = afterimage_engine::Hasher::new(&[]);
        hasher.update(&bytes);
        assert_eq!(file.blake3, hasher.finish().blake3.to_hex().as_str(), "{path}");
        if file.grade != Grade::Verified {
            continue;
        }
        verified += 1;
        let alone = Bench::new(&[bytes, vec![0; 4096]].concat());
        let more = Options { filesystems: false, ..Options::default() };
        let (_, alone) = alone.scan("alone", more);
        let first = alone.files.first().filter(|first| first.runs[0].offset == Some(0));
        let grade = first.map(|first| first.grade);
        assert_eq!(grade, Some(Grade::Verified), "{path} {true_answers} {one_in}");
    }
    let told = report.files.iter().flat_map(|file| &file.issues);
    let told = told.filter(|issue| issue.what.contains("answered differently")).count();
    (verified, told)
}

#[test]
fn what_is_called_verified_was_written_as_it_was_tested() {
    let (mut verified, mut told) = (0, 0);
    for card in [cards::fat16(1).image, cards::fat16(2).image] {
        for true_answers in 0..5 {
            for one_in in [3, 40, 160] {
                let counts = check(&card, true_answers, one_in);
                (verified, told) = (verified + counts.0, told + counts.1);
            }
        }
    }
    assert!(verified > 0, "some photos lie in sectors that are well");
    assert!(told > 0, "some card was found out");
}

#[test]
fn a_card_that_is_well_is_not_suspected() {
    let card = cards::fat16(1).image;
    let (verified, told) = check(&card, u32::MAX, 3);
    assert!(verified > 1, "{verified}");
    assert_eq!(told, 0);
}
