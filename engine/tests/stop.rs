//! A run that is asked to stop ends within a moment, however slow its source is, and says nothing that it has
//! not read.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[expect(dead_code, reason = "other tests replay runs with it")]
mod bench;
#[expect(dead_code, reason = "other tests build cards of their own with it")]
mod cards;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use afterimage_engine::options::Options;
use afterimage_engine::progress::Progress;
use afterimage_engine::report::{Report, ReportFile};
use afterimage_engine::run::Job;
use afterimage_engine::source::{MemorySource, Source, SourceKind};
use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;
use bench::Bench;

/// A request of a source is so long at the most, as those of the system are.
const REQUEST: usize = 128 << 10;

/// A source that takes its time for every request, and asks for a stop at one of them.
struct Slow<'p> {
    bytes: MemorySource,
    takes: Duration,
    requests: &'p AtomicU64,
    stops_at: u64,
    progress: &'p Progress,
    stopped: &'p std::sync::OnceLock<Instant>,
}

impl Bytes for Slow<'_> {
    fn len(&self) -> u64 {
        self.bytes.len()
    }

    fn mapped(&self, _: u64, _: usize) -> Option<&[u8]> {
        None
    }

    fn read_at(&self, at: u64, out: &mut [u8]) {
        for (index, part) in out.chunks_mut(REQUEST).enumerate() {
            if self.requests.fetch_add(1, Relaxed) == self.stops_at {
                self.progress.stop();
                self.stopped.set(Instant::now()).unwrap();
            }
            thread::sleep(self.takes);
            self.bytes.read_at(at + (index * REQUEST) as u64, part);
        }
    }
}

impl Source for Slow<'_> {
    fn path(&self) -> &Path {
        self.bytes.path()
    }

    fn kind(&self) -> SourceKind {
        SourceKind::Device
    }

    fn sector_size(&self) -> u32 {
        512
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

/// What is left of a run on a source that asks for a stop at a request, and how long it took after that;
/// nothing where it came to its end before. The report, and where it was written.
fn stopped(
    image: &[u8],
    takes: Duration,
    stops_at: u64,
    output: PathBuf,
) -> Option<(Duration, Report)> {
    // Sources live as long as a program: the tests are short.
    let progress: &'static Progress = Box::leak(Box::default());
    let requests: &'static AtomicU64 = Box::leak(Box::default());
    let stopped = Box::leak(Box::default());
    let bytes = MemorySource::new("card", image.to_vec()).unmapped();
    let source = Slow { bytes, takes, requests, stops_at, progress, stopped };
    let options = Options { output: Some(output.clone()), threads: 2, ..Options::default() };
    let job = Job::open(vec![Box::new(source)], &options, progress).unwrap();
    let outcome = job.scan().settled().write().unwrap().outcome();
    let since = stopped.get()?;
    let took = since.elapsed();
    assert!(outcome.failure.is_none(), "{:?}", outcome.failure);
    let report = std::fs::read(output.join("report.json")).unwrap();
    let report: Report = serde_json::from_slice(&report).unwrap();
    assert_eq!(outcome.interrupted, report.head.incomplete.is_some());
    Some((took, report))
}

#[test]
fn a_slow_source_is_let_go_within_a_moment() {
    let image = cards::fat16(1).image;
    let bench = Bench::new(&[]);
    // In the survey, early in the scan, and later on: as the disk of a dying card answers.
    for stops_at in [0, 3, 40] {
        let output = bench.output(&format!("out-{stops_at}"));
        let Some((took, report)) = stopped(&image, Duration::from_millis(200), stops_at, output)
        else {
            panic!("request {stops_at} never came");
        };
        assert!(took < Duration::from_secs(2), "{took:?} after request {stops_at}");
        assert_eq!(report.head.incomplete.as_deref(), Some("interrupted"));
    }
}

#[test]
fn what_a_stopped_run_says_is_true() {
    let image = cards::fat16(1).image;
    let bench = Bench::new(&image);
    let (_, whole) = bench.scan("whole", Options::default());
    let what = |file: &ReportFile| (file.runs[0].offset, file.format.clone());
    let known: BTreeMap<_, _> = whole.files.iter().map(|file| (what(file), file)).collect();
    let mut ended = 0;
    for stops_at in (0..400).step_by(7) {
        let name = format!("out-{stops_at}");
        let stopped = stopped(&image, Duration::ZERO, stops_at, bench.output(&name));
        let Some((_, report)) = stopped else { break };
        ended += 1;
        for file in &report.files {
            let known = known.get(&what(file));
            let known = known.unwrap_or_else(|| panic!("{:?} is new at {stops_at}", what(file)));
            // What a whole run puts together of pieces, or ends earlier, a part of it may not.
            if file.blake3 == known.blake3 {
                assert!(file.grade <= known.grade, "{:?} at {stops_at}", what(file));
            }
            if let Some(path) = &file.path {
                let bytes = std::fs::read(bench.output(&name).join(path)).unwrap();
                assert_eq!(file.blake3, blake3_of(&bytes), "{path} at {stops_at}");
            }
        }
        if report.head.incomplete.is_none() {
            // It was asked when nothing was left to be read.
            assert_eq!(report.files.len(), whole.files.len(), "at {stops_at}");
        }
        let volumes = |report: &Report| report.head.sources[0].volumes.len();
        assert!(volumes(&report) <= volumes(&whole), "at {stops_at}");
    }
    assert!(ended > 5, "{ended} runs were stopped");
}

fn blake3_of(bytes: &[u8]) -> String {
    let mut hasher = afterimage_engine::Hasher::new(&[]);
    hasher.update(bytes);
    hasher.finish().blake3.to_hex().to_string()
}
