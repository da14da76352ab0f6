//! Files of which a file system still knows the beginning, or all runs, proven by their own format.
//!
//! What carving found whole needs nothing of this: it is only named, later. Here come the files that
//! carving cannot find: those in several pieces, and those whose end only the file system knows. What
//! is proven claims its clusters, which makes room for the rest: so it goes round by round, and files
//! that no check covers come last.

mod claims;
mod open;

use std::collections::{BTreeMap, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

use afterimage_signatures::verdict::MOST_ISSUES;
use afterimage_signatures::{Buffer, Run, Runs, View};
use rayon::ThreadPool;
use rayon::prelude::*;

use crate::account::Account;
use crate::carve::{Carver, Found, HEAD};
use crate::claims::Place as Fallen;
use crate::error::Error;
use crate::filesystem::{Entry, Place};
use crate::guide::Guide;
use crate::hash::Algorithm;
use crate::index;
use crate::join::{self, Fit, Naming, fits};
use crate::layouts::{self, Basis, Layout, MOST_PLACES, Space};
use crate::pipeline::Ledger;
use crate::progress::Progress;
use crate::record::Record;
use crate::report::{Grade, Issue, Origin, Range};
use crate::source::Source;
use crate::store::Store;
use crate::survey::{Told, Volume};
use crate::waste::{LEAST_ALLOWANCE, MOST_BATCH, RUN_COST, Waste, allowance};
use claims::{Carved, Claims};
use open::{Open, open};

/// Places of one entry from which its format looks for the rest.
const MOST_GUIDED: usize = 4;

/// What they may read is such a part of what may be read for the entry.
const GUIDED_PART: u64 = 8;

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
struct State {
    claims: Claims,
    /// Positions of the files that were added.
    added: Vec<u32>,
    waste: Waste,
}

/// What came of measuring the file of an entry.
struct Tried {
    proven: Option<Proven>,
    /// The layouts in which it is not, by their digests.
    layouts: Vec<u64>,
    /// Whether its format was let look for it.
    guided: bool,
    /// What it cost, in bytes.
    cost: u64,
}

/// A file that was proven, with the pictures in it.
struct Proven {
    found: Vec<Found>,
    runs: Vec<Run>,
}

impl Proven {
    /// Whether no joint of two pieces lies in what no check covers: any cluster would fit there.
    fn has_sure_joints(&self) -> bool {
        let Some(file) = self.found.first().map(|found| &found.record.file) else { return false };
        let mut end = 0;
        let ends = file.runs.iter().map(|run| {
            end += run.length;
            end
        });
        let ends: Vec<u64> = ends.collect();
        let covers = |joint: &u64| {
            let inside = |part: &Range| part.offset < *joint && *joint < part.offset + part.length;
            file.unchecked.iter().any(inside)
        };
        file.issues.is_empty() && !ends[..ends.len().saturating_sub(1)].iter().any(covers)
    }
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
        let mut state = State { claims, added: Vec::new(), waste };
        let mut least = Grade::Verified;
        for round in 1..=MOST_ROUNDS {
            let before = state.added.len();
            open = self.round(ledger, open, &mut state, least)?;
            match least {
                // Guides come once the first round has made room for them.
                Grade::Verified
                    if round == 1 || state.added.len() > before && round + 1 < MOST_ROUNDS => {}
                Grade::Verified => least = Grade::Structural,
                _ => break,
            }
        }
        ledger.spill()?;
        Ok(state.added)
    }

    /// Whether something that is known begins where the file of an entry may begin.
    fn begins(&self, one: &mut Open<'_>) -> bool {
        let mut buffer = Buffer::default();
        let mut known = false;
        for at in layouts::starts(one.told.entry) {
            if at >= self.source.len() || !self.is_asked(at) {
                continue;
            }
            let rest = Runs::whole(at, self.source.len().saturating_sub(at));
            let mut view = View::new(self.source, &rest, &mut buffer);
            let formats = self.carver.matcher.formats_at(view.up_to(0, HEAD));
            known |= !formats.is_empty();
            let registry = self.carver.registry.formats();
            one.provable |= formats.iter().any(|&format| registry[format].oracle().is_some());
            if known && one.provable {
                break;
            }
        }
        known
    }

    fn is_asked(&self, at: u64) -> bool {
        (self.range.0..self.range.1).contains(&at)
    }

    /// The carved files of this source that are files of their own and whole.
    fn carved(&self, entries: &[index::Entry], places: &[Fallen]) -> BTreeMap<u64, Carved> {
        let own = entries.iter().zip(places).filter(|(entry, place)| {
            entry.source == self.index && **place == Fallen::Own && entry.is_whole()
        });
        let carved = own.map(|(entry, _)| {
            let &index::Entry { offset, len, grade, end, .. } = entry;
            (offset, Carved { len, grade, end })
        });
        carved.collect()
    }

    /// Measures the files of all open entries, batch by batch, and adds those that are proven. Returns
    /// the entries that are still open.
    fn round<'t>(
        &self,
        ledger: &mut Ledger,
        open: Vec<Open<'t>>,
        state: &mut State,
        least: Grade,
    ) -> Result<Vec<Open<'t>>, Error> {
        let spaces = self.spaces(&state.claims);
        let (mut left, mut rest) = (VecDeque::from(open), Vec::new());
        while !left.is_empty() && !state.waste.is_spent() && !self.progress.stopped() {
            let count = batch_len(&left, self.source.len());
            let batch: Vec<Open<'t>> = left.drain(..count).collect();
            let measured = self.batch(&batch, &spaces, state, least)?;
            for (mut one, tried) in batch.into_iter().zip(measured) {
                // Of several records that tell of the same bytes the first in the order counts.
                match tried.proven.filter(|proven| state.claims.take(&proven.runs)) {
                    Some(proven) => state.added.push(ledger.add_undeleted(proven.found)),
                    None => {
                        state.waste.charge(tried.cost);
                        one.tried.extend(tried.layouts);
                        one.guided |= tried.guided;
                        rest.push(one);
                    }
                }
            }
            ledger.spill()?;
        }
        Ok(rest)
    }

    /// Where the files of each volume may lie.
    fn spaces(&self, claims: &Claims) -> Vec<Space> {
        let claimed = claims.spans();
        let space = |volume: &Volume| {
            let contents = &volume.contents;
            let grid = (contents.clusters_at, contents.cluster_len);
            let photo = |entry: &Entry| self.carver.registry.has_extension(extension(entry));
            let told = layouts::told(&contents.entries, contents.cluster_len, &claimed, photo);
            Space::new(contents.free.as_deref(), &claimed, told, grid)
        };
        self.naming.survey.volumes.iter().map(space).collect()
    }

    /// Measures the files of some entries side by side; what is said of one does not depend on the
    /// others.
    fn batch(
        &self,
        batch: &[Open<'_>],
        spaces: &[Space],
        state: &State,
        least: Grade,
    ) -> Result<Vec<Tried>, Error> {
        let attempt = |buffer: &mut Buffer, one: &Open<'_>| {
            let space = &spaces[one.told.position];
            let mut tried = self.attempt(one, space, &state.claims, least, buffer);
            if let Some(proven) = &mut tried.proven {
                self.keep(&one.told, proven)?;
            }
            Ok(tried)
        };
        self.pool.install(|| batch.par_iter().map_init(Buffer::default, attempt).collect())
    }

    /// Looks for the file of an entry in all the ways in which it may lie.
    fn attempt(
        &self,
        one: &Open<'_>,
        space: &Space,
        claims: &Claims,
        least: Grade,
        buffer: &mut Buffer,
    ) -> Tried {
        let mut tried = Tried { proven: None, layouts: Vec::new(), guided: false, cost: 0 };
        if least == Grade::Verified && !one.provable {
            return tried;
        }
        let (size, len) = (one.told.entry.size, self.source.len());
        let before = buffer.lent();
        buffer.allow(Some(allowance(size.min(len))));
        let is_open =
            |start: &u64| self.is_asked(*start) && !claims.is_taken(&Run { at: *start, len: 1 });
        for place in one.told.entry.places.iter().take(MOST_PLACES) {
            if tried.proven.is_some() || buffer.is_spent() {
                break;
            }
            if layouts::start(place).filter(is_open).is_none() {
                continue;
            }
            for layout in layouts::of(place, size, space, len, one.provable) {
                tried.cost += layout.runs.as_slice().len() as u64 * RUN_COST;
                if !is_due(one, &tried.layouts, &layout, least) {
                    continue;
                }
                tried.layouts.push(digest(&layout));
                let gone = layout.basis == Basis::Recorded && one.told.entry.deleted;
                let layout = match gone && !space.has_free(&layout.runs) {
                    // Some of what is recorded belongs to another file by now.
                    true => Layout { basis: Basis::Contested, ..layout },
                    false => layout,
                };
                tried.proven = self.measure(&one.told, &layout, claims, least, buffer);
                if tried.proven.is_some() {
                    break;
                }
            }
        }
        let is_later = !one.tried.is_empty() && !one.guided;
        if tried.proven.is_none() && least == Grade::Verified && is_later {
            buffer.allow(Some(allowance(size.min(len)) / GUIDED_PART));
            self.guided(one, space, claims, &mut tried, buffer);
        }
        // What is proven is read once more, for its digests.
        let hashed = tried.proven.as_ref().map_or(0, |_| size.min(len));
        tried.cost += buffer.lent() - before + hashed;
        tried
    }

    /// Lets the format itself look for the clusters of a file of which the first is known.
    fn guided(
        &self,
        one: &Open<'_>,
        space: &Space,
        claims: &Claims,
        tried: &mut Tried,
        buffer: &mut Buffer,
    ) {
        tried.guided = true;
        let (entry, free) = (one.told.entry, space.unclaimed.as_slice());
        let guide = Guide { source: self.source, free, cluster: space.cluster(), size: entry.size };
        let starts = entry.places.iter().take(MOST_GUIDED).filter_map(|place| match place {
            Place::Start(at) => Some(*at),
            Place::Runs(_) => None,
        });
        for start in starts.filter(|&at| self.is_asked(at) && at < self.source.len()) {
            let rest = Runs::whole(start, self.source.len() - start);
            let head = View::new(self.source, &rest, buffer).up_to(0, HEAD).to_vec();
            for format in self.carver.matcher.formats_at(&head) {
                let Some(oracle) = self.carver.registry.formats()[format].oracle() else {
                    continue;
                };
                let Some(runs) = guide.follow(oracle, start, buffer) else { continue };
                let layout = Layout { runs, basis: Basis::Contested };
                if is_due(one, &tried.layouts, &layout, Grade::Verified) {
                    tried.layouts.push(digest(&layout));
                    let proven = self.measure(&one.told, &layout, claims, Grade::Verified, buffer);
                    tried.proven = proven.filter(|proven| proven.has_sure_joints());
                }
                if tried.proven.is_some() {
                    return;
                }
            }
        }
    }

    /// The file of an entry, if it lies in that layout.
    fn measure(
        &self,
        told: &Told<'_>,
        layout: &Layout,
        claims: &Claims,
        least: Grade,
        buffer: &mut Buffer,
    ) -> Option<Proven> {
        let Told { volume, entry, .. } = told;
        let mut found = self.carver.carve_runs(self.index, self.source, &layout.runs, buffer);
        if buffer.is_spent() {
            return None;
        }
        let inner: Vec<u64> = found.iter().map(|file| file.record.offset()).collect();
        let record = &mut found.first_mut()?.record;
        let grade = record.file.grade;
        let is_free =
            || layout.basis != Basis::Contested && claims.leave(layout.runs.as_slice(), &inner);
        let is_sure = grade >= least && (grade == Grade::Verified || is_free());
        let fit = fits(volume, entry, record);
        let tail = layout.runs.slice(record.source_len(), u64::MAX);
        let is_whole = fit == Fit::Exact || claims.leave_tail(tail.as_slice(), volume);
        if !is_sure || fit == Fit::Not || !is_whole {
            return None;
        }
        record.file.origin = Origin::Undeleted;
        record.file.proof = format!(
            "{}; {}",
            record.file.proof,
            layout.basis.words(layout.runs.as_slice().len() > 1)
        );
        note_guess(record, layout);
        join::extend(record, &layout.runs, entry.size);
        self.naming.name(record, volume, entry);
        let runs = record.content().0.as_slice().to_vec();
        Some(Proven { found, runs })
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

/// Says where the pieces of a file that no check covers are joined by guess.
fn note_guess(record: &mut Record, layout: &Layout) {
    let file = &mut record.file;
    let joint = file.runs.first().map(|run| run.length).filter(|_| file.runs.len() > 1);
    let is_guess = layout.basis == Basis::Free && file.grade < Grade::Verified;
    if let Some(offset) = joint.filter(|_| is_guess && file.issues.len() < MOST_ISSUES) {
        let what = "what follows lies elsewhere, by guess: no check covers it".to_owned();
        file.issues.push(Issue { offset, what });
    }
}

/// Whether a layout is to be tried: what was not proven before may count now as what no check covers,
/// if it may at all.
fn is_due(one: &Open<'_>, now: &[u64], layout: &Layout, least: Grade) -> bool {
    let (digest, basis) = (digest(layout), layout.basis);
    let before = least == Grade::Verified && one.tried.contains(&digest);
    !before && !now.contains(&digest) && (least == Grade::Verified || basis != Basis::Contested)
}

/// Tells layouts apart without keeping them, for there may be many runs.
fn digest(layout: &Layout) -> u64 {
    let mut hasher = DefaultHasher::new();
    for run in layout.runs.as_slice() {
        (run.at, run.len).hash(&mut hasher);
    }
    (layout.basis as u8).hash(&mut hasher);
    hasher.finish()
}

fn extension(entry: &Entry) -> &str {
    entry.path.rsplit('.').next().unwrap_or_default()
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
