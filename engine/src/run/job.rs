//! A run between two stages.

use super::environment::Environment;
use super::source_job::SourceJob;
use crate::claims::Standing;
use crate::ledger::{Ledger, LogPosition};
use crate::output::report::{ReportHead, ReportSource, Rows};
use crate::settle::{LostRow, ReportOrder};

/// A run that has come to a stage.
pub struct Job<'o, Stage> {
    pub(super) environment: Environment<'o>,
    pub(super) sources: Vec<SourceJob>,
    pub(super) ledger: Ledger,
    pub(super) stage: Stage,
}

/// Sources are open, and their file systems are surveyed.
#[derive(Debug)]
pub struct Opened;

/// All that was asked for is scanned, or as much as could be; the scan log is complete.
#[derive(Debug)]
pub struct Scanned;

/// It is settled which bytes belong to which of the carved files.
#[derive(Debug)]
pub struct Claimed {
    pub(super) standings: Vec<Standing>,
}

/// Files in several pieces are put together, as far as file systems tell of them.
#[derive(Debug)]
pub struct Restored {
    pub(super) standings: Vec<Standing>,
}

/// Files have the names and dates that file systems know.
#[derive(Debug)]
pub struct Named {
    pub(super) standings: Vec<Standing>,
}

/// It is settled what the report lists.
#[derive(Debug)]
pub struct Settled {
    pub(super) listing: ReportOrder,
    pub(super) sources: Vec<ReportSource>,
    /// What is left of photos that are known to have existed.
    pub(super) lost: Vec<LostRow>,
}

/// Photos are written, and the report is.
#[derive(Debug)]
pub struct Written {
    pub(super) report: Option<std::path::PathBuf>,
    pub(super) listing: ReportOrder,
    pub(super) lost: Vec<LostRow>,
    pub(super) head: ReportHead,
    /// For each file of the report the line with its name.
    pub(super) names: Vec<Option<LogPosition>>,
    /// For each file of the report whether it has a small picture.
    pub(super) thumbs: Vec<bool>,
}

/// What was written of each file of the report, by position in its order.
#[derive(Clone, Copy, Debug)]
pub(super) struct WrittenFiles<'a> {
    /// The line with its name.
    pub(super) names: &'a [Option<LogPosition>],
    /// Whether it has a small picture.
    pub(super) thumbs: &'a [bool],
}

/// No file has a name yet.
pub(super) const UNWRITTEN: WrittenFiles<'static> = WrittenFiles { names: &[], thumbs: &[] };

impl<'o, Stage> Job<'o, Stage> {
    /// The rows of a report of these files.
    pub(super) fn rows_of<'a>(
        &'a self,
        listing: &'a ReportOrder,
        lost: &'a [LostRow],
        WrittenFiles { names, thumbs }: WrittenFiles<'a>,
    ) -> Rows<'a> {
        Rows {
            registry: &self.environment.options.registry,
            ledger: &self.ledger,
            listing,
            names,
            thumbs,
            lost,
            embedded: self.environment.options.embedded,
            known: self.environment.options.known.as_deref(),
        }
    }

    /// The same job at the next stage.
    pub(super) fn at<Next>(self, stage: Next) -> Job<'o, Next> {
        let Job { environment, sources, ledger, .. } = self;
        Job { environment, sources, ledger, stage }
    }
}
