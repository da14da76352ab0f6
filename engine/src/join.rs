//! Which name, folder and dates a photo had, by the file system it lies in.
//!
//! An entry gives its name when the photo begins where the entry says and ends where the entry's size
//! allows. Otherwise its name is a hint.

use std::collections::BTreeMap;

use afterimage_signatures::{Run, Runs, formats};
use jiff::tz::TimeZone;

use crate::carve::wire_runs;
use crate::filesystem::{Entry, Place, Stamp};
use crate::layouts;
use crate::owners::Owners;
use crate::record::{Record, WireRole};
use crate::report::{End, Grade, Range, Status};
use crate::survey::{Survey, Told, Volume};

/// Where names come from.
#[derive(Clone, Copy)]
pub struct Naming<'s> {
    /// What the file systems say.
    pub survey: &'s Survey,
    /// The zone of clocks that do not tell theirs; without it their times stay without a zone.
    pub zone: Option<&'s TimeZone>,
}

impl Naming<'_> {
    /// Gives a file the name and the dates of its entry.
    pub fn name(&self, record: &mut Record, volume: &Volume, entry: &Entry) {
        let file = &mut record.file;
        file.name = Some(entry.path.rsplit('/').next().unwrap_or(&entry.path).to_owned());
        file.name_inferred = !entry.certain;
        file.original_path = Some(entry.path.clone());
        file.modified = entry.modified.map(|stamp| self.moment(stamp));
        file.deleted_at = entry.deleted_at.map(|stamp| self.moment(stamp));
        file.status = if volume.has_live(entry) { Status::Live } else { Status::Deleted };
        if !volume.is_trusted() && !entry.deleted && !volume.lost {
            file.status = Status::Unknown;
        }
    }

    /// RFC 3339, without a zone where none is known.
    pub fn moment(&self, stamp: Stamp) -> String {
        let civil = stamp.civil.round(jiff::Unit::Second).unwrap_or(stamp.civil);
        let offset = match (stamp.offset, self.zone) {
            (Some(seconds), _) => Some(seconds),
            (None, Some(zone)) => {
                civil.to_zoned(zone.clone()).ok().map(|zoned| zoned.offset().seconds())
            }
            (None, None) => None,
        };
        let text = civil.strftime("%Y-%m-%dT%H:%M:%S");
        match offset {
            None => text.to_string(),
            Some(0) => format!("{text}Z"),
            Some(seconds) => {
                let (sign, minutes) = (if seconds < 0 { '-' } else { '+' }, seconds.abs() / 60);
                format!("{text}{sign}{:02}:{:02}", minutes / 60, minutes % 60)
            }
        }
    }
}

/// How well a file and an entry of the place where it begins fit each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// It ends where the entry says.
    Exact,
    /// It ends a little before, and its format is what the entry's name says: the rest is its trailer.
    Near,
    /// It is not the entry's file.
    Not,
}

/// A camera may add so many bytes behind a picture that nothing in the picture tells of.
const MOST_TRAILER: u64 = 64 << 10;

/// How well the file of a record and an entry fit each other.
pub fn fits(volume: &Volume, entry: &Entry, record: &Record) -> Fit {
    let len = record.source_len();
    let extension = entry.path.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    let alike = |other: &str| extension == other || formats::is_alias(&extension, other);
    match entry.size == len {
        true => Fit::Exact,
        false if !is_near(volume, entry, len, record.file.end) => Fit::Not,
        false if alike(&record.extension) => Fit::Near,
        false => Fit::Not,
    }
}

/// Whether a file that ends after `len` bytes can be that of an entry, with something behind it.
pub fn is_near(volume: &Volume, entry: &Entry, len: u64, end: End) -> bool {
    let Some(behind) = entry.size.checked_sub(len) else { return false };
    // What is still there is as long as it says; what was deleted may have made room for another.
    behind < volume.contents.cluster_len.max(MOST_TRAILER)
        || volume.has_live(entry)
        || end != End::Exact
}

/// Entries of one place that are looked at when none of them fits exactly.
const MOST_NEAR: usize = 64;

/// Gives carved files what the file systems know of them.
pub struct Join<'s> {
    naming: Naming<'s>,
    owners: Owners<'s>,
    /// Length of the source.
    len: u64,
    /// Where proven files begin, and go on, in order.
    proven: Vec<u64>,
    /// Entries by where their files may begin, each list in the order in which they count.
    starts: BTreeMap<u64, Vec<(&'s Volume, &'s Entry)>>,
}

impl<'s> Join<'s> {
    /// Joins by what the file systems of one source of `len` bytes say and by whom they call the `owners`
    /// of its bytes; the pieces of files that are proven begin at `proven`.
    pub fn new(naming: Naming<'s>, owners: Owners<'s>, len: u64, mut proven: Vec<u64>) -> Self {
        let mut starts: BTreeMap<u64, Vec<(&Volume, &Entry)>> = BTreeMap::new();
        for Told { volume, entry, .. } in naming.survey.told() {
            for start in layouts::starts(entry) {
                starts.entry(start).or_default().push((volume, entry));
            }
        }
        proven.sort_unstable();
        Join { naming, owners, len, proven, starts }
    }

    /// Names a carved file, and tells whether its bytes are others than before: a file system may know
    /// of a trailer that its format does not.
    pub fn join(&self, record: &mut Record) -> bool {
        let offset = record.offset();
        let here = self.starts.get(&offset).map_or(&[][..], Vec::as_slice);
        let fit = |(volume, entry): &(&Volume, &Entry)| match fits(volume, entry, record) {
            Fit::Near if !volume.has_live(entry) && self.is_taken(record, volume, entry) => {
                Fit::Not
            }
            fit => fit,
        };
        let exact =
            |(volume, entry): &&(&Volume, &Entry)| fits(volume, entry, record) == Fit::Exact;
        let best = match here.iter().find(exact) {
            Some(named) => Some((Fit::Exact, named)),
            None => {
                let some = here.iter().take(MOST_NEAR).map(|named| (fit(named), named));
                some.min_by_key(|(fit, _)| *fit)
            }
        };
        if let Some((_, (volume, entry))) = best.filter(|(fit, _)| *fit != Fit::Not) {
            self.naming.name(record, volume, entry);
            let whole = [Run { at: offset, len: entry.size }];
            let runs = match entry.places.first() {
                Some(Place::Runs(runs)) => runs,
                _ => &whole[..],
            };
            let runs = layouts::recorded(runs, entry.size, self.len)
                .filter(|_| record.file.grade > Grade::Partial || volume.has_live(entry));
            let is_there = volume.has_live(entry);
            return runs.is_some_and(|runs| extend(record, &runs, entry.size, is_there));
        }
        if let Some(owner) = self.owners.at(offset) {
            record.file.status = Status::Live;
            record.file.name_hint = Some(owner.path.clone());
            return false;
        }
        if self.owners.is_free(offset) {
            record.file.status = Status::Deleted;
        }
        record.file.name_hint = here.first().map(|(_, entry)| entry.path.clone());
        false
    }
}

impl Join<'_> {
    /// Whether something else begins or is still there between the end of a file and the end of the
    /// entry that may be its own.
    fn is_taken(&self, record: &Record, volume: &Volume, entry: &Entry) -> bool {
        let offset = record.offset();
        let (end, last) = (offset + record.source_len(), offset.saturating_add(entry.size));
        let told = || self.starts.range(end..last).next().is_some();
        let proven = &self.proven[self.proven.partition_point(|&at| at < end)..];
        let found =
            || proven.iter().take_while(|&&at| at < last).any(|&at| volume.begins_cluster(at));
        self.owners.meets(end, last) || told() || found()
    }
}

/// Adds what the file system knows to follow the end that a format knows, up to `size` bytes in `runs`;
/// tells whether there was anything. A file that is still there stays as it is, without what was added to
/// make it viewable.
pub fn extend(record: &mut Record, runs: &Runs, size: u64, is_there: bool) -> bool {
    let (own, fill) = record.content();
    let len = own.len();
    let begins = runs.slice(0, len).as_slice() == own.as_slice();
    let is_filled = !fill.is_empty();
    let is_new = size > len && !is_filled || size >= len && is_filled && is_there;
    if !is_new || runs.len() < size || !begins {
        return false;
    }
    let file = &mut record.file;
    file.runs = wire_runs(&runs.slice(0, size), &[]);
    file.size = size;
    if size > len {
        file.unchecked.push(Range { offset: len, length: size - len });
        record.roles.push(WireRole::Trailer);
    }
    true
}
