//! The logs and the index of a run.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::batch::{Batch, PartialIndex};
use super::index::{CandidateId, Fate, IndexEntry, LivePhotoHalf};
use super::journal::{Journal, LogPosition};
use super::line::{DoneLine, EndLine, FoundLine, HeadLine, Line, NamedLine, PlacedLine};
use super::name_log::NameLog;
use super::reserve::Reserve;
use super::tally::ScanTally;
use crate::carve::Found;
use crate::control::error::Error;
use crate::model::Record;

/// A report is at most about so many times as long as the logs that it is made from.
const REPORT_TIMES: u64 = 2;

/// The number of the settle log; scan logs count from 0.
const SETTLE: u16 = u16::MAX;

/// The number of the log of names.
const NAMES: u16 = SETTLE - 1;

/// What was found, on disk and in memory.
#[derive(Debug)]
pub struct Ledger {
    /// What is scanned, and how.
    pub head: HeadLine,
    /// Files that were found; those that a file's structure points at directly after it.
    pub entries: Vec<IndexEntry>,
    /// Halves of Live Photos among them.
    pub halves: Vec<LivePhotoHalf>,
    /// What the scan of each source came to, by position on the command line.
    pub tallies: Vec<ScanTally>,
    /// Of files that were made longer than what was measured of them, by position in the index: the length of
    /// what was measured, and its BLAKE3.
    pub tested: HashMap<usize, (u64, blake3::Hash)>,
    /// Room for the report, which grows with the logs.
    pub reserve: Option<Reserve>,
    /// What scans found; the first is the one that is written.
    pub(super) scans: Vec<Journal>,
    /// What later stages derive.
    pub(super) settle: Journal,
    /// The names that content gets.
    pub names: NameLog,
    /// Whether an earlier process of the same run may have given names.
    pub is_resumed: bool,
    /// Candidates of an earlier process that lie where it did not come to the end: they are found again.
    pub(super) early: HashSet<CandidateId>,
}

impl Ledger {
    /// The ledger of a new run: what it finds goes to `scan`, what is derived of that to `settle`, names to
    /// `names`.
    ///
    /// # Errors
    ///
    /// When the disk is full or fails.
    pub fn new(
        head: HeadLine,
        mut scan: Journal,
        settle: Journal,
        names: NameLog,
    ) -> Result<Self, Error> {
        scan.append(&Line::Head(Cow::Borrowed(&head)));
        scan.flush()?;
        Ok(Self::of(head, vec![scan], settle, names))
    }

    /// A ledger that nothing was found for yet.
    pub(super) fn of(head: HeadLine, scans: Vec<Journal>, settle: Journal, names: NameLog) -> Self {
        let tallies = head.sources.iter().map(|_| ScanTally::default()).collect();
        let (entries, halves) = (Vec::new(), Vec::new());
        let (tested, early) = (HashMap::new(), HashSet::new());
        let (reserve, is_resumed) = (None, false);
        Ledger {
            head,
            entries,
            halves,
            tallies,
            tested,
            reserve,
            scans,
            settle,
            names,
            is_resumed,
            early,
        }
    }

    /// Takes what was found in one chunk, whole.
    ///
    /// # Errors
    ///
    /// When the disk is full or fails; what was taken can be read all the same.
    pub fn commit(&mut self, batch: Batch) -> Result<(), Error> {
        let Batch { lines, chunk, index } = batch;
        let Some(scan) = self.scans.first_mut() else { return Ok(()) };
        let shift = scan.append_encoded(&lines);
        let index = if self.early.is_empty() { index } else { index.without(&self.early) };
        index.append_to(&mut self.entries, &mut self.halves, shift);
        if let Some(chunk) = &chunk
            && let Some(tally) = self.tallies.get_mut(chunk.source as usize)
        {
            tally.add(chunk);
        }
        self.grow_reserve();
        self.scans.first_mut().map_or(Ok(()), Journal::spill)
    }

    /// Ends the scan of a source, or of the shard of it that the head names.
    ///
    /// # Errors
    ///
    /// When the disk is full or fails.
    pub fn end(&mut self, mut end: EndLine) -> Result<(), Error> {
        end.shard = self.head.shards.as_ref().and_then(|set| set.numbers.first().copied());
        if let Some(tally) = self.tallies.get_mut(end.source as usize) {
            tally.end(&end);
        }
        let Some(scan) = self.scans.first_mut() else { return Ok(()) };
        scan.append(&Line::End(Cow::Owned(end)));
        scan.sync()
    }

    /// The record of a file as it is known by now.
    ///
    /// # Errors
    ///
    /// When it cannot be read or is not what was written.
    pub fn record(&self, entry: &IndexEntry) -> Result<Record, Error> {
        match self.read(entry.position)? {
            Line::Found(FoundLine { record, .. }) => Ok(record.into_owned()),
            _ => Err(self.log(entry.position).damaged(entry.position.at)),
        }
    }

    /// Puts what is known of the file at `position` of the index in place of what was known. What claims
    /// and the user decided stays.
    ///
    /// # Errors
    ///
    /// When the disk is full or fails.
    pub fn update(&mut self, position: usize, record: &Record) -> Result<(), Error> {
        let IndexEntry { parent, fate, chosen, .. } = self.entries[position];
        let log_position = self.derive(0, None, record);
        let fresh = IndexEntry::of(record, parent, log_position);
        self.entries[position] = IndexEntry { fate, chosen, ..fresh };
        self.spill()
    }

    /// Adds a file that was restored with the help of a file system, and the pictures inside it; gives its
    /// position in the index.
    ///
    /// # Errors
    ///
    /// When the disk is full or fails.
    pub fn add_restored(&mut self, found: &[Found]) -> Result<u32, Error> {
        let (first, mut index) = (self.entries.len(), PartialIndex::default());
        for (nth, file) in (0..).zip(found) {
            let parent = file.parent.map(|parent| parent as u32);
            let position = self.derive(nth, parent, &file.record);
            index.add(nth, parent, &file.record, position);
        }
        index.append_to(&mut self.entries, &mut self.halves, 0);
        if let Some(entry) = self.entries.get_mut(first) {
            entry.fate = Fate::Top;
        }
        self.spill()?;
        Ok(first as u32)
    }

    fn derive(&mut self, nth: u32, parent: Option<u32>, record: &Record) -> LogPosition {
        let line = Line::Found(FoundLine { nth, parent, record: Cow::Borrowed(record) });
        let (at, len) = self.settle.append(&line);
        LogPosition { log: SETTLE, at, len }
    }

    /// Puts a name on record; it is on disk after the next [`Ledger::sync`].
    pub fn name(&mut self, named: &NamedLine) -> LogPosition {
        let (at, len) = self.names.name(named);
        LogPosition { log: NAMES, at, len }
    }

    /// A name that was put on record.
    ///
    /// # Errors
    ///
    /// When it cannot be read or is not what was written.
    pub fn named(&self, position: LogPosition) -> Result<NamedLine, Error> {
        match self.read(position)? {
            Line::Named(named) => Ok(named.into_owned()),
            _ => Err(self.log(position).damaged(position.at)),
        }
    }

    /// Puts on record that content got its name; it is on disk after the next [`Ledger::sync`].
    pub fn place(&mut self, placed: &PlacedLine) {
        self.names.place(placed);
    }

    /// Puts on record that the run came to its end, and waits until that is on the disk itself.
    ///
    /// # Errors
    ///
    /// When the disk is full or fails.
    pub fn done(&mut self, done: &DoneLine) -> Result<(), Error> {
        self.names.done(done);
        self.sync()
    }

    /// Waits until all names are on the disk itself.
    ///
    /// # Errors
    ///
    /// When the disk is full or fails.
    pub fn sync(&mut self) -> Result<(), Error> {
        self.write(|ledger| ledger.names.journal.sync())
    }

    /// Gives the room back that was held for the report.
    pub fn release_reserve(&mut self) {
        if let Some(reserve) = self.reserve.take() {
            reserve.release();
        }
    }

    fn spill(&mut self) -> Result<(), Error> {
        self.grow_reserve();
        self.write(|ledger| ledger.settle.spill())
    }

    /// Writes to a log of what was derived. Names matter more than the report: where a full disk takes no
    /// more, they get the room that was held for it.
    fn write(&mut self, write: fn(&mut Ledger) -> Result<(), Error>) -> Result<(), Error> {
        match write(self) {
            Err(Error::NoRoom { .. }) if self.reserve.is_some() => {
                self.release_reserve();
                write(self)
            }
            outcome => outcome,
        }
    }

    fn grow_reserve(&mut self) {
        let logs = self.scans.iter().chain([&self.settle, &self.names.journal]);
        let len = logs.fold(0u64, |sum, log| sum.saturating_add(log.len()));
        if let Some(reserve) = &mut self.reserve {
            reserve.grow(len.saturating_mul(REPORT_TIMES));
        }
    }

    fn log(&self, position: LogPosition) -> &Journal {
        match position.log {
            SETTLE => &self.settle,
            NAMES => &self.names.journal,
            scan => self.scans.get(usize::from(scan)).unwrap_or(&self.settle),
        }
    }

    fn read(&self, position: LogPosition) -> Result<Line<'static>, Error> {
        self.log(position).read(position)
    }
}
