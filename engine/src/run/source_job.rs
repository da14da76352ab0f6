//! All that is known of one source of a run.

use std::path::PathBuf;

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use crate::control::error::Error;
use crate::control::progress::Stop;
use crate::model::{ClusterGrid, Lost};
use crate::names::NameOnlyEntry;
use crate::options::Options;
use crate::source::{Source, Watched};
use crate::volumes::live_map::LiveMap;
use crate::volumes::survey::{EntryId, Survey};

/// A path as it was given, and what came of opening it.
pub(super) type GivenSource = (PathBuf, Result<Box<dyn Source>, Error>);

/// One source of a run.
pub(super) struct SourceJob {
    /// Path as it was given.
    pub(super) path: PathBuf,
    /// The folder that it is meant from, where it does not begin at the root.
    pub(super) folder: Option<PathBuf>,
    /// The source, or why it could not be opened.
    pub(super) source: Result<Box<dyn Source>, Error>,
    /// The bytes that headers may start in.
    pub(super) range: Span,
    /// The same of all shards, where they are those of one.
    pub(super) whole: Span,
    /// What its file systems say.
    pub(super) survey: Survey,
    /// What is in use.
    pub(super) live: LiveMap,
    /// The entries of the survey, in the order in which they count.
    pub(super) entries: Vec<EntryId>,
    /// Clusters that its photos tell.
    pub(super) grid: Option<ClusterGrid>,
    /// For each volume of the survey, deleted photos of which only the name is left.
    pub(super) name_only: Vec<Vec<NameOnlyEntry>>,
    /// Photos that may be missing in the numbering of its cameras.
    pub(super) gaps: Vec<Lost>,
}

impl SourceJob {
    /// A source that was opened or could not be, with its file systems. From now on its reads end soon after
    /// `stop` is over.
    ///
    /// # Errors
    ///
    /// When a partition is asked for that is not there, or a range that begins after its end.
    pub(super) fn new(
        path: PathBuf,
        source: Result<Box<dyn Source>, Error>,
        options: &Options,
        stop: &Stop,
    ) -> Result<Self, Error> {
        let watched = |source| Box::new(Watched::new(source, stop)) as Box<dyn Source>;
        let source = source.map(watched);
        let survey = match &source {
            Ok(source) => survey(source.as_ref(), options, stop)?,
            Err(_) => Survey::default(),
        };
        let len = source.as_ref().map_or(0, |source| source.len());
        let whole = whole(options, &survey, len);
        let range = options.shard.map_or(whole, |shard| shard.of(whole));
        let live = LiveMap::of(&survey);
        let (entries, name_only, gaps) = (Vec::new(), Vec::new(), Vec::new());
        let (grid, folder) = (None, std::env::current_dir().ok());
        Ok(SourceJob {
            path,
            folder,
            source,
            range,
            whole,
            survey,
            live,
            entries,
            grid,
            name_only,
            gaps,
        })
    }

    /// The source, if it could be opened.
    pub(super) fn open(&self) -> Option<&dyn Source> {
        self.source.as_ref().ok().map(|source| &**source)
    }
}

/// Those of the sources that could be opened, by position on the command line.
pub(super) fn opened(sources: &[SourceJob]) -> Vec<Option<&dyn Source>> {
    sources.iter().map(SourceJob::open).collect()
}

/// What the file systems of a source say; nothing where they are not to be asked, or were not read to the end. The
/// scan of a shard asks them only where its volume lies: all else is done by what finishes all shards.
fn survey(source: &dyn Source, options: &Options, stop: &Stop) -> Result<Survey, Error> {
    let is_needed = options.shard.is_none() || options.volume.is_some();
    if !options.filesystems || !is_needed {
        return Ok(Survey::default());
    }
    let mut survey = Survey::of_open(source as &dyn Bytes, source.unlocked());
    if stop.is_over() {
        return Ok(Survey::default());
    }
    if let Some(number) = options.volume {
        let missing = |known| Error::NoVolume { path: source.path().to_path_buf(), number, known };
        survey.keep_only(number).map_err(missing)?;
    }
    Ok(survey)
}

/// The range of a source that headers may start in.
fn whole(options: &Options, survey: &Survey, len: u64) -> Span {
    let (start, asked) = options.range.unwrap_or((0, len));
    let (mut start, mut end) = (start.min(len), start.saturating_add(asked).min(len));
    if let (Some(_), Some(volume)) = (options.volume, survey.volumes.first()) {
        let span = volume.contents.span;
        (start, end) = (start.max(span.at), end.min(span.end()));
    }
    Span::between(start, end)
}
