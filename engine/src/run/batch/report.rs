//! The report of a batch, on its way to the disk.

use std::io::{BufWriter, Write};
use std::path::PathBuf;

use crate::control::error::Error;
use crate::output::destination::REPORT;
use crate::output::report::BatchReport;
use crate::system::folder::Folder;

/// Writes the report of a batch into `folder`, in place of one that an earlier run of it has left there: under
/// another name in `state` first, so that a half-written one is never taken for a whole one. Gives its path.
///
/// # Errors
///
/// When the disk is full or fails.
pub(super) fn write(
    folder: &Folder,
    state: &Folder,
    report: &BatchReport,
) -> Result<PathBuf, Error> {
    let path = folder.path().join(REPORT);
    let written = state.replace(REPORT).and_then(|file| {
        let mut out = BufWriter::new(file);
        serde_json::to_writer_pretty(&mut out, report)?;
        out.write_all(b"\n")?;
        out.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()
    });
    let named = written.and_then(|()| state.rename(REPORT, folder, REPORT));
    match named.and_then(|()| folder.sync()) {
        Ok(()) => Ok(path),
        Err(error) => {
            // It takes room that something else may have use for.
            drop(state.remove(REPORT));
            Err(Error::output("write", &path, error))
        }
    }
}
