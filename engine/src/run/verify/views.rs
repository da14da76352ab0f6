//! The views of the report: whether they are the ones that were made of it.
//!
//! A view that was changed is a difference, since people look at views and not at the report. One that is missing, or of an
//! earlier report, is told in a note: it can be made again.

use super::difference::{Difference, DifferenceKind};
use super::found::Verified;
use crate::output::views::VIEWS;
use crate::run::audit::{self, AuditFile, Chain, ChainLine};
use crate::run::show::REPORT_FAULT;
use crate::system::folder::Folder;

/// What to do about a view.
const AGAIN: &str = "`afterimage report` makes it again";

/// Compares all views with what the audit log tells of them. One that it does not tell of is somebody else's where the
/// report `tells` of a log.
pub(super) fn compare(folder: &Folder, chain: &Chain, tells: bool, verified: &mut Verified) {
    for view in VIEWS {
        let name = view.file;
        let kind = match folder.kind(name) {
            Ok(kind) => kind,
            Err(error) => {
                verified.impossible.push(format!("cannot look at {name}: {error}"));
                continue;
            }
        };
        let differs = |what: String| Difference::at(DifferenceKind::View, name, what);
        match (told(chain, name), kind) {
            (None, None) => {}
            (None, Some(_)) if !tells => {}
            (None, Some(_)) => {
                let what = format!("the audit log does not tell that it was made; {AGAIN}");
                verified.differences.push(differs(what));
            }
            (Some((line, _)), None) => verified.notes.push(format!(
                "{name}, which line {} of the audit log tells of, is missing; {AGAIN}.",
                line.number
            )),
            (Some((line, file)), Some(_)) => match audit::digest_of(folder, name) {
                Ok(digest) if digest == *file => same(name, chain, line, verified),
                Ok(_) => {
                    let (number, at) = (line.number, &line.line.at);
                    let what = format!(
                        "it is not the view that line {number} of the audit log tells of ({at}); {AGAIN}"
                    );
                    verified.differences.push(differs(what));
                }
                Err(error) => verified.impossible.push(error.with_cause()),
            },
        }
    }
}

/// The last line that tells of a view, and what it says of it.
fn told<'a>(chain: &'a Chain, name: &str) -> Option<(&'a ChainLine, &'a AuditFile)> {
    chain.lines.iter().rev().find_map(|one| Some((one, one.line.views.get(name)?)))
}

/// A view that is the one that was made may still not be one of the report that is there.
fn same(name: &str, chain: &Chain, made: &ChainLine, verified: &mut Verified) {
    if made.line.outcome.contains_key(REPORT_FAULT) {
        let what = format!(
            "line {} of the audit log says that it was made of a report that is not on record; {AGAIN}",
            made.number
        );
        verified.differences.push(Difference::at(DifferenceKind::View, name, what));
        return;
    }
    let until = chain.lines.iter().rev().filter(|one| one.number <= made.number);
    let report = until.filter_map(|one| one.line.report.as_ref()).next();
    if report != chain.last_report().and_then(|line| line.report.as_ref()) {
        verified.notes.push(format!("{name} is of an earlier report; {AGAIN}."));
    }
}
