//! [`Opened`] to [`Scanned`]: every byte that is asked for is looked at once.

use std::collections::HashMap;
use std::sync::atomic::Ordering::Relaxed;

use afterimage_signatures::verdict::Span;

use super::environment::Environment;
use super::events;
use super::job::{Job, Opened, Scanned};
use super::source_job::SourceJob;
use crate::control::error::Error;
use crate::imaging::Priorities;
use crate::ledger::{Ledger, NONE, ScanTally};
use crate::model::{Hasher, SpanSet};
use crate::options::{Options, Sighting, Watcher};
use crate::pipeline::{Cut, NEAR, REGION, Scan};
use crate::source::Source;
use crate::volumes::entropy;
use crate::volumes::survey::Volume;

/// What is read again after a chunk is a sixteenth of it at the most, in bytes.
const LEAST_CHUNK: u64 = 256 << 10;

/// Shorter ranges of live files are scanned with what is around them, in bytes: what begins before such a
/// range may be read into it, and again in its turn.
const LEAST_LAST: u64 = 256 << 20;

impl<'o> Job<'o, Opened> {
    /// Scans all sources, one after the other. A failure of the output ends it.
    pub fn scan(mut self) -> Job<'o, Scanned> {
        let Job { environment, sources, ledger, .. } = &mut self;
        let progress = environment.progress;
        if let Some(watcher) = &environment.options.watcher {
            show_known(ledger, watcher);
        }
        let asked = sources.iter().zip(&ledger.tallies).filter(|(job, _)| job.open().is_some());
        progress.total.store(asked.map(|(job, tally)| todo(job, tally).total()).sum(), Relaxed);
        for (index, source) in (0..).zip(sources.iter()) {
            if environment.failure.is_none() && !progress.stopped() {
                let outcome = scan_one(environment, source, index, ledger);
                environment.note(outcome);
            }
        }
        environment.note_gone(sources);
        environment.stats.scanned = progress.scanned.load(Relaxed);
        environment.stats.scanning = environment.clock.elapsed();
        self.at(Scanned)
    }
}

/// Shows what an earlier process of the same run has found. What cannot be read is told when it is needed.
fn show_known(ledger: &Ledger, watcher: &Watcher) {
    let own = ledger.entries.iter().filter(|entry| entry.parent == NONE);
    for record in own.filter_map(|entry| ledger.record(entry).ok()) {
        watcher.see(Sighting::of(&record, std::iter::empty(), false));
    }
}

/// What of a source is still to be scanned.
fn todo(job: &SourceJob, tally: &ScanTally) -> SpanSet {
    if tally.complete { SpanSet::default() } else { tally.done.gaps(job.range) }
}

fn scan_one(
    environment: &Environment<'_>,
    job: &SourceJob,
    index: u32,
    ledger: &mut Ledger,
) -> Result<(), Error> {
    let Some(source) = job.open() else { return Ok(()) };
    let Some(tally) = ledger.tallies.get(index as usize) else { return Ok(()) };
    if tally.complete {
        return Ok(());
    }
    let todo = todo(job, tally);
    let Environment { options, matcher, metrics, progress, pool, wanted, .. } = environment;
    let live: SpanSet = job.live.spans().collect();
    let last = live.iter().filter(|span| span.len >= LEAST_LAST).collect();
    let (first, samples) = (first(options, job, source), samples(job, source));
    let paths = if options.watcher.is_some() { paths(job) } else { HashMap::new() };
    let scan = Scan {
        matcher,
        carver: &environment.carver(),
        keeper: environment.keeper(),
        wanted,
        metrics,
        progress,
        pool,
        cut: Cut {
            start: job.range.at,
            end: job.range.end(),
            chunk_len: options.chunk_len.next_multiple_of(REGION).max(LEAST_CHUNK),
            overlap: matcher.overlap() as u64 + NEAR,
        },
        todo: &todo,
        first: &first,
        last: &last,
        live: (!options.all).then_some(&job.live),
        traces: options.filesystems,
        samples: &samples,
        archives: options.archives,
        watcher: options.watcher.as_ref(),
        paths: &paths,
    };
    // A shard is no whole source: what finishes all shards hashes it.
    let is_hashed = options.hash_source && options.shard.is_none();
    let hasher = is_hashed.then(|| Hasher::new(&options.hashes));
    events::scanning(job, todo.total());
    let scanned = scan.run(source, index, ledger, hasher);
    if let Some(tally) = ledger.tallies.get(index as usize) {
        events::scanned(job, tally);
    }
    scanned
}

/// What of a source is to be scanned first, where that is asked for: photos that are deleted, those that are
/// there, free clusters.
fn first(options: &Options, job: &SourceJob, source: &dyn Source) -> Vec<SpanSet> {
    if !options.photos_first {
        return Vec::new();
    }
    let told = Priorities::told_by(&job.survey, source.len(), &options.registry);
    let mut order = told.photos_first(u64::from(source.sector_size()));
    // The rest comes last anyway.
    order.pop();
    order
}

/// Where samples of what a source is filled with are taken on the way, in order: the report asks for them.
fn samples(job: &SourceJob, source: &dyn Source) -> Vec<u64> {
    if source.is_of_files() {
        return Vec::new();
    }
    let mut places = entropy::places(&[Span { at: 0, len: source.len() }]);
    let free = job.survey.volumes.iter().filter_map(Volume::trusted_free);
    places.extend(free.flat_map(|free| entropy::places(free.as_slice())));
    places.sort_unstable();
    places.dedup();
    places
}

/// By first byte, the path and the size of the file that counts most of those that begin there.
fn paths(job: &SourceJob) -> HashMap<u64, (&str, u64)> {
    let mut paths = HashMap::new();
    for id in job.survey.by_precedence() {
        let (_, entry) = job.survey.entry(id);
        for start in entry.starts() {
            paths.entry(start).or_insert((entry.path.as_str(), entry.size));
        }
    }
    paths
}
