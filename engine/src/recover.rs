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

use crate::content::Content;
use crate::error::Error;
use crate::index::Fate;
use crate::journal::Place;
use crate::naming::{Folder, Naming, Taken};
use crate::ownership::Owner;
use crate::pipeline::Ledger;
use crate::record::Record;
use crate::report::{Exif, Grade};
use crate::settle::Settled;
use crate::source::Source;
use crate::store::Store;

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
    /// The sources, for content that was not stored while they were scanned.
    pub sources: &'a [Option<Box<dyn Source>>],
}

/// What was written: for each file of the report the line of the journal with its name.
#[derive(Debug, Default)]
pub struct Written {
    /// By position in the order of the report; shorter when the disk filled up.
    pub names: Vec<Option<Place>>,
    /// How many files were left out because the disk takes none that long.
    pub too_long: u64,
    /// What kept the rest from being written.
    pub failure: Option<Error>,
}

impl Recovery<'_> {
    /// Writes every file of the report that is to be written and is no copy of another.
    pub fn place(&self, ledger: &mut Ledger, settled: &Settled) -> Written {
        let mut written = Written::default();
        let mut taken = Taken::default();
        for (&index, &copy_of) in settled.order.iter().zip(&settled.copy_of) {
            let entry = ledger.entries[index as usize];
            let inside = matches!(entry.fate, Fate::Inside(_));
            if entry.len > self.longest {
                written.names.push(None);
                written.too_long += 1;
                continue;
            }
            if copy_of != crate::index::NONE || (inside && !self.embedded) {
                written.names.push(None);
                continue;
            }
            match self.one(ledger, index as usize, &mut taken) {
                Ok(place) => written.names.push(Some(place)),
                Err(error) => {
                    written.failure = Some(error);
                    break;
                }
            }
        }
        written
    }

    fn one(&self, ledger: &mut Ledger, index: usize, taken: &mut Taken) -> Result<Place, Error> {
        let entry = ledger.entries[index];
        let record: Record = ledger.journal.read(entry.place)?;
        let kept = self.store.path(&entry.hash);
        if !kept.exists()
            && let Some(source) = self.sources.get(entry.source as usize).and_then(Option::as_ref)
        {
            let (runs, fill) = record.content();
            let content = Content { runs: &runs, fill: &fill };
            self.store.keep(&entry.hash, source.as_ref(), &content)?;
        }
        set_times(&kept, record.file.exif.as_ref())?;
        let inside = matches!(entry.fate, Fate::Inside(_));
        let mut path = taken.claim(name(&record, inside), entry.offset);
        loop {
            let named = Named { blake3: record.file.blake3.clone(), path: path.clone() };
            let place = ledger.journal.append(&named);
            ledger.journal.spill()?;
            if self.rename(&kept, &self.output.join(&path))? {
                return Ok(place);
            }
            // Something of that name was there before this run.
            path = taken.claim(path, entry.offset);
        }
    }

    /// Renames without overwriting; false when the name is taken.
    fn rename(&self, from: &Path, to: &Path) -> Result<bool, Error> {
        let failed = |error| Error::output("write", to, error);
        if let Some(folder) = to.parent() {
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

fn name(record: &Record, inside: bool) -> String {
    let file = &record.file;
    let exif = file.exif.as_ref();
    let folder = match file.grade {
        _ if inside => Folder::Embedded,
        Grade::Verified | Grade::Structural | Grade::Repaired => Folder::Photos,
        Grade::Partial | Grade::Damaged => Folder::Partial,
    };
    crate::naming::path(&Naming {
        folder,
        original: file.original_path.as_deref(),
        taken: exif.and_then(|exif| exif.taken.as_deref()),
        make: exif.and_then(|exif| exif.make.as_deref()),
        model: exif.and_then(|exif| exif.model.as_deref()),
        offset: record.offset(),
        extension: &record.extension,
    })
}

/// Sets a file's time to when the photo was taken. Without a zone the camera's clock is read as
/// local time, as a person would.
fn set_times(path: &PathBuf, exif: Option<&Exif>) -> Result<(), Error> {
    let Some(time) = exif.and_then(taken) else { return Ok(()) };
    let failed = |error| Error::output("set the time of", path, error);
    let file = File::options().write(true).open(path).map_err(failed)?;
    // A time that the disk cannot hold is no reason to lose a photo.
    drop(file.set_modified(time));
    Ok(())
}

fn taken(exif: &Exif) -> Option<SystemTime> {
    let civil: DateTime = exif.taken.as_deref()?.parse().ok()?;
    let zone = exif.utc_offset.as_deref().and_then(zone).unwrap_or_else(TimeZone::system);
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
            taken(exif).map(|time| time.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs())
        };
        assert_eq!(instant(&exif("1970-01-02T00:00:00", "+00:00")), Some(86_400));
        assert_eq!(instant(&exif("1970-01-02T00:00:00", "+02:00")), Some(79_200));
        assert_eq!(instant(&exif("1970-01-02T00:00:00", "-00:30")), Some(88_200));
        assert_eq!(instant(&exif("not a time", "+00:00")), None);
    }
}
