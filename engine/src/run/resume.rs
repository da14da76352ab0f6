//! From what an interrupted run left in its output folder to a ledger that the same run goes on with.

use super::environment::OutputState;
use super::source_job::SourceJob;
use crate::control::error::Error;
use crate::ledger::{HeadLine, Journal, Ledger, SCAN_LOG, head, is_carved, is_untouched};
use crate::options::Options;
use crate::output::destination::REPORT;

/// The ledger of the run in an output folder, as far as its log is whole. Where nothing was scanned yet, the run
/// begins anew.
///
/// # Errors
///
/// [`Error::Finished`] when the run came to its end, [`Error::Differs`] when it is of other sources or options
/// than `now`, and when its logs cannot be read or mended.
pub(super) fn ledger(
    output: &OutputState,
    sources: &[SourceJob],
    now: HeadLine,
    options: &Options,
) -> Result<Ledger, Error> {
    let names = output.name_log()?;
    let begun = match Journal::reopen(output.state(), SCAN_LOG)? {
        Some(log) => head(&log)?.map(|head| (log, head)),
        None => None,
    };
    let anew = |head, names| {
        let scan = output.fresh_scan_log()?;
        let mut ledger = Ledger::new(head, scan, output.settle_log()?, names)?;
        ledger.is_resumed = true;
        Ok(ledger)
    };
    let Some((log, before)) = begun else { return anew(now, names) };
    let path = || options.output.clone().unwrap_or_default();
    let difference = before.difference(&now);
    let has_report = output.folder().kind(REPORT).is_ok_and(|kind| kind.is_some());
    if difference.is_none() && names.is_done(options.dry_run) && has_report {
        return Err(Error::Finished { path: path() });
    }
    if difference.is_none() && before.shards.is_some() && is_carved(&log)? {
        return Err(Error::Finished { path: path() });
    }
    let Some(what) = difference else {
        let (settle, state) = (output.settle_log()?, output.state());
        return Ledger::resume(before, log, state, settle, names);
    };
    if is_untouched(&log)? {
        return anew(now, names);
    }
    let missing = sources.iter().find_map(|job| job.source.as_ref().err());
    let what = missing.map_or_else(|| what.clone(), |why| format!("{what} ({why})"));
    Err(Error::Differs { path: path(), what, command: before.command })
}
