//! The names that content gets: on disk before it gets them, so that whoever goes on with a run knows which
//! photos have theirs already.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::{Component, Path};

use super::journal::Journal;
use super::line::{DoneLine, Line, NamedLine, PlacedLine};
use crate::control::error::Error;
use crate::system::folder::Folder;

/// Name of the log in the folder that holds the state of a run.
const NAMES_LOG: &str = "names.log";

/// A log of names. It is never begun anew: each process that goes on with a run adds its own.
#[derive(Debug)]
pub struct NameLog {
    pub(super) journal: Journal,
    /// By the BLAKE3 of content, the path that it was given by an earlier process.
    given: HashMap<blake3::Hash, String>,
    /// The ends that the run came to.
    done: Vec<DoneLine>,
}

impl NameLog {
    /// The log in `folder`, which is made where it is missing. What is damaged in it is cut off, and kept
    /// beside it: the photos themselves tell what is lost with it.
    ///
    /// # Errors
    ///
    /// When the disk is full or fails.
    pub fn open(folder: &Folder) -> Result<Self, Error> {
        let Some(journal) = Journal::reopen(folder, NAMES_LOG)? else {
            return Ok(Self::over(Journal::create(folder, NAMES_LOG)?));
        };
        let mut log = Self::over(journal);
        let (given, done) = (&mut log.given, &mut log.done);
        let mut end = 0;
        let damaged = log.journal.each_valid(|(at, len), line| {
            match line {
                Line::Named(line) if is_ours(&line.path) => {
                    let NamedLine { blake3, path } = line.into_owned();
                    given.insert(blake3, path);
                }
                Line::Done(line) => done.push(line.into_owned()),
                _ => {}
            }
            end = at + u64::from(len) + 1;
            Ok(ControlFlow::Continue(()))
        })?;
        log.journal.cut(folder, end, damaged.is_some())?;
        Ok(log)
    }

    /// A log that nobody else sees.
    ///
    /// # Errors
    ///
    /// When the system gives no room for temporary files.
    pub fn scratch() -> Result<Self, Error> {
        Ok(Self::over(Journal::scratch()?))
    }

    fn over(journal: Journal) -> Self {
        NameLog { journal, given: HashMap::new(), done: Vec::new() }
    }

    /// Whether the run came to its end, with its report; without `dry_run`, with its photos too.
    pub fn is_done(&self, dry_run: bool) -> bool {
        self.done.iter().any(|done| dry_run || !done.dry_run)
    }

    /// By the BLAKE3 of content, the path that it was given by an earlier process; it is let go.
    pub fn take_given(&mut self) -> HashMap<blake3::Hash, String> {
        std::mem::take(&mut self.given)
    }

    /// Puts a name on record; gives its first byte and its length.
    pub(super) fn name(&mut self, named: &NamedLine) -> (u64, u32) {
        self.journal.append(&Line::Named(Cow::Borrowed(named)))
    }

    /// Puts on record that content got its name.
    pub(super) fn place(&mut self, placed: &PlacedLine) {
        self.journal.append(&Line::Placed(Cow::Borrowed(placed)));
    }

    /// Puts on record that the run came to its end.
    pub(super) fn done(&mut self, done: &DoneLine) {
        self.journal.append(&Line::Done(Cow::Borrowed(done)));
    }
}

/// Whether a path on record leads below the output folder, as all that we write do.
fn is_ours(path: &str) -> bool {
    let mut components = Path::new(path).components();
    components.all(|one| matches!(one, Component::Normal(_))) && path.contains('/')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::folder::Owner;

    fn named(content: &[u8], path: &str) -> NamedLine {
        NamedLine { blake3: blake3::hash(content), path: path.to_owned() }
    }

    #[test]
    fn the_last_name_of_content_counts_and_damage_is_cut_off_and_kept() {
        let home = tempfile::tempdir().unwrap();
        let path = std::fs::canonicalize(home.path()).unwrap();
        let folder = Folder::open(&path, Owner::default(), Vec::new()).unwrap();
        let mut log = NameLog::open(&folder).unwrap();
        for line in [
            named(b"1", "photos/a"),
            named(b"1", "photos/b"),
            named(b"2", "../secret"),
            named(b"3", "/etc/passwd"),
            named(b"4", "photos/d"),
        ] {
            log.name(&line);
        }
        log.place(&PlacedLine { path: "photos/b".to_owned() });
        log.done(&DoneLine::default());
        log.journal.sync().unwrap();
        let given = |log: &mut NameLog| {
            let mut given: Vec<String> = log.take_given().into_values().collect();
            given.sort();
            given
        };
        let mut whole = NameLog::open(&folder).unwrap();
        assert!(whole.is_done(false));
        assert_eq!(given(&mut whole), ["photos/b", "photos/d"]);
        let file = path.join(NAMES_LOG);
        let mut bytes = std::fs::read(&file).unwrap();
        let lines: Vec<&[u8]> = bytes.split_inclusive(|&byte| byte == b'\n').collect();
        let (before, at) = (lines[..4].concat(), lines[..4].concat().len());
        bytes[at + 20] ^= 1;
        std::fs::write(&file, &bytes).unwrap();
        let mut mended = NameLog::open(&folder).unwrap();
        assert!(!mended.is_done(true));
        assert_eq!(given(&mut mended), ["photos/b"]);
        assert_eq!(std::fs::read(&file).unwrap(), before);
        assert_eq!(std::fs::read(path.join("names.log.damaged-1")).unwrap(), bytes[at..]);
    }
}
