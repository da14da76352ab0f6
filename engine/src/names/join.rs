//! From carved files to the entries that tell of them.

use afterimage_signatures::Runs;
use afterimage_signatures::verdict::{Issue, MOST_ISSUES, Span};
use jiff::tz::TimeZone;

use super::facts::note_entry;
use super::fit::{Fit, fits};
use super::tail::{Claims, FoundPhotos, Starts, Tail};
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
    claims: Claims<'s>,
    starts: Starts<'s>,
}

/// What came of joining a file to the entries of the place where it begins.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Joined {
    /// Whether its bytes are others than before: a file system may know of a trailer that its format does
    /// not.
    pub(super) is_changed: bool,
    /// The size that the entry says which names it.
    pub(super) size: Option<u64>,
}

/// The entry that names a file.
#[derive(Clone, Copy)]
struct Naming<'s> {
    volume: &'s Volume,
    entry: &'s Entry,
    /// Whether what the entry tells of after the end of the file is its own.
    is_whole: bool,
}

impl<'s> Join<'s> {
    /// Joins by what the file systems of one source of `len` bytes know; `found` are the photos that were
    /// found on it.
    pub(super) fn new(known: Known<'s>, len: u64, found: FoundPhotos) -> Self {
        let mut starts = Starts::new();
        for &id in known.entries {
            let (volume, entry) = known.survey.entry(id);
            for start in entry.starts() {
                starts.entry(start).or_default().push((volume, entry));
            }
        }
        Join { known, len, claims: Claims::new(known.live, found), starts }
    }

    /// Names a carved file.
    pub(super) fn join(&self, record: &mut Record) -> Joined {
        let offset = record.offset();
        let here = self.starts.get(&offset).map_or(&[][..], Vec::as_slice);
        if record.inflated.is_some() {
            self.join_packed(record);
            return Joined::default();
        }
        if let Some(naming) = self.best(here, record) {
            let Naming { volume, entry, is_whole } = naming;
            let mut others = here.iter().take(MOST_NEAR).filter(|(volume, other)| {
                other.path != entry.path && fits(volume, other, record) != Fit::Not
            });
            record.facts.hint = others.next().map(|(_, other)| other.path.clone());
            note_entry(record, volume, entry, self.known.zone);
            let is_changed = is_whole && self.extend(record, volume, entry);
            if !is_whole {
                note_taken(record, entry);
            }
            return Joined { is_changed, size: Some(entry.size) };
        }
        if let Some(owner) = self.known.live.owner(offset) {
            record.status = self.status_in(record, owner);
            record.facts.hint = Some(self.known.survey.entry(owner).1.path.clone());
            return Joined::default();
        }
        if self.known.live.is_free(offset) {
            record.status = Status::Deleted;
        }
        record.facts.hint = here.first().map(|(_, entry)| entry.path.clone());
        Joined::default()
    }

    /// Says of a file that lies in an archive whether that is still there: no entry tells of the file itself.
    fn join_packed(&self, record: &mut Record) {
        if self.known.live.owner(record.offset()).is_some() {
            let is_there = self.known.live.holds_all(&record.runs);
            record.status = if is_there { Status::Live } else { Status::Unknown };
        } else if self.known.live.is_free(record.offset()) {
            record.status = Status::Deleted;
        }
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

    /// The entry that fits a file best, of those that tell of one at its offset: one that says the same end,
    /// else one of which the rest is there, else one of which something took the rest that a file system
    /// tells of as well. Where a photo took it of which none tells, that may be so of both.
    fn best(&self, here: &[(&'s Volume, &'s Entry)], record: &Record) -> Option<Naming<'s>> {
        let naming = |(volume, entry): &(&'s Volume, &'s Entry), is_whole| Naming {
            volume,
            entry,
            is_whole,
        };
        let is_exact =
            |(volume, entry): &&(&'s Volume, &'s Entry)| fits(volume, entry, record) == Fit::Exact;
        if let Some(exact) = here.iter().find(is_exact) {
            return Some(naming(exact, true));
        }
        let mut told = None;
        for one in here.iter().take(MOST_NEAR) {
            match self.tail(*one, record) {
                Some(Tail::Own) => return Some(naming(one, true)),
                Some(Tail::Told) => told = told.or(Some(naming(one, false))),
                Some(Tail::Photo) | None => {}
            }
        }
        told
    }

    /// Whose that is which an entry tells of after the end of a file; nothing when the file is not the
    /// entry's.
    fn tail(&self, (volume, entry): (&Volume, &Entry), record: &Record) -> Option<Tail> {
        let fit = fits(volume, entry, record);
        let is_far = fit == Fit::Far;
        let is_wrong = || record.grade < Grade::Structural || self.claims.has_whole(entry);
        if fit == Fit::Not || is_far && is_wrong() {
            return None;
        }
        if volume.has_live(entry) {
            return Some(Tail::Own);
        }
        let len = record.source_len();
        let runs = self.runs(record, entry)?;
        let begins = runs.slice(0, len).as_slice() == record.runs.as_slice();
        let runs = match begins {
            true => runs,
            false if is_far => return None,
            false => Runs::whole(record.offset(), entry.size),
        };
        Some(self.claims.tail(&self.starts, (volume, entry), (&runs, len), is_far))
    }

    /// The runs of the file of an entry that begins where a file does: those that are recorded, or those from
    /// there on.
    fn runs(&self, record: &Record, entry: &Entry) -> Option<Runs> {
        let whole = [Span { at: record.offset(), len: entry.size }];
        let runs = match entry.locations.first() {
            Some(Location::Runs(runs)) => runs,
            _ => &whole[..],
        };
        recorded(runs, entry.size, self.len)
    }

    /// Adds the trailer that an entry knows of.
    fn extend(&self, record: &mut Record, volume: &Volume, entry: &Entry) -> bool {
        let is_live = volume.has_live(entry);
        if record.grade <= Grade::Partial && !is_live {
            return false;
        }
        let runs = self.runs(record, entry);
        runs.is_some_and(|runs| extend(record, &runs, entry.size, is_live))
    }
}

/// Says that a file went on where something else lies by now.
fn note_taken(record: &mut Record, entry: &Entry) {
    let len = record.source_len();
    if record.issues.len() < MOST_ISSUES {
        let after = entry.size.saturating_sub(len);
        let what = format!("{after} more bytes that its entry tells of are another file's by now");
        record.issues.push(Issue::new(len, what));
    }
}
