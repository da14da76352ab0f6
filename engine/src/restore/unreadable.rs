//! Files that an entry tells of and that the source could not deliver whole.
//!
//! Where the header of a photo is unreadable, or what tells its end, no format finds it. The entry still says
//! where it begins and how long it is: what can be read of it is worth having, with zeros for the rest, and
//! nothing is claimed of it that was not tested.

use std::collections::HashMap;

use afterimage_signatures::verdict::{Issue, Joints, Role, Span, Unchecked};
use afterimage_signatures::{Buffer, Runs};
use jiff::tz::TimeZone;

use super::prover::Prover;
use crate::carve::Found;
use crate::claims::{Occupied, Standing};
use crate::control::error::Error;
use crate::control::progress::Progress;
use crate::ledger::{IndexEntry, Ledger};
use crate::model::{End, Grade, Origin, Record, UNKNOWN_FORMAT};
use crate::names::{self, Fit, LEAST_SIZE, fits, note_entry};
use crate::source::Source;
use crate::volumes::filesystem::{Entry, Location};
use crate::volumes::live_map::LiveMap;
use crate::volumes::recorded::recorded;
use crate::volumes::survey::{EntryId, Survey, Volume};

/// Files of one source that are looked at.
const MOST_FILES: usize = 1 << 16;

/// What one file of that kind may cost to be measured, as a part of its size.
const MOST_READ: u64 = 8;

/// What is said of a file of which only its entry tells.
const BY_ENTRY: &str = "none: where it lies and how long it is tells its entry";

/// What is needed to restore such files of one source.
pub struct UnreadableFiles<'a> {
    /// Measures, hashes and stores files.
    pub prover: Prover<'a>,
    /// What the file systems say.
    pub survey: &'a Survey,
    /// What is in use.
    pub live: &'a LiveMap,
    /// Its entries, in the order in which they count.
    pub entries: &'a [EntryId],
    /// The zone of clocks that do not tell theirs.
    pub zone: Option<&'a TimeZone>,
    /// Which formats are asked for, by position in the registry.
    pub wanted: &'a [bool],
    /// Whether files that are still there are written too.
    pub all: bool,
    /// The bytes that files are asked for in.
    pub range: Span,
    /// Stops it.
    pub progress: &'a Progress,
}

/// A file that lies where its entry says and as long, and seems to break off since some of it is unreadable:
/// it does not end there.
pub(super) fn complete_by_entry(record: &mut Record, source: &dyn Source, size: u64) {
    let bad = |run: &Span| source.unreadable_in(*run).is_some();
    let is_whole = record.source_len() == size && record.fill.is_empty();
    if record.grade == Grade::Partial && is_whole && record.runs.as_slice().iter().any(bad) {
        (record.grade, record.kept, record.end) = (Grade::Damaged, None, End::Exact);
    }
}

/// What was found so far where a file begins.
#[derive(Clone, Copy)]
struct Known {
    grade: Grade,
    end: End,
    len: u64,
    in_one: bool,
}

impl Known {
    /// Whether the entry tells nothing new of a file of `size` bytes.
    fn is_enough(&self, size: u64) -> bool {
        self.grade >= Grade::Structural
            || self.grade == Grade::Damaged && self.in_one && self.len == size
            || self.grade == Grade::Damaged && self.end == End::Exact && self.len > size
    }
}

impl UnreadableFiles<'_> {
    /// Adds those of which not all was found, beside what others have `occupied`; gives their positions in
    /// the index, in order.
    ///
    /// # Errors
    ///
    /// When the output fails.
    pub fn run(
        &self,
        ledger: &mut Ledger,
        standings: &[Standing],
        occupied: &mut Occupied,
    ) -> Result<Vec<u32>, Error> {
        let mut added = Vec::new();
        let all = Span { at: 0, len: self.prover.source.len() };
        if self.prover.source.unreadable_in(all).is_none() {
            return Ok(added);
        }
        let known = self.known(&ledger.entries, standings);
        let (mut buffer, mut left) = (Buffer::default(), MOST_FILES);
        for &id in self.entries {
            let (volume, entry) = self.survey.entry(id);
            let Some(runs) = self.runs(volume, entry, occupied) else { continue };
            let start = runs.as_slice().first().map_or(0, |run| run.at);
            let is_known = known.get(&start).is_some_and(|known| known.is_enough(entry.size));
            if is_known || !occupied.take(runs.as_slice()) {
                continue;
            }
            if left == 0 || self.progress.stopped() {
                break;
            }
            left -= 1;
            let mut found = self.measure(volume, entry, &runs, &mut buffer);
            if self.progress.is_over() {
                break;
            }
            let is_written = self.all || !volume.has_live(entry);
            self.prover.keep(&mut found, is_written);
            added.push(ledger.add_restored(&found)?);
        }
        Ok(added)
    }

    /// What was found, by where it begins: of several the best.
    fn known(&self, entries: &[IndexEntry], standings: &[Standing]) -> HashMap<u64, Known> {
        let mut known = HashMap::<u64, Known>::new();
        for (at, entry) in entries.iter().enumerate() {
            // What was restored since has no standing yet, and is a file of its own.
            let is_own = standings.get(at).is_none_or(|standing| *standing == Standing::Own);
            if !is_own || entry.source != self.prover.index {
                continue;
            }
            let &IndexEntry { grade, end, len, pieces, .. } = entry;
            let new = Known { grade, end, len, in_one: !pieces };
            let old = known.entry(entry.offset).or_insert(new);
            if (new.grade, new.len) > (old.grade, old.len) {
                *old = new;
            }
        }
        known
    }

    /// Where the file of an entry lies, if it is a photo, all of that is known, and some of it is unreadable.
    fn runs(&self, volume: &Volume, entry: &Entry, occupied: &Occupied) -> Option<Runs> {
        let registry = self.prover.carver.registry;
        let is_asked = entry.size >= LEAST_SIZE
            && entry.coded.is_none()
            && registry.has_extension_of(self.wanted, entry.extension());
        let location = entry.locations.first().filter(|_| is_asked)?;
        let whole = |at| [Span { at, len: entry.size }];
        let runs = match location {
            Location::Runs(runs) => recorded(runs, entry.size, self.prover.source.len())?,
            Location::Start(at) if entry.has_one_start() => {
                recorded(&whole(*at), entry.size, self.prover.source.len())?
            }
            Location::Start(_) => return None,
        };
        let start = Span { at: runs.as_slice().first()?.at, len: 1 };
        let bad = |run: &Span| self.prover.source.unreadable_in(*run).is_some();
        let is_hit = runs.as_slice().iter().any(bad);
        let is_there = runs.len() == entry.size && self.range.holds(start);
        if !is_there || !is_hit || !self.is_free(volume, entry, &runs, occupied) {
            return None;
        }
        Some(runs)
    }

    /// Whether nothing is known that lies where a deleted file would.
    fn is_free(&self, volume: &Volume, entry: &Entry, runs: &Runs, occupied: &Occupied) -> bool {
        if volume.has_live(entry) {
            return true;
        }
        let start = runs.as_slice().first().map_or(0, |run| run.at);
        let is_new = |run: &Span| !self.live.meets(run.at, run.end());
        let is_other = |at: u64| at != start && volume.begins_cluster(at);
        let mut inside = runs.as_slice().iter().flat_map(|run| occupied.carved_in(*run));
        runs.as_slice().iter().all(is_new) && !inside.any(is_other)
    }

    /// The file in those runs: as its format measures it, or as its entry says.
    fn measure(
        &self,
        volume: &Volume,
        entry: &Entry,
        runs: &Runs,
        buffer: &mut Buffer,
    ) -> Vec<Found> {
        buffer.allow(Some(entry.size.saturating_mul(MOST_READ).max(1 << 20)));
        let mut found = self.prover.measure(runs, buffer);
        buffer.allow(None);
        let is_file = |file: &Found| {
            file.record.grade > Grade::Partial && fits(volume, entry, &file.record) != Fit::Not
        };
        if !found.first().is_some_and(is_file) {
            let record = self.by_entry(entry, runs, found.first().map(|file| &file.record));
            found = vec![Found { record, joints: Joints::Untested, parent: None }];
        }
        if let Some(Found { record, .. }) = found.first_mut() {
            record.origin = Origin::Undeleted;
            record.grade = record.grade.min(Grade::Damaged);
            names::extend(record, runs, entry.size, volume.has_live(entry));
            note_entry(record, volume, entry, self.zone);
        }
        found
    }

    /// The record of a file of which the entry alone tells where it ends. What its beginning shows is kept.
    fn by_entry(&self, entry: &Entry, runs: &Runs, beginning: Option<&Record>) -> Record {
        let registry = self.prover.carver.registry;
        let extension = entry.extension().to_ascii_lowercase();
        let has = |names: &[&str]| names.contains(&extension.as_str());
        let named = registry.formats().iter().position(|one| has(one.signature().extensions));
        let format = named.and_then(|index| u16::try_from(index).ok()).unwrap_or(UNKNOWN_FORMAT);
        let mut record = Record {
            mime: "application/octet-stream".into(),
            extension: extension.into(),
            ..Record::new(self.prover.index, format, runs.clone())
        };
        if let Some(beginning) = beginning {
            record.format = beginning.format;
            record.mime.clone_from(&beginning.mime);
            record.extension.clone_from(&beginning.extension);
            record.pixels = beginning.pixels;
            record.exif.clone_from(&beginning.exif);
        }
        let span = Span { at: 0, len: entry.size };
        let what =
            "some of what tells how it is laid out could not be read; its end is that of its entry";
        record.grade = Grade::Damaged;
        record.proof = BY_ENTRY.into();
        record.unchecked = vec![Unchecked { span, role: Role::Metadata }];
        record.issues = vec![Issue::new(0, what)];
        record
    }
}
