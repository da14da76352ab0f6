//! Giving recovered files their final names.
//!
//! Content lies in the store by hash. Names are settled here, in the order of the report, put on
//! record, and given by one rename each. Nothing that exists is ever overwritten. That a photo got its name
//! is put on record when its bytes and its name are on the disk itself.

use std::collections::{BTreeSet, HashMap};
use std::io::ErrorKind;

use jiff::tz::TimeZone;
use rayon::ThreadPool;
use rayon::prelude::*;

use super::former::Former;
use super::naming::TakenPaths;
use super::proposal::proposed;
use super::times::set_times;
use crate::carve::note_change;
use crate::control::error::Error;
use crate::ledger::{IndexEntry, Keeper, Ledger, LogPosition, NONE, NamedLine, PlacedLine, Store};
use crate::model::Record;
use crate::options::Arrange;
use crate::settle::{Disposition, ReportOrder};
use crate::source::Source;
use crate::system::folder::{EntryKind, Folder};

/// Files that get their names before their folders are waited for: a disk takes several at once in little
/// more time than one.
const BATCH: usize = 256;

/// From so many files or folders on, all that was written to the disk is waited for at once.
const MANY: usize = 8;

/// Where recovered files go.
pub struct Recovery<'a> {
    /// The output folder.
    pub output: &'a Folder,
    /// Where their content lies.
    pub store: &'a Store,
    /// Stores content that was not stored while sources were scanned.
    pub keeper: Keeper<'a>,
    /// Waits for the disk.
    pub pool: &'a ThreadPool,
    /// Whether pictures inside pictures are written too.
    pub embedded: bool,
    /// In which folders photos go.
    pub arrange: Arrange,
    /// The zone of cameras that do not tell theirs; without it, that of this machine.
    pub zone: Option<&'a TimeZone>,
    /// The sources that could be opened, by position on the command line.
    pub sources: &'a [Option<&'a dyn Source>],
    /// Whether all that was asked for was found: what an earlier process has written of it and no file has
    /// any more is removed then.
    pub is_found: bool,
    /// Whether what is not stored any more can be made again from its source.
    pub is_again: bool,
}

/// A file of the report that is to be written, and where.
struct Due {
    /// Its position in the order of the report.
    position: usize,
    path: String,
    /// Whether an earlier process has written it there.
    is_there: bool,
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
        let hash = |position: &usize| ledger.entries[listing.order[*position] as usize].hash;
        let hashes = due.iter().filter_map(hash).collect();
        let former = Former::of(self.output, ledger, hashes, self.is_found);
        let chosen = due.into_iter().filter_map(|position| {
            match self.choose(ledger, listing, position, &mut taken, &former) {
                Ok(due) => Some(due),
                Err(error) => {
                    written.fail(error);
                    None
                }
            }
        });
        let due: Vec<Due> = chosen.collect();
        let left = match self.take_back(ledger, listing, &due, &former) {
            Ok(left) => left,
            Err(error) => {
                written.fail(error);
                return written;
            }
        };
        for due in &due {
            match self.name(ledger, listing, due, &written) {
                Ok(name) => written.names[due.position] = name,
                Err(error) => written.fail(error),
            }
        }
        match ledger.sync() {
            Ok(()) => {}
            Err(error @ Error::NoRoom { .. }) => {
                // A rename needs no room. Whoever goes on with the run knows photos by their bytes.
                written.fail(error);
            }
            Err(error) => {
                // Names that are not on record are not given.
                written.fail(error);
                let there = due.iter().filter(|due| due.is_there);
                let there: BTreeSet<usize> = there.map(|due| due.position).collect();
                for (position, name) in written.names.iter_mut().enumerate() {
                    *name = name.filter(|_| there.contains(&position));
                }
                return written;
            }
        }
        let unplaced: Vec<usize> =
            due.iter().filter(|due| !due.is_there).map(|due| due.position).collect();
        if ledger.is_resumed {
            // Also what has its name, and what was taken back to have none.
            self.make_room(ledger, listing, &unplaced);
        }
        for batch in unplaced.chunks(BATCH) {
            let placed = self.place_batch(ledger, listing, batch, &mut taken, &mut written);
            match self.sync_folders(&placed) {
                Ok(()) => placed.into_iter().for_each(|path| ledger.place(&PlacedLine { path })),
                Err(error) => written.fail(error),
            }
        }
        former.remove_empty(&left);
        written
    }

    /// Where a file goes: to its own name, unless that is taken.
    fn choose(
        &self,
        ledger: &Ledger,
        listing: &ReportOrder,
        position: usize,
        taken: &mut TakenPaths,
        former: &Former<'_>,
    ) -> Result<Due, Error> {
        let entry = &ledger.entries[listing.order[position] as usize];
        let record = ledger.record(entry)?;
        let offset = record.offset();
        let mut path =
            taken.claim(proposed(&record, listing.parent[position] != NONE, self.arrange), offset);
        loop {
            let kind = self.output.kind(&path).ok().flatten();
            let is_file = matches!(kind, Some(EntryKind::File(_)));
            let is_there = is_file && entry.hash.is_some_and(|hash| former.stands(&path, &hash));
            if kind.is_none() || is_there || is_file && former.gives_up(&path) {
                return Ok(Due { position, path, is_there });
            }
            // Something of that name was there before this run.
            path = taken.claim(path, offset);
        }
    }

    /// Takes back what an earlier process has written to other paths than it is to have now.
    fn take_back(
        &self,
        ledger: &Ledger,
        listing: &ReportOrder,
        due: &[Due],
        former: &Former<'_>,
    ) -> Result<BTreeSet<String>, Error> {
        let content = |due: &Due| ledger.entries[listing.order[due.position] as usize].hash;
        let chosen = due.iter().filter_map(|due| Some((content(due)?, due.path.as_str())));
        former.take_back(self.store, &chosen.collect::<HashMap<_, _>>())
    }

    /// Gives names to those files of a batch whose bytes are on the disk itself; gives their paths.
    fn place_batch(
        &self,
        ledger: &mut Ledger,
        listing: &ReportOrder,
        batch: &[usize],
        taken: &mut TakenPaths,
        written: &mut WrittenNames,
    ) -> Vec<String> {
        let entry = |position: usize| ledger.entries[listing.order[position] as usize];
        let named: Vec<_> = batch
            .iter()
            .filter_map(|&position| {
                let entry = entry(position);
                Some((position, written.names[position]?, entry.offset, entry.hash?))
            })
            .collect();
        // Where waiting for all at once fails, one by one shows whose bytes are concerned.
        let all_at_once = named.len() >= MANY && self.output.sync_disk().is_ok();
        let sync_one =
            |hash: &blake3::Hash| if all_at_once { Ok(()) } else { self.store.sync(hash) };
        let sync = || named.par_iter().map(|(.., hash)| sync_one(hash)).collect();
        let synced: Vec<Result<(), Error>> = self.pool.install(sync);
        let (mut placed, mut folder) = (Vec::new(), LastFolder::default());
        for ((position, name, offset, _), synced) in named.into_iter().zip(synced) {
            let renamed =
                synced.and_then(|()| self.rename(ledger, offset, name, taken, &mut folder));
            match renamed {
                Ok((name, path)) => {
                    written.names[position] = Some(name);
                    placed.push(path);
                }
                Err(error) => {
                    written.fail(error);
                    written.names[position] = None;
                }
            }
        }
        placed
    }

    /// Waits until the names of the files at `paths`, and those of the folders above them, are on the disk
    /// itself.
    fn sync_folders(&self, paths: &[String]) -> Result<(), Error> {
        let folders = |path| std::iter::successors(parent(path), |path| parent(path));
        let touched: BTreeSet<&str> = paths.iter().flat_map(|path| folders(path)).collect();
        let sync = |folder: &&str| {
            let synced = self.output.below(folder).and_then(|folder| folder.sync());
            synced.map_err(|error| Error::output("write", &self.output.path().join(folder), error))
        };
        if touched.len() >= MANY && self.output.sync_disk().is_ok() {
            return Ok(());
        }
        let touched: Vec<&str> = touched.into_iter().collect();
        self.pool.install(|| touched.par_iter().try_for_each(sync))?;
        self.output.sync().map_err(|error| Error::output("write", self.output.path(), error))
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
            if entry.own_len > self.keeper.longest {
                written.too_long += 1;
                continue;
            }
            due.push(position);
        }
        due
    }

    /// Removes from the store what claims or filters decided against.
    fn make_room(&self, ledger: &Ledger, listing: &ReportOrder, due: &[usize]) {
        if !self.is_again {
            return;
        }
        let entry = |position: &usize| &ledger.entries[listing.order[*position] as usize];
        let mut hashes: Vec<[u8; 32]> =
            due.iter().filter_map(|position| Some(*entry(position).hash?.as_bytes())).collect();
        hashes.sort_unstable();
        self.store.keep_only(&hashes);
    }

    /// Sees to it that the content is in the store, unless it has its name already, and puts the name on
    /// record; nothing when there is no room for content that would have to be written yet.
    fn name(
        &self,
        ledger: &mut Ledger,
        listing: &ReportOrder,
        due: &Due,
        written: &WrittenNames,
    ) -> Result<Option<LogPosition>, Error> {
        let index = listing.order[due.position] as usize;
        let mut record = ledger.record(&ledger.entries[index])?;
        let is_stored = |entry: &IndexEntry| entry.hash.is_some_and(|hash| self.store.holds(&hash));
        if !due.is_there && !is_stored(&ledger.entries[index]) {
            if written.is_full() {
                return Ok(None);
            }
            if !self.fetch(ledger, index, &mut record)? {
                return Ok(None);
            }
        }
        let Some(blake3) = ledger.entries[index].hash else { return Ok(None) };
        let path = due.path.clone();
        if due.is_there {
            let folder = parent(&path).unwrap_or(".");
            let failed = |error| Error::output("open", &self.output.path().join(folder), error);
            let name = path.rsplit('/').next().unwrap_or(&path);
            set_times(&self.output.below(folder).map_err(failed)?, name, &record, self.zone)?;
        } else {
            set_times(self.store.folder(), &Store::name(&blake3), &record, self.zone)?;
        }
        Ok(Some(ledger.name(&NamedLine { blake3, path })))
    }

    /// Reads content from its source into the store; false when it is not read any more. A source that gives
    /// other bytes than before is failing: the file is what it gave last.
    fn fetch(&self, ledger: &mut Ledger, index: usize, record: &mut Record) -> Result<bool, Error> {
        let source = self.sources.get(record.source as usize).copied().flatten();
        // Of a source that is gone there is nothing but zeros.
        let Some(source) = source.filter(|source| !source.is_gone()) else { return Ok(false) };
        let before = ledger.entries[index].hash;
        self.keeper.keep(source, record)?;
        let now = record.digests.as_ref().map(|digests| digests.blake3);
        if now.is_none() || source.is_gone() {
            return Ok(false);
        }
        if before != now {
            note_change(record, 0);
            ledger.update(index, record)?;
        }
        Ok(true)
    }

    /// Gives a file the name on record, or another one if that was taken in between; tells which, and the
    /// path.
    fn rename(
        &self,
        ledger: &mut Ledger,
        offset: u64,
        mut name: LogPosition,
        taken: &mut TakenPaths,
        folder: &mut LastFolder,
    ) -> Result<(LogPosition, String), Error> {
        loop {
            let NamedLine { blake3, path } = ledger.named(name)?;
            if self.rename_to(&Store::name(&blake3), &path, folder)? {
                return Ok((name, path));
            }
            let path = taken.claim(path, offset);
            name = ledger.name(&NamedLine { blake3, path });
            ledger.sync()?;
        }
    }

    /// Renames what is called `stored` in the store without overwriting; false when the name is taken.
    fn rename_to(&self, stored: &str, path: &str, last: &mut LastFolder) -> Result<bool, Error> {
        let failed = |error| Error::output("write", &self.output.path().join(path), error);
        let folder = last.get(self.output, parent(path).unwrap_or_default()).map_err(failed)?;
        let name = path.rsplit('/').next().unwrap_or(path);
        match self.store.folder().rename_new(stored, folder, name) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(failed(error)),
        }
    }
}

/// The folder that a path lies in; nothing for one that lies in none.
fn parent(path: &str) -> Option<&str> {
    path.rsplit_once('/').map(|(folder, _)| folder)
}

/// The folder that the last photo went to: the next one mostly goes there too.
#[derive(Default)]
struct LastFolder(Option<(String, Folder)>);

impl LastFolder {
    /// The folder at `path` below `output`, which is made where it is missing.
    fn get(&mut self, output: &Folder, path: &str) -> std::io::Result<&Folder> {
        let folder = match self.0.take().filter(|(last, _)| last == path) {
            Some((_, folder)) => folder,
            None => output.make(path)?,
        };
        Ok(&self.0.insert((path.to_owned(), folder)).1)
    }
}
