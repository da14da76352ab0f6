//! A ledger as it was when its scan ended, out of the scan logs alone.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::path::Path;

use super::batch::PartialIndex;
use super::family_order::FamilyOrder;
use super::index::{CandidateId, IndexEntry, NONE};
use super::journal::{Journal, LogPosition};
use super::ledger::Ledger;
use super::line::{FoundLine, HeadLine, Line, VERSION};
use super::name_log::NameLog;
use crate::control::error::Error;
use crate::system::folder::Folder;

/// Name of the scan log in the folder that holds the state of a run.
pub const SCAN_LOG: &str = "scan.log";

/// Logs that may be joined: more than anything has shards.
const MOST_LOGS: usize = 1 << 12;

/// Scan logs of the same sources and settings.
#[derive(Debug)]
pub struct ScanLogs {
    logs: Vec<Journal>,
    head: HeadLine,
}

impl ScanLogs {
    /// The scan logs in the folders `states`, each that of a run.
    ///
    /// # Errors
    ///
    /// When a log is not there or cannot be read, is of another version, or is of other sources or settings
    /// than the first; and when there are none, or too many.
    pub fn open(states: &[&Path]) -> Result<Self, Error> {
        if states.is_empty() || states.len() > MOST_LOGS {
            let why = format!("{} logs are named", states.len());
            return Err(Error::Start { what: "a replay", why });
        }
        let (mut logs, mut first) = (Vec::new(), None);
        for state in states {
            let log = Journal::open(&state.join(SCAN_LOG))?;
            let head = head(&log)?.ok_or_else(|| log.damaged(0))?;
            if !first.get_or_insert_with(|| head.clone()).is_alike(&head) {
                let why = "it is of other sources or settings than the log before it";
                return Err(Error::Replay { path: log.path().to_path_buf(), why });
            }
            logs.push(log);
        }
        let none = || Error::Start { what: "a replay", why: "no log is named".to_owned() };
        Ok(ScanLogs { logs, head: first.ok_or_else(none)? })
    }

    /// What they are of.
    pub fn head(&self) -> &HeadLine {
        &self.head
    }
}

impl Ledger {
    /// Rebuilds what later stages need from scan logs: the index, the halves of Live Photos, and what the
    /// scan of each source came to. Files that several logs tell of, as those of shards that overlap do,
    /// count once. What a crash left at the end of a log, without the chunk that makes it count, is left
    /// out. What is derived from now on goes to `settle`.
    ///
    /// # Errors
    ///
    /// When a log cannot be read, or says what no scan says.
    pub fn replay(logs: ScanLogs, settle: Journal, names: NameLog) -> Result<Self, Error> {
        let ScanLogs { logs, head } = logs;
        let mut ledger = Ledger::of(head, Vec::new(), settle, names);
        ledger.is_resumed = true;
        let mut seen = HashSet::new();
        for (number, log) in (0..).zip(logs) {
            if let Some(at) = ledger.take(&log, number, &mut seen)?.damaged {
                return Err(log.damaged(at));
            }
            ledger.scans.push(log);
        }
        Ok(ledger)
    }

    /// Goes on with the log of a run that was interrupted, which is that in `folder` and begins with `head`.
    /// The log is mended: it ends after its last chunk before anything that is damaged. What begins in chunks
    /// after that is found again.
    ///
    /// # Errors
    ///
    /// When the log cannot be read or mended.
    pub fn resume(
        head: HeadLine,
        mut log: Journal,
        folder: &Folder,
        settle: Journal,
        names: NameLog,
    ) -> Result<Self, Error> {
        let mut ledger = Ledger::of(head, Vec::new(), settle, names);
        ledger.is_resumed = true;
        let taken = ledger.take(&log, 0, &mut HashSet::new())?;
        log.cut(folder, taken.closed, taken.damaged.is_some())?;
        ledger.scans.push(log);
        let is_early = |entry: &&IndexEntry| {
            let tally = ledger.tallies.get(entry.source as usize);
            entry.parent == NONE && tally.is_none_or(|tally| !tally.done.contains(entry.offset))
        };
        let early = ledger.entries.iter().filter(is_early);
        ledger.early = early.map(|entry| (entry.source, entry.offset, entry.format)).collect();
        Ok(ledger)
    }

    /// Takes what one log tells of, up to its last chunk that is whole.
    fn take(
        &mut self,
        log: &Journal,
        number: u16,
        seen: &mut HashSet<CandidateId>,
    ) -> Result<Taken, Error> {
        let (mut waiting, mut taken) = (Waiting::default(), Taken::default());
        let damaged = log.each_valid(|(at, len), line| {
            let is_sane = match line {
                Line::Head(_) => at == 0,
                Line::Found(found) => {
                    let position = LogPosition { log: number, at, len };
                    if self.head.knows(&found) && waiting.add(&found, position, seen) {
                        return Ok(ControlFlow::Continue(()));
                    }
                    false
                }
                Line::Chunk(chunk) if !self.head.fits(&chunk) => false,
                Line::End(end) if !self.head.ends(&end) => false,
                Line::Chunk(chunk) => {
                    let Waiting { index, ids, .. } = std::mem::take(&mut waiting);
                    index.append_to(&mut self.entries, &mut self.halves, 0);
                    seen.extend(ids);
                    self.tallies
                        .get_mut(chunk.source as usize)
                        .map(|tally| tally.add(&chunk))
                        .is_some()
                }
                Line::End(end) => {
                    self.tallies.get_mut(end.source as usize).map(|tally| tally.end(&end)).is_some()
                }
                Line::Named(_) | Line::Placed(_) | Line::Done(_) => false,
            };
            if !is_sane {
                taken.damaged = Some(at);
                return Ok(ControlFlow::Break(()));
            }
            taken.closed = at + u64::from(len) + 1;
            Ok(ControlFlow::Continue(()))
        })?;
        taken.damaged = taken.damaged.or(damaged);
        Ok(taken)
    }
}

/// How far a log could be taken.
#[derive(Default)]
struct Taken {
    /// The first byte after the last line that closes something.
    closed: u64,
    /// The first line that is damaged or cannot stand where it does, if others follow it.
    damaged: Option<u64>,
}

/// Files whose chunk was not read yet.
#[derive(Default)]
struct Waiting {
    index: PartialIndex,
    ids: Vec<CandidateId>,
    order: FamilyOrder,
    is_new: bool,
}

impl Waiting {
    /// Adds a file that is not `seen` yet; false when it cannot stand where it does.
    fn add(
        &mut self,
        found: &FoundLine<'_>,
        position: LogPosition,
        seen: &HashSet<CandidateId>,
    ) -> bool {
        let &FoundLine { nth, parent, ref record } = found;
        if nth == 0 {
            let id = (record.source, record.offset(), record.format);
            // One chunk tells of a candidate once.
            self.is_new = !seen.contains(&id);
            self.ids.push(id);
        }
        if !self.order.takes(nth, parent) {
            return false;
        }
        if self.is_new {
            self.index.add(nth, parent, record, position);
        }
        true
    }
}

/// The first line of a log; nothing where a crash left none.
///
/// # Errors
///
/// When the log cannot be read, or is of another version.
pub fn head(log: &Journal) -> Result<Option<HeadLine>, Error> {
    let mut found = None;
    log.each_valid(|_, line| {
        if let Line::Head(head) = line {
            found = Some(head.into_owned());
        }
        Ok(ControlFlow::Break(()))
    })?;
    if found.as_ref().is_some_and(|head: &HeadLine| head.version != VERSION) {
        let why = "it was written by another version of the program";
        return Err(Error::Replay { path: log.path().to_path_buf(), why });
    }
    Ok(found)
}

/// Whether a log tells of nothing that was scanned.
///
/// # Errors
///
/// When it cannot be read.
pub fn is_untouched(log: &Journal) -> Result<bool, Error> {
    let mut is_untouched = true;
    log.each_valid(|_, line| {
        is_untouched = match line {
            Line::Chunk(chunk) => chunk.span.1 == 0,
            Line::End(end) => !end.complete,
            _ => true,
        };
        Ok(if is_untouched { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    })?;
    Ok(is_untouched)
}
