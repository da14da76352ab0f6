//! What a run came to, and what it cost.

use std::path::PathBuf;
use std::time::Duration;

use crate::error::Error;
use crate::metrics::{Account, Cost, Stage};
use crate::output::report::{self, Summary};

/// What a run came to.
#[derive(Debug)]
pub struct Outcome {
    /// The report, in the output folder.
    pub report: PathBuf,
    /// Its totals.
    pub summary: Summary,
    /// What it says of the sources.
    pub sources: Vec<report::Source>,
    /// Sources that could not be scanned, and why.
    pub failed: Vec<(PathBuf, Error)>,
    /// What kept files from being written, if anything did.
    pub failure: Option<Error>,
    /// Whether somebody stopped it.
    pub interrupted: bool,
    /// Files of their own that show something of their picture, by grade, without copies and without
    /// those of `live`.
    pub photos: Vec<(report::Grade, u64)>,
    /// The same files by name of their format.
    pub formats: Vec<(&'static str, u64)>,
    /// Files of their own, without copies, that are still there and were not asked for: they are listed
    /// and not written.
    pub live: u64,
    /// Files of their own, without copies, of which nothing can be seen any more: they are listed and
    /// not written.
    pub lost: u64,
    /// Pictures inside other pictures.
    pub inner: u64,
    /// Files that were left out by size or pixels.
    pub filtered: u64,
    /// What is to be known of the disk that was written to.
    pub warnings: Vec<String>,
    /// What it cost.
    pub stats: Stats,
}

/// What a run cost.
#[derive(Clone, Copy, Debug)]
pub struct Stats {
    /// Bytes that headers were looked for in.
    pub scanned: u64,
    /// Bytes read from devices and files that were not mapped.
    pub read: u64,
    /// Time for scanning and carving.
    pub scanning: Duration,
    /// Time for claims, names and the report.
    pub finishing: Duration,
    /// Worker threads.
    pub threads: usize,
    /// What each stage cost, all threads together.
    pub stages: [(Stage, Cost); Stage::ALL.len()],
}

impl Stats {
    pub(super) fn new(threads: usize) -> Self {
        let none = Duration::ZERO;
        let stages = Account::default().costs();
        Stats { scanned: 0, read: 0, scanning: none, finishing: none, threads, stages }
    }
}
