//! The files that only a file system can tell of, round by round.

use std::collections::VecDeque;

use afterimage_signatures::Buffer;
use afterimage_signatures::verdict::Span;
use jiff::tz::TimeZone;
use rayon::prelude::*;

use super::attempt::{Attempt, Proven, SearchSpace, Tried};
use super::confidence::Confidence;
use super::missing::{MissingFile, missing};
use super::prover::Prover;
use super::read_limit::{LEAST_ALLOWANCE, MOST_BATCH, ReadLimit};
use super::timeline::{self, RestoredFile, Timeline};
use crate::carve::note_changes;
use crate::claims::Occupied;
use crate::control::error::Error;
use crate::control::progress::Progress;
use crate::ledger::Ledger;
use crate::source::Witness;
use crate::volumes::filesystem::Entry;
use crate::volumes::live_map::LiveMap;
use crate::volumes::survey::{EntryId, Survey};

/// Rounds in which what was proven makes room for the rest.
const MOST_ROUNDS: usize = 4;

/// What is needed to restore the files of one source.
pub struct Undelete<'a> {
    /// Measures files.
    pub prover: Prover<'a>,
    /// What the file systems say.
    pub survey: &'a Survey,
    /// What is in use.
    pub live: &'a LiveMap,
    /// Its entries, in the order in which they count.
    pub entries: &'a [EntryId],
    /// The zone of clocks that do not tell theirs.
    pub zone: Option<&'a TimeZone>,
    /// Whether files that are still there are written too.
    pub all: bool,
    /// The bytes that files are asked for in.
    pub range: Span,
    /// Stops it.
    pub progress: &'a Progress,
}

/// What is settled so far.
struct Restoring {
    occupied: Occupied,
    /// The entries whose files were added.
    restored: Vec<RestoredFile>,
    /// Positions in the index of the files that were added.
    added: Vec<u32>,
    limit: ReadLimit,
}

impl Undelete<'_> {
    /// Adds the files that are proven to the ledger, beside what others have `occupied`, and their bytes to
    /// that. Gives the positions in the index of the files that were added, in order.
    ///
    /// # Errors
    ///
    /// When the output fails.
    pub fn run(&self, ledger: &mut Ledger, occupied: &mut Occupied) -> Result<Vec<u32>, Error> {
        let mut open = missing(self.survey, self.entries, &occupied.carved);
        open.retain_mut(|one| !self.progress.stopped() && self.begins(one));
        let limit = ReadLimit::of(self.prover.source.len());
        let (restored, added) = (Vec::new(), Vec::new());
        let mut state = Restoring { occupied: std::mem::take(occupied), restored, added, limit };
        let volumes = self.survey.volumes.iter();
        let timelines: Vec<Timeline> =
            volumes.map(|volume| Timeline::of(volume, |entry| self.is_photo(entry))).collect();
        for confidence in Confidence::ALL {
            for round in 1..=MOST_ROUNDS {
                let before = state.added.len();
                open = self.round(ledger, open, &timelines, &mut state, confidence)?;
                // Formats look for their clusters once the first round has made room for them.
                let is_first = round == 1 && confidence == Confidence::Proven;
                if state.added.len() == before && !is_first {
                    break;
                }
            }
        }
        *occupied = state.occupied;
        Ok(state.added)
    }

    /// Looks where the file of an entry may begin; whether something that is known does.
    fn begins(&self, one: &mut MissingFile<'_>) -> bool {
        let (mut buffer, registry) = (Buffer::default(), self.prover.carver.registry);
        let len = self.prover.source.len();
        let is_asked = |&at: &u64| at < len && self.range.holds(Span { at, len: 1 });
        for at in one.entry.starts().filter(is_asked) {
            let formats = self.prover.formats_at(at, &mut buffer);
            if !formats.is_empty() {
                one.headers.push(at);
                let has_oracle = |&format: &usize| registry.formats()[format].oracle().is_some();
                one.provable |= formats.iter().any(has_oracle);
            }
        }
        !one.headers.is_empty()
    }

    /// Measures the files of all open entries, batch by batch, and adds those that are proven. Gives
    /// the entries that are still open.
    fn round<'t>(
        &self,
        ledger: &mut Ledger,
        open: Vec<MissingFile<'t>>,
        timelines: &[Timeline],
        state: &mut Restoring,
        confidence: Confidence,
    ) -> Result<Vec<MissingFile<'t>>, Error> {
        let searched = self.search_spaces(timelines, &open, state);
        let (mut left, mut rest) = (VecDeque::from(open), Vec::new());
        while !left.is_empty() && !state.limit.is_spent() && !self.progress.stopped() {
            let count = batch_len(&left, self.prover.source.len());
            let batch: Vec<MissingFile<'t>> = left.drain(..count).collect();
            let measured = self.batch(&batch, &searched, &state.occupied, confidence);
            if self.progress.is_over() {
                // What was read after the stop may be zeros.
                break;
            }
            for (mut one, tried) in batch.into_iter().zip(measured) {
                // Of several records that tell of the same bytes the first in the order counts.
                match tried.proven.filter(|proven| state.occupied.take(&proven.runs)) {
                    Some(Proven { found, runs, .. }) => {
                        state.restored.push(RestoredFile { id: one.id, runs });
                        state.added.push(ledger.add_restored(&found)?);
                    }
                    None => {
                        state.limit.charge(tried.cost);
                        one.tried.extend(tried.layouts);
                        if tried.is_followed {
                            one.followed = Some(confidence);
                        }
                        rest.push(one);
                    }
                }
            }
        }
        Ok(rest)
    }

    /// Where the files of each volume may lie.
    fn search_spaces<'p>(
        &self,
        timelines: &'p [Timeline],
        open: &[MissingFile<'_>],
        state: &Restoring,
    ) -> Vec<SearchSpace<'p>> {
        let mut by_volume: Vec<Vec<&MissingFile<'_>>> = vec![Vec::new(); timelines.len()];
        open.iter().for_each(|one| by_volume[one.id.volume as usize].push(one));
        let Restoring { occupied, restored, .. } = state;
        let spans = &occupied.spans();
        let known = timeline::ProvenSoFar { survey: self.survey, occupied, spans, restored };
        let parts = (0..).zip(timelines).zip(by_volume);
        let spaces = parts.map(|((position, timeline), open)| {
            let is_photo = |entry: &Entry| self.is_photo(entry);
            let space = timeline::space(position, timeline, &open, &known, is_photo);
            SearchSpace { timeline, space }
        });
        spaces.collect()
    }

    fn is_photo(&self, entry: &Entry) -> bool {
        self.prover.carver.registry.has_extension(entry.extension())
    }

    /// Measures the files of some entries side by side; what is said of one does not depend on the
    /// others.
    fn batch(
        &self,
        batch: &[MissingFile<'_>],
        searched: &[SearchSpace<'_>],
        occupied: &Occupied,
        confidence: Confidence,
    ) -> Vec<Tried> {
        let attempt = |buffer: &mut Buffer, one: &MissingFile<'_>, witness: &Witness<'_>| {
            let prover = Prover { bytes: witness, ..self.prover };
            let attempt = Attempt {
                prover: &prover,
                range: self.range,
                zone: self.zone,
                search: &searched[one.id.volume as usize],
                occupied,
                live: self.live,
                confidence,
            };
            let mut tried = attempt.run(one, buffer);
            if let Some(proven) = &mut tried.proven {
                let is_written = self.all || !one.volume.has_live(one.entry);
                witness.only_compare();
                prover.keep(&mut proven.found, is_written);
            }
            tried
        };
        let witnessed = |buffer: &mut Buffer, one: &MissingFile<'_>| {
            let source = self.prover.source;
            let witness = Witness::new(source, source.has_changed());
            let tried = attempt(buffer, one, &witness);
            let is_new = !witness.is_written_to() && source.has_changed();
            if !witness.has_changed() && !is_new {
                return tried;
            }
            // The source may have told something in two ways. What it does so again is damaged.
            let witness = Witness::new(source, source.has_changed());
            let mut tried = attempt(buffer, one, &witness);
            if let Some(proven) = &mut tried.proven {
                note_changes(&mut proven.found, &witness);
            }
            tried
        };
        let measure = || batch.par_iter().map_init(Buffer::default, witnessed).collect();
        self.prover.pool.install(measure)
    }
}

/// How many of the entries are measured side by side before what they occupy is settled.
fn batch_len(open: &VecDeque<MissingFile<'_>>, len: u64) -> usize {
    let (mut count, mut room) = (0, len / 4 + LEAST_ALLOWANCE);
    for one in open.iter().take(MOST_BATCH) {
        let size = one.entry.size.min(len);
        if count > 0 && size > room {
            break;
        }
        (count, room) = (count + 1, room.saturating_sub(size));
    }
    count
}
