//! [`Claimed`] to [`Restored`]: files in several pieces, as far as file systems tell of them.

use afterimage_signatures::Bytes;

use super::environment::Environment;
use super::job::{Claimed, Job, Restored};
use super::source_job::SourceJob;
use crate::claims::{self, Occupied, Standing};
use crate::error::Error;
use crate::ledger::Ledger;
use crate::restore::{Prover, Undelete, displace, end_at_live};
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
    if options.filesystems && options.volume.is_none() && is_whole {
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
    let undelete = Undelete {
        prover: Prover { carver, source, bytes: source, index: number, keeper, pool },
        survey: &job.survey,
        entries: &job.entries,
        zone: options.zone.as_ref(),
        all: options.all,
        range: job.range,
        progress: environment.progress,
    };
    let occupied = Occupied::by_carved(&ledger.entries, standings, number, &job.survey);
    let added = undelete.run(ledger, occupied)?;
    let mut entries = std::mem::take(&mut ledger.entries);
    let taken = displace(&mut entries, &added, |entry| ledger.record(entry));
    for entry in entries.iter_mut().filter(|entry| entry.source == number) {
        end_at_live(entry, &job.live);
    }
    ledger.entries = entries;
    taken
}
