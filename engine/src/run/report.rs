//! The report of a run, on its way to the disk.

use std::io::BufWriter;

use jiff::Timestamp;

use super::environment::{Environment, Output};
use super::job::{Job, Settled, WrittenFiles};
use super::usual_views::{MadeViews, UsualViews};
use crate::control::error::Error;
use crate::output::destination::REPORT;
use crate::output::report::{
    self, ReportCase, ReportEnd, ReportHead, ReportOptions, ReportTool, Rows, Summary,
};

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
            options: ReportOptions {
                shards: self.ledger.head.merged,
                ..environment.options.into()
            },
            notes,
            audit_log: environment.output.is_some(),
            sources: self.stage.sources.clone(),
            summary,
            lost: report::lost(&self.stage.lost),
        }
    }

    /// Writes the report into the state of the run, from where it is put in place, and its usual views in the same pass; all
    /// is on the disk itself then. Gives what became of the views.
    pub(super) fn report(
        &self,
        files: WrittenFiles<'_>,
        head: &ReportHead,
    ) -> Result<MadeViews, Error> {
        let environment = &self.environment;
        let Environment { output, options, pool, .. } = environment;
        let Some(output) = output else {
            return Err(Error::Start {
                what: "a report",
                why: "no output folder is named".to_owned(),
            });
        };
        let rows = self.rows(files);
        pool.install(|| {
            // Where photos had no room, the report is to have what was kept free for it.
            let mut views = match options.gallery && !environment.is_full() {
                true => UsualViews::begin(head, &output.folder, &output.state),
                false => UsualViews::default(),
            };
            let mut written = write(output, rows, head, &mut views);
            if matches!(written, Err(Error::NoRoom { .. })) && views.give_way() {
                // The report is to have the room that they took.
                written = write(output, rows, head, &mut views);
            }
            if written.is_err() {
                // It takes room that something else may have use for.
                drop(output.state.remove(REPORT));
            }
            written.map(|()| views.end())
        })
    }
}

/// Writes a report, and `views` of it as far as they can be.
fn write(
    output: &Output,
    rows: Rows<'_>,
    head: &ReportHead,
    views: &mut UsualViews<'_>,
) -> Result<(), Error> {
    let whole = output.folder.path().join(REPORT);
    let failed = |error| Error::output("write", &whole, error);
    let mut out = BufWriter::new(output.state.replace(REPORT).map_err(failed)?);
    let mut report = report::Writer::begin(&mut out, head).map_err(failed)?;
    for files in rows.batches() {
        let files = files?;
        let write = || files.iter().try_for_each(|file| report.file(file));
        let (written, ()) = rayon::join(write, || views.write(&files));
        written.map_err(failed)?;
    }
    report.end().map_err(failed)?;
    let file = out.into_inner().map_err(|error| failed(error.into_error()))?;
    file.sync_all().and_then(|()| output.state.sync()).map_err(failed)
}
