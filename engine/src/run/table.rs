//! A table of the files of a report, as Parquet, in a file of its own.

use std::fs::File;
use std::io::{BufWriter, ErrorKind};
use std::path::{Path, PathBuf};

use super::audit::{self, AuditLine};
use super::output_folder::{open_for_writing, open_output};
use super::show::REPORT_FAULT;
use crate::control::error::Error;
use crate::control::progress::Progress;
use crate::output::destination::{self, REPORT};
use crate::output::report::ReportReader;
use crate::output::views::Table;
use crate::system::folder::{Folder, Owner};

/// Why nothing is written over what is there.
const THERE: &str = "there is a file of this name, and it is not written over; choose another name, or remove it first";

/// What to make a table of.
#[derive(Clone, Debug, Default)]
pub struct TableOf {
    /// The output folder that holds the report.
    pub folder: PathBuf,
    /// The file to write, which must not be there.
    pub file: PathBuf,
    /// The command line, for the audit log.
    pub command: Vec<String>,
}

/// What was made.
#[derive(Debug, Default)]
pub struct Tabled {
    /// The file.
    pub file: PathBuf,
    /// Its rows, one for each file of the report.
    pub rows: u64,
    /// What else is to be known, a sentence each.
    pub notes: Vec<String>,
    /// Whether somebody stopped it: nothing was written then.
    pub interrupted: bool,
}

/// Makes the table. It gets its name once it is whole; the report and what lies beside it stay as they are, but for a line in
/// its audit log.
///
/// # Errors
///
/// When there is no report, when the file is there already or must not be written, and when the disk is full or fails.
pub fn table(asked: &TableOf, progress: &Progress) -> Result<Tabled, Error> {
    let from = open_output(&asked.folder)?;
    let mut report = ReportReader::open(&from)?;
    let fault = audit::recorded_in(&from, report.head.audit_log)?.fault();
    let sources = report.head.source_paths();
    let path = destination::check_file(&asked.file, &sources)?;
    destination::check_beside(from.path(), &path, &asked.file)?;
    let (folder, name) = place(&path, &asked.file)?;
    if !folder.is_free(&name) {
        return Err(refused(&asked.file, THERE));
    }
    let mut done = Tabled { file: path.clone(), ..Tabled::default() };
    // Of two processes that make the same table each writes its own file.
    let unfinished = format!(".{name}.{}.unfinished", std::process::id());
    let written = write(&folder, &unfinished, &path, &mut report, progress, &mut done);
    let named = written.and_then(|()| {
        if done.interrupted {
            return Ok(false);
        }
        match folder.rename_new(&unfinished, &folder, &name) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                Err(refused(&asked.file, THERE))
            }
            renamed => renamed.map(|()| true).map_err(|error| Error::output("write", &path, error)),
        }
    });
    if !matches!(named, Ok(true)) {
        // It takes room that something else may have use for.
        drop(folder.remove(&unfinished));
        return named.map(|_| done);
    }
    // What was made is there, whether the disk can wait for its name or not.
    drop(folder.sync());
    let mut line = AuditLine::now("report", &asked.command)
        .of_case(report.head.case.as_ref())
        .with("parquet", done.file.to_string_lossy())
        .with("rows", done.rows);
    if let Some(fault) = fault {
        done.notes.push(format!("{REPORT}: {fault}. The table shows it as it is now."));
        line = line.with(REPORT_FAULT, fault);
    }
    // A table can be made of a folder that cannot be written to.
    let logged = open_for_writing(&asked.folder, sources, &[]);
    let recorded = logged.and_then(|folder| audit::append(&folder, line));
    done.notes.extend(audit::unrecorded(recorded));
    Ok(done)
}

/// The folder of a file, and its name there.
fn place(path: &Path, typed: &Path) -> Result<(Folder, String), Error> {
    let name = path.file_name().and_then(|name| name.to_str());
    let (Some(above), Some(name)) = (path.parent(), name) else {
        return Err(refused(typed, "its name is none of a file"));
    };
    let folder = Folder::open(above, Owner::from_environment(), Vec::new());
    let folder = folder.map_err(|error| Error::output("write to the folder", above, error))?;
    Ok((folder, name.to_owned()))
}

/// Writes all rows; they are on the disk itself then.
fn write(
    folder: &Folder,
    name: &str,
    path: &Path,
    report: &mut ReportReader,
    progress: &Progress,
    done: &mut Tabled,
) -> Result<(), Error> {
    let failed = |error| Error::output("write", path, error);
    let out: File = folder.create(name).map_err(failed)?;
    let mut table = Table::begin(&report.head, BufWriter::new(out)).map_err(failed)?;
    report.files(|file| {
        done.interrupted |= progress.stopped();
        if done.interrupted {
            return Ok(());
        }
        done.rows += 1;
        table.file(&file).map_err(failed)
    })?;
    let out = table.end().map_err(failed)?;
    let file = out.into_inner().map_err(|error| failed(error.into_error()))?;
    file.sync_all().map_err(failed)
}

fn refused(file: &Path, why: &str) -> Error {
    Error::Destination { path: file.to_path_buf(), why: why.to_owned() }
}
