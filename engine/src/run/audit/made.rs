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
    /// Whether the folder has no report yet.
    pub(in crate::run) is_first: bool,
}

impl Made<'_> {
    /// Puts the report that is in place on record with `line`, and the views.
    ///
    /// # Errors
    ///
    /// Those of [`append`], and when one of them cannot be read.
    pub(in crate::run) fn record(self, line: AuditLine) -> Result<AuditLine, Error> {
        self.tell(self.folder, line)
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
        let recorded = self.announce(line);
        if recorded.is_err() {
            // It takes room that something else may have use for.
            drop(self.state.remove(REPORT));
        }
        let line = recorded?;
        self.place()?;
        Ok(line)
    }

    /// The first half of that: the report stays where it is.
    ///
    /// # Errors
    ///
    /// Those of [`Made::record`].
    pub(in crate::run) fn announce(self, line: AuditLine) -> Result<AuditLine, Error> {
        self.tell(self.state, line)
    }

    /// Puts the report that lies in `of` on record, and the views.
    fn tell(self, of: &Folder, line: AuditLine) -> Result<AuditLine, Error> {
        let report = Some(digest_of(of, REPORT)?);
        append(self.folder, AuditLine { report, ..self.with_views(line)? })
    }

    /// The second half: the report gets its name, and takes the place of the one before where there is one.
    ///
    /// # Errors
    ///
    /// When the disk fails, or something of somebody else has its name by now.
    pub(in crate::run) fn place(self) -> Result<(), Error> {
        let Made { folder, state, is_first, .. } = self;
        let named = match is_first {
            true => state.rename_new(REPORT, folder, REPORT),
            false => state.rename(REPORT, folder, REPORT),
        };
        let failed = |error| Error::output("write", &folder.path().join(REPORT), error);
        named.and_then(|()| folder.sync()).map_err(failed)
    }

    fn with_views(self, mut line: AuditLine) -> Result<AuditLine, Error> {
        for name in self.views.iter().filter_map(|view| view.file_name()?.to_str()) {
            line.views.insert(name.to_owned(), digest_of(self.folder, name)?);
        }
        Ok(line)
    }
}
