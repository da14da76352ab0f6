//! The report of a run, on its way to the disk.

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use jiff::Timestamp;

use crate::error::Error;
use crate::output::report::rows::Listing;
use crate::output::report::{self, Summary};
use crate::run::Run;

impl Run<'_> {
    /// Writes the report under another name first, so that a half-written one is never taken for
    /// a whole one.
    pub fn report(
        &self,
        listing: &Listing<'_>,
        summary: Summary,
        interrupted: bool,
    ) -> Result<PathBuf, Error> {
        let incomplete = match &self.failure {
            Some(failure) => Some(failure.to_string()),
            None => interrupted.then(|| "interrupted".to_owned()),
        };
        let head = report::Head {
            schema: report::SCHEMA,
            tool: report::Tool {
                name: "afterimage".to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                command: self.options.command.clone(),
            },
            started: self.started.to_string(),
            finished: Timestamp::now().to_string(),
            incomplete,
            sources: self.described.clone(),
            summary,
        };
        let (half, whole) =
            (self.state.join("report.json"), self.destination.path.join("report.json"));
        let failed = |error| Error::output("write", &whole, error);
        let mut out = BufWriter::new(File::create(&half).map_err(failed)?);
        report::write(&mut out, &head, listing.files()).map_err(|error| match error {
            report::WriteError::Record(error) => error,
            report::WriteError::Json(error) => failed(error.into()),
        })?;
        out.write_all(b"\n").and_then(|()| out.flush()).map_err(failed)?;
        fs::rename(&half, &whole).map_err(failed)?;
        self.owner.give(&whole).map_err(failed)?;
        Ok(whole)
    }
}
