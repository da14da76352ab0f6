//! A ledger as it was when its scan ended, out of the scan logs alone.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::path::Path;

use super::batch::PartialIndex;
use super::journal::{Journal, LogPosition};
use super::ledger::Ledger;
use super::line::{FoundLine, HeadLine, Line, VERSION};
use crate::error::Error;

/// Name of the scan log in the folder that holds the state of a run.
pub const SCAN_LOG: &str = "scan.log";

/// Logs that may be joined: more than anything has shards.
const MOST_LOGS: usize = 1 << 12;

/// Source, offset and format of a candidate: with the position of a file among those that were found at it,
/// the id of the file.
type CandidateId = (u32, u64, u16);

impl Ledger {
    /// Rebuilds what later stages need from the scan logs in the folders `states`: the index, the halves of
    /// Live Photos, and what the scan of each source came to. Files that several logs tell of, as those of
    /// shards that overlap do, count once. What a crash left at the end of a log, without the chunk that
    /// makes it count, is left out. What is derived from now on goes to `settle`.
    ///
    /// # Errors
    ///
    /// When a log is not there or cannot be read, is of another version, or is of other sources or settings
    /// than the first.
    pub fn replay(states: &[&Path], settle: Journal) -> Result<Self, Error> {
        let mut logs = Vec::new();
        for state in states.iter().take(MOST_LOGS) {
            let log = Journal::open(&state.join(SCAN_LOG))?;
            let head = head(&log)?;
            logs.push((log, head));
        }
        let Some((_, first)) = logs.first() else {
            return Err(Error::Start { what: "a replay", why: "no log is named".to_owned() });
        };
        let first = first.clone();
        if let Some((log, _)) = logs.iter().find(|(_, head)| !head.is_alike(&first)) {
            let why = "it is of other sources or settings than the log before it";
            return Err(Error::Replay { path: log.path().to_path_buf(), why });
        }
        let mut ledger = Ledger::of(first, Vec::new(), settle);
        let mut seen = HashSet::new();
        for (number, (log, _)) in (0..).zip(logs) {
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
        let (mut waiting, mut is_new) = (PartialIndex::default(), true);
        log.each(|(at, len), line| {
            match line {
                Line::Head(_) => {}
                Line::Found(FoundLine { nth, parent, record }) => {
                    if nth == 0 {
                        is_new = seen.insert((record.source, record.offset(), record.format));
                    }
                    if is_new {
                        let position = LogPosition { log: number, at, len };
                        waiting.add(nth, parent, &record, position);
                    }
                }
                Line::Chunk(chunk) => {
                    let found = std::mem::take(&mut waiting);
                    found.append_to(&mut self.entries, &mut self.halves, 0);
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
