//! One look for the file of an entry, in all the ways in which it may lie.

use std::hash::{DefaultHasher, Hash, Hasher};

use afterimage_signatures::{Buffer, Runs};

use super::confidence::Confidence;
use super::follow::Follower;
use super::joints;
use super::layouts::{self, Basis, Layout, Sought, Space};
use super::missing::MissingFile;
use super::prover::Prover;
use super::read_limit::{RUN_COST, allowance};
use super::timeline::Timeline;
use super::unreadable::complete_by_entry;
use crate::carve::Found;
use crate::claims::Occupied;
use crate::model::{End, Grade, Origin, Record};
use crate::names::{self, Fit, fits, note_entry};
use crate::volumes::filesystem::Location;
use crate::volumes::live_map::LiveMap;
use crate::volumes::recorded::MOST_LOCATIONS;
use afterimage_signatures::verdict::{Continuity, Span};
use jiff::tz::TimeZone;

/// Locations of one entry from which its format looks for the rest.
const MOST_FOLLOWED: usize = 4;

/// What that may read is such a part of what may be read for the entry.
const FOLLOWED_PART: u64 = 8;

/// Layouts in which a file is measured that cannot prove itself: a wrong one costs as much as the right one.
const MOST_GUESSES: u64 = 14;

/// Bytes of all of them together.
const MOST_GUESSED: u64 = 4 << 20;

/// Layouts in which a file of any length is measured.
const LEAST_GUESSES: u64 = 4;

/// What a range counts for that is looked at for a layout, in bytes.
const LOOK_COST: u64 = 16;

/// Where the files of a volume may lie.
pub(super) struct SearchSpace<'p> {
    pub(super) timeline: &'p Timeline,
    pub(super) space: Space,
}

/// What came of measuring the file of an entry.
#[derive(Default)]
pub(super) struct Tried {
    pub(super) proven: Option<Proven>,
    /// The layouts in which it is not, by their digests.
    pub(super) layouts: Vec<u64>,
    /// Whether it is proven in several layouts, so that it waits until others have taken their clusters.
    is_contested: bool,
    /// Whether its format was let look for it.
    pub(super) is_followed: bool,
    /// What it cost, in bytes.
    pub(super) cost: u64,
}

/// A file that was proven, with the pictures in it.
pub(super) struct Proven {
    pub(super) found: Vec<Found>,
    pub(super) runs: Vec<Span>,
    /// Length of what its format proves, in bytes.
    picture: u64,
}

impl Proven {
    /// Whether the picture of a file lies in other runs than that of another.
    fn is_rival(&self, other: &Proven) -> bool {
        let picture = |one: &Proven| Runs::new(one.runs.clone()).slice(0, one.picture);
        picture(self) != picture(other)
    }
}

/// Where the file of an entry is looked for, and what counts.
pub(super) struct Attempt<'a> {
    pub(super) prover: &'a Prover<'a>,
    /// The bytes that files are asked for in.
    pub(super) range: Span,
    /// The zone of clocks that do not tell theirs.
    pub(super) zone: Option<&'a TimeZone>,
    pub(super) search: &'a SearchSpace<'a>,
    pub(super) occupied: &'a Occupied,
    /// What is in use.
    pub(super) live: &'a LiveMap,
    pub(super) confidence: Confidence,
}

impl Attempt<'_> {
    /// Looks for the file of an entry in all the ways in which it may lie.
    pub(super) fn run(&self, one: &MissingFile<'_>, buffer: &mut Buffer) -> Tried {
        let mut tried = Tried::default();
        let is_provable = one.provable && one.picture.is_none();
        if self.confidence < Confidence::Likely && !is_provable {
            return tried;
        }
        let size = one.entry.size.min(self.prover.source.len());
        let before = buffer.lent();
        buffer.allow(Some(allowance(size)));
        for location in one.entry.locations.iter().take(MOST_LOCATIONS) {
            if tried.proven.is_some() || tried.is_contested || buffer.is_spent() {
                break;
            }
            let start = location.start().filter(|start| one.headers.contains(start));
            if start.is_some_and(|start| self.may_begin(start)) {
                self.try_location(one, location, &mut tried, buffer);
            }
        }
        let is_later =
            !one.tried.is_empty() && one.followed.is_none_or(|last| last < self.confidence);
        if tried.proven.is_none() && !tried.is_contested && is_provable && is_later {
            self.follow(one, &mut tried, buffer);
        }
        // What is proven is read once more, for its digests.
        let hashed = tried.proven.as_ref().map_or(0, |_| size);
        tried.cost += buffer.lent() - before + hashed;
        tried
    }

    /// Whether a file may begin at `start`, as far as is known.
    fn may_begin(&self, start: u64) -> bool {
        let first = Span { at: start, len: 1 };
        self.range.holds(first) && !self.occupied.is_taken(first)
    }

    /// Measures the file in the layouts that one location of its entry leads to.
    fn try_location(
        &self,
        one: &MissingFile<'_>,
        location: &Location,
        tried: &mut Tried,
        buffer: &mut Buffer,
    ) {
        let (entry, space) = (one.entry, &self.search.space);
        let sought = Sought {
            size: entry.size,
            known: one.picture.unwrap_or_default(),
            turn: self.search.timeline.turn(entry),
            provable: one.provable,
        };
        let layouts = layouts::of(location, sought, space, self.prover.source.len());
        tried.cost += layouts.looked * LOOK_COST;
        let (mut best, mut unsure) = (None::<Proven>, Vec::new());
        let mut is_rivalled = false;
        for layout in layouts.list {
            if buffer.is_spent() {
                // What was not tried may fit as well.
                is_rivalled = true;
                break;
            }
            tried.cost += layout.runs.as_slice().len() as u64 * RUN_COST;
            let is_due = self.is_due(one, &tried.layouts, &layout);
            if !is_due || one.picture.is_some() && !self.is_passed(one, &layout) {
                continue;
            }
            let guesses = (one.tried.len() + tried.layouts.len()) as u64;
            if !one.provable && guesses >= most_guesses(entry.size) {
                return;
            }
            tried.layouts.push(self.digest(&layout));
            let layout = self.as_it_counts(one, layout);
            match self.measure(one, &layout, self.confidence.least(), buffer) {
                Some(proven) if !self.joins(&proven, layout.basis) => {
                    // With less confidence it counts.
                    tried.layouts.pop();
                    unsure.push(proven);
                }
                Some(proven) => match &best {
                    Some(best) => is_rivalled |= proven.is_rival(best),
                    None if layout.basis.is_guess() && one.provable => best = Some(proven),
                    None => {
                        tried.proven = Some(proven);
                        return;
                    }
                },
                None => {}
            }
        }
        let is_unsure = |best: &Proven| unsure.iter().any(|one| one.is_rival(best));
        is_rivalled |= best.as_ref().is_some_and(is_unsure);
        let is_contested = is_rivalled && best.is_some();
        tried.proven = best;
        if is_contested {
            self.contest(tried);
        }
    }

    /// A file that is proven in several layouts is not proven in any: it waits until others have taken their
    /// clusters, and is given in the likeliest then.
    fn contest(&self, tried: &mut Tried) {
        if self.confidence == Confidence::Proven {
            (tried.proven, tried.layouts) = (None, Vec::new());
            tried.is_contested = true;
        } else if let Some(file) = tried.proven.as_mut().and_then(|proven| proven.found.first_mut())
        {
            joints::note_rival(&mut file.record);
        }
    }

    /// A layout as it counts: some of what is recorded of a deleted file may be another file's by now.
    fn as_it_counts(&self, one: &MissingFile<'_>, layout: Layout) -> Layout {
        let is_recorded = layout.basis == Basis::Recorded && one.entry.deleted;
        if is_recorded && !self.search.space.has_free(&layout.runs) {
            return Layout { basis: Basis::Contested, ..layout };
        }
        layout
    }

    /// Whether the joints of a file count: at first only those that are known or that a check covers.
    fn joins(&self, proven: &Proven, basis: Basis) -> bool {
        let is_sure = |file| joints::are_sure(file, self.search.space.cluster());
        self.confidence > Confidence::Proven
            || !basis.is_guess()
            || proven.found.first().is_some_and(is_sure)
    }

    /// Whether all photos that a file passes over were there before it: otherwise it had that space itself,
    /// and they took it when it was deleted.
    fn is_passed(&self, one: &MissingFile<'_>, layout: &Layout) -> bool {
        let mut passed =
            layouts::gaps(layout.runs.as_slice()).flat_map(|gap| self.occupied.carved_in(gap));
        passed.all(|at| {
            !one.volume.begins_cluster(at) || self.search.timeline.is_older(at, one.entry)
        })
    }

    /// Lets the format itself look for the clusters of a file of which the first is known, at first for those
    /// in which its picture goes on as it should.
    fn follow(&self, one: &MissingFile<'_>, tried: &mut Tried, buffer: &mut Buffer) {
        tried.is_followed = true;
        let len = self.prover.source.len();
        let starts =
            one.entry.locations.iter().take(MOST_FOLLOWED).filter_map(|location| match location {
                Location::Start(at) => Some(*at),
                Location::Runs(_) => None,
            });
        let starts: Vec<u64> = starts.filter(|&at| self.may_begin(at) && at < len).collect();
        for &least in self.confidence.continuity() {
            buffer.allow(Some(allowance(one.entry.size.min(len)) / FOLLOWED_PART));
            for &start in &starts {
                tried.proven = self.follow_from(one, start, least, &mut tried.layouts, buffer);
                if tried.proven.is_some() {
                    return;
                }
            }
        }
    }

    /// The file of an entry that begins at `start`, where its format finds it.
    fn follow_from(
        &self,
        one: &MissingFile<'_>,
        start: u64,
        least: Continuity,
        layouts: &mut Vec<u64>,
        buffer: &mut Buffer,
    ) -> Option<Proven> {
        let Prover { bytes: source, carver, .. } = *self.prover;
        let (size, space) = (Some(one.entry.size), &self.search.space);
        let (free, cluster) = (&space.headless, space.cluster());
        let follower = Follower { source, free, cluster, size, least };
        let known = Runs::whole(start, cluster);
        self.prover.formats_at(start, buffer).into_iter().find_map(|format| {
            let oracle = carver.registry.formats()[format].oracle()?;
            let runs = follower.follow(oracle, &known, buffer)?;
            let layout = Layout { runs, basis: Basis::Contested };
            layouts.push(self.digest(&layout));
            let proven = self.measure(one, &layout, Grade::Verified, buffer);
            proven.filter(|proven| self.joins(proven, layout.basis))
        })
    }

    /// The file of an entry, if it lies in that layout.
    fn measure(
        &self,
        one: &MissingFile<'_>,
        layout: &Layout,
        least: Grade,
        buffer: &mut Buffer,
    ) -> Option<Proven> {
        let MissingFile { volume, entry, .. } = *one;
        let mut found = self.prover.measure(&layout.runs, buffer);
        let inner: Vec<u64> = found.iter().map(|file| file.record.offset()).collect();
        let record = &mut found.first_mut()?.record;
        let fit = fits(volume, entry, record);
        // So much more after a picture than cameras add is not looked for where it may lie.
        let is_sure = !layout.basis.is_guess();
        let tail = layout.runs.slice(record.source_len(), u64::MAX);
        let is_whole = fit == Fit::Exact || self.occupied.leaves_tail(tail.as_slice(), volume);
        // What is still there is its own, whatever lies in its picture and however broken that is.
        let is_live = layout.basis == Basis::Recorded && volume.has_live(entry);
        // But what bytes prove to lie there beats what the entry says.
        if self.is_outdone(record) {
            return None;
        }
        let is_proven = || {
            let is_verified = record.grade == Grade::Verified;
            record.grade >= least && (is_verified || self.is_free(one, layout, record, &inner))
        };
        let is_guess = fit == Fit::Far && !(is_sure && entry.has_one_start());
        if fit == Fit::Not || is_guess || !is_whole || !is_live && !is_proven() {
            return None;
        }
        let words = layout.basis.words(layout.runs.as_slice().len() > 1);
        let picture = record.source_len();
        record.origin = Origin::Undeleted;
        record.proof = format!("{}; {words}", record.proof).into();
        names::extend(record, &layout.runs, entry.size, is_live);
        complete_by_entry(record, self.prover.source, entry.size);
        note_entry(record, volume, entry, self.zone);
        let file = found.first_mut()?;
        joints::note_guess(file, layout, self.search.space.cluster());
        let runs = file.record.runs.as_slice().to_vec();
        Some(Proven { found, runs, picture })
    }

    /// Whether carving found a better file where this one begins, or as good a one that is longer: it is the
    /// size or the place of the entry that is wrong. What reaches into another live file is none, unless it
    /// proves that.
    fn is_outdone(&self, record: &Record) -> bool {
        let at = record.offset();
        let Some(file) = self.occupied.carved.get(&at) else { return false };
        let is_longer = file.end == End::Exact && file.len > record.source_len();
        let is_better = file.grade > record.grade || file.grade == record.grade && is_longer;
        let may_reach = || self.live.first_other(at, at.saturating_add(file.len)).is_none();
        is_better && (file.grade == Grade::Verified || may_reach())
    }

    /// Whether nothing proven lies where a file would, but for the pictures in it, which begin at `inner`.
    fn is_free(
        &self,
        one: &MissingFile<'_>,
        layout: &Layout,
        record: &Record,
        inner: &[u64],
    ) -> bool {
        // A picture that begins no cluster is part of what its cluster is part of.
        let holds = |at: u64, inside: u64| {
            inner.contains(&at)
                || joints::may_hold(record, inside) && !one.volume.begins_cluster(at)
        };
        layout.basis != Basis::Contested && self.occupied.leaves(layout.runs.as_slice(), holds)
    }

    /// Whether a layout is to be tried: it was not, with what counts now, and it may count.
    fn is_due(&self, one: &MissingFile<'_>, now: &[u64], layout: &Layout) -> bool {
        let digest = self.digest(layout);
        self.confidence.counts(layout.basis)
            && !one.tried.contains(&digest)
            && !now.contains(&digest)
    }

    /// Tells layouts apart without keeping them, for there may be many runs.
    fn digest(&self, layout: &Layout) -> u64 {
        let mut hasher = DefaultHasher::new();
        for run in layout.runs.as_slice() {
            (run.at, run.len).hash(&mut hasher);
        }
        (layout.basis as u8, self.confidence.least()).hash(&mut hasher);
        hasher.finish()
    }
}

/// In how many layouts a file of `size` bytes is measured that cannot prove itself.
fn most_guesses(size: u64) -> u64 {
    (MOST_GUESSED / size.max(1)).clamp(LEAST_GUESSES, MOST_GUESSES)
}
