//! What a command has made, on its way into an output folder and onto the record.

use std::path::PathBuf;

use super::files::digest_of;
use super::line::AuditLine;
use super::log::append;
use crate::control::error::Error;
use crate::output::destination::REPORT;
use crate::system::folder::Folder;

/// What a command has made of a report.
#[derive(Clone, Copy)]
pub(in crate::run) struct Made<'a> {
    /// The output folder.
    pub(in crate::run) folder: &'a Folder,
    /// The state of its run. A new report lies there, whole and on the disk itself.
    pub(in crate::run) state: &'a Folder,
    /// The views that lie in the output folder.
    pub(in crate::run) views: &'a [PathBuf],
}

impl Made<'_> {
    /// Puts the report that is in place on record with `line`, and the views.
    ///
    /// # Errors
    ///
    /// Those of [`append`], and when one of them cannot be read.
    pub(in crate::run) fn record(self, line: AuditLine) -> Result<AuditLine, Error> {
        let report = Some(digest_of(self.folder, REPORT)?);
        append(self.folder, AuditLine { report, ..self.with_views(line)? })
    }

    /// Puts the views on record with `line`, and nothing of the report.
    ///
    /// # Errors
    ///
    /// Those of [`Made::record`].
    pub(in crate::run) fn record_views(self, line: AuditLine) -> Result<AuditLine, Error> {
        append(self.folder, self.with_views(line)?)
    }

    /// Puts the new report and the views on record with `line`, and then the report in place of the one before.
    ///
    /// # Errors
    ///
    /// Those of [`Made::record`], and when the disk fails. Where the line could not be written, the report in the folder
    /// is what it was.
    pub(in crate::run) fn publish(self, line: AuditLine) -> Result<AuditLine, Error> {
        let Made { folder, state, .. } = self;
        let recorded = digest_of(state, REPORT).and_then(|report| {
            append(folder, AuditLine { report: Some(report), ..self.with_views(line)? })
        });
        if recorded.is_err() {
            // It takes room that something else may have use for.
            drop(state.remove(REPORT));
        }
        let line = recorded?;
        let failed = |error| Error::output("write", &folder.path().join(REPORT), error);
        state.rename(REPORT, folder, REPORT).and_then(|()| folder.sync()).map_err(failed)?;
        Ok(line)
    }

    fn with_views(self, mut line: AuditLine) -> Result<AuditLine, Error> {
        for name in self.views.iter().filter_map(|view| view.file_name()?.to_str()) {
            line.views.insert(name.to_owned(), digest_of(self.folder, name)?);
        }
        Ok(line)
    }
}
