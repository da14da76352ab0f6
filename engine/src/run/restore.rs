//! [`Claimed`] to [`Restored`]: files in several pieces, as far as file systems tell of them.

use std::collections::BTreeSet;

use afterimage_signatures::Bytes;

use super::environment::Environment;
use super::events;
use super::job::{Claimed, Job, Restored};
use super::source_job::SourceJob;
use crate::claims::{self, Occupied, Standing};
use crate::control::error::Error;
use crate::ledger::{IndexEntry, Ledger, NONE};
use crate::restore::{
    AroundLists, LiveCopies, Prover, Undelete, UnreadableFiles, displace, end_at_live,
};
use crate::volumes::live_map::LiveMap;

impl<'o> Job<'o, Claimed> {
    /// Completes what the file systems say by what the scan came upon, and restores the files that only they
    /// can tell of.
    pub fn restore(mut self) -> Job<'o, Restored> {
        let Job { environment, sources, ledger, stage } = &mut self;
        for (index, source) in (0..).zip(sources.iter_mut()) {
            complete(environment, source, index, ledger);
            let outcome = restore_one(environment, source, index, ledger, &stage.standings);
            environment.note(outcome);
        }
        environment.note_end();
        let standings = claims::standings(&ledger.entries);
        self.at(Restored { standings })
    }
}

/// Adds what the traces of the scan lead to.
fn complete(environment: &Environment<'_>, job: &mut SourceJob, index: usize, ledger: &mut Ledger) {
    let Ok(source) = &job.source else { return };
    let Environment { options, progress, .. } = environment;
    let Some(tally) = ledger.tallies.get_mut(index) else { return };
    let is_whole = tally.complete && !progress.stopped();
    if options.filesystems && is_whole {
        let bytes = &**source as &dyn Bytes;
        job.survey.complete(bytes, &tally.take_traces(), || progress.is_over());
        job.live = LiveMap::of(&job.survey);
    }
    job.entries = job.survey.by_precedence();
}

fn restore_one(
    environment: &Environment<'_>,
    job: &SourceJob,
    index: usize,
    ledger: &mut Ledger,
    standings: &[Standing],
) -> Result<(), Error> {
    let Some(source) = job.open() else { return Ok(()) };
    let options = environment.options;
    let carver = &environment.carver();
    let (keeper, pool, number) = (environment.keeper(), &environment.pool, index as u32);
    let prover = Prover { carver, source, bytes: source, index: number, keeper, pool };
    let (live, progress) = (&job.live, environment.progress);
    let undelete = Undelete {
        prover,
        survey: &job.survey,
        live,
        entries: &job.entries,
        zone: options.zone.as_ref(),
        all: options.all,
        range: job.range,
        progress,
    };
    let mut occupied = Occupied::by_carved(&ledger.entries, standings, number, &job.survey);
    // A picture that begins no cluster is part of what its cluster is part of.
    let apart: BTreeSet<u64> = occupied.apart().collect();
    let is_apart = |entry: &IndexEntry| entry.is_whole() && apart.contains(&entry.offset);
    let before = ledger.entries.len();
    let mut restored = undelete.run(ledger, &mut occupied).map(drop);
    if options.filesystems && restored.is_ok() {
        let around = AroundLists { prover, live, progress };
        restored = around.run(ledger, standings, &mut occupied).map(drop);
    }
    let Undelete { survey, entries, zone, all, range, .. } = undelete;
    let wanted = &environment.wanted;
    if restored.is_ok() {
        let unreadable =
            UnreadableFiles { prover, survey, live, entries, zone, wanted, all, range, progress };
        restored = unreadable.run(ledger, standings, &mut occupied).map(drop);
    }
    // Also where the output took no more: what was added by then takes the place of what it is made of.
    let is_own = |at: &u32| ledger.entries[*at as usize].parent == NONE;
    let added: Vec<u32> = (before as u32..ledger.entries.len() as u32).filter(is_own).collect();
    events::restored(job, added.iter().map(|at| &ledger.entries[*at as usize]));
    let mut indexed = std::mem::take(&mut ledger.entries);
    let taken = displace(&mut indexed, &added, is_apart, |entry| ledger.record(entry));
    for entry in indexed.iter_mut().filter(|entry| entry.source == number) {
        end_at_live(entry, &job.live);
    }
    ledger.entries = indexed;
    taken?;
    restored?;
    LiveCopies { prover, survey, entries, zone, wanted, all, range, progress }.run(ledger)
}
