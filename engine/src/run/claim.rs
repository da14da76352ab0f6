//! [`Scanned`] to [`Claimed`]: which bytes belong to which of the carved files.

use super::environment::Environment;
use super::job::{Claimed, Job, Scanned, Settled};
use crate::claims::{self, by_offset};
use crate::control::error::Error;
use crate::ledger::{IndexEntry, Ledger, NONE, ScanTally};
use crate::model::SpanSet;

impl<'o> Job<'o, Scanned> {
    /// Settles which bytes belong to which of the carved files.
    pub fn claim(mut self) -> Job<'o, Claimed> {
        let Environment { progress, is_cut_short, .. } = &mut self.environment;
        progress.finish();
        let scanned = self.sources.iter().zip(&self.ledger.tallies);
        let is_whole =
            scanned.into_iter().all(|(job, tally)| job.open().is_none() || tally.complete);
        *is_cut_short |= progress.stopped() || !is_whole;
        for index in 0..self.sources.len() {
            let tally = self.ledger.tallies.get_mut(index);
            let trailers = tally.map(|tally| tally.take_trailers()).unwrap_or_default();
            let appended = claims::append(&mut self.ledger, index as u32, &trailers);
            self.environment.note(appended);
        }
        let order = by_offset(&self.ledger.entries);
        for (index, source) in (0..).zip(&mut self.sources) {
            let part = part(&self.ledger.entries, &order, index);
            let own = part.iter().map(|index| &self.ledger.entries[*index as usize]);
            let whole =
                own.filter(|entry| entry.parent == NONE && entry.is_whole() && !entry.packed);
            source.grid = claims::infer(whole.map(|entry| entry.offset));
            let unreadable = self.ledger.tallies.get(index as usize).map(ScanTally::unreadable);
            let resolved = resolve(&mut self.ledger, part, &unreadable.unwrap_or_default());
            self.environment.note(resolved);
        }
        let standings = claims::standings(&self.ledger.entries);
        self.at(Claimed { standings })
    }

    /// All stages up to what a report lists.
    pub fn settled(self) -> Job<'o, Settled> {
        self.claim().restore().name().settle()
    }
}

/// The part of an order by offset that is of one source.
fn part<'p>(entries: &[IndexEntry], order: &'p [u32], source: u32) -> &'p [u32] {
    let first = order.partition_point(|index| entries[*index as usize].source < source);
    let last = order.partition_point(|index| entries[*index as usize].source <= source);
    &order[first..last]
}

fn resolve(ledger: &mut Ledger, order: &[u32], unreadable: &SpanSet) -> Result<(), Error> {
    let mut entries = std::mem::take(&mut ledger.entries);
    let outcome = {
        let unreadable = |span| unreadable.meets(span);
        claims::resolve(&mut entries, order, &unreadable, |entry| ledger.record(entry))
    };
    ledger.entries = entries;
    outcome
}
