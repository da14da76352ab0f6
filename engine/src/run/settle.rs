//! [`Named`] to [`Settled`]: what the report lists, and in what order.

use afterimage_signatures::verdict::Span;

use super::environment::Environment;
use super::events;
use super::job::{Job, Named, Settled, UNWRITTEN, WrittenFiles};
use super::outcome::Outcome;
use super::source_job::{SourceJob, opened};
use crate::claims::Standing;
use crate::control::error::Error;
use crate::control::progress::Stop;
use crate::ledger::{IndexEntry, Ledger, ScanTally};
use crate::model::{Grade, SpanSet};
use crate::output::report::{
    self, Clusters, ReportFile, ReportSource, Rows, Summary, describe_volumes,
};
use crate::settle::{self, Disposition, Filter};
use crate::volumes::entropy::Filling;

/// One part in so many of a source is much.
const MUCH: u64 = 10;

impl<'o> Job<'o, Named> {
    /// Brings all records up to what is known now, and settles which of them the report lists.
    pub fn settle(mut self) -> Job<'o, Settled> {
        let Job { environment, sources, ledger, stage } = &mut self;
        let keeper = environment.keeper();
        let (standings, pool) = (&stage.standings, &environment.pool);
        let completed = settle::complete(ledger, standings, &opened(sources), &keeper, pool);
        environment.note(completed);
        let Environment { options, wanted, .. } = environment;
        let filter = Filter {
            registry: &options.registry,
            wanted,
            min_size: options.min_size,
            min_pixels: options.min_pixels,
            all: options.all,
            live_first: sources.iter().filter_map(SourceJob::open).any(|one| one.is_of_files()),
        };
        let listing = settle::settle(ledger, &stage.standings, filter);
        let described = sources.iter().zip(&ledger.tallies);
        let stop = environment.progress.wish();
        let described = described.map(|(job, tally)| describe(job, tally, stop));
        let mut described: Vec<_> = described.collect();
        for (index, (job, source)) in (0..).zip(sources.iter().zip(&mut described)) {
            if let Some(bytes) = job.open().filter(|_| is_much(source) && !stop.is_over()) {
                let (standings, erased) = (&stage.standings, source.erased_bytes);
                source.erased_in_files =
                    settle::constant_bytes(ledger, standings, (index, bytes), erased);
                if stop.is_over() {
                    // What was read after the stop may be zeros.
                    source.erased_in_files = 0;
                }
            }
        }
        for (index, source) in (0..).zip(&mut described) {
            source.unreadable_files = hit(ledger, &stage.standings, index, source);
        }
        environment.note_stop();
        let (sources, lost) = (described, Vec::new());
        let mut settled = self.at(Settled { listing, sources, lost });
        let lost = settled.lost_rows();
        settled.stage.lost = settled.environment.note(lost).unwrap_or_default();
        settled
    }
}

impl<'o> Job<'o, Settled> {
    /// The files that a report would list, in its order.
    pub fn files(&self) -> impl Iterator<Item = Result<ReportFile, Error>> + '_ {
        self.rows(UNWRITTEN).files()
    }

    /// The same files, with what becomes of each.
    pub fn listed(&self) -> impl Iterator<Item = Result<(ReportFile, Disposition), Error>> + '_ {
        self.rows(UNWRITTEN).listed()
    }

    /// What a report would say of the sources.
    pub fn sources(&self) -> &[ReportSource] {
        &self.stage.sources
    }

    /// What the files come to.
    pub fn summary(&self) -> Summary {
        self.rows(UNWRITTEN).summary()
    }

    pub(super) fn rows<'a>(&'a self, written: WrittenFiles<'a>) -> Rows<'a> {
        self.rows_of(&self.stage.listing, &self.stage.lost, written)
    }

    /// What the run came to, of which nothing is written.
    pub fn outcome(self) -> Outcome {
        let head = self.head(self.summary(), Vec::new());
        events::settled(&head);
        let Job { environment, sources, .. } = self;
        Outcome::new(environment, sources, head)
    }
}

/// Files of their own of a source that lie in what could not be read.
fn hit(ledger: &Ledger, standings: &[Standing], index: u32, source: &ReportSource) -> u64 {
    let lost = source.unreadable.iter().map(|range| Span { at: range.offset, len: range.length });
    let lost: SpanSet = lost.collect();
    let own = ledger.entries.iter().zip(standings).filter(|(entry, standing)| {
        **standing == Standing::Own && entry.source == index && entry.grade < Grade::Structural
    });
    let is_hit = |entry: &IndexEntry| match entry.pieces {
        false => lost.meets(Span { at: entry.offset, len: entry.len }),
        // What cannot be read back now is reported where the report is made.
        true => ledger
            .record(entry)
            .is_ok_and(|file| file.runs.as_slice().iter().any(|run| lost.meets(*run))),
    };
    own.filter(|(entry, _)| !lost.is_empty() && is_hit(entry)).count() as u64
}

/// Whether enough of a source is of one value that somebody will be told.
fn is_much(source: &ReportSource) -> bool {
    source.erased_bytes > 0 && source.erased_bytes >= source.size / MUCH
}

/// What the report says of a source.
fn describe(job: &SourceJob, tally: &ScanTally, stop: &Stop) -> ReportSource {
    let error = job.source.as_ref().err().map(ToString::to_string);
    let folder = job.folder.as_deref();
    let mut described = report::describe(&job.path, folder, job.open(), tally, error);
    let Some(source) = job.open() else { return described };
    if !tally.complete {
        let unscanned = tally.done.gaps(job.range);
        described.unscanned = unscanned.iter().map(Into::into).collect();
    }
    if source.is_of_files() {
        return described;
    }
    let clusters = job.grid.map(|grid| Clusters { size: grid.len, first: grid.at });
    let whole = [Span { at: 0, len: source.len() }];
    described.clusters = clusters;
    described.volumes = describe_volumes(&job.survey, source, &tally.samples, &job.name_only);
    described.noise = Filling::of(source, &whole, &tally.samples).map(|filling| filling.noise);
    if stop.is_over() {
        // Samples that were not read say nothing of what they are taken from.
        described.noise = None;
        described.volumes.iter_mut().for_each(|volume| volume.free_blank = None);
    }
    described.table_faults = job.survey.faults.clone();
    described
}
