//! The scan of one shard of a source: it ends when all is carved that begins there. [`merge`](super::merge()) does
//! the rest, for all shards at once.

use std::path::PathBuf;

use afterimage_signatures::verdict::Span;

use super::environment::Environment;
use super::job::{Job, Scanned};
use super::stats::Stats;
use crate::control::error::Error;
use crate::control::progress::Progress;
use crate::ledger::NONE;
use crate::model::Shard;
use crate::options::Options;

/// What the scan of a shard came to.
#[derive(Debug)]
pub struct Carved {
    /// Which shard.
    pub shard: Shard,
    /// Where the headers lie that are its own: first byte and length.
    pub range: (u64, u64),
    /// Files that begin there, before it is settled which of them are files of their own.
    pub candidates: u64,
    /// What kept it from its end, if anything did.
    pub failure: Option<Error>,
    /// Whether somebody stopped it.
    pub interrupted: bool,
    /// What it cost.
    pub stats: Stats,
}

/// Carves the shard of the only source at `paths` that `options` name, into their output folder: its ledger is all
/// that is written.
///
/// # Errors
///
/// When nothing could be started, and [`Error::Finished`] when `options` ask to go on and nothing is left to do.
/// What goes wrong else is part of [`Carved`].
pub fn carve(paths: &[PathBuf], options: &Options, progress: &Progress) -> Result<Carved, Error> {
    let none = |why: &str| Error::Start { what: "the scan of a shard", why: why.to_owned() };
    let shard = options.shard.ok_or_else(|| none("none is named"))?;
    if options.output.is_none() {
        return Err(none("no output folder is named"));
    }
    let [_] = paths else {
        return Err(none(&format!("it is of one source, and {} are named", paths.len())));
    };
    // Content is written when it is settled what is a file of its own.
    let options = &Options { dry_run: true, ..options.clone() };
    Ok(Job::open_paths(paths, options, progress)?.scan().carved(shard))
}

impl Job<'_, Scanned> {
    fn carved(self, shard: Shard) -> Carved {
        let Job { mut environment, sources, ledger, .. } = self;
        environment.is_cut_short |= environment.progress.stopped();
        let range = sources.first().map_or(Span { at: 0, len: 0 }, |job| job.range);
        let own = ledger.entries.iter().filter(|entry| entry.parent == NONE);
        let candidates = own.count() as u64;
        let interrupted = environment.is_interrupted();
        let Environment { clock, metrics, failure, mut stats, output, .. } = environment;
        if let Some(output) = &output {
            output.tidy();
            output.close_store();
        }
        stats.finishing = clock.elapsed().saturating_sub(stats.scanning);
        stats.stages = metrics.costs();
        stats.read = sources.iter().filter_map(|job| job.open()).map(|one| one.bytes_read()).sum();
        let range = (range.at, range.len);
        Carved { shard, range, candidates, failure, interrupted, stats }
    }
}
