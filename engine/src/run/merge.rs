//! What shards of a source carved, joined and finished as one run would.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::environment::{OutputState, kept_lists};
use super::finish::as_before;
use super::job::{Job, Opened};
use super::open::{given_paths, open_one};
use super::outcome::Outcome;
use super::shard_folders::{ShardFolder, shard_folders};
use crate::control::error::Error;
use crate::control::progress::Progress;
use crate::ledger::{SCAN_LOG, ShardLogs};
use crate::model::ShardSet;
use crate::options::{LostHashes, Options};
use crate::output::destination;
use crate::source::Identity;
use crate::system::folder::{Folder, Owner};

/// Joins what the shards in the output folders `shards`, or in folders of those, carved of the only source at
/// `paths`, and runs the stages after that: what is written to the output folder of `options` is what one scan of the whole source writes.
/// Options that decide what a scan finds are those of the shards.
///
/// With `options.resume`, a merge that was interrupted is gone on with.
///
/// # Errors
///
/// [`Error::MissingShards`] when not all of them are there, [`Error::Shard`] when they do not belong together or are
/// of another source; and as [`scan`](super::scan()).
pub fn merge(
    shards: &[PathBuf],
    paths: &[PathBuf],
    options: &Options,
    progress: &Progress,
) -> Result<Outcome, Error> {
    let none = |why: &str| Error::Start { what: "a merge", why: why.to_owned() };
    let ([path], Some(output)) = (paths, &options.output) else {
        return Err(none("it is of one source, and writes to a folder"));
    };
    let goes_on = options.resume;
    let folders = shard_folders(shards)?;
    let logs = ShardLogs::open(&folders)?;
    logs.check_whole()?;
    check_known(&logs, options)?;
    let lost_hashes = lists(&logs, &folders)?;
    let options = &Options {
        lost_hashes,
        resume: true,
        shard: None,
        image: None,
        ..as_before(options, logs.head())?
    };
    if !options.filesystems && !options.select.paths.is_empty() {
        let why = "it was carved with --no-filesystem, and no names are known to choose by --path";
        return Err(Error::Shard { path: logs.first().to_path_buf(), why: why.to_owned() });
    }
    check_source(&logs, path, options, progress)?;
    let check = if goes_on { destination::check_going_on } else { destination::check };
    let destination = check(output, paths)?;
    let state = OutputState::create(destination)?;
    let is_joined = state.state().kind(SCAN_LOG).is_ok_and(|kind| kind.is_some());
    if !is_joined {
        let head = given_paths(logs.head().clone(), paths, options);
        logs.write_whole(state.state(), head, options.hash_source)?;
    }
    drop(state);
    let job = Job::<Opened>::open_paths(paths, options, progress)?;
    let whole = logs.set().whole;
    if job.sources.iter().any(|job| (job.range.at, job.range.len) != whole) {
        let why = "its shards divide another range than the source has now".to_owned();
        return Err(Error::Shard { path: logs.first().to_path_buf(), why });
    }
    Ok(job.scan().settled().write()?.outcome())
}

/// Joins what the shards in the output folders `shards`, or in folders of those, carved, and writes that to the folder
/// `output`, to be joined with others or finished later. Tells which shards are there now.
///
/// # Errors
///
/// [`Error::Shard`] when they do not belong together, [`Error::ShardNotCarved`] when one did not come to its end; and
/// when the folder must not be written to, or its disk is full or fails.
pub fn join(shards: &[PathBuf], output: &Path) -> Result<ShardSet, Error> {
    let folders = shard_folders(shards)?;
    let logs = ShardLogs::open(&folders)?;
    if let Some((number, folder)) = logs.begun() {
        return Err(Error::ShardNotCarved { path: folder.to_path_buf(), number });
    }
    let lists = lists(&logs, &folders)?;
    let state = OutputState::create(destination::check(output, &[])?)?;
    if let Some(lists) = lists {
        state.keep_lists(&lists)?;
    }
    logs.write_part(state.state())?;
    Ok(logs.set())
}

/// The lists of digests that the shards looked for, from the first folder that has them.
fn lists(logs: &ShardLogs, folders: &[ShardFolder]) -> Result<Option<Arc<LostHashes>>, Error> {
    let Some(identity) = &logs.head().settings.lost_hashes else { return Ok(None) };
    let kept = folders.iter().find_map(|(_, state)| {
        let path = std::fs::canonicalize(state).ok()?;
        let state = Folder::open(&path, Owner::default(), Vec::new()).ok()?;
        kept_lists(&state, identity)
    });
    let gone = || {
        let why = "what its lists of digests (--lost-hashes) say is not there any more".to_owned();
        Error::Shard { path: logs.first().to_path_buf(), why }
    };
    Ok(Some(Arc::new(kept.ok_or_else(gone)?)))
}

/// Fails unless the files that are known already are those that the shards were told.
fn check_known(logs: &ShardLogs, options: &Options) -> Result<(), Error> {
    let known = options.known.as_ref().map(|known| known.identity());
    let before = &logs.head().settings.known;
    if *before == known {
        return Ok(());
    }
    let why = match (before, known) {
        (Some(_), None) => "it was carved with --known, and that is not told here",
        (None, _) => "it was carved without --known",
        (Some(_), Some(_)) => "what --known tells is not what it was told when it was carved",
    };
    Err(Error::Shard { path: logs.first().to_path_buf(), why: why.to_owned() })
}

/// Fails unless the source at `path` is the one that the shards are of.
fn check_source(
    logs: &ShardLogs,
    path: &Path,
    options: &Options,
    progress: &Progress,
) -> Result<(), Error> {
    let source = open_one(path, options.map.as_deref(), options, progress)?;
    let now = Identity::of(source.as_ref());
    match logs.identity().and_then(|known| known.difference(&now)) {
        None => Ok(()),
        Some(what) => {
            let why = format!("it is of another source than {}: {what}", path.display());
            Err(Error::Shard { path: logs.first().to_path_buf(), why })
        }
    }
}
