//! A ledger as it was when its scan ended, out of the scan logs alone.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::path::Path;

use super::batch::PartialIndex;
use super::journal::{Journal, LogPosition};
use super::ledger::Ledger;
use super::line::{FoundLine, HeadLine, Line, VERSION};
use crate::control::error::Error;

/// Name of the scan log in the folder that holds the state of a run.
pub const SCAN_LOG: &str = "scan.log";

/// Logs that may be joined: more than anything has shards.
const MOST_LOGS: usize = 1 << 12;

/// Source, offset and format of a candidate: with the position of a file among those that were found at it,
/// the id of the file.
type CandidateId = (u32, u64, u16);

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
            let head = head(&log)?;
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
    pub fn replay(logs: ScanLogs, settle: Journal) -> Result<Self, Error> {
        let ScanLogs { logs, head } = logs;
        let mut ledger = Ledger::of(head, Vec::new(), settle);
        let mut seen = HashSet::new();
        for (number, log) in (0..).zip(logs) {
            ledger.take(log, number, &mut seen)?;
        }
        Ok(ledger)
    }

    /// Takes what one log tells of, up to its last chunk that is whole.
    fn take(
        &mut self,
        log: Journal,
        number: u16,
        seen: &mut HashSet<CandidateId>,
    ) -> Result<(), Error> {
        let mut waiting = Waiting::default();
        log.each(|(at, len), line| {
            match line {
                Line::Head(_) => {}
                Line::Found(found) => {
                    let position = LogPosition { log: number, at, len };
                    let is_sane = self.knows(&found) && waiting.add(&found, position, seen);
                    if !is_sane {
                        return Err(log.damaged(at));
                    }
                }
                Line::Chunk(chunk) => {
                    let Waiting { index, ids, .. } = std::mem::take(&mut waiting);
                    index.append_to(&mut self.entries, &mut self.halves, 0);
                    seen.extend(ids);
                    if let Some(tally) = self.tallies.get_mut(chunk.source as usize) {
                        tally.add(&chunk);
                    }
                }
                Line::End(end) => {
                    if let Some(tally) = self.tallies.get_mut(end.source as usize) {
                        tally.end(&end);
                    }
                }
                Line::Named(_) | Line::Placed(_) => return Err(log.damaged(at)),
            }
            Ok(ControlFlow::Continue(()))
        })?;
        self.scans.push(log);
        Ok(())
    }

    /// Whether the source and the format of a file are among those of the head.
    fn knows(&self, found: &FoundLine<'_>) -> bool {
        let formats = &self.head.settings.formats;
        usize::from(found.record.format) < formats.len()
            && (found.record.source as usize) < self.head.sources.len()
    }
}

/// Files whose chunk was not read yet.
#[derive(Default)]
struct Waiting {
    index: PartialIndex,
    ids: Vec<CandidateId>,
    /// The `nth` that comes next; 0 may come at any time.
    next: u32,
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
        } else if nth != self.next {
            return false;
        }
        self.next = nth + 1;
        let is_child = parent.is_some_and(|parent| parent < nth);
        if is_child != (nth > 0) {
            return false;
        }
        if self.is_new {
            self.index.add(nth, parent, record, position);
        }
        true
    }
}

/// The first line of a log.
fn head(log: &Journal) -> Result<HeadLine, Error> {
    let mut found = None;
    log.each(|_, line| {
        if let Line::Head(head) = line {
            found = Some(head.into_owned());
        }
        Ok(ControlFlow::Break(()))
    })?;
    match found {
        Some(head) if head.version == VERSION => Ok(head),
        Some(_) => {
            let why = "it was written by another version of the program";
            Err(Error::Replay { path: log.path().to_path_buf(), why })
        }
        None => Err(log.damaged(0)),
    }
}
