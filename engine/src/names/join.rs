//! From carved files to the entries that tell of them.

use std::collections::BTreeMap;

use afterimage_signatures::verdict::{Issue, MOST_ISSUES, Span};
use jiff::tz::TimeZone;

use super::facts::note_entry;
use super::fit::{Fit, fits};
use super::trailer::extend;
use crate::model::{Grade, Record, Status};
use crate::volumes::filesystem::{Entry, Location};
use crate::volumes::live_map::LiveMap;
use crate::volumes::recorded::recorded;
use crate::volumes::survey::{EntryId, Survey, Volume};

/// What is said where a file goes on although a live entry says that it ends.
const ENDS: &str = "here it ends by the file system, and goes on by its own data";

/// Entries of one offset that are looked at when none of them fits exactly.
const MOST_NEAR: usize = 64;

/// What the file systems of one source know.
#[derive(Clone, Copy)]
pub(super) struct Known<'s> {
    pub(super) survey: &'s Survey,
    /// Its entries, in the order in which they count.
    pub(super) entries: &'s [EntryId],
    pub(super) live: &'s LiveMap,
    /// The zone of clocks that do not tell theirs.
    pub(super) zone: Option<&'s TimeZone>,
}

/// Gives carved files what the file systems know of them.
pub(super) struct Join<'s> {
    known: Known<'s>,
    /// Length of the source.
    len: u64,
    /// Where the runs of proven files begin, in order.
    proven: Vec<u64>,
    /// Entries by where their files may begin, each list in the order in which they count.
    starts: BTreeMap<u64, Vec<(&'s Volume, &'s Entry)>>,
}

impl<'s> Join<'s> {
    /// Joins by what the file systems of one source of `len` bytes know; the runs of files that are proven
    /// begin at `proven`.
    pub(super) fn new(known: Known<'s>, len: u64, mut proven: Vec<u64>) -> Self {
        let mut starts: BTreeMap<u64, Vec<(&Volume, &Entry)>> = BTreeMap::new();
        for &id in known.entries {
            let (volume, entry) = known.survey.entry(id);
            for start in entry.starts() {
                starts.entry(start).or_default().push((volume, entry));
            }
        }
        proven.sort_unstable();
        Join { known, len, proven, starts }
    }

    /// Names a carved file, and tells whether its bytes are others than before: a file system may know
    /// of a trailer that its format does not.
    pub(super) fn join(&self, record: &mut Record) -> bool {
        let offset = record.offset();
        let here = self.starts.get(&offset).map_or(&[][..], Vec::as_slice);
        if let Some((volume, entry)) = self.best(here, record) {
            note_entry(record, volume, entry, self.known.zone);
            return self.extend(record, volume, entry);
        }
        if let Some(owner) = self.known.live.owner(offset) {
            record.status = self.status_in(record, owner);
            record.facts.hint = Some(self.known.survey.entry(owner).1.path.clone());
            return false;
        }
        if self.known.live.is_free(offset) {
            record.status = Status::Deleted;
        }
        record.facts.hint = here.first().map(|(_, entry)| entry.path.clone());
        false
    }

    /// Whether a file that begins in a live one is still there: not one that goes on, as its own format says,
    /// where that one ends. Then what is said of that one is wrong, or its end is lost.
    fn status_in(&self, record: &mut Record, owner: EntryId) -> Status {
        let is_whole = record.grade >= Grade::Structural;
        if !is_whole || self.known.live.holds_all(&record.runs) {
            return Status::Live;
        }
        let (_, entry) = self.known.survey.entry(owner);
        let begins = entry.starts().next() == Some(record.offset());
        if begins && entry.size < record.source_len() && record.issues.len() < MOST_ISSUES {
            record.issues.push(Issue::new(entry.size, ENDS));
        }
        Status::Unknown
    }

    /// The entry that fits a file best, of those that tell of one at its offset.
    fn best(
        &self,
        here: &[(&'s Volume, &'s Entry)],
        record: &Record,
    ) -> Option<(&'s Volume, &'s Entry)> {
        let is_exact =
            |(volume, entry): &&(&'s Volume, &'s Entry)| fits(volume, entry, record) == Fit::Exact;
        if let Some(exact) = here.iter().find(is_exact) {
            return Some(*exact);
        }
        let is_near = |(volume, entry): &&(&'s Volume, &'s Entry)| {
            fits(volume, entry, record) == Fit::Near
                && (volume.has_live(entry) || !self.is_taken(record, volume, entry))
        };
        here.iter().take(MOST_NEAR).find(is_near).copied()
    }

    /// Adds the trailer that an entry knows of.
    fn extend(&self, record: &mut Record, volume: &Volume, entry: &Entry) -> bool {
        let whole = [Span { at: record.offset(), len: entry.size }];
        let runs = match entry.locations.first() {
            Some(Location::Runs(runs)) => runs,
            _ => &whole[..],
        };
        let is_live = volume.has_live(entry);
        if record.grade <= Grade::Partial && !is_live {
            return false;
        }
        let runs = recorded(runs, entry.size, self.len);
        runs.is_some_and(|runs| extend(record, &runs, entry.size, is_live))
    }

    /// Whether something else begins or is still there between the end of a file and the end of the
    /// entry that may be its own.
    fn is_taken(&self, record: &Record, volume: &Volume, entry: &Entry) -> bool {
        let offset = record.offset();
        let (end, last) = (offset + record.source_len(), offset.saturating_add(entry.size));
        let is_told = || self.starts.range(end..last).next().is_some();
        let proven = &self.proven[self.proven.partition_point(|&at| at < end)..];
        let is_found =
            || proven.iter().take_while(|&&at| at < last).any(|&at| volume.begins_cluster(at));
        self.known.live.meets(end, last) || is_told() || is_found()
    }
}
