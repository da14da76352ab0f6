//! Which name, folder and dates a photo had, by the file system it lies in.
//!
//! An entry gives its name when the photo begins where the entry says and ends where the entry's size
//! allows. Otherwise its name is a hint.

use std::collections::BTreeMap;

use afterimage_signatures::Runs;
use jiff::tz::TimeZone;

use crate::carve::wire_runs;
use crate::filesystem::{Entry, Place, Stamp};
use crate::owners::Owners;
use crate::record::{Record, WireRole};
use crate::report::{Grade, Range, Status};
use crate::survey::{Survey, Volume};

/// Places where one file may begin of which a name is taken; those far down the list are guesses.
const MOST_STARTS: usize = 80;

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
    fn moment(&self, stamp: Stamp) -> String {
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

/// Gives carved files what the file systems know of them.
pub struct Join<'s> {
    naming: Naming<'s>,
    owners: Owners<'s>,
    /// Entries by where their files may begin, each list in the order in which they count.
    starts: BTreeMap<u64, Vec<(&'s Volume, &'s Entry)>>,
}

impl<'s> Join<'s> {
    /// Joins by what the file systems of one source say.
    pub fn new(naming: Naming<'s>) -> Self {
        let mut starts: BTreeMap<u64, Vec<(&Volume, &Entry)>> = BTreeMap::new();
        for (volume, entry) in naming.survey.entries() {
            for place in entry.places.iter().take(MOST_STARTS) {
                let start = match place {
                    Place::Runs(runs) => runs.first().map(|run| run.at),
                    Place::Start(at) => Some(*at),
                };
                if let Some(start) = start {
                    starts.entry(start).or_default().push((volume, entry));
                }
            }
        }
        Join { naming, owners: Owners::of(naming.survey), starts }
    }

    /// Names a carved file, and tells whether its bytes are others than before: a file system may know
    /// of a trailer that its format does not.
    pub fn join(&self, record: &mut Record, fits: impl Fn(&Volume, &Entry) -> bool) -> bool {
        let offset = record.offset();
        let here = self.starts.get(&offset).map_or(&[][..], Vec::as_slice);
        if let Some((volume, entry)) = here.iter().find(|(volume, entry)| fits(volume, entry)) {
            self.naming.name(record, volume, entry);
            let whole = Runs::whole(offset, entry.size);
            let runs = match entry.places.first() {
                Some(Place::Runs(runs)) => Runs::new(runs.clone()).slice(0, entry.size),
                _ => whole,
            };
            return record.file.grade > Grade::Partial && extend(record, &runs, entry.size);
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

/// Adds what the file system knows to follow the end that a format knows, up to `size` bytes in `runs`;
/// tells whether there was anything.
pub fn extend(record: &mut Record, runs: &Runs, size: u64) -> bool {
    let (own, fill) = record.content();
    let len = own.len();
    let begins = runs.slice(0, len).as_slice() == own.as_slice();
    if size <= len || runs.len() < size || !begins || !fill.is_empty() {
        return false;
    }
    let file = &mut record.file;
    file.runs = wire_runs(&runs.slice(0, size), &[]);
    file.size = size;
    file.unchecked.push(Range { offset: len, length: size - len });
    record.roles.push(WireRole::Trailer);
    true
}
