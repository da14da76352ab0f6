//! Finishing a run that was interrupted, from what its ledger has.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::environment::{Environment, Output, OutputState, kept_lists};
use super::job::{Job, Scanned};
use super::open::open_one;
use super::outcome::Outcome;
use super::source_job::SourceJob;
use crate::control::error::Error;
use crate::control::progress::Progress;
use crate::ledger::{HeadLine, Journal, Ledger, NameLog, SCAN_LOG, head};
use crate::model::number_list;
use crate::options::Options;
use crate::output::destination::{self, REPORT};
use crate::source::{Identity, STILL_LOCKED, from_folder};
use crate::system::folder::{EntryKind, Folder};

/// What is known of a run that was interrupted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfinished {
    /// Its command line; empty where it is not known.
    pub command: Vec<String>,
    /// Where its sources were.
    pub sources: Vec<PathBuf>,
    /// The folder that paths of its command line are meant from, where that is known.
    pub folder: Option<PathBuf>,
}

/// The run in an output folder that did not come to its end; nothing where there is none.
///
/// # Errors
///
/// When its logs cannot be read, or another process is at work there.
pub fn unfinished(folder: &Path) -> Result<Option<Unfinished>, Error> {
    let destination = destination::check_resumed(folder, &[])?;
    if !destination.path.join(destination::STATE).join(SCAN_LOG).is_file() {
        return Ok(None);
    }
    let output = OutputState::create(destination)?;
    let Some((head, _)) = begun(&output)? else { return Ok(None) };
    let is_done = output.name_log()?.is_done(true);
    let has_report = output.folder().kind(REPORT).is_ok_and(|kind| kind.is_some());
    let sources = (0..head.sources.len()).map(|at| recorded(&head, at)).collect();
    let HeadLine { command, folder, .. } = head;
    Ok((!is_done || !has_report).then_some(Unfinished { command, sources, folder }))
}

/// Whether the run in the folder `name` below `output` came to its end, with its report; without `dry_run`, with its
/// photos too. What cannot be looked at is not finished.
pub(super) fn is_finished(output: &Folder, name: &str, dry_run: bool) -> bool {
    let Some((folder, state)) = begun_in(output, name) else { return false };
    is_file(&folder, REPORT) && NameLog::open(&state).is_ok_and(|names| names.is_done(dry_run))
}

/// Whether a run was begun in the folder `name` below `output`.
pub(super) fn is_begun(output: &Folder, name: &str) -> bool {
    begun_in(output, name).is_some()
}

/// The folder of a run that was begun, and that of its state.
fn begun_in(output: &Folder, name: &str) -> Option<(Folder, Folder)> {
    let folder = output.below(name).ok()?;
    let state = folder.below(destination::STATE).ok()?;
    is_file(&state, SCAN_LOG).then_some((folder, state))
}

fn is_file(folder: &Folder, name: &str) -> bool {
    matches!(folder.kind(name), Ok(Some(EntryKind::File(_))))
}

/// Where a source was when the run was begun.
fn recorded(head: &HeadLine, at: usize) -> PathBuf {
    let given = head.paths.get(at).cloned().unwrap_or_default();
    from_folder(folder_of(head), &given)
}

/// The folder that the paths of a run are meant from.
fn folder_of(head: &HeadLine) -> &Path {
    head.folder.as_deref().unwrap_or(Path::new(""))
}

fn begun(output: &OutputState) -> Result<Option<(HeadLine, Journal)>, Error> {
    let Some(log) = Journal::reopen(output.state(), SCAN_LOG)? else { return Ok(None) };
    let begun = head(&log)?.map(|head| (head, log));
    match begun.as_ref().and_then(|(head, _)| head.shards.as_ref()) {
        Some(set) => {
            let numbers: Vec<u32> = set.numbers.iter().copied().collect();
            let what = format!("{} of {} shards", number_list(&numbers), set.count);
            Err(Error::OnlyShards { path: output.folder().path().to_path_buf(), what })
        }
        None => Ok(begun),
    }
}

/// Finishes the run in the output folder of `options`, without scanning more: what was found gets its names.
/// Where a source is not at one of `paths` any more, photos whose content is stored get theirs all the same.
/// Options that decide what a scan finds are those of that run.
///
/// # Errors
///
/// When there is no such run, its logs cannot be read or mended, or the report cannot be written.
pub fn finish(paths: &[PathBuf], options: &Options, progress: &Progress) -> Result<Outcome, Error> {
    let none =
        || Error::Start { what: "to finish", why: "no run is there that could be".to_owned() };
    let folder = options.output.as_ref().ok_or_else(none)?;
    let output = OutputState::create(destination::check_resumed(folder, paths)?)?;
    let (head, log) = begun(&output)?.ok_or_else(none)?;
    let identity = head.settings.lost_hashes.as_deref();
    let lists = identity.map(|identity| kept_lists(output.state(), identity));
    let is_without_lists = matches!(lists, Some(None));
    let lost_hashes = lists.flatten().map(Arc::new);
    let options = &Options { lost_hashes, ..as_before(options, &head)? };
    let known = head.sources.iter().enumerate().map(|(at, known)| {
        let path = paths.get(at).cloned().unwrap_or_default();
        let map = head.map.as_ref().map(|map| folder_of(&head).join(map));
        let source = given(&path, known.as_ref(), map.as_deref(), options, progress);
        // The report calls a source what it was called.
        let called = head.paths.get(at).filter(|_| path == recorded(&head, at)).cloned();
        (called, path, source)
    });
    let known: Vec<_> = known.collect();
    let sources: Vec<SourceJob> = known
        .into_iter()
        .map(|(called, path, source)| {
            let is_same = called.is_some();
            let path = called.unwrap_or(path);
            let mut job = SourceJob::new(path, source, options, progress.wish())?;
            if is_same {
                job.folder.clone_from(&head.folder);
            }
            Ok(job)
        })
        .collect::<Result<_, Error>>()?;
    let (settle, names) = (output.settle_log()?, output.name_log()?);
    let mut ledger = Ledger::resume(head, log, output.state(), settle, names)?;
    let mut environment = Environment::new(options, progress)?;
    let mut pairs = sources.iter().zip(&ledger.head.sources);
    environment.is_without_source =
        pairs.any(|(job, known)| known.is_some() && job.open().is_none());
    environment.is_without_lists = is_without_lists;
    environment.is_cut_short = environment.is_without_source || !is_whole(&ledger);
    environment.output = Some(output.with_store()?);
    ledger.reserve = environment.output.as_ref().and_then(Output::reserve);
    let job = Job { environment, sources, ledger, stage: Scanned };
    Ok(job.settled().write()?.outcome())
}

/// Whether the scan of every source came to its end that could be opened.
fn is_whole(ledger: &Ledger) -> bool {
    let mut scanned = ledger.head.sources.iter().zip(&ledger.tallies);
    scanned.all(|(known, tally)| known.is_none() || tally.complete)
}

/// A source of the run, if it is the one that was scanned.
fn given(
    path: &Path,
    known: Option<&Identity>,
    map: Option<&Path>,
    options: &Options,
    progress: &Progress,
) -> Result<Box<dyn crate::source::Source>, Error> {
    let source = open_one(path, map, options, progress)?;
    let refused = |why| Error::NotASource { path: path.to_path_buf(), why };
    match known {
        None => Err(refused("it could not be opened when it was to be scanned")),
        Some(known) if known.unlocked.is_some() && source.unlocked().is_empty() => {
            let (path, why) = (path.to_path_buf(), STILL_LOCKED.to_owned());
            Err(Error::Locked { path, why })
        }
        Some(known) if known.difference(&Identity::of(source.as_ref())).is_some() => {
            Err(refused("it is another source than the one that was scanned"))
        }
        Some(_) => Ok(source),
    }
}

/// The options of a run that decide what a scan finds, and else those that are given.
pub(super) fn as_before(options: &Options, head: &HeadLine) -> Result<Options, Error> {
    let settings = &head.settings;
    let names: Vec<&'static str> = options.registry.names().collect();
    if !names.iter().copied().eq(settings.formats.iter().map(AsRef::as_ref)) {
        let what = "to finish";
        let why = "the run there knows other formats (--signatures)".to_owned();
        return Err(Error::Start { what, why });
    }
    let all = settings.wanted.iter().all(|wanted| *wanted);
    let wanted = names.iter().zip(&settings.wanted).filter(|(_, wanted)| **wanted);
    Ok(Options {
        formats: if all { Vec::new() } else { wanted.map(|(name, _)| *name).collect() },
        quick: settings.quick,
        archives: settings.archives,
        filesystems: settings.filesystems,
        volume: settings.volume,
        range: settings.range,
        hashes: settings.hashes.clone(),
        hash_source: settings.hash_source,
        ..options.clone()
    })
}
