//! Finishing a run that was interrupted, from what its ledger has.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::environment::{Environment, Output, OutputState};
use super::job::{Job, Scanned};
use super::open::with_map;
use super::outcome::Outcome;
use super::source_job::SourceJob;
use crate::control::error::Error;
use crate::control::progress::Progress;
use crate::ledger::{HeadLine, Journal, Ledger, SCAN_LOG, head};
use crate::options::Options;
use crate::output::destination::{self, REPORT};
use crate::source::{Identity, open_watched};

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

/// Where a source was when the run was begun.
fn recorded(head: &HeadLine, at: usize) -> PathBuf {
    let given = head.paths.get(at).cloned().unwrap_or_default();
    folder_of(head).join(given)
}

/// The folder that the paths of a run are meant from.
fn folder_of(head: &HeadLine) -> &Path {
    head.folder.as_deref().unwrap_or(Path::new(""))
}

fn begun(output: &OutputState) -> Result<Option<(HeadLine, Journal)>, Error> {
    let Some(log) = Journal::reopen(output.state(), SCAN_LOG)? else { return Ok(None) };
    Ok(head(&log)?.map(|head| (head, log)))
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
    let lists = head.settings.lost_hashes.as_deref().map(|identity| output.kept_lists(identity));
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
    let source = open_watched(path, options.io, progress.wish());
    let mut opened = vec![(path.to_path_buf(), source)];
    if let Some(map) = map {
        opened = with_map(opened, map)?;
    }
    let none = || Error::Start { what: "to finish", why: "no source is named".to_owned() };
    let source = opened.pop().ok_or_else(none)?.1?;
    let refused = |why| Error::NotASource { path: path.to_path_buf(), why };
    match known {
        None => Err(refused("it could not be opened when it was to be scanned")),
        Some(known) if known.difference(&Identity::of(source.as_ref())).is_some() => {
            Err(refused("it is another source than the one that was scanned"))
        }
        Some(_) => Ok(source),
    }
}

/// The options of a run that decide what a scan finds, and else those that are given.
fn as_before(options: &Options, head: &HeadLine) -> Result<Options, Error> {
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
        filesystems: settings.filesystems,
        volume: settings.volume,
        range: settings.range,
        hashes: settings.hashes.clone(),
        hash_source: settings.hash_source,
        ..options.clone()
    })
}
