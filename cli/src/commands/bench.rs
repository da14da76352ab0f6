//! `afterimage bench`.

use std::hint::black_box;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use afterimage_engine::Matcher;
use afterimage_engine::formats::Registry;
use afterimage_engine::metrics::{Cost, Stage};
use afterimage_engine::options::Options;
use afterimage_engine::progress::Progress;
use afterimage_engine::run::{self, Stats};
use afterimage_engine::source::{self, Io, Source};
use anyhow::Context;

use crate::status::Status;
use crate::{failure, sizes, text};

/// Find out what limits a scan on this machine
///
/// Reads the source alone, then looks for headers alone, then scans as `afterimage scan` does, without
/// writing photos. Each is timed, and the slowest is named. Nothing is kept.
#[derive(Debug, clap::Args)]
#[command(after_help = NOTES)]
pub struct Bench {
    /// Disk image or device to read.
    #[arg(value_name = "SOURCE")]
    source: PathBuf,

    /// How much of it to read, from its start.
    #[arg(long, value_name = "SIZE", default_value = "4G", value_parser = sizes::bytes,
        allow_negative_numbers = true)]
    size: u64,

    /// Worker threads of the whole scan [default: one for each core]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = sizes::threads)]
    threads: Option<u16>,

    /// Print the figures as JSON.
    #[arg(long)]
    json: bool,
}

const NOTES: &str = "\
What was read lately comes out of memory, not off its disk, and what is read first here is in \
memory for the rest: on a slow disk only the first figure says how slow it is. Stages run at the \
same time on all cores, so that their times add up to more than the whole takes.

JSON: an object: reading, matching and whole, each with bytes, seconds and bytes_per_second; \
threads, stages, limit.

Exit status: 0 it was measured; 2 it could not be.";

/// What was measured.
struct Figures {
    /// Bytes that were gone over, each time.
    len: u64,
    /// One thread that only reads.
    reading: Duration,
    /// One thread that looks for headers in what is in memory already.
    matching: Duration,
    /// The whole, on all threads.
    whole: Stats,
}

impl Bench {
    /// Measures, and prints the figures.
    pub fn run(self, out: &mut dyn Write) -> anyhow::Result<Status> {
        let source = source::open(&self.source, Io::Auto)?;
        let len = source.len().min(self.size);
        let (reading, matching) = alone(source.as_ref(), len);
        drop(source);
        let whole = self.whole(len)?;
        let figures = Figures { len, reading, matching, whole };
        failure::unless_closed(if self.json { json(out, &figures) } else { table(out, &figures) })?;
        Ok(Status::Found)
    }

    /// Scans as usual but for the writing, into a folder that is removed afterwards.
    fn whole(&self, len: u64) -> anyhow::Result<Stats> {
        let folder = tempfile::tempdir().context("cannot make a folder for the report")?;
        let options = Options {
            output: Some(folder.path().join("bench")),
            dry_run: true,
            threads: self.threads.map_or(0, usize::from),
            range: Some((0, len)),
            ..Options::default()
        };
        let outcome =
            run::scan(std::slice::from_ref(&self.source), &options, &Progress::default())?;
        match outcome.failure {
            Some(error) => Err(error.into()),
            None => Ok(outcome.stats),
        }
    }
}

/// Reads, and looks for headers in what was read, chunk by chunk, and times both apart.
fn alone(source: &dyn Source, len: u64) -> (Duration, Duration) {
    let matcher = Matcher::new(&Registry::default());
    let (mut reading, mut matching) = (Duration::ZERO, Duration::ZERO);
    let (mut chunk, mut hits) = (vec![0; Options::CHUNK_LEN as usize], Vec::new());
    let mut at = 0;
    while at < len {
        let here = (len - at).min(Options::CHUNK_LEN) as usize;
        let clock = Instant::now();
        source.read_at(at, &mut chunk[..here]);
        reading += clock.elapsed();
        let clock = Instant::now();
        hits.clear();
        matcher.scan(&chunk[..here], 0..here, &mut hits);
        black_box(&hits);
        matching += clock.elapsed();
        at += here as u64;
    }
    (reading, matching)
}

/// Bytes a second.
fn speed(bytes: u64, time: Duration) -> u64 {
    let seconds = time.as_secs_f64();
    if seconds > 0.0 { (bytes as f64 / seconds) as u64 } else { 0 }
}

impl Figures {
    /// The stage that workers spent most of their time on.
    fn heaviest(&self) -> (Stage, Cost) {
        let stages = self.whole.stages.into_iter();
        stages.max_by_key(|(_, cost)| cost.time).unwrap_or((Stage::Read, Cost::default()))
    }

    /// What limits the whole, in a sentence.
    fn limit(&self) -> String {
        // A scan that takes little longer than reading alone waits for its source.
        if self.whole.scanning.as_secs_f64() <= 1.25 * self.reading.as_secs_f64() {
            return "reading: a faster card reader or disk would help, more cores would not".into();
        }
        let (stage, _) = self.heaviest();
        let what = match stage {
            Stage::Read => "reading, by several workers at once: a faster disk would help",
            Stage::Match => "looking for headers: more cores would help",
            Stage::Measure => "measuring and decoding photos: more cores would help, or --quick",
            Stage::Hash => "digests: more cores would help, or --hash none",
            Stage::Write => "writing: a faster disk for the output would help",
        };
        what.to_owned()
    }
}

fn table(out: &mut dyn Write, figures: &Figures) -> io::Result<()> {
    let mut row = |name: &str, bytes: u64, time: Duration| {
        let (seconds, speed) = (time.as_secs_f64(), text::bytes(speed(bytes, time)));
        writeln!(out, "  {name:32} {:>10} {seconds:10.3} s {speed:>12}/s", text::bytes(bytes))
    };
    row("reading alone, one thread", figures.len, figures.reading)?;
    row("looking for headers, one thread", figures.len, figures.matching)?;
    let threads = text::count(figures.whole.threads as u64, "thread", "threads");
    row(&format!("the whole scan, {threads}"), figures.len, figures.whole.scanning)?;
    for (stage, cost) in figures.whole.stages {
        row(&format!("  of which {}, a core", stage.name()), cost.bytes, cost.time)?;
    }
    writeln!(out, "The limit is {}.", figures.limit())?;
    out.flush()
}

fn json(out: &mut dyn Write, figures: &Figures) -> io::Result<()> {
    let timed = |bytes: u64, time: Duration| {
        serde_json::json!({
            "bytes": bytes,
            "seconds": time.as_secs_f64(),
            "bytes_per_second": speed(bytes, time),
        })
    };
    let stages = figures.whole.stages.into_iter();
    let stages =
        stages.map(|(stage, cost)| (stage.name().to_owned(), timed(cost.bytes, cost.time)));
    let said = serde_json::json!({
        "reading": timed(figures.len, figures.reading),
        "matching": timed(figures.len, figures.matching),
        "whole": timed(figures.len, figures.whole.scanning),
        "threads": figures.whole.threads,
        "stages": stages.collect::<serde_json::Map<_, _>>(),
        "limit": figures.limit(),
    });
    text::json(out, &said)?;
    out.flush()
}
