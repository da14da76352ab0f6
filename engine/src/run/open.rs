//! From paths or sources to a job.

use std::path::{Path, PathBuf};

use afterimage_signatures::verdict::Span;

use super::environment::{Environment, ImageInMaking, Output, OutputState};
use super::events;
use super::job::{Job, Opened, Settled};
use super::outcome::Outcome;
use super::resume;
use super::source_job::{GivenSource, SourceJob, opened};
use super::unlock::{unlocked, unlocked_all};
use crate::control::error::Error;
use crate::control::progress::Progress;
use crate::imaging::{self, Imaged};
use crate::ledger::{HeadLine, Journal, Ledger, NameLog, ScanSettings};
use crate::model::ShardSet;
use crate::options::Options;
use crate::output::destination::{self, Destination};
use crate::source::{self, Holed, Identity, Limited, Pace, Source};

/// Scans `paths` and writes what is found to the output folder of `options`.
///
/// # Errors
///
/// When nothing could be started: a bad output folder, or not one source that can be read; or when the
/// report cannot be written. What goes wrong else is part of the [`Outcome`].
pub fn scan(paths: &[PathBuf], options: &Options, progress: &Progress) -> Result<Outcome, Error> {
    let settled = Job::open_paths(paths, options, progress)?.scan().settled();
    Ok(settled.write()?.outcome())
}

/// Scans `paths` and settles what a report would list; nothing is written but to a temporary file.
///
/// # Errors
///
/// As [`scan`].
pub fn list<'o>(
    paths: &[PathBuf],
    options: &'o Options,
    progress: &'o Progress,
) -> Result<Job<'o, Settled>, Error> {
    Ok(Job::open_paths(paths, options, progress)?.scan().settled())
}

impl<'o> Job<'o, Opened> {
    /// A job on sources that are open. Without an output folder in `options`, what is found can be listed,
    /// not written.
    ///
    /// # Errors
    ///
    /// When the output folder is a bad one, when the workers cannot be started, when a partition is asked
    /// for that is not there, or a range that begins after the end of a source.
    pub fn open(
        sources: Vec<Box<dyn Source>>,
        options: &'o Options,
        progress: &'o Progress,
    ) -> Result<Self, Error> {
        let (paths, sources) = given(sources);
        let destination = checked(options, &paths)?;
        let sources = unlocked_all(sources, &options.keys, progress.wish());
        Self::start(sources, destination, options, progress)
    }

    /// A job on what is at `paths`.
    ///
    /// # Errors
    ///
    /// As [`Job::open`], and when not one source can be read.
    pub fn open_paths(
        paths: &[PathBuf],
        options: &'o Options,
        progress: &'o Progress,
    ) -> Result<Self, Error> {
        let destination = checked(options, paths)?;
        let open = |path: &PathBuf| {
            (path.clone(), source::open_for(path, options.io, options.archives, progress.wish()))
        };
        let mut sources: Vec<_> = paths.iter().map(open).collect();
        if let Some(map) = &options.map {
            sources = with_map(sources, map)?;
        }
        sources = limited(sources, &options.pace);
        let mut image = None;
        if let Some(path) = &options.image {
            image = with_image(&mut sources, path, options, progress)?;
        }
        sources = unlocked_all(sources, &options.keys, progress.wish());
        if sources.iter().any(|(_, source)| source.is_ok()) {
            let mut job = Self::start(sources, destination, options, progress)?;
            job.environment.image = image;
            return Ok(job);
        }
        let error = sources.into_iter().find_map(|(_, source)| source.err());
        let none = || Error::Start { what: "a scan", why: "no source is named".to_owned() };
        Err(error.unwrap_or_else(none))
    }

    pub(super) fn start(
        sources: Vec<GivenSource>,
        destination: Option<Destination>,
        options: &'o Options,
        progress: &'o Progress,
    ) -> Result<Self, Error> {
        let sources = source_jobs(sources, options, progress)?;
        events::opened(&sources);
        let mut environment = Environment::new(options, progress)?;
        let output = destination.map(OutputState::create).transpose()?;
        let head = head(&sources, &environment);
        let mut ledger = match &output {
            Some(output) if options.resume => resume::ledger(output, &sources, head, options)?,
            Some(output) => {
                let scan = output.scan_log()?;
                Ledger::new(head, scan, output.settle_log()?, output.name_log()?)?
            }
            None => {
                let (scan, settle) = (Journal::scratch()?, Journal::scratch()?);
                Ledger::new(head, scan, settle, NameLog::scratch()?)?
            }
        };
        if let (Some(output), Some(lists)) = (&output, &options.lost_hashes) {
            output.keep_lists(lists)?;
        }
        environment.output = output.map(OutputState::with_store).transpose()?;
        // The scan of a shard ends before there is a report.
        let output = environment.output.as_ref().filter(|_| options.shard.is_none());
        ledger.reserve = output.and_then(Output::reserve);
        Ok(Job { environment, sources, ledger, stage: Opened })
    }
}

/// The source at `path`, without what its `map` does not call finished, and with its encrypted volumes open.
pub(super) fn open_one(
    path: &Path,
    map: Option<&Path>,
    options: &Options,
    progress: &Progress,
) -> Result<Box<dyn Source>, Error> {
    // It was scanned before, perhaps since archives were looked into.
    let source = source::open_for(path, options.io, true, progress.wish());
    let mut opened = vec![(path.to_path_buf(), source)];
    if let Some(map) = map {
        opened = with_map(opened, map)?;
    }
    let none = || Error::Start { what: "a run", why: "no source is named".to_owned() };
    unlocked(opened.pop().ok_or_else(none)?.1?, &options.keys, progress.wish())
}

/// The only source without what its map at `path` does not call finished.
fn with_map(sources: Vec<GivenSource>, path: &Path) -> Result<Vec<GivenSource>, Error> {
    if sources.len() != 1 {
        let why = format!("a map is of one image, and {} sources are named", sources.len());
        return Err(Error::Start { what: "a scan with a map", why });
    }
    let map = source::rescue_map::read_map(path)?;
    let holed = |(path, source): GivenSource| {
        let holed = source.map(|source| {
            let holes = map.resized(source.len()).unfinished();
            Box::new(Holed::new(source, &holes)) as Box<dyn Source>
        });
        (path, holed)
    };
    Ok(sources.into_iter().map(holed).collect())
}

/// The same sources, read no faster than that.
fn limited(sources: Vec<GivenSource>, pace: &Pace) -> Vec<GivenSource> {
    let slow = |source| Limited::at(source, pace);
    sources.into_iter().map(|(path, source)| (path, source.map(slow))).collect()
}

/// Images the only source while it is read; it is what was to be opened.
fn with_image(
    sources: &mut [GivenSource],
    path: &Path,
    options: &Options,
    progress: &Progress,
) -> Result<Option<ImageInMaking>, Error> {
    let [(_, source)] = sources else {
        let why = format!("an image is of one device, and {} sources are named", sources.len());
        return Err(Error::Start { what: "a scan that makes an image", why });
    };
    let none = || Error::Start { what: "an image", why: "its device was not opened".to_owned() };
    let device = match std::mem::replace(source, Err(none())) {
        Ok(device) => device,
        failed => {
            *source = failed;
            return Ok(None);
        }
    };
    let mut notes = Vec::new();
    let wanted = imaging::Options {
        image: path.to_path_buf(),
        command: options.command.clone(),
        ..imaging::Options::default()
    };
    let note = &mut |note: &str| notes.push(note.to_owned());
    let imaged = Imaged::new(device, &wanted, progress, note)?;
    *source = Ok(Box::new(imaged.clone()));
    Ok(Some(ImageInMaking { imaged, notes }))
}

/// Sources that are open, and their paths.
pub(super) fn given(sources: Vec<Box<dyn Source>>) -> (Vec<PathBuf>, Vec<GivenSource>) {
    let named = |source: Box<dyn Source>| (source.path().to_path_buf(), Ok(source));
    let sources: Vec<GivenSource> = sources.into_iter().map(named).collect();
    (sources.iter().map(|(path, _)| path.clone()).collect(), sources)
}

/// The output folder that is asked for, when it may be written to. Without one, the folder of temporary files
/// must not lie on a source either.
fn checked(options: &Options, paths: &[PathBuf]) -> Result<Option<Destination>, Error> {
    match &options.output {
        Some(output) if options.resume => destination::check_going_on(output, paths).map(Some),
        Some(output) => destination::check(output, paths).map(Some),
        None => {
            destination::check_temporary(&std::env::temp_dir(), paths)?;
            Ok(None)
        }
    }
}

/// What is known of each source before it is scanned.
pub(super) fn source_jobs(
    sources: Vec<GivenSource>,
    options: &Options,
    progress: &Progress,
) -> Result<Vec<SourceJob>, Error> {
    let start = options.range.map_or(0, |(start, _)| start);
    for source in sources.iter().filter_map(|(_, source)| source.as_ref().ok()) {
        if start > 0 && start >= source.len() {
            return Err(Error::Range { path: source.path().to_path_buf(), len: source.len() });
        }
    }
    let job = |(path, source)| SourceJob::new(path, source, options, progress.wish());
    sources.into_iter().map(job).collect()
}

/// What decides what a scan with these options finds.
pub(super) fn settings(options: &Options) -> ScanSettings {
    ScanSettings {
        formats: options.registry.names().map(Into::into).collect(),
        wanted: options.registry.wanted(&options.formats),
        quick: options.quick,
        archives: options.archives,
        filesystems: options.filesystems,
        volume: options.volume,
        range: options.range,
        hashes: options.hashes.clone(),
        hash_source: options.hash_source,
        lost_hashes: options.lost_hashes.as_ref().map(|lists| lists.identity()),
        known: options.known.as_ref().map(|known| known.identity()),
    }
}

/// The head of the scan log.
pub(super) fn head(sources: &[SourceJob], environment: &Environment<'_>) -> HeadLine {
    let options = environment.options;
    let settings = settings(options);
    // What was not read before a stop is not known.
    let read = |identity| (!environment.progress.is_over()).then_some(identity);
    let identity = |source: Option<&dyn Source>| read(Identity::of(source?));
    let paths: Vec<PathBuf> = sources.iter().map(|job| job.path.clone()).collect();
    let range = sources.first().map_or(Span { at: 0, len: 0 }, |job| job.whole);
    let shards = options.shard.map(|shard| ShardSet::one(shard, range));
    let sources = opened(sources).into_iter().map(identity).collect();
    let head = HeadLine::new(settings, sources, options.command.clone());
    given_paths(HeadLine { shards, ..head }, &paths, options)
}

/// The head of a scan log with the paths that were given, and the command line that named them.
pub(super) fn given_paths(head: HeadLine, paths: &[PathBuf], options: &Options) -> HeadLine {
    // What JSON cannot hold is left out: such sources have to be named again.
    let given = |path: &PathBuf| path.to_str().map(PathBuf::from).unwrap_or_default();
    let paths = paths.iter().map(given).collect();
    let folder = std::env::current_dir().ok().filter(|folder| folder.to_str().is_some());
    let map = options.map.clone().filter(|map| map.to_str().is_some());
    HeadLine { command: options.command.clone(), paths, folder, map, ..head }
}
