//! Giving recovered files their final names.
//!
//! Content lies in the store by hash. Names are settled here, in the order of the report, written
//! to the journal, and given by one rename each. Nothing that exists is ever overwritten.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use rustix::fs::{CWD, RenameFlags, renameat_with};
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::ledger::Ledger;
use crate::ledger::content::Content;
use crate::ledger::index::{Entry, NONE, Shown};
use crate::ledger::journal::Place;
use crate::ledger::store::Store;
use crate::metrics::Account;
use crate::model::digest::Algorithm;
use crate::model::record::Record;
use crate::output::naming::{NamingFacts, OutputFolder, TakenPaths};
use crate::output::owner::Owner;
use crate::output::report::{self, Exif, Grade, Issue};
use crate::settle::Settled;
use crate::source::Source;

/// A line of the journal: content and its name.
#[derive(Debug, Serialize, Deserialize)]
pub struct Named {
    /// BLAKE3 of the content, in hex.
    pub blake3: String,
    /// Where it goes, below the output folder.
    pub path: String,
}

/// Where recovered files go.
pub struct Recovery<'a> {
    /// The output folder.
    pub output: &'a Path,
    /// Where their content lies.
    pub store: &'a Store,
    /// Whose they are.
    pub owner: &'a Owner,
    /// The longest file that its disk takes.
    pub longest: u64,
    /// Whether pictures inside pictures are written too.
    pub embedded: bool,
    /// The zone of cameras that do not tell theirs; without it, that of this machine.
    pub zone: Option<&'a TimeZone>,
    /// Digests beside BLAKE3.
    pub hashes: &'a [Algorithm],
    /// Where the cost of writing is added.
    pub account: &'a Account,
    /// The sources, for content that was not stored while they were scanned.
    pub sources: &'a [Option<Box<dyn Source>>],
}

/// What was written: for each file of the report the line of the journal with its name.
#[derive(Debug, Default)]
pub struct Written {
    /// By position in the order of the report.
    pub names: Vec<Option<Place>>,
    /// How many files were left out because the disk takes none that long.
    pub too_long: u64,
    /// The first failure. Files that it does not concern were written all the same.
    pub failure: Option<Error>,
}

impl Written {
    fn fail(&mut self, error: Error) {
        self.failure.get_or_insert(error);
    }

    fn is_full(&self) -> bool {
        matches!(self.failure, Some(Error::NoRoom { .. }))
    }
}

impl Recovery<'_> {
    /// Writes every file of the report that is to be written and is no copy of another. Names are
    /// settled and on disk, in the journal, before the first file gets one.
    pub fn place(&self, ledger: &mut Ledger, settled: &Settled) -> Written {
        let mut written = Written { names: vec![None; settled.order.len()], ..Written::default() };
        let due = self.due(ledger, settled, &mut written);
        self.make_room(ledger, settled, &due);
        let mut taken = TakenPaths::default();
        for &position in &due {
            match self.name(ledger, settled, position, &mut taken, &written) {
                Ok(place) => written.names[position] = place,
                Err(error) => written.fail(error),
            }
        }
        if let Err(error) = ledger.journal.sync() {
            // Names that are not on record are not given.
            written.fail(error);
            written.names.fill(None);
            return written;
        }
        for &position in &due {
            let Some(place) = written.names[position] else { continue };
            let index = settled.order[position] as usize;
            written.names[position] = self.rename(ledger, index, place, &mut taken).map_or_else(
                |error| {
                    written.fail(error);
                    None
                },
                Some,
            );
        }
        written
    }

    /// Positions in the order of the report of the files that are to be written: not those of which
    /// there is nothing to look at.
    fn due(&self, ledger: &Ledger, settled: &Settled, written: &mut Written) -> Vec<usize> {
        let mut due = Vec::new();
        for (position, &index) in settled.order.iter().enumerate() {
            let inside = settled.parent[position] != NONE;
            if settled.copy_of[position] != NONE || (inside && !self.embedded) {
                continue;
            }
            let entry = &ledger.entries[index as usize];
            if settled.left[position] {
                continue;
            }
            if entry.shown == Shown::Nothing {
                continue;
            }
            if entry.len > self.longest {
                written.too_long += 1;
                continue;
            }
            due.push(position);
        }
        due
    }

    /// Removes from the store what claims or filters decided against.
    fn make_room(&self, ledger: &Ledger, settled: &Settled, due: &[usize]) {
        let entry = |position: &usize| &ledger.entries[settled.order[*position] as usize];
        let mut hashes: Vec<[u8; 32]> =
            due.iter().filter_map(|position| Some(*entry(position).hash?.as_bytes())).collect();
        hashes.sort_unstable();
        self.store.keep_only(&hashes);
    }

    /// Sees to it that the content is in the store, and puts a free name on record; nothing when
    /// there is no room for content that would have to be written yet.
    fn name(
        &self,
        ledger: &mut Ledger,
        settled: &Settled,
        position: usize,
        taken: &mut TakenPaths,
        written: &Written,
    ) -> Result<Option<Place>, Error> {
        let index = settled.order[position] as usize;
        let mut record: Record = ledger.journal.read(ledger.entries[index].place)?;
        let is_stored = |entry: &Entry| entry.hash.map(|hash| self.store.path(&hash).exists());
        if is_stored(&ledger.entries[index]) != Some(true) {
            if written.is_full() {
                return Ok(None);
            }
            self.fetch(ledger, index, &mut record)?;
        }
        let Some(hash) = ledger.entries[index].hash else { return Ok(None) };
        set_times(&self.store.path(&hash), &record.file, self.zone)?;
        let offset = ledger.entries[index].offset;
        let mut path = taken.claim(proposed(&record, settled.parent[position] != NONE), offset);
        while self.output.join(&path).symlink_metadata().is_ok() {
            // Something of that name was there before this run.
            path = taken.claim(path, offset);
        }
        let place = ledger.journal.append(&Named { blake3: hash.to_hex().to_string(), path });
        ledger.journal.spill()?;
        Ok(Some(place))
    }

    /// Reads content from its source into the store. A source that gives other bytes than before
    /// is failing: the file is what it gave last.
    fn fetch(&self, ledger: &mut Ledger, index: usize, record: &mut Record) -> Result<(), Error> {
        let entry = ledger.entries[index];
        let Some(source) = self.sources.get(entry.source as usize).and_then(Option::as_ref) else {
            return Ok(());
        };
        let (runs, fill) = record.content();
        let content = Content { runs: &runs, fill: &fill };
        let digests = self.store.keep(source.as_ref(), &content, self.hashes, self.account)?;
        if entry.hash != Some(digests.blake3) {
            let what = "the source gave other bytes when it was read again".to_owned();
            record.file.issues.push(Issue { offset: 0, what });
            record.file.grade = record.file.grade.min(Grade::Damaged);
            let changed = &mut ledger.entries[index];
            (changed.hash, changed.grade) = (Some(digests.blake3), record.file.grade);
            record.set_digests(digests);
            changed.place = ledger.journal.append(record);
        }
        Ok(())
    }

    /// Gives a file the name on record, or another one if that was taken in between.
    fn rename(
        &self,
        ledger: &mut Ledger,
        index: usize,
        mut place: Place,
        taken: &mut TakenPaths,
    ) -> Result<Place, Error> {
        loop {
            let Named { blake3, path } = ledger.journal.read(place)?;
            let from = self.store.folder().join(&blake3);
            if self.rename_to(&from, &self.output.join(&path))? {
                return Ok(place);
            }
            let path = taken.claim(path, ledger.entries[index].offset);
            place = ledger.journal.append(&Named { blake3, path });
            ledger.journal.flush()?;
        }
    }

    /// Renames without overwriting; false when the name is taken.
    fn rename_to(&self, from: &Path, to: &Path) -> Result<bool, Error> {
        let failed = |error| Error::output("write", to, error);
        if let Some(folder) = to.parent().filter(|folder| !folder.is_dir()) {
            self.owner.create_dir_all(folder).map_err(failed)?;
        }
        match rename_new(from, to) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(false),
            Err(error) => return Err(failed(error)),
        }
        self.owner.give(to).map_err(failed)?;
        Ok(true)
    }
}

/// Renames unless the new name exists, in one step where the file system can.
fn rename_new(from: &Path, to: &Path) -> std::io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS | rustix::io::Errno::NOTSUP) => {
            if to.symlink_metadata().is_ok() {
                return Err(ErrorKind::AlreadyExists.into());
            }
            fs::rename(from, to)
        }
        outcome => outcome.map_err(Into::into),
    }
}

fn proposed(record: &Record, inside: bool) -> String {
    let file = &record.file;
    let exif = file.exif.as_ref();
    let folder = match file.grade {
        _ if inside => OutputFolder::Embedded,
        Grade::Verified | Grade::Structural | Grade::Repaired => OutputFolder::Photos,
        Grade::Partial | Grade::Damaged => OutputFolder::Partial,
    };
    crate::output::naming::path(&NamingFacts {
        folder,
        original: file.original_path.as_deref(),
        taken: exif.and_then(|exif| exif.taken.as_deref()),
        make: exif.and_then(|exif| exif.make.as_deref()),
        model: exif.and_then(|exif| exif.model.as_deref()),
        offset: record.offset(),
        extension: &record.extension,
    })
}

/// Sets a file's time to when the photo was taken or, where it does not say, last modified. A
/// clock that does not tell its zone is read by `otherwise` or else as local time, as a person would.
fn set_times(
    path: &PathBuf,
    file: &report::File,
    otherwise: Option<&TimeZone>,
) -> Result<(), Error> {
    let taken = file.exif.as_ref().and_then(|exif| taken(exif, otherwise));
    let modified = || modified(file.modified.as_deref()?, otherwise);
    let Some(time) = taken.or_else(modified) else { return Ok(()) };
    let failed = |error| Error::output("set the time of", path, error);
    let file = File::options().write(true).open(path).map_err(failed)?;
    // A time that the disk cannot hold is no reason to lose a photo.
    drop(file.set_modified(time));
    Ok(())
}

fn taken(exif: &Exif, otherwise: Option<&TimeZone>) -> Option<SystemTime> {
    let civil: DateTime = exif.taken.as_deref()?.parse().ok()?;
    let known = exif.utc_offset.as_deref().and_then(zone);
    instant(civil, known.or_else(|| otherwise.cloned()))
}

/// The moment of an RFC 3339 text, with or without a zone.
fn modified(text: &str, otherwise: Option<&TimeZone>) -> Option<SystemTime> {
    let (civil, offset) = text.split_at_checked("2023-11-14T22:13:20".len())?;
    let known = if offset == "Z" { Some(TimeZone::UTC) } else { zone(offset) };
    instant(civil.parse().ok()?, known.or_else(|| otherwise.cloned()))
}

fn instant(civil: DateTime, zone: Option<TimeZone>) -> Option<SystemTime> {
    let zone = zone.unwrap_or_else(TimeZone::system);
    let seconds = civil.to_zoned(zone).ok()?.timestamp().as_second();
    let distance = Duration::from_secs(seconds.unsigned_abs());
    let epoch = SystemTime::UNIX_EPOCH;
    if seconds < 0 { epoch.checked_sub(distance) } else { epoch.checked_add(distance) }
}

/// The zone of `+hh:mm`.
fn zone(text: &str) -> Option<TimeZone> {
    let (sign, rest) = text.split_at_checked(1)?;
    let (hours, minutes) = rest.split_once(':')?;
    let minutes = hours.parse::<i32>().ok()? * 60 + minutes.parse::<i32>().ok()?;
    let minutes = if sign == "-" { -minutes } else { minutes };
    Offset::from_seconds(minutes.checked_mul(60)?).ok().map(TimeZone::fixed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_with_a_zone_is_that_instant() {
        let exif = |taken: &str, offset: &str| Exif {
            taken: Some(taken.to_owned()),
            utc_offset: Some(offset.to_owned()),
            ..Exif::default()
        };
        let instant = |exif: &Exif| {
            taken(exif, None)
                .map(|time| time.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs())
        };
        assert_eq!(instant(&exif("1970-01-02T00:00:00", "+00:00")), Some(86_400));
        assert_eq!(instant(&exif("1970-01-02T00:00:00", "+02:00")), Some(79_200));
        assert_eq!(instant(&exif("1970-01-02T00:00:00", "-00:30")), Some(88_200));
        assert_eq!(instant(&exif("not a time", "+00:00")), None);
        let seconds = |text| {
            modified(text, Some(&TimeZone::UTC))
                .map(|time| time.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs())
        };
        assert_eq!(seconds("1970-01-02T00:00:00Z"), Some(86_400));
        assert_eq!(seconds("1970-01-02T00:00:00+02:00"), Some(79_200));
        assert_eq!(seconds("1970-01-02T00:00:00"), Some(86_400), "the zone that was given");
        assert_eq!(seconds("1970-01-02"), None);
    }
}
