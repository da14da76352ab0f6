//! What somebody has put into the output folder beforehand: links, mounts and disguises.
//!
//! Nothing of it would lead a write elsewhere, for all files of the output are opened below a folder that is
//! open. It is looked for all the same, so that a run is refused before its scan and not after.

use std::io;
use std::path::{Path, PathBuf};

use super::source::{BATCH, BESIDE_REPORT, LOCK, OURS, REPORT, STATE};
use super::unfinished::says_report;
use crate::ledger::SCAN_LOG;
use crate::system::folder::{EntryKind, FileId, Folder};

/// So many files and folders are looked at: nobody prepares more, and looking is to take no time.
const MOST_LOOKED: usize = 100_000;

/// Folders in folders that are looked into: names of ours are no deeper.
const MOST_DEPTH: usize = 20;

/// Which run it is that is to write to a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Run {
    /// The first one there.
    First,
    /// The first one that left a log there: an earlier one may have ended before it had one.
    Again,
    /// One that goes on where another stopped.
    Later,
}

/// The sources of a run, as files of the output are compared with them.
pub(super) struct Sources<'s> {
    /// What tells them apart, whatever they are called.
    pub(super) ids: &'s [FileId],
    /// Their resolved paths: a source may lie in the output by its own name.
    pub(super) paths: &'s [PathBuf],
}

/// Why nothing may be written to `root`, for what is in it, in words for its user.
///
/// # Errors
///
/// When it cannot be read.
pub(super) fn conflict(
    root: &Folder,
    run: Run,
    sources: &Sources<'_>,
) -> io::Result<Option<String>> {
    let found = report_conflict(root, run, sources)?;
    let found = if found.is_some() { found } else { beside_conflict(root, run)? };
    let mut found = if found.is_some() { found } else { state_conflict(root, run)? };
    let mut looked = 0;
    for name in OURS {
        if found.is_some() {
            break;
        }
        found = folder_conflict(root, name, sources, &mut looked)?;
    }
    Ok(found)
}

fn report_conflict(root: &Folder, run: Run, sources: &Sources<'_>) -> io::Result<Option<String>> {
    Ok(match (root.kind(REPORT)?, run) {
        (None, _) => None,
        // What can be gone on with is told in its own words.
        (Some(EntryKind::File(_)), Run::First) if has_log(root)? && says_report(root) => None,
        (Some(EntryKind::File(_)), Run::First | Run::Again) => Some(
            "it holds the report of an earlier run, which would be lost; choose another folder, or \
             move this one away"
                .to_owned(),
        ),
        (Some(EntryKind::File(id)), Run::Later) => {
            sources.ids.contains(&id).then(|| disguised(REPORT))
        }
        (Some(EntryKind::Folder), _) => Some(in_the_way(REPORT, "a folder")),
        (Some(EntryKind::Other(kind)), _) => Some(in_the_way(REPORT, kind)),
    })
}

/// Whether a run has left its log, or that of a batch.
fn has_log(root: &Folder) -> io::Result<bool> {
    let is_file = |state: &Folder, name| -> io::Result<bool> {
        Ok(matches!(state.kind(name)?, Some(EntryKind::File(_))))
    };
    match open(root, Path::new(STATE))? {
        Opened::Folder(state) => Ok(is_file(&state, SCAN_LOG)? || is_file(&state, BATCH)?),
        Opened::Missing | Opened::Refused(_) => Ok(false),
    }
}

/// What a new run writes beside its report is nobody's yet.
fn beside_conflict(root: &Folder, run: Run) -> io::Result<Option<String>> {
    // Beside the log of a run that was not finished they are of that run, which is told in its own words.
    if run == Run::Later || has_log(root)? {
        return Ok(None);
    }
    for name in BESIDE_REPORT {
        if root.kind(name)?.is_some() {
            return Ok(Some(format!(
                "it holds {name} already, which would be lost; choose another folder, or move it away"
            )));
        }
    }
    Ok(None)
}

/// What is said of the output folder of a batch that has no report yet.
const OF_BATCH: &str = "it holds the scans of several images, which were not finished; choose another folder, or go on with them";

/// A new run begins with an empty state.
fn state_conflict(root: &Folder, run: Run) -> io::Result<Option<String>> {
    let state = match open(root, Path::new(STATE))? {
        Opened::Missing => return Ok(None),
        Opened::Refused(why) => return Ok(Some(why)),
        Opened::Folder(state) => state,
    };
    if run != Run::Later && state.kind(BATCH)?.is_some() {
        return Ok(Some(OF_BATCH.to_owned()));
    }
    // A log that is a file is of a run that was not finished, which is told in its own words.
    if run != Run::First || matches!(state.kind(SCAN_LOG)?, Some(EntryKind::File(_))) {
        return Ok(None);
    }
    // All that a run has made which was killed before its first line.
    let names = state.names()?.into_iter().filter(|name| name != LOCK);
    Ok(names.min().map(|name| {
        format!(
            "{STATE}/{} in it is of no run that is known; choose another folder, or remove it",
            name.to_string_lossy()
        )
    }))
}

/// Looks through all that lies in the folder `name`, which may be missing.
fn folder_conflict(
    root: &Folder,
    name: &str,
    sources: &Sources<'_>,
    looked: &mut usize,
) -> io::Result<Option<String>> {
    let mut waiting = vec![(PathBuf::from(name), 0)];
    while let Some((path, depth)) = waiting.pop() {
        let folder = match open(root, &path)? {
            Opened::Missing => continue,
            Opened::Refused(why) => return Ok(Some(why)),
            Opened::Folder(folder) => folder,
        };
        for name in folder.names()? {
            *looked += 1;
            if *looked > MOST_LOOKED {
                return Ok(None);
            }
            let below = path.join(&name);
            match folder.kind(&name)? {
                None => {}
                Some(EntryKind::Folder) if depth < MOST_DEPTH => waiting.push((below, depth + 1)),
                Some(EntryKind::Folder) => {}
                Some(EntryKind::Other(kind)) => {
                    return Ok(Some(in_the_way(&below.to_string_lossy(), kind)));
                }
                Some(EntryKind::File(id)) => {
                    let is_known = sources.paths.contains(&folder.path().join(&name));
                    if sources.ids.contains(&id) && !is_known {
                        return Ok(Some(disguised(&below.to_string_lossy())));
                    }
                }
            }
        }
    }
    Ok(None)
}

/// What came of opening a folder of ours.
enum Opened {
    Missing,
    Refused(String),
    Folder(Folder),
}

fn open(root: &Folder, path: &Path) -> io::Result<Opened> {
    let told = path.display();
    Ok(match root.kind(path)? {
        None => Opened::Missing,
        Some(EntryKind::File(_)) => Opened::Refused(no_folder(path, "a file")),
        Some(EntryKind::Other(kind)) => Opened::Refused(no_folder(path, kind)),
        Some(EntryKind::Folder) => match root.below(path) {
            Ok(folder) => Opened::Folder(folder),
            Err(error) => Opened::Refused(format!("{told} in it cannot be used: {error}")),
        },
    })
}

fn no_folder(path: &Path, kind: &str) -> String {
    format!("{} in it is {kind}, and a folder is needed there", path.display())
}

fn in_the_way(path: &str, kind: &str) -> String {
    format!("{path} in it is {kind}; choose another folder, or remove it")
}

fn disguised(path: &str) -> String {
    format!("{path} in it is what is to be searched, by another name; choose another folder")
}
