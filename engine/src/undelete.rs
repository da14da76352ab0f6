//! Files of which a file system still knows the beginning, or all runs, proven by their own format.
//!
//! What carving found whole needs nothing of this: it is only named, later. Here come the files that
//! carving cannot find: those in several pieces, and those whose end only the file system knows. What
//! is proven claims its clusters, which makes room for the rest: so it goes round by round, and files
//! that no check covers come last.

use std::collections::BTreeMap;

use afterimage_signatures::verdict::Span;
use afterimage_signatures::{Buffer, Run, Runs, View};
use rayon::ThreadPool;
use rayon::prelude::*;

use crate::account::Account;
use crate::carve::{Carver, Found, HEAD};
use crate::claims::Place as Fallen;
use crate::error::Error;
use crate::filesystem::{Entry, Place};
use crate::hash::Algorithm;
use crate::index::{self, Fate};
use crate::join::{self, Fit, Naming, fits, is_near};
use crate::layouts::{self, Basis, Layout, Space};
use crate::pipeline::Ledger;
use crate::report::{End, Grade, Origin};
use crate::source::Source;
use crate::store::Store;
use crate::survey::{Survey, Volume};

/// A file of a photo is not shorter, in bytes.
const LEAST_SIZE: u64 = 64;

/// Files of one source that are measured for their entries' sake.
const MOST_MEASURED: usize = 1 << 20;

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
}

/// A carved file, by where it begins.
#[derive(Clone, Copy)]
struct Carved {
    len: u64,
    grade: Grade,
    end: End,
}

/// An entry whose file carving did not find.
struct Open<'s> {
    /// Which volume it is of, and its position in the survey.
    position: usize,
    volume: &'s Volume,
    entry: &'s Entry,
    /// Whether it may be of a format whose payload proves itself.
    provable: bool,
    /// Layouts in which it is not proven to lie.
    tried: Vec<Layout>,
}

/// A file that was proven, with the pictures in it.
struct Proven {
    found: Vec<Found>,
    runs: Vec<Run>,
}

impl Undelete<'_> {
    /// Adds the files that are proven to the ledger, in which claims were settled for what was carved.
    /// `places` are those of its entries. Returns the positions of the files that were added.
    ///
    /// # Errors
    ///
    /// When the output fails.
    pub fn run(&self, ledger: &mut Ledger, places: &[Fallen]) -> Result<Vec<u32>, Error> {
        let mut claims =
            Claims { carved: self.carved(&ledger.entries, places), ..Claims::default() };
        let mut open = open(self.naming.survey, &claims.carved);
        open.retain_mut(|one| self.begins(one));
        let (mut added, mut least) = (Vec::new(), Grade::Verified);
        for round in 1..=MOST_ROUNDS {
            let before = added.len();
            let (mut rest, measured) = (Vec::new(), self.round(&open, &claims, least)?);
            for (mut one, (proven, tried)) in open.into_iter().zip(measured) {
                let Some(proven) = proven else {
                    one.tried.extend(tried);
                    rest.push(one);
                    continue;
                };
                // Of several records that tell of the same bytes the first in the order counts.
                if claims.take(&proven.runs) {
                    added.push(ledger.add_undeleted(proven.found));
                }
            }
            open = rest;
            match least {
                Grade::Verified if added.len() > before && round + 1 < MOST_ROUNDS => {}
                Grade::Verified => least = Grade::Structural,
                _ => break,
            }
        }
        ledger.spill()?;
        Ok(added)
    }

    /// Whether something that is known begins where the file of an entry may begin.
    fn begins(&self, one: &mut Open<'_>) -> bool {
        let mut buffer = Buffer::default();
        let mut known = false;
        for at in layouts::starts(one.entry) {
            let rest = Runs::whole(at, self.source.len().saturating_sub(at));
            let mut view = View::new(self.source, &rest, &mut buffer);
            let formats = self.carver.matcher.formats_at(view.up_to(0, HEAD));
            known |= !formats.is_empty();
            let registry = self.carver.registry.formats();
            one.provable |= formats.iter().any(|&format| registry[format].oracle().is_some());
        }
        known
    }

    /// The carved files of this source that are files of their own and whole.
    fn carved(&self, entries: &[index::Entry], places: &[Fallen]) -> BTreeMap<u64, Carved> {
        let own = entries.iter().zip(places).filter(|(entry, place)| {
            let whole = entry.grade >= Grade::Structural && entry.fate == Fate::Top;
            entry.source == self.index && **place == Fallen::Own && whole
        });
        let carved = own.map(|(entry, _)| {
            let &index::Entry { offset, len, grade, end, .. } = entry;
            (offset, Carved { len, grade, end })
        });
        carved.collect()
    }

    /// Measures the files of all open entries.
    fn round(
        &self,
        open: &[Open<'_>],
        claims: &Claims,
        least: Grade,
    ) -> Result<Vec<(Option<Proven>, Vec<Layout>)>, Error> {
        let claimed = claims.spans();
        let space = |volume: &Volume| {
            let contents = &volume.contents;
            let grid = (contents.clusters_at, contents.cluster_len);
            let photo = |entry: &Entry| self.carver.registry.has_extension(extension(entry));
            let told = layouts::told(&contents.entries, contents.cluster_len, &claimed, photo);
            Space::new(contents.free.as_deref(), &claimed, told, grid)
        };
        let spaces: Vec<Space> = self.naming.survey.volumes.iter().map(space).collect();
        self.pool.install(|| {
            let prove = |buffer: &mut Buffer, one: &Open<'_>| {
                let layouts = self.due(one, &spaces[one.position], least);
                let mut proven = layouts
                    .iter()
                    .find_map(|layout| self.measure(one, layout, claims, least, buffer));
                if let Some(proven) = &mut proven {
                    self.keep(one, proven)?;
                }
                Ok((proven, layouts))
            };
            open.par_iter().map_init(Buffer::default, prove).collect()
        })
    }

    /// The layouts in which the file of an entry is to be looked for.
    fn due(&self, one: &Open<'_>, space: &Space, least: Grade) -> Vec<Layout> {
        if least == Grade::Verified && !one.provable {
            return Vec::new();
        }
        let mut layouts = layouts::of(one.entry, space, self.source.len(), one.provable);
        // What was not proven before may count now as what no check covers, if it may at all.
        let is_due = |layout: &Layout| match least {
            Grade::Verified => !one.tried.contains(layout),
            _ => layout.basis != Basis::Contested,
        };
        layouts.retain(is_due);
        layouts
    }

    /// The file of an entry, if it lies in that layout.
    fn measure(
        &self,
        one: &Open<'_>,
        layout: &Layout,
        claims: &Claims,
        least: Grade,
        buffer: &mut Buffer,
    ) -> Option<Proven> {
        let Open { volume, entry, .. } = one;
        let mut found = self.carver.carve_runs(self.index, self.source, &layout.runs, buffer);
        let inner: Vec<u64> = found.iter().map(|file| file.record.offset()).collect();
        let record = &mut found.first_mut()?.record;
        let grade = record.file.grade;
        let is_free =
            || layout.basis != Basis::Contested && claims.leave(layout.runs.as_slice(), &inner);
        let is_sure = grade >= least && (grade == Grade::Verified || is_free());
        if !is_sure || fits(volume, entry, record) == Fit::Not {
            return None;
        }
        record.file.origin = Origin::Undeleted;
        record.file.proof = format!("{}; {}", record.file.proof, layout.basis.words());
        join::extend(record, &layout.runs, entry.size);
        self.naming.name(record, volume, entry);
        let runs = record.content().0.as_slice().to_vec();
        Some(Proven { found, runs })
    }

    /// Hashes and stores what is to be written.
    fn keep(&self, one: &Open<'_>, proven: &mut Proven) -> Result<(), Error> {
        let asked = self.all || !one.volume.has_live(one.entry);
        for (position, file) in proven.found.iter_mut().enumerate() {
            let store = self.store.filter(|_| position == 0 && asked);
            file.digest(self.source, self.hashes, store, self.account)?;
        }
        Ok(())
    }
}

fn extension(entry: &Entry) -> &str {
    entry.path.rsplit('.').next().unwrap_or_default()
}

/// The entries of files that carving did not find whole where they say.
fn open<'s>(survey: &'s Survey, carved: &BTreeMap<u64, Carved>) -> Vec<Open<'s>> {
    let mut open = Vec::new();
    for (volume, entry) in survey.entries() {
        let asked = entry.size >= LEAST_SIZE && entry.coded.is_none();
        let position = survey.volumes.iter().position(|one| std::ptr::eq(one, volume));
        if asked && !is_found(carved, volume, entry) {
            open.extend(position.map(|position| {
                let (provable, tried) = (false, Vec::new());
                Open { position, volume, entry, provable, tried }
            }));
        }
        if open.len() == MOST_MEASURED {
            break;
        }
    }
    open
}

/// Whether carving found the file of an entry as the entry tells it.
fn is_found(carved: &BTreeMap<u64, Carved>, volume: &Volume, entry: &Entry) -> bool {
    entry.places.iter().any(|place| {
        let (start, piece) = match place {
            Place::Runs(runs) => runs.first().map_or((u64::MAX, 0), |run| (run.at, run.len)),
            Place::Start(at) => (*at, 0),
        };
        carved.get(&start).is_some_and(|file| {
            let in_one = file.grade == Grade::Verified || piece >= file.len;
            in_one && is_near(volume, entry, file.len, file.end)
        })
    })
}

/// Bytes that belong to proven files.
#[derive(Default)]
struct Claims {
    /// Carved files by where they begin.
    carved: BTreeMap<u64, Carved>,
    /// Runs of files that file systems told of: their ends by where they begin.
    taken: BTreeMap<u64, u64>,
}

impl Claims {
    /// Takes the runs of a file unless another took some of them.
    fn take(&mut self, runs: &[Run]) -> bool {
        let is_new = runs.iter().all(|run| !self.is_taken(run));
        if is_new {
            self.taken.extend(runs.iter().map(|run| (run.at, run.at + run.len)));
        }
        is_new
    }

    fn is_taken(&self, run: &Run) -> bool {
        let before = self.taken.range(..run.at + run.len).next_back();
        before.is_some_and(|(_, &end)| end > run.at)
    }

    /// Whether nothing that is proven lies in `runs`, but for the pictures that begin at `inner`.
    fn leave(&self, runs: &[Run], inner: &[u64]) -> bool {
        runs.iter().all(|run| {
            let end = run.at + run.len;
            let before = self.carved.range(..run.at).next_back();
            let reaches = before
                .is_some_and(|(at, file)| file.grade == Grade::Verified && at + file.len > run.at);
            let mut inside = self.carved.range(run.at..end);
            !reaches && !self.is_taken(run) && !inside.any(|(at, _)| !inner.contains(at))
        })
    }

    /// All claimed stretches, in order and apart.
    fn spans(&self) -> Vec<Span> {
        let carved = self.carved.iter().filter(|(_, file)| file.grade == Grade::Verified);
        let carved = carved.map(|(&at, file)| Span { at, len: file.len });
        let taken = self.taken.iter().map(|(&at, &end)| Span::between(at, end));
        layouts::apart(carved.chain(taken).collect())
    }
}
