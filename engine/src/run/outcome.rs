//! What a run came to, and what it cost.

use std::path::PathBuf;

use super::environment::Environment;
use super::source_job::{SourceJob, opened};
use super::stats::Stats;
use crate::control::error::Error;
use crate::model::Grade;
use crate::output::report::{Kinds, ReportLost, ReportSource, Summary, Totals};
use crate::settle::LeftOut;

/// What a run came to.
#[derive(Debug)]
pub struct Outcome {
    /// The report, in the output folder; nothing for a run that writes nothing, or had no room for one.
    pub report: Option<PathBuf>,
    /// Its totals.
    pub summary: Summary,
    /// What it says of the sources.
    pub sources: Vec<ReportSource>,
    /// Sources that could not be scanned, and why.
    pub failed: Vec<(PathBuf, Error)>,
    /// What kept files from being written, if anything did.
    pub failure: Option<Error>,
    /// Whether somebody stopped it.
    pub interrupted: bool,
    /// Photos that are known to have existed, and what is left of each.
    pub lost: Vec<ReportLost>,
    /// Files of their own that are recovered, by grade.
    pub photos: Vec<(Grade, Kinds)>,
    /// The same files by name of their format.
    pub formats: Vec<(&'static str, u64)>,
    /// Files of their own that are still there and were not asked for: they are listed and not written.
    pub live: Kinds,
    /// What options left out.
    pub left_out: LeftOut,
    /// What is to be known of the disk that was written to.
    pub warnings: Vec<String>,
    /// What it cost.
    pub stats: Stats,
}

impl Outcome {
    /// What a run came to that has written nothing yet.
    pub(super) fn new(
        environment: Environment<'_>,
        jobs: Vec<SourceJob>,
        sources: Vec<ReportSource>,
        totals: Totals,
        left_out: LeftOut,
    ) -> Self {
        let Totals { summary, photos, formats, live } = totals;
        let interrupted = environment.is_interrupted();
        let Environment { clock, metrics, failure, mut stats, .. } = environment;
        stats.finishing = clock.elapsed().saturating_sub(stats.scanning);
        stats.stages = metrics.costs();
        stats.read = opened(&jobs).iter().flatten().map(|source| source.bytes_read()).sum();
        let failed = jobs.into_iter().filter_map(|job| Some((job.path, job.source.err()?)));
        Outcome {
            report: None,
            summary,
            sources,
            lost: Vec::new(),
            failed: failed.collect(),
            failure,
            interrupted,
            photos,
            formats,
            live,
            left_out,
            warnings: Vec::new(),
            stats,
        }
    }
}
