//! How a report stands to its audit log.

use std::io::ErrorKind;

use super::chain::Chain;
use super::files::digest_of;
use super::line::{AuditFile, AuditLine};
use super::log::{AUDIT, read};
use crate::control::error::Error;
use crate::output::destination::{REPORT, STATE};
use crate::system::folder::Folder;

/// How a report stands to its audit log.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::run) enum RecordedReport {
    /// There is no log, and the report does not tell of one: an earlier version of the program made it.
    Untold,
    /// It is the one that the log tells of.
    Same,
    /// A command was interrupted after it had put another report on record, which lies whole in the state of the run.
    Interrupted(RecordedLine),
    /// It is another one than the log tells of.
    Changed(RecordedLine),
    /// The report says that there is a log, and there is none that tells of it.
    NoLog,
}

/// The line that tells of a report, as far as it is told to people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::run) struct RecordedLine {
    number: u64,
    action: String,
    at: String,
}

impl RecordedLine {
    fn of(line: &AuditLine) -> Self {
        RecordedLine { number: line.number, action: line.action.clone(), at: line.at.clone() }
    }
}

impl RecordedReport {
    /// What is wrong with it, in words that follow on the name of the report; nothing where nothing is.
    pub(in crate::run) fn fault(&self) -> Option<String> {
        match self {
            RecordedReport::Untold | RecordedReport::Same => None,
            RecordedReport::Interrupted(RecordedLine { number, action, at }) => Some(format!(
                "it is the one before line {number} of the audit log ({action}, {at}), which was interrupted before \
                 it put its report in place; `afterimage report` brings that to its end"
            )),
            RecordedReport::Changed(RecordedLine { number, action, at }) => Some(format!(
                "it is not the report that line {number} of the audit log tells of ({action}, {at}): it was changed \
                 since, by nothing that is on record"
            )),
            RecordedReport::NoLog => Some(format!(
                "it says that there is an {AUDIT} beside it, and there is none that tells of it: the log, or its \
                 beginning, was removed"
            )),
        }
    }

    /// The same as a refusal to go on from the report in `folder`, with what to do about it.
    pub(in crate::run) fn refusal(&self, folder: &Folder) -> Option<Error> {
        let advice = match self {
            RecordedReport::NoLog => {
                "; put the log back from a copy, or scan again into another folder"
            }
            RecordedReport::Changed(_) => {
                "; put it back from a copy, or scan again into another folder (`afterimage verify` says more)"
            }
            _ => "",
        };
        let why = format!("{}{advice}", self.fault()?);
        Some(Error::Unrecorded { path: folder.path().join(REPORT), why })
    }
}

/// How the report in `folder` stands to its audit log, which is `chain`; `digest` is that of the report, and `is_told`
/// is whether the report says that there is a log.
pub(in crate::run) fn recorded(
    folder: &Folder,
    chain: &Chain,
    digest: &AuditFile,
    is_told: bool,
) -> RecordedReport {
    let Some(line) = chain.last_report() else {
        return if is_told { RecordedReport::NoLog } else { RecordedReport::Untold };
    };
    if line.report.as_ref() == Some(digest) {
        return RecordedReport::Same;
    }
    let waiting = folder.below(STATE).ok().and_then(|state| digest_of(&state, REPORT).ok());
    match waiting.is_some() && waiting == line.report {
        true => RecordedReport::Interrupted(RecordedLine::of(line)),
        false => RecordedReport::Changed(RecordedLine::of(line)),
    }
}

/// The same of the report and the log that lie in `folder`.
///
/// # Errors
///
/// When one of them cannot be read.
pub(in crate::run) fn recorded_in(folder: &Folder, is_told: bool) -> Result<RecordedReport, Error> {
    let (_, chain) = read(folder)?;
    Ok(recorded(folder, &chain, &digest_of(folder, REPORT)?, is_told))
}

/// The same, once an interrupted command was brought to its end: its report, which is on record, is put in place.
///
/// # Errors
///
/// When the report or the log cannot be read, or the disk fails.
pub(in crate::run) fn settle(
    folder: &Folder,
    state: &Folder,
    is_told: bool,
) -> Result<RecordedReport, Error> {
    let found = recorded_in(folder, is_told)?;
    if !matches!(found, RecordedReport::Interrupted(_)) {
        return Ok(found);
    }
    let failed = |error| Error::output("write", &folder.path().join(REPORT), error);
    match state.rename(REPORT, folder, REPORT).and_then(|()| folder.sync()) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(found),
        put => put.map(|()| RecordedReport::Same).map_err(failed),
    }
}
