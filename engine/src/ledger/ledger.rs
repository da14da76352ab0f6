//! What workers add to while they run.

use crate::carve::Found;
use crate::error::Error;
use crate::ledger::index::{Entry, Fate, NONE, Shown};
use crate::ledger::journal::Journal;
use crate::ledger::reserve::Reserve;
use crate::model::record::Record;
use crate::output::report::Status;
use crate::settle::live_photos::Half;

/// A report is at most about so many times as long as the journal that it is made from.
const REPORT_TIMES: u64 = 2;

/// What workers add to while they run.
pub struct Ledger {
    /// Records on disk.
    pub journal: Journal,
    /// Room for the report, which grows with the journal.
    pub reserve: Option<Reserve>,
    /// Entries in memory; the children of a file directly behind it.
    pub entries: Vec<Entry>,
    /// Halves of Live Photos among them.
    pub halves: Vec<Half>,
}

impl Ledger {
    /// Writes records that wait, when there are many, and holds back room for as much report.
    ///
    /// # Errors
    ///
    /// When the disk is full or fails.
    pub fn spill(&mut self) -> Result<(), Error> {
        let len = self.journal.len();
        if let Some(reserve) = &mut self.reserve {
            reserve.grow(len.saturating_mul(REPORT_TIMES));
        }
        self.journal.spill()
    }

    /// Adds a file that a file system told of, and its children; returns its position.
    pub fn add_undeleted(&mut self, found: Vec<Found>) -> u32 {
        let position = self.entries.len() as u32;
        self.add(found);
        if let Some(entry) = self.entries.get_mut(position as usize) {
            entry.fate = Fate::Top;
        }
        position
    }

    /// Adds a file and its children.
    pub fn add(&mut self, found: Vec<Found>) {
        let base = self.entries.len();
        for Found { record, hash, format, parent } in found {
            if let (Some(identifier), None) = (&record.file.content_identifier, parent) {
                let video = record.file.mime.starts_with("video/");
                self.halves.push(Half::new(self.entries.len() as u32, identifier, video));
            }
            let place = self.journal.append(&record);
            let parent = parent.map_or(NONE, |parent| (base + parent) as u32);
            self.entries.push(entry(&record, hash, format, parent, place));
        }
    }
}

/// What memory keeps of a record.
pub fn entry(
    record: &Record,
    hash: Option<blake3::Hash>,
    format: usize,
    parent: u32,
    place: crate::ledger::journal::Place,
) -> Entry {
    let pixels = record.file.width.zip(record.file.height);
    Entry {
        hash,
        offset: record.offset(),
        len: record.source_len(),
        pieces: record.file.runs.iter().filter(|run| run.offset.is_some()).count() > 1,
        live: record.file.status == Status::Live,
        chosen: true,
        place,
        pixels: pixels.map_or(u64::MAX, |(w, h)| u64::from(w) * u64::from(h)),
        parent,
        source: record.file.source,
        fill: (record.file.size - record.source_len()) as u32,
        format: format as u16,
        origin: record.file.origin,
        grade: record.file.grade,
        end: record.file.end,
        shown: Shown::of(record),
        fate: Fate::Open,
    }
}
