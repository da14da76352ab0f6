//! A whole scan, from the command line's sources to a report.

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

use afterimage_signatures::verdict::Span;
use afterimage_signatures::{Bytes, Effort};
use jiff::Timestamp;
use rayon::{ThreadPool, ThreadPoolBuilder};

use super::outcome::{Outcome, Stats};
use crate::carve::Carver;
use crate::error::Error;
use crate::ledger::Ledger;
use crate::ledger::journal::Journal;
use crate::ledger::reserve::Reserve;
use crate::ledger::store::Store;
use crate::metrics::Account;
use crate::model::cluster_grid::Grid;
use crate::model::digest::Hasher;
use crate::names::assign as recall;
use crate::names::join::Naming;
use crate::options::Options;
use crate::output::destination::{self, Destination, STATE};
use crate::output::owner::Owner;
use crate::output::report::rows::Listing;
use crate::output::report::sources::{describe, missing};
use crate::output::report::{self};
use crate::output::write::{Recovery, Written};
use crate::pipeline::budget::PARCEL;
use crate::pipeline::reader::Cut;
use crate::pipeline::region as parcel;
use crate::pipeline::{Scan, Scanned};
use crate::progress::Progress;
use crate::restore::layouts;
use crate::restore::undelete::Undelete;
use crate::scan::Matcher;
use crate::settle;
use crate::source::{self, Source};
use crate::volumes::entropy::Filling;
use crate::volumes::live_map::Owners;
use crate::volumes::survey::Survey;
use crate::volumes::traces::Trace;

/// Scans `paths` and writes what is found to the output folder of `options`.
///
/// # Errors
///
/// When nothing could be started: a bad output folder, or not one source that can be read. What
/// goes wrong later is part of the [`Outcome`].
pub fn scan(paths: &[PathBuf], options: &Options, progress: &Progress) -> Result<Outcome, Error> {
    let destination = destination::check(&options.output, paths)?;
    let opened: Vec<_> = paths.iter().map(|path| source::open(path, options.io)).collect();
    let mut failed = Vec::new();
    let mut sources: Vec<Option<Box<dyn Source>>> = Vec::new();
    for (path, opened) in paths.iter().zip(opened) {
        sources.push(opened.map_err(|error| failed.push((path.clone(), error))).ok());
    }
    if sources.iter().all(Option::is_none)
        && let Some((_, error)) = failed.drain(..).next()
    {
        return Err(error);
    }
    let start = options.range.map_or(0, |(start, _)| start);
    if let Some(source) = sources.iter().flatten().find(|source| start > 0 && start >= source.len())
    {
        let why = "the range begins behind its end";
        return Err(Error::NotASource { path: source.path().to_path_buf(), why });
    }
    let surveys: Vec<Survey> = sources
        .iter()
        .map(|source| {
            source
                .as_ref()
                .map_or_else(|| Ok(Survey::default()), |one| recall::survey(one.as_ref(), options))
        })
        .collect::<Result<_, _>>()?;
    let (mut run, journal) = Run::start(options, progress, destination)?;
    run.surveys = surveys;
    let reserve = Reserve::create(run.state.join("reserve"), run.destination.free).ok();
    let ledger = Mutex::new(Ledger { journal, reserve, entries: Vec::new(), halves: Vec::new() });
    run.scan(paths, &sources, &ledger, &failed);
    run.finish(settle::unlock(ledger), &sources, failed)
}

/// A run that has its folder.
pub struct Run<'o> {
    pub options: &'o Options,
    progress: &'o Progress,
    pub destination: Destination,
    pub owner: Owner,
    pub state: PathBuf,
    store: Store,
    pool: ThreadPool,
    wanted: Vec<bool>,
    pub started: Timestamp,
    clock: Instant,
    pub described: Vec<report::Source>,
    matcher: Matcher,
    /// What the file systems of each source say.
    surveys: Vec<Survey>,
    /// Traces of file systems that the scan of each came upon.
    traces: Vec<Vec<Trace>>,
    /// What kept something from being written.
    pub failure: Option<Error>,
    account: Account,
    stats: Stats,
}

impl<'o> Run<'o> {
    fn start(
        options: &'o Options,
        progress: &'o Progress,
        destination: Destination,
    ) -> Result<(Self, Journal), Error> {
        let pool = ThreadPoolBuilder::new()
            .num_threads(options.threads)
            .build()
            .map_err(|error| Error::Start { what: "workers", why: error.to_string() })?;
        destination.create()?;
        let owner = Owner::from_environment();
        let state = destination.path.join(STATE);
        owner.create_dir_all(&state).map_err(|error| Error::output("make", &state, error))?;
        let journal = state.join("journal.log");
        if journal.exists() {
            let why = "it holds the journal of an earlier run, in .afterimage; choose another folder, \
                       or move this one away";
            return Err(Error::Destination { path: destination.path, why: why.to_owned() });
        }
        let path = journal;
        let journal = Journal::create(&path)?;
        owner.give(&path).map_err(|error| Error::output("give away", &path, error))?;
        let store = Store::create(state.join("store"))?;
        let run = Run {
            options,
            progress,
            destination,
            owner,
            store,
            account: Account::default(),
            stats: Stats::new(pool.current_num_threads()),
            pool,
            wanted: options.registry.wanted(&options.formats),
            started: Timestamp::now(),
            clock: Instant::now(),
            described: Vec::new(),
            matcher: Matcher::new(&options.registry),
            surveys: Vec::new(),
            traces: Vec::new(),
            failure: None,
            state,
        };
        Ok((run, journal))
    }

    /// Scans all sources, one after the other. A failure of the output ends it.
    fn scan(
        &mut self,
        paths: &[PathBuf],
        sources: &[Option<Box<dyn Source>>],
        ledger: &Mutex<Ledger>,
        failed: &[(PathBuf, Error)],
    ) {
        let ranges = sources.iter().zip(&self.surveys).filter_map(|(source, survey)| {
            Some(range(self.options, survey, source.as_ref()?.len()))
        });
        self.progress.total.store(ranges.map(|(start, end)| end - start).sum(), Relaxed);
        for (index, (path, source)) in paths.iter().zip(sources).enumerate() {
            let Some(source) = source else {
                let why = failed.iter().find(|(failed, _)| failed == path);
                self.described.push(missing(path, why.map(|(_, error)| error.to_string())));
                self.traces.push(Vec::new());
                continue;
            };
            let mut scanned = self.scan_one(source.as_ref(), index, ledger);
            self.traces.push(std::mem::take(&mut scanned.traces));
            self.described.push(describe(source.as_ref(), scanned));
        }
        self.stats.scanned = self.progress.scanned.load(Relaxed);
        self.stats.scanning = self.clock.elapsed();
    }

    fn scan_one(&mut self, source: &dyn Source, index: usize, ledger: &Mutex<Ledger>) -> Scanned {
        if self.failure.is_some() || self.progress.stopped() {
            return Scanned::default();
        }
        let options = self.options;
        let (carver, matcher) = (self.carver(), &self.matcher);
        let survey = &self.surveys[index];
        let owners = Owners::of(survey);
        let mut last = layouts::apart(owners.spans().collect());
        last.retain(|span| span.len >= LEAST_LAST);
        let (start, end) = range(options, survey, source.len());
        let overlap = matcher.overlap() as u64 + parcel::NEAR;
        let scan = Scan {
            matcher,
            carver: &carver,
            store: (!options.dry_run).then_some(&self.store),
            hashes: &options.hashes,
            longest: self.destination.longest,
            wanted: &self.wanted,
            ledger,
            account: &self.account,
            progress: self.progress,
            pool: &self.pool,
            cut: Cut {
                start,
                end,
                chunk_len: options.chunk_len.next_multiple_of(PARCEL).max(LEAST_CHUNK),
                overlap,
            },
            last: &last,
            left: (!options.all).then_some(&owners),
            traces: options.filesystems,
            hasher: options.hash_source.then(|| Hasher::new(&options.hashes)),
        };
        match scan.run(source, index as u32) {
            Ok(scanned) => scanned,
            Err(error) => {
                self.failure = Some(error);
                Scanned::default()
            }
        }
    }

    fn carver(&self) -> Carver<'_> {
        let effort = if self.options.quick { Effort::Structure } else { Effort::Proof };
        Carver { matcher: &self.matcher, registry: &self.options.registry, effort }
    }

    /// Settles which bytes belong to which file, with what the file systems know.
    fn settle(
        &mut self,
        ledger: &mut Ledger,
        sources: &[Option<Box<dyn Source>>],
    ) -> Result<(), Error> {
        for (index, Grid { len, at }) in settle::claim(ledger)? {
            self.described[index as usize].clusters =
                Some(report::Clusters { size: len, first: at });
        }
        let mut surveys = std::mem::take(&mut self.surveys);
        for (index, (source, survey)) in sources.iter().zip(&mut surveys).enumerate() {
            let Some(source) = source.as_deref() else { continue };
            let goes_on = self.options.volume.is_none() && !self.progress.stopped();
            if goes_on && self.options.filesystems {
                survey.complete(source as &dyn Bytes, &self.traces[index]);
            }
            let naming = Naming { survey, zone: self.options.zone.as_ref() };
            let undelete = Undelete {
                carver: &self.carver(),
                naming,
                store: (!self.options.dry_run && self.failure.is_none()).then_some(&self.store),
                longest: self.destination.longest,
                range: range(self.options, survey, source.len()),
                progress: self.progress,
                all: self.options.all,
                hashes: &self.options.hashes,
                account: &self.account,
                pool: &self.pool,
                source,
                index: index as u32,
            };
            recall::undelete(ledger, &undelete)?;
            let found = recall::name(ledger, naming, (index as u32, source.len()), self.options)?;
            let bytes = source as &dyn Bytes;
            let is_all = !self.progress.stopped() && self.options.range.is_none();
            let found = Some(&found).filter(|_| is_all);
            self.described[index].volumes = recall::volumes(naming, bytes, found, self.options);
            let whole = [Span { at: 0, len: source.len() }];
            let filling = Filling::of(source as &dyn Bytes, &whole);
            self.described[index].noise = filling.map(|filling| filling.noise);
            self.described[index].table_faults = survey.faults.clone();
        }
        self.surveys = surveys;
        Ok(())
    }

    /// Settles what there is, gives it its names and writes the report.
    fn finish(
        mut self,
        mut ledger: Ledger,
        sources: &[Option<Box<dyn Source>>],
        failed: Vec<(PathBuf, Error)>,
    ) -> Result<Outcome, Error> {
        let interrupted = self.progress.stopped() && self.failure.is_none();
        self.progress.finishing.store(true, Relaxed);
        let clock = Instant::now();
        if let Err(error) = self.settle(&mut ledger, sources) {
            self.failure.get_or_insert(error);
        }
        let settled = settle::settle(&mut ledger, sources, &self.wanted, self.options)?;
        let mut written = Written::default();
        if !self.options.dry_run {
            let recovery = Recovery {
                output: &self.destination.path,
                store: &self.store,
                owner: &self.owner,
                longest: self.destination.longest,
                embedded: self.options.embedded,
                zone: self.options.zone.as_ref(),
                hashes: &self.options.hashes,
                account: &self.account,
                sources,
            };
            written = recovery.place(&mut ledger, &settled);
            self.failure = self.failure.take().or(written.failure.take());
        }
        if let Some(reserve) = ledger.reserve.take() {
            reserve.release();
        }
        let registry = &self.options.registry;
        let (ledger, settled, written, all) = (&ledger, &settled, &written, self.options.all);
        let listing = Listing { registry, ledger, settled, written, all };
        let summary = listing.summary();
        let report = self.report(&listing, summary.clone(), interrupted)?;
        let warnings = self.warnings(written);
        self.stats.finishing = clock.elapsed();
        let (photos, formats) = (listing.photos(), listing.formats());
        let (inner, lost, live) = (listing.inner(), listing.lost(), listing.live());
        self.stats.stages = self.account.costs();
        self.stats.read = sources.iter().flatten().map(|source| source.bytes_read()).sum();
        Ok(Outcome {
            report,
            summary,
            sources: self.described,
            failed,
            failure: self.failure,
            interrupted,
            photos,
            formats,
            live,
            lost,
            inner,
            filtered: settled.filtered,
            warnings,
            stats: self.stats,
        })
    }

    /// What the disk of the output could not keep, or keeps in its own way.
    fn warnings(&self, written: &Written) -> Vec<String> {
        let mut warnings = Vec::new();
        if self.destination.fat {
            warnings.push(format!(
                "The disk of the output folder is FAT: it takes no file longer than {} bytes, and \
                 names that differ only in case are told apart by their offset.",
                self.destination.longest
            ));
        }
        if written.too_long > 0 {
            warnings.push(format!(
                "{} files are longer than the {} bytes that the disk of the output folder takes \
                 and were not written; the report lists them. Use a folder on another disk.",
                written.too_long, self.destination.longest
            ));
        }
        if !self.store.close() {
            warnings.push(format!(
                "Some photos could not be given their names; they are kept by their BLAKE3 in {}.",
                self.store.folder().display()
            ));
        }
        warnings
    }
}

/// What is read again behind a chunk is a sixteenth of it at the most, in bytes.
const LEAST_CHUNK: u64 = 256 << 10;

/// Shorter stretches of live files are scanned with what is around them, in bytes: what begins before such a
/// stretch may be read into it, and again in its turn.
const LEAST_LAST: u64 = 256 << 20;

/// The range of a source that headers may start in.
fn range(options: &Options, survey: &Survey, len: u64) -> (u64, u64) {
    let (start, asked) = options.range.unwrap_or((0, len));
    let (mut start, mut end) = (start.min(len), start.saturating_add(asked).min(len));
    if let (Some(_), Some(volume)) = (options.volume, survey.volumes.first()) {
        let span = volume.contents.span;
        (start, end) = (start.max(span.at), end.min(span.end()));
    }
    (start, end.max(start))
}
