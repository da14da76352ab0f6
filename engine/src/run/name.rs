//! [`Restored`] to [`Named`]: names, folders and dates, as far as file systems know them.

use afterimage_signatures::Bytes;

use super::environment::Environment;
use super::job::{Job, Named, Restored};
use super::source_job::SourceJob;
use crate::claims::{self, Standing};
use crate::control::error::Error;
use crate::ledger::Ledger;
use crate::names::{self, Asked, FormerNames, SourceNaming};

impl<'o> Job<'o, Restored> {
    /// Names what was found, and settles which of it was asked for.
    pub fn name(mut self) -> Job<'o, Named> {
        let Job { environment, sources, ledger, stage } = &mut self;
        for (index, source) in (0..).zip(sources.iter_mut()) {
            let outcome = name_one(environment, source, index, ledger, &stage.standings);
            environment.note(outcome);
        }
        environment.note_end();
        let standings = claims::standings(&self.ledger.entries);
        self.at(Named { standings })
    }
}

fn name_one(
    environment: &Environment<'_>,
    job: &mut SourceJob,
    index: u32,
    ledger: &mut Ledger,
    standings: &[Standing],
) -> Result<(), Error> {
    let Ok(source) = &job.source else { return Ok(()) };
    let Environment { options, progress, wanted, .. } = environment;
    let zone = options.zone.as_ref();
    let former = &FormerNames::of(source.as_ref() as &dyn Bytes, &job.survey);
    let naming = SourceNaming {
        source: index,
        len: source.len(),
        survey: &job.survey,
        entries: &job.entries,
        live: &job.live,
        zone,
        former,
        select: &options.select,
    };
    let found = names::assign(ledger, standings, &naming)?;
    // Where not all was looked at, nobody knows what is left.
    let is_whole = ledger.tallies.get(index as usize).is_some_and(|tally| tally.complete);
    if is_whole && !progress.stopped() && options.range.is_none() {
        let (registry, select) = (&options.registry, &options.select);
        let asked = Asked { registry, wanted, select, former, zone };
        let volumes = job.survey.volumes.iter();
        job.name_only = volumes.map(|volume| names::name_only(volume, &found, asked)).collect();
        if options.select.is_all() && wanted.iter().all(|wanted| *wanted) {
            let volumes = job.survey.volumes.iter();
            job.gaps = volumes.flat_map(|volume| names::gaps(volume, &options.registry)).collect();
        }
    }
    Ok(())
}
