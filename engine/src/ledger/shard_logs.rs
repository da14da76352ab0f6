//! The logs of shards, joined to one.
//!
//! Joining keeps the lines of each shard as its scan wrote them. Of two logs of the same shard one is kept, always
//! the same one: so joining is associative and idempotent, and the order of the logs does not matter.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::journal::Journal;
use super::line::{EndLine, HeadLine, Line};
use super::replay::{SCAN_LOG, head};
use super::shard_lines::{ShardLines, shard_lines};
use crate::control::error::Error;
use crate::model::{ShardSet, number_list};
use crate::source::Identity;
use crate::system::folder::Folder;

/// Name of a log that is being joined.
const HALF: &str = "scan.log.joining";

/// Logs of shards of the same source, carved under the same settings.
#[derive(Debug)]
pub struct ShardLogs {
    /// What all of them are of.
    head: HeadLine,
    /// The output folder of the first of them.
    first: PathBuf,
    /// The shards that came to their end.
    shards: BTreeMap<u32, Kept>,
    /// Those that did not, and the output folders that hold them.
    begun: Vec<(u32, PathBuf)>,
}

/// The lines of a shard that are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Kept {
    /// The log in which they stand.
    log: PathBuf,
    stretch: Range<u64>,
}

/// What to do where folders do not belong together.
const ONE: &str = "name only the shards of one scan";

impl ShardLogs {
    /// The logs of runs in these output folders, each with the folder that holds its state: of one shard each, or
    /// of several that were joined.
    ///
    /// # Errors
    ///
    /// [`Error::Shard`] when a folder holds no shard, or one that was carved of another source, under other settings
    /// or by another version than that in the first; and when a log cannot be read or is damaged.
    pub fn open(folders: &[(PathBuf, PathBuf)]) -> Result<Self, Error> {
        let mut logs: Option<ShardLogs> = None;
        for (folder, state) in folders {
            let log = Journal::open(&state.join(SCAN_LOG))?;
            let head = head(&log)?.ok_or_else(|| log.damaged(0))?;
            let set = shards_of(&head, folder)?;
            let lines = shard_lines(&log, &head, &set)?;
            let logs = match &mut logs {
                Some(logs) => {
                    logs.check(&head, &set, folder)?;
                    logs
                }
                None => logs.insert(ShardLogs::of(&head, folder)),
            };
            logs.add(&log, lines, &set, folder)?;
            logs.take_identity(&head);
        }
        let none = || Error::Start { what: "a merge", why: "no shard is named".to_owned() };
        logs.ok_or_else(none)
    }

    fn of(head: &HeadLine, folder: &Path) -> Self {
        let head = HeadLine {
            command: Vec::new(),
            paths: Vec::new(),
            folder: None,
            map: None,
            ..head.clone()
        };
        let (shards, begun) = (BTreeMap::new(), Vec::new());
        ShardLogs { head, first: folder.to_path_buf(), shards, begun }
    }

    /// Fails when a log is not of the same whole as those before it.
    fn check(&self, head: &HeadLine, set: &ShardSet, folder: &Path) -> Result<(), Error> {
        let first = self.first.display();
        let known = self.set();
        let (before, now) = (&self.head.program, &head.program);
        let why = if before != now {
            let again = "scan the shards of one of them again";
            Some(format!("it was made by version {now}, and {first} by version {before}; {again}"))
        } else if let Some(option) = self.head.settings.difference(&head.settings) {
            let again = "scan one of them again, with the options of the other";
            Some(format!("{option} is not as it is in {first}; {again}"))
        } else if let Some(what) = difference(&self.head, head) {
            Some(format!("it is of another source than {first}: {what}; {ONE}"))
        } else if set.count != known.count {
            Some(format!("it is of {} shards, and {first} of {}; {ONE}", set.count, known.count))
        } else if set.whole != known.whole {
            Some(format!("its shards divide another range than those of {first}; {ONE}"))
        } else {
            None
        };
        why.map_or(Ok(()), |why| Err(Error::Shard { path: folder.to_path_buf(), why }))
    }

    /// Adds the shards of a log.
    fn add(
        &mut self,
        log: &Journal,
        lines: Vec<ShardLines>,
        set: &ShardSet,
        folder: &Path,
    ) -> Result<(), Error> {
        let whole: BTreeSet<u32> = lines.iter().map(|one| one.number).collect();
        let begun = set.numbers.difference(&whole).copied();
        self.begun.extend(begun.map(|number| (number, folder.to_path_buf())));
        for ShardLines { number, stretch } in lines {
            let new = Kept { log: log.path().to_path_buf(), stretch };
            let is_better = match self.shards.get(&number) {
                Some(known) => new.digest()?.as_bytes() < known.digest()?.as_bytes(),
                None => true,
            };
            if is_better {
                self.shards.insert(number, new);
            }
        }
        Ok(())
    }

    /// Takes what one scan could read of what tells sources apart and another could not.
    fn take_identity(&mut self, head: &HeadLine) {
        let sources = self.head.sources.iter_mut().zip(&head.sources);
        for (known, new) in sources.filter_map(|(known, new)| known.as_mut().zip(new.as_ref())) {
            for (known, new) in known.samples.iter_mut().zip(&new.samples) {
                if known.is_none() {
                    known.clone_from(new);
                }
            }
        }
    }

    /// What the whole is: its settings and its source, without a command line and without paths.
    pub fn head(&self) -> &HeadLine {
        &self.head
    }

    /// What the source is known by.
    pub fn identity(&self) -> Option<&Identity> {
        self.head.sources.first().and_then(Option::as_ref)
    }

    /// The output folder of the first of them.
    pub fn first(&self) -> &Path {
        &self.first
    }

    /// The shards that came to their end.
    pub fn set(&self) -> ShardSet {
        let (count, whole) =
            self.head.shards.as_ref().map_or((0, (0, 0)), |set| (set.count, set.whole));
        ShardSet { count, numbers: self.shards.keys().copied().collect(), whole }
    }

    /// A shard that is in none of the logs whole, and the output folder in which it was begun.
    pub fn begun(&self) -> Option<(u32, &Path)> {
        let open = self.begun.iter().find(|(number, _)| !self.shards.contains_key(number));
        open.map(|(number, folder)| (*number, folder.as_path()))
    }

    /// Fails unless all shards are there.
    ///
    /// # Errors
    ///
    /// [`Error::MissingShards`].
    pub fn check_whole(&self) -> Result<(), Error> {
        let set = self.set();
        let missing = set.missing();
        if missing.is_empty() {
            return Ok(());
        }
        let mut open: Vec<u32> = self.begun.iter().map(|(number, _)| *number).collect();
        open.retain(|number| !self.shards.contains_key(number));
        open.sort_unstable();
        open.dedup();
        let (missing, begun) = (number_list(&missing), number_list(&open));
        Err(Error::MissingShards { count: set.count, missing, begun })
    }

    /// Writes the log of a scan of the whole source to `folder`: what all shards found under `head`. Without `hash`,
    /// nothing of that scan is left to do; with it, the source is still to be hashed.
    ///
    /// # Errors
    ///
    /// When a log cannot be read, and when the disk is full or fails.
    pub fn write_whole(&self, folder: &Folder, head: HeadLine, hash: bool) -> Result<(), Error> {
        let end = EndLine { complete: true, ..EndLine::default() };
        let merged = Some(self.set().count);
        self.write(folder, &HeadLine { shards: None, merged, ..head }, (!hash).then_some(end))
    }

    /// Writes a log of these shards to `folder`, which may be joined with others.
    ///
    /// # Errors
    ///
    /// When a log cannot be read, and when the disk is full or fails.
    pub fn write_part(&self, folder: &Folder) -> Result<(), Error> {
        self.write(folder, &HeadLine { shards: Some(self.set()), ..self.head.clone() }, None)
    }

    /// Writes the log under another name first: one that has its name is whole.
    fn write(&self, folder: &Folder, head: &HeadLine, end: Option<EndLine>) -> Result<(), Error> {
        let mut joined = Journal::replace(folder, HALF)?;
        joined.append(&Line::Head(Cow::Borrowed(head)));
        for kept in self.shards.values() {
            kept.each_piece(|piece| {
                joined.append_encoded(piece);
                joined.spill()
            })?;
        }
        if let Some(end) = end {
            joined.append(&Line::End(Cow::Owned(end)));
        }
        joined.sync()?;
        folder
            .rename(HALF, folder, SCAN_LOG)
            .and_then(|()| folder.sync())
            .map_err(|error| Error::output("name", &folder.path().join(SCAN_LOG), error))
    }
}

impl Kept {
    fn each_piece(&self, take: impl FnMut(&[u8]) -> Result<(), Error>) -> Result<(), Error> {
        let Range { start, end } = self.stretch;
        Journal::open(&self.log)?.each_piece(start, end, take)
    }

    fn digest(&self) -> Result<blake3::Hash, Error> {
        let mut hasher = blake3::Hasher::new();
        self.each_piece(|piece| {
            hasher.update(piece);
            Ok(())
        })?;
        Ok(hasher.finalize())
    }
}

/// The shards that the log in an output folder is of.
fn shards_of(head: &HeadLine, folder: &Path) -> Result<ShardSet, Error> {
    let refused = |why: &str| Error::Shard { path: folder.to_path_buf(), why: why.to_owned() };
    let set = head.shards.clone().ok_or_else(|| refused("it holds no shard of a scan"))?;
    match head.sources.as_slice() {
        [Some(source)] if set.is_sound(source.size) => Ok(set),
        [Some(_)] => Err(refused("its shards lie outside of its source")),
        _ => Err(refused("a shard is of one source that can be opened")),
    }
}

/// What tells the source of a log from that of another.
fn difference(known: &HeadLine, new: &HeadLine) -> Option<String> {
    let mut pairs = known.sources.iter().flatten().zip(new.sources.iter().flatten());
    pairs.find_map(|(known, new)| known.difference(new))
}
