//! Files of which a file system still knows the beginning, or all runs, proven by their own format.
//!
//! What carving found whole needs nothing of this: it is only named, later. Here come the files that
//! carving cannot find: those in several pieces, and those whose end only the file system knows. What
//! is proven claims its clusters, which makes room for the rest: so it goes round by round, and files
//! that no check covers come last.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use afterimage_signatures::verdict::Span;
use afterimage_signatures::{Buffer, Runs, View};
use rayon::ThreadPool;
use rayon::prelude::*;

use super::attempt::{Attempt, Proven, Tried, Ways};
pub use super::candidates::LEAST_SIZE;
use super::candidates::{Open, open};
use super::confidence::Stage;
use super::timeline::{self as past, Known, Past};
use crate::carve::{Carver, HEAD};
use crate::claims::Place as Fallen;
use crate::claims::occupied::{Carved, Claims};
use crate::error::Error;
use crate::ledger::Ledger;
use crate::ledger::index;
use crate::ledger::store::Store;
use crate::metrics::Account;
use crate::model::cluster_grid::Grid;
use crate::model::digest::Algorithm;
use crate::names::join::Naming;
use crate::progress::Progress;
use crate::restore::layouts::{self};
use crate::restore::read_limit::{LEAST_ALLOWANCE, MOST_BATCH, Waste};
use crate::source::Source;
use crate::volumes::filesystem::Entry;
use crate::volumes::survey::Told;

/// Rounds in which what was proven makes room for the rest.
const MOST_ROUNDS: usize = 4;

/// What is needed to prove the files of one source.
pub struct Undelete<'a> {
    /// Measures files.
    pub carver: &'a Carver<'a>,
    /// Where their names come from.
    pub naming: Naming<'a>,
    /// Takes content; nothing is kept without it.
    pub store: Option<&'a Store>,
    /// Whether files that are still there are written too.
    pub all: bool,
    /// Digests beside BLAKE3.
    pub hashes: &'a [Algorithm],
    /// Where the cost is added.
    pub account: &'a Account,
    /// The workers.
    pub pool: &'a ThreadPool,
    /// Where the files lie.
    pub source: &'a dyn Source,
    /// Position of the source on the command line.
    pub index: u32,
    /// The longest file that the disk of the output takes.
    pub longest: u64,
    /// The first byte, and the one behind the last, that files are asked for in.
    pub range: (u64, u64),
    /// Stops it.
    pub progress: &'a Progress,
}

/// What is settled so far.
struct State<'t> {
    claims: Claims,
    /// The entries whose files were added.
    found: Vec<past::Found<'t>>,
    /// Positions of the files that were added.
    added: Vec<u32>,
    waste: Waste,
}

impl Undelete<'_> {
    /// Adds the files that are proven to the ledger, in which claims were settled for what was carved.
    /// `places` are those of its entries. Returns the positions of the files that were added.
    ///
    /// # Errors
    ///
    /// When the output fails.
    pub fn run(&self, ledger: &mut Ledger, places: &[Fallen]) -> Result<Vec<u32>, Error> {
        let carved = self.carved(&ledger.entries, places);
        let mut open = open(self.naming.survey, &carved);
        open.retain_mut(|one| !self.progress.stopped() && self.begins(one));
        let claims = Claims::new(carved);
        let waste = Waste::of(self.source.len());
        let mut state = State { claims, found: Vec::new(), added: Vec::new(), waste };
        let pasts = self.pasts();
        for stage in Stage::ALL {
            for round in 1..=MOST_ROUNDS {
                let before = state.added.len();
                open = self.round(ledger, open, &pasts, &mut state, stage)?;
                // Guides come once the first round has made room for them.
                if state.added.len() == before && (round > 1 || stage > Stage::Proven) {
                    break;
                }
            }
        }
        ledger.spill()?;
        Ok(state.added)
    }

    /// Looks where the file of an entry may begin; whether something that is known does.
    fn begins(&self, one: &mut Open<'_>) -> bool {
        let (mut buffer, registry) = (Buffer::default(), self.carver.registry.formats());
        let starts = layouts::starts(one.told.entry);
        for at in starts.filter(|&at| at < self.source.len() && self.is_asked(at)) {
            let rest = Runs::whole(at, self.source.len() - at);
            let mut view = View::new(self.source, &rest, &mut buffer);
            let formats = self.carver.matcher.formats_at(view.up_to(0, HEAD));
            if !formats.is_empty() {
                one.heads.push(at);
                one.provable |= formats.iter().any(|&format| registry[format].oracle().is_some());
            }
        }
        !one.heads.is_empty()
    }

    pub(super) fn is_asked(&self, at: u64) -> bool {
        (self.range.0..self.range.1).contains(&at)
    }

    /// The carved files of this source that are files of their own and whole.
    fn carved(&self, entries: &[index::Entry], places: &[Fallen]) -> BTreeMap<u64, Carved> {
        let own = entries.iter().zip(places).filter(|(entry, place)| {
            entry.source == self.index && **place == Fallen::Own && entry.is_whole()
        });
        let begins_none = |at: u64| {
            let here = Span { at, len: 1 };
            let volumes = self.naming.survey.volumes.iter();
            let mut holders = volumes.filter(|one| one.contents.span.holds(here)).peekable();
            holders.peek().is_some() && !holders.any(|volume| volume.begins_cluster(at))
        };
        let astray: BTreeSet<u64> =
            own.clone().map(|(entry, _)| entry.offset).filter(|&at| begins_none(at)).collect();
        // Photos of a file system of which nothing is left begin its clusters.
        let older = Grid::of(astray.iter().copied());
        let carved = own.map(|(entry, _)| {
            let &index::Entry { offset, len, grade, end, .. } = entry;
            let is_older = || older.is_some_and(|grid| grid.begins(offset));
            let is_part = astray.contains(&offset) && !is_older();
            (offset, Carved { len, grade, end, is_part })
        });
        carved.collect()
    }

    /// Measures the files of all open entries, batch by batch, and adds those that are proven. Returns
    /// the entries that are still open.
    fn round<'t>(
        &self,
        ledger: &mut Ledger,
        open: Vec<Open<'t>>,
        pasts: &[Past],
        state: &mut State<'t>,
        stage: Stage,
    ) -> Result<Vec<Open<'t>>, Error> {
        let ways: Vec<Ways<'_>> = self.ways(pasts, &open, state);
        let (mut left, mut rest) = (VecDeque::from(open), Vec::new());
        while !left.is_empty() && !state.waste.is_spent() && !self.progress.stopped() {
            let count = batch_len(&left, self.source.len());
            let batch: Vec<Open<'t>> = left.drain(..count).collect();
            let measured = self.batch(&batch, &ways, state, stage)?;
            for (mut one, tried) in batch.into_iter().zip(measured) {
                // Of several records that tell of the same bytes the first in the order counts.
                match tried.proven.filter(|proven| state.claims.take(&proven.runs)) {
                    Some(Proven { found, runs }) => {
                        let Told { position, entry, .. } = one.told;
                        state.found.push(past::Found { position, entry, runs });
                        state.added.push(ledger.add_undeleted(found));
                    }
                    None => {
                        state.waste.charge(tried.cost);
                        one.tried.extend(tried.layouts);
                        one.guided = if tried.guided { Some(stage) } else { one.guided };
                        rest.push(one);
                    }
                }
            }
            ledger.spill()?;
        }
        Ok(rest)
    }

    /// When the photos of each volume were written.
    fn pasts(&self) -> Vec<Past> {
        let volumes = self.naming.survey.volumes.iter();
        volumes.map(|volume| Past::of(volume, |entry| self.is_photo(entry))).collect()
    }

    /// Where the files of each volume may lie.
    fn ways<'p>(&self, pasts: &'p [Past], open: &[Open<'_>], state: &State<'_>) -> Vec<Ways<'p>> {
        let volumes = &self.naming.survey.volumes;
        let mut by_volume: Vec<Vec<&Open<'_>>> = vec![Vec::new(); volumes.len()];
        open.iter().for_each(|one| by_volume[one.told.position].push(one));
        let (claims, claimed) = (&state.claims, &state.claims.spans());
        let known = Known { claims, claimed, found: &state.found };
        let parts = volumes.iter().enumerate().zip(pasts).zip(by_volume);
        let ways = parts.map(|((volume, past), open)| {
            let space = past::space(volume, past, &open, &known, |entry| self.is_photo(entry));
            Ways { past, space }
        });
        ways.collect()
    }

    fn is_photo(&self, entry: &Entry) -> bool {
        let (_, extension) = entry.path.rsplit_once('.').unwrap_or_default();
        self.carver.registry.has_extension(extension)
    }

    /// Measures the files of some entries side by side; what is said of one does not depend on the
    /// others.
    fn batch(
        &self,
        batch: &[Open<'_>],
        ways: &[Ways<'_>],
        state: &State<'_>,
        stage: Stage,
    ) -> Result<Vec<Tried>, Error> {
        let attempt = |buffer: &mut Buffer, one: &Open<'_>| {
            let ways = &ways[one.told.position];
            let attempt = Attempt { undelete: self, ways, claims: &state.claims, stage };
            let mut tried = attempt.run(one, buffer);
            if let Some(proven) = &mut tried.proven {
                self.keep(&one.told, proven)?;
            }
            Ok(tried)
        };
        self.pool.install(|| batch.par_iter().map_init(Buffer::default, attempt).collect())
    }

    /// Hashes and stores what is to be written.
    fn keep(&self, told: &Told<'_>, proven: &mut Proven) -> Result<(), Error> {
        let asked = self.all || !told.volume.has_live(told.entry);
        for (position, file) in proven.found.iter_mut().enumerate() {
            let short = file.record.source_len() <= self.longest;
            let store = self.store.filter(|_| position == 0 && asked && short);
            // What cannot be stored now is fetched when it gets its name, or is said then.
            if file.digest(self.source, self.hashes, store, self.account).is_err() {
                file.digest(self.source, self.hashes, None, self.account)?;
            }
        }
        Ok(())
    }
}

/// How many of the entries are measured side by side before their claims are settled.
fn batch_len(open: &VecDeque<Open<'_>>, len: u64) -> usize {
    let (mut count, mut room) = (0, len / 4 + LEAST_ALLOWANCE);
    for one in open.iter().take(MOST_BATCH) {
        let size = one.told.entry.size.min(len);
        if count > 0 && size > room {
            break;
        }
        (count, room) = (count + 1, room.saturating_sub(size));
    }
    count
}
