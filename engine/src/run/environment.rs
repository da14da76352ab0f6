//! What all stages of a run share.

use std::io::{Read, Write};
use std::time::Instant;

use afterimage_signatures::Effort;
use jiff::Timestamp;

use super::source_job::SourceJob;
use super::stats::Stats;
use crate::carve::Carver;
use crate::control::error::Error;
use crate::control::metrics::Metrics;
use crate::control::progress::Progress;
use crate::imaging::Imaged;
use crate::ledger::{Journal, Keeper, NameLog, Reserve, SCAN_LOG, Store};
use crate::model::Algorithm;
use crate::model::Lost;
use crate::options::{LostHashes, Options, Workers};
use crate::output::destination::{Destination, LOCK, STATE};
use crate::scan::Matcher;
use crate::source::{Fault, FaultKind, Source};
use crate::system::folder::{Folder, Lock};

/// Name of the settle log in the folder that holds the state of a run.
const SETTLE_LOG: &str = "settle.log";

/// Why a report is not complete that was made without a source.
const WITHOUT_SOURCE: &str = "made without its source: what its file systems say is not known, and photos \
                              without a path need the source";

/// Name of the file there with what the lists of digests say that the run looks for.
const LISTS: &str = "lost-hashes.json";

/// The longest such file that is read back, in bytes.
const LONGEST_LISTS: u64 = 2 << 30;

/// Why a report is not complete that was made without them.
const WITHOUT_LISTS: &str = "made without the lists of --lost-hashes: what they say of photos that were not found                              by then is not known";

/// Name of the folder for content in it.
pub(super) const STORE: &str = "store";

/// What all stages of a run share.
pub(super) struct Environment<'o> {
    pub(super) options: &'o Options,
    pub(super) progress: &'o Progress,
    pub(super) metrics: Metrics,
    pub(super) pool: Workers,
    pub(super) matcher: Matcher,
    /// Which formats are asked for, by position in the registry.
    pub(super) wanted: Vec<bool>,
    /// Where to write to; nothing for a run that only lists what it finds.
    pub(super) output: Option<Output>,
    pub(super) started: Timestamp,
    pub(super) clock: Instant,
    /// What kept something from being written.
    pub(super) failure: Option<Error>,
    /// Whether the scan was stopped, or did not come to its end in another process.
    pub(super) is_cut_short: bool,
    /// Whether a source was not at hand, without which a run in another process is finished.
    pub(super) is_without_source: bool,
    /// Whether the lists of digests of such a run are not there any more.
    pub(super) is_without_lists: bool,
    /// Digests beside BLAKE3 that are computed of each file.
    algorithms: Vec<Algorithm>,
    pub(super) stats: Stats,
    /// The image that is made of the source while it is read.
    pub(super) image: Option<ImageInMaking>,
    /// Photos that places tell of as having existed.
    pub(super) told: Vec<Lost>,
}

/// An image that is made while its device is scanned, and what is to be known of it.
pub(super) struct ImageInMaking {
    pub(super) imaged: Imaged,
    pub(super) notes: Vec<String>,
}

/// Where a run writes to.
pub(super) struct Output {
    pub(super) destination: Destination,
    /// The output folder.
    pub(super) folder: Folder,
    /// The folder that holds the state of the run.
    pub(super) state: Folder,
    pub(super) store: Store,
    /// Keeps other processes out.
    _lock: Lock,
}

/// The folder that holds the state of a run, before its store is opened: whoever has made its scan log owns
/// it.
pub(super) struct OutputState {
    destination: Destination,
    folder: Folder,
    state: Folder,
    lock: Lock,
}

impl OutputState {
    /// Makes the folders of a run, in which no other process may be at work.
    pub(super) fn create(destination: Destination) -> Result<Self, Error> {
        let folder = destination.create()?;
        let made = folder.make(STATE);
        let state = made
            .map_err(|error| Error::output("make the folder", &folder.path().join(STATE), error))?;
        let path = || state.path().join(LOCK);
        let lock = state.lock(LOCK).map_err(|error| Error::output("lock", &path(), error))?;
        let lock = lock.ok_or_else(|| Error::Busy { path: folder.path().to_path_buf() })?;
        Ok(OutputState { destination, folder, state, lock })
    }

    /// The output folder.
    pub(super) fn folder(&self) -> &Folder {
        &self.folder
    }

    /// The folder that holds the state of the run.
    pub(super) fn state(&self) -> &Folder {
        &self.state
    }

    /// Room of `len` bytes at the least that is held back, as far as there is some.
    pub(super) fn reserve(&self, len: u64) -> Option<Reserve> {
        let mut reserve = Reserve::create(&self.state, self.destination.free).ok()?;
        reserve.grow(len);
        Some(reserve)
    }

    /// A new scan log in place of one in which nothing stands.
    pub(super) fn fresh_scan_log(&self) -> Result<Journal, Error> {
        Journal::replace(&self.state, SCAN_LOG)
    }

    /// Keeps what the lists of digests say, for whoever finishes the run without them.
    pub(super) fn keep_lists(&self, lists: &LostHashes) -> Result<(), Error> {
        let failed = |error| Error::output("write", &self.state.path().join(LISTS), error);
        let written = self.state.replace(LISTS).and_then(|mut file| {
            file.write_all(&lists.kept())?;
            file.sync_all()
        });
        written.map_err(failed)
    }

    /// The log of names, with those that an earlier process gave.
    pub(super) fn name_log(&self) -> Result<NameLog, Error> {
        NameLog::open(&self.state)
    }

    /// A new scan log, which no earlier run may have left there.
    pub(super) fn scan_log(&self) -> Result<Journal, Error> {
        Journal::create(&self.state, SCAN_LOG)
    }

    /// A new settle log, in place of that of an earlier process.
    pub(super) fn settle_log(&self) -> Result<Journal, Error> {
        Journal::replace(&self.state, SETTLE_LOG)
    }

    /// The same with its store, from which what an earlier process left unfinished is removed.
    pub(super) fn with_store(self) -> Result<Output, Error> {
        let OutputState { destination, folder, state, lock } = self;
        let made = state.make(STORE);
        let store = made
            .map_err(|error| Error::output("make the folder", &state.path().join(STORE), error))?;
        Ok(Output { destination, folder, state, store: Store::open(store)?, _lock: lock })
    }
}

/// The lists of digests that a run keeps in the folder with its state, if they are those of that identity.
pub(super) fn kept_lists(state: &Folder, identity: &str) -> Option<LostHashes> {
    let mut text = Vec::new();
    state.read(LISTS).ok()?.take(LONGEST_LISTS).read_to_end(&mut text).ok()?;
    LostHashes::restored(&text).filter(|lists| lists.identity() == identity)
}

impl Output {
    /// Room that is held back for the report.
    pub(super) fn reserve(&self) -> Option<Reserve> {
        Reserve::create(&self.state, self.destination.free).ok()
    }

    /// Removes what a run that came to its end needs no more.
    pub(super) fn tidy(&self) {
        // What is left costs room, nothing else.
        drop(self.state.remove(SETTLE_LOG));
    }

    /// Removes the store if nothing is left in it, and says whether that is so.
    pub(super) fn close_store(&self) -> bool {
        // Windows lets no folder be removed that is held open.
        let has_nothing = || self.store.folder().names().is_ok_and(|names| names.is_empty());
        self.store.is_empty() && (self.state.remove_folder(STORE).is_ok() || has_nothing())
    }
}

impl<'o> Environment<'o> {
    pub(super) fn new(options: &'o Options, progress: &'o Progress) -> Result<Self, Error> {
        let pool = match &options.workers {
            Some(workers) => workers.clone(),
            None => Workers::new(options.threads)?,
        };
        Ok(Environment {
            options,
            progress,
            metrics: Metrics::default(),
            stats: Stats::new(pool.count()),
            pool,
            matcher: Matcher::new(&options.registry),
            wanted: options.registry.wanted(&options.formats),
            output: None,
            started: Timestamp::now(),
            clock: Instant::now(),
            failure: None,
            is_cut_short: false,
            is_without_source: false,
            is_without_lists: false,
            algorithms: algorithms(options),
            image: None,
            told: Vec::new(),
        })
    }

    /// What measures candidates.
    pub(super) fn carver(&self) -> Carver<'_> {
        let effort = if self.options.quick { Effort::Structure } else { Effort::Proof };
        Carver { matcher: &self.matcher, registry: &self.options.registry, effort }
    }

    /// What computes digests, and stores content as long as nothing has failed.
    pub(super) fn keeper(&self) -> Keeper<'_> {
        let output = self.output.as_ref();
        let may_store = !self.options.dry_run && self.failure.is_none();
        Keeper {
            store: if may_store { output.map(|output| &output.store) } else { None },
            algorithms: &self.algorithms,
            lists: self.options.lost_hashes.as_deref(),
            known: self.options.known.as_deref(),
            longest: output.map_or(u64::MAX, |output| output.destination.longest),
            metrics: &self.metrics,
            stop: self.progress.wish(),
        }
    }

    /// Takes note of a stop that left out what a stage looks for.
    pub(super) fn note_end(&mut self) {
        self.is_cut_short |= self.progress.stopped();
    }

    /// Takes note of a stop after which something was not read any more that was to be.
    pub(super) fn note_stop(&mut self) {
        self.is_cut_short |= self.progress.is_over();
    }

    /// Takes note of sources that are not there any more.
    pub(super) fn note_gone(&mut self, sources: &[SourceJob]) {
        for source in sources.iter().filter_map(SourceJob::open).filter(|source| source.is_gone()) {
            self.failure.get_or_insert(gone(source));
        }
    }

    /// Whether somebody stopped the run, and nothing else did.
    pub(super) fn is_interrupted(&self) -> bool {
        self.is_cut_short && self.failure.is_none()
    }

    /// Whether the disk of the output had no room for something.
    pub(super) fn is_full(&self) -> bool {
        matches!(self.failure, Some(Error::NoRoom { .. }))
    }

    /// Why not all that was asked for was done, where that is so.
    pub(super) fn incomplete(&self) -> Option<String> {
        match &self.failure {
            Some(failure) => Some(failure.to_string()),
            None if self.is_without_source => Some(WITHOUT_SOURCE.to_owned()),
            None if self.is_without_lists => Some(WITHOUT_LISTS.to_owned()),
            None => self.is_interrupted().then(|| "interrupted".to_owned()),
        }
    }

    /// Keeps the first thing that went wrong; what it does not concern goes on.
    pub(super) fn note<T>(&mut self, outcome: Result<T, Error>) -> Option<T> {
        match outcome {
            Ok(value) => Some(value),
            Err(error) => {
                tracing::warn!(%error, "something failed");
                self.failure.get_or_insert(error);
                None
            }
        }
    }
}

/// Why a source is gone.
fn gone(source: &dyn Source) -> Error {
    let path = source.path().to_path_buf();
    match source.fault() {
        None => Error::Vanished { path },
        Some(Fault { kind: FaultKind::Changed, why }) => Error::Changed { path, what: why },
        Some(Fault { why, .. }) => Error::Unavailable { path, why },
    }
}

/// The digests that are asked for, and those that the lists give.
fn algorithms(options: &Options) -> Vec<Algorithm> {
    let mut all = options.hashes.clone();
    let listed = options.lost_hashes.iter().flat_map(|lists| lists.algorithms());
    let known = options.known.iter().flat_map(|known| known.algorithms());
    for algorithm in listed.chain(known) {
        if !all.contains(&algorithm) {
            all.push(algorithm);
        }
    }
    all
}
