//! Giving recovered files their final names.
//!
//! Content lies in the store by hash. Names are settled here, in the order of the report, put on
//! record, and given by one rename each. Nothing that exists is ever overwritten.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use afterimage_signatures::verdict::Issue;
use jiff::tz::TimeZone;
use rustix::fs::{CWD, RenameFlags, renameat_with};

use super::naming::TakenPaths;
use super::owner::Owner;
use super::proposal::proposed;
use super::times::set_times;
use crate::error::Error;
use crate::ledger::{IndexEntry, Keeper, Ledger, LogPosition, NONE, NamedLine, PlacedLine, Store};
use crate::model::{Grade, Record};
use crate::settle::{Disposition, ReportOrder};
use crate::source::Source;

/// Where recovered files go.
pub struct Recovery<'a> {
    /// The output folder.
    pub output: &'a Path,
    /// Where their content lies.
    pub store: &'a Store,
    /// Stores content that was not stored while sources were scanned.
    pub keeper: Keeper<'a>,
    /// Whose they are.
    pub owner: &'a Owner,
    /// Whether pictures inside pictures are written too.
    pub embedded: bool,
    /// The zone of cameras that do not tell theirs; without it, that of this machine.
    pub zone: Option<&'a TimeZone>,
    /// The sources that could be opened, by position on the command line.
    pub sources: &'a [Option<&'a dyn Source>],
}

/// What was written: for each file of the report the line with its name.
#[derive(Debug, Default)]
pub struct WrittenNames {
    /// By position in the order of the report.
    pub names: Vec<Option<LogPosition>>,
    /// How many files were left out because the disk takes none that long.
    pub too_long: u64,
    /// The first failure. Files that it does not concern were written all the same.
    pub failure: Option<Error>,
}

impl WrittenNames {
    fn fail(&mut self, error: Error) {
        self.failure.get_or_insert(error);
    }

    fn is_full(&self) -> bool {
        matches!(self.failure, Some(Error::NoRoom { .. }))
    }
}

impl Recovery<'_> {
    /// Writes every file of the report that is to be written and is no copy of another. Names are
    /// settled and on disk before the first file gets one.
    pub fn place(&self, ledger: &mut Ledger, listing: &ReportOrder) -> WrittenNames {
        let mut written =
            WrittenNames { names: vec![None; listing.order.len()], ..WrittenNames::default() };
        let due = self.due(ledger, listing, &mut written);
        self.make_room(ledger, listing, &due);
        let mut taken = TakenPaths::default();
        for &position in &due {
            match self.name(ledger, listing, position, &mut taken, &written) {
                Ok(name) => written.names[position] = name,
                Err(error) => written.fail(error),
            }
        }
        if let Err(error) = ledger.sync() {
            // Names that are not on record are not given.
            written.fail(error);
            written.names.fill(None);
            return written;
        }
        for &position in &due {
            let Some(name) = written.names[position] else { continue };
            let offset = ledger.entries[listing.order[position] as usize].offset;
            match self.rename(ledger, offset, name, &mut taken) {
                Ok((name, path)) => {
                    written.names[position] = Some(name);
                    ledger.place(&PlacedLine { path });
                }
                Err(error) => {
                    written.fail(error);
                    written.names[position] = None;
                }
            }
        }
        written
    }

    /// Positions in the order of the report of the files that are to be written.
    fn due(
        &self,
        ledger: &Ledger,
        listing: &ReportOrder,
        written: &mut WrittenNames,
    ) -> Vec<usize> {
        let mut due = Vec::new();
        for (position, &index) in listing.order.iter().enumerate() {
            let entry = &ledger.entries[index as usize];
            let is_inner = listing.parent[position] != NONE;
            let is_due = listing.dispositions[position] == Disposition::Recovered;
            if !is_due || (is_inner && !self.embedded) {
                continue;
            }
            if entry.len > self.keeper.longest {
                written.too_long += 1;
                continue;
            }
            due.push(position);
        }
        due
    }

    /// Removes from the store what claims or filters decided against.
    fn make_room(&self, ledger: &Ledger, listing: &ReportOrder, due: &[usize]) {
        let entry = |position: &usize| &ledger.entries[listing.order[*position] as usize];
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
        listing: &ReportOrder,
        position: usize,
        taken: &mut TakenPaths,
        written: &WrittenNames,
    ) -> Result<Option<LogPosition>, Error> {
        let index = listing.order[position] as usize;
        let mut record = ledger.record(&ledger.entries[index])?;
        let is_stored = |entry: &IndexEntry| entry.hash.map(|hash| self.store.path(&hash).exists());
        if is_stored(&ledger.entries[index]) != Some(true) {
            if written.is_full() {
                return Ok(None);
            }
            self.fetch(ledger, index, &mut record)?;
        }
        let Some(blake3) = ledger.entries[index].hash else { return Ok(None) };
        set_times(&self.store.path(&blake3), &record, self.zone)?;
        let offset = record.offset();
        let mut path = taken.claim(proposed(&record, listing.parent[position] != NONE), offset);
        while self.output.join(&path).symlink_metadata().is_ok() {
            // Something of that name was there before this run.
            path = taken.claim(path, offset);
        }
        ledger.name(&NamedLine { blake3, path }).map(Some)
    }

    /// Reads content from its source into the store. A source that gives other bytes than before
    /// is failing: the file is what it gave last.
    fn fetch(&self, ledger: &mut Ledger, index: usize, record: &mut Record) -> Result<(), Error> {
        let source = self.sources.get(record.source as usize).copied().flatten();
        let Some(source) = source else { return Ok(()) };
        let before = ledger.entries[index].hash;
        self.keeper.keep(source, record)?;
        let now = record.digests.as_ref().map(|digests| digests.blake3);
        if before != now {
            let what = "the source gave other bytes when it was read again";
            record.issues.push(Issue::new(0, what));
            record.grade = record.grade.min(Grade::Damaged);
            ledger.update(index, record)?;
        }
        Ok(())
    }

    /// Gives a file the name on record, or another one if that was taken in between; tells which, and the
    /// path.
    fn rename(
        &self,
        ledger: &mut Ledger,
        offset: u64,
        mut name: LogPosition,
        taken: &mut TakenPaths,
    ) -> Result<(LogPosition, String), Error> {
        loop {
            let NamedLine { blake3, path } = ledger.named(name)?;
            if self.rename_to(&self.store.path(&blake3), &self.output.join(&path))? {
                return Ok((name, path));
            }
            let path = taken.claim(path, offset);
            name = ledger.name(&NamedLine { blake3, path })?;
            ledger.sync()?;
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
