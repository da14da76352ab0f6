//! The report of a run, on its way to the disk.

use std::io::BufWriter;

use jiff::Timestamp;

use super::job::{Job, Settled, WrittenFiles};
use crate::control::error::Error;
use crate::output::destination::REPORT;
use crate::output::report::{self, ReportCase, ReportEnd, ReportHead, ReportTool, Summary};

impl Job<'_, Settled> {
    /// What a report says before its files.
    pub(super) fn head(&self, summary: Summary, notes: Vec<String>) -> ReportHead {
        let environment = &self.environment;
        ReportHead {
            schema: report::SCHEMA.to_owned(),
            tool: ReportTool {
                name: "afterimage".to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                command: environment.options.command.clone(),
            },
            started: environment.started.to_string(),
            finished: Timestamp::now().to_string(),
            incomplete: environment.incomplete(),
            ended: match () {
                () if environment.failure.is_some() => ReportEnd::Failed,
                () if environment.is_cut_short => ReportEnd::Stopped,
                () => ReportEnd::Complete,
            },
            case: ReportCase::of(&environment.options.case),
            redacted: Vec::new(),
            options: environment.options.into(),
            notes,
            audit_log: environment.output.is_some(),
            sources: self.stage.sources.clone(),
            summary,
            lost: report::lost(&self.stage.lost),
        }
    }

    /// Writes the report into the state of the run, from where it is put in place; it is on the disk itself then.
    pub(super) fn report(&self, files: WrittenFiles<'_>, head: &ReportHead) -> Result<(), Error> {
        let written = self.write_report(files, head);
        if written.is_err()
            && let Some(output) = &self.environment.output
        {
            // It takes room that something else may have use for.
            drop(output.state.remove(REPORT));
        }
        written
    }

    fn write_report(&self, files: WrittenFiles<'_>, head: &ReportHead) -> Result<(), Error> {
        let environment = &self.environment;
        let Some(output) = &environment.output else {
            return Err(Error::Start {
                what: "a report",
                why: "no output folder is named".to_owned(),
            });
        };
        let whole = output.folder.path().join(REPORT);
        let failed = |error| Error::output("write", &whole, error);
        let mut out = BufWriter::new(output.state.replace(REPORT).map_err(failed)?);
        let mut report = report::Writer::begin(&mut out, head).map_err(failed)?;
        for file in self.rows(files).files() {
            report.file(&file?).map_err(failed)?;
        }
        report.end().map_err(failed)?;
        let file = out.into_inner().map_err(|error| failed(error.into_error()))?;
        file.sync_all().and_then(|()| output.state.sync()).map_err(failed)
    }
}
