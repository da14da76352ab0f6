//! The report of a run, on its way to the disk.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use jiff::Timestamp;

use super::job::{Job, Settled};
use crate::error::Error;
use crate::ledger::LogPosition;
use crate::output::report::{self, ReportHead, ReportTool, Summary};

impl Job<'_, Settled> {
    /// Writes the report under another name first, so that a half-written one is never taken for
    /// a whole one; gives its path.
    pub(super) fn report(
        &self,
        names: &[Option<LogPosition>],
        summary: Summary,
    ) -> Result<PathBuf, Error> {
        let environment = &self.environment;
        let Some(output) = &environment.output else {
            return Err(Error::Start {
                what: "a report",
                why: "no output folder is named".to_owned(),
            });
        };
        let head = ReportHead {
            schema: report::SCHEMA,
            tool: ReportTool {
                name: "afterimage".to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                command: environment.options.command.clone(),
            },
            started: environment.started.to_string(),
            finished: Timestamp::now().to_string(),
            incomplete: environment.incomplete(),
            sources: self.stage.sources.clone(),
            summary,
        };
        let half = output.state.join("report.json");
        let whole = output.destination.path.join("report.json");
        let failed = |error| Error::output("write", &whole, error);
        let mut out = BufWriter::new(File::create(&half).map_err(failed)?);
        report::write(&mut out, &head, self.rows(names).files(), failed)?;
        out.write_all(b"\n").and_then(|()| out.flush()).map_err(failed)?;
        fs::rename(&half, &whole).map_err(failed)?;
        output.owner.give(&whole).map_err(failed)?;
        Ok(whole)
    }
}
