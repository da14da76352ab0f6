//! Making the copy.

use std::io::{BufWriter, Write};
use std::path::PathBuf;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::rules::{Rules, object};
use crate::control::error::Error;
use crate::output::destination::{self, REPORT};
use crate::output::report::{self, ReportFile, ReportHead, ReportReader};
use crate::output::views::{self, KnownView};
use crate::run::audit::{self, AuditLine};
use crate::run::output_folder::{open_for_writing, open_output};
use crate::run::show::REPORT_FAULT;
use crate::system::folder::Folder;

/// What to copy.
#[derive(Clone, Debug, Default)]
pub struct Redact {
    /// The output folder with the report.
    pub folder: PathBuf,
    /// The folder that the copy goes to, which holds no report yet.
    pub to: PathBuf,
    /// Whether the case is left out too.
    pub without_case: bool,
    /// The views that are made of the copy.
    pub views: Vec<KnownView>,
    /// The command line, for the audit log.
    pub command: Vec<String>,
}

/// What was made.
#[derive(Clone, Debug, Default)]
pub struct Redacted {
    /// The copy of the report, and its views.
    pub paths: Vec<PathBuf>,
    /// The words for what was left out.
    pub left_out: Vec<String>,
    /// What else is to be known, a sentence each.
    pub notes: Vec<String>,
}

/// Copies a report and its views without what is private.
///
/// # Errors
///
/// When there is no report, the folder of the copy must not be written to or holds a report, and when its disk is
/// full or fails.
pub fn redact(asked: &Redact) -> Result<Redacted, Error> {
    let mut rules = Rules::new(asked.without_case);
    let folder = open_output(&asked.folder)?;
    let mut report = ReportReader::open(&folder)?;
    let fault = audit::recorded_in(&folder, report.head.audit_log)?.fault();
    let to = destination::check(&asked.to, &report.head.source_paths())?;
    destination::check_outside(folder.path(), &to.path, &asked.to)?;
    let to = to.create()?;
    let mut head: ReportHead = changed(&report.head, |head| rules.head(head))?;
    head.redacted = rules.words();
    let copy = write(&mut report, &head, &mut rules, &to)?;
    let mut paths = vec![copy];
    paths.extend(views::make(&to, &to, &to, &asked.views)?);
    let mut redacted = Redacted { paths, left_out: head.redacted, notes: Vec::new() };
    let mut line = AuditLine::now("redact", &asked.command)
        .of_case(report.head.case.as_ref())
        .with("to", to.path().to_string_lossy());
    if let Some(fault) = fault {
        line = line.with(REPORT_FAULT, fault.clone());
        redacted.notes.push(format!("{REPORT}: {fault}. The copy is of it as it is now."));
    }
    let folder = open_for_writing(&asked.folder, report.head.source_paths(), &[]);
    let recorded = folder.and_then(|folder| audit::append(&folder, line));
    redacted.notes.extend(audit::unrecorded(recorded));
    Ok(redacted)
}

/// Writes the copy of the report; gives its path.
fn write(
    report: &mut ReportReader,
    head: &ReportHead,
    rules: &mut Rules,
    to: &Folder,
) -> Result<PathBuf, Error> {
    let path = to.path().join(REPORT);
    let failed = |error| Error::output("write", &path, error);
    let unfinished = format!("{REPORT}.new");
    let mut out = BufWriter::new(to.replace(&unfinished).map_err(failed)?);
    let mut writer = report::Writer::begin(&mut out, head).map_err(failed)?;
    report.files(|file| {
        let file: ReportFile = changed(&file, |file| rules.value(file))?;
        writer.file(&file).map_err(failed)
    })?;
    writer.end().map_err(failed)?;
    out.flush().map_err(failed)?;
    out.get_ref().sync_all().map_err(failed)?;
    to.rename_new(&unfinished, to, REPORT).and_then(|()| to.sync()).map_err(failed)?;
    Ok(path)
}

/// A part of a report, changed as JSON: so nothing that it says is forgotten.
fn changed<T: Serialize + DeserializeOwned>(
    part: &T,
    change: impl FnOnce(&mut Value),
) -> Result<T, Error> {
    let failed = |error: serde_json::Error| Error::Start {
        what: "a copy of the report",
        why: error.to_string(),
    };
    let mut value = serde_json::to_value(part).map_err(failed)?;
    change(&mut value);
    serde_json::from_value(Value::Object(object(value))).map_err(failed)
}
