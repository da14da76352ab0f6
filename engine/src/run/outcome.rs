//! What a run came to, and what it cost.

use std::path::PathBuf;

use super::environment::Environment;
use super::source_job::{SourceJob, opened};
use super::stats::Stats;
use crate::control::error::Error;
use crate::output::report::ReportHead;

/// What a run came to.
#[derive(Debug)]
pub struct Outcome {
    /// The report, in the output folder; nothing for a run that writes nothing, or had no room for one.
    pub report: Option<PathBuf>,
    /// What stands in it before the files.
    pub head: ReportHead,
    /// Sources that could not be scanned, and why.
    pub failed: Vec<(PathBuf, Error)>,
    /// What kept files from being written, if anything did.
    pub failure: Option<Error>,
    /// Whether somebody stopped it.
    pub interrupted: bool,
    /// What it cost.
    pub stats: Stats,
}

impl Outcome {
    /// What a run came to that has written nothing yet.
    pub(super) fn new(
        environment: Environment<'_>,
        jobs: Vec<SourceJob>,
        head: ReportHead,
    ) -> Self {
        let interrupted = environment.is_interrupted();
        let Environment { clock, metrics, failure, mut stats, pool, .. } = environment;
        stats.finishing = clock.elapsed().saturating_sub(stats.scanning);
        stats.stages = metrics.costs();
        stats.read = opened(&jobs).iter().flatten().map(|source| source.bytes_read()).sum();
        // Mapped sources are unmapped by all threads of the pool.
        let why = |job: SourceJob| Some((job.path, job.source.err()?));
        let failed = pool.install(|| jobs.into_iter().filter_map(why).collect());
        Outcome { report: None, head, failed, failure, interrupted, stats }
    }
}
