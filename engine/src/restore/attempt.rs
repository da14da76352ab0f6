//! One look for the file of an entry, in all the ways in which it may lie.

use std::hash::{DefaultHasher, Hash, Hasher};

use afterimage_signatures::verdict::{MOST_ISSUES, Span};
use afterimage_signatures::{Buffer, Run, Runs, View};

use super::candidates::Open;
use super::confidence::Stage;
use super::timeline::Past;
use super::undelete::Undelete;
use crate::carve::{Found, HEAD};
use crate::claims::occupied::Claims;
use crate::model::record::{Record, WireRole};
use crate::names::join::{self, Fit, fits};
use crate::output::report::{Grade, Issue, Origin};
use crate::restore::follow::Guide;
use crate::restore::layouts::{self, Basis, Layout, MOST_PLACES, Sought, Space};
use crate::restore::read_limit::{RUN_COST, allowance};
use crate::volumes::filesystem::Location;
use crate::volumes::survey::Told;

/// Places of one entry from which its format looks for the rest.
const MOST_GUIDED: usize = 4;

/// What they may read is such a part of what may be read for the entry.
const GUIDED_PART: u64 = 8;

/// Layouts in which a file is measured that cannot prove itself: a wrong one costs as much as the right one.
const MOST_GUESSES: u64 = 14;

/// Bytes of all of them together.
const MOST_GUESSED: u64 = 4 << 20;

/// Layouts in which a file of any length is measured.
const LEAST_GUESSES: u64 = 4;

/// What a stretch counts for that is looked at for a layout, in bytes.
const LOOK_COST: u64 = 16;

/// What is said where pieces are joined by guess.
const GUESSED: &str = "what follows lies elsewhere, by guess: no check covers it";

/// Where the files of a volume may lie.
pub(super) struct Ways<'p> {
    pub(super) past: &'p Past,
    pub(super) space: Space,
}

/// What came of measuring the file of an entry.
#[derive(Default)]
pub(super) struct Tried {
    pub(super) proven: Option<Proven>,
    /// The layouts in which it is not, by their digests.
    pub(super) layouts: Vec<u64>,
    /// Whether its format was let look for it.
    pub(super) guided: bool,
    /// What it cost, in bytes.
    pub(super) cost: u64,
}

/// A file that was proven, with the pictures in it.
pub(super) struct Proven {
    pub(super) found: Vec<Found>,
    pub(super) runs: Vec<Run>,
}

impl Proven {
    /// Whether every joint of two pieces is proven: where no check covers the cluster on one side of it, any
    /// other would fit there.
    fn has_sure_joints(&self, cluster: u64) -> bool {
        let record = self.found.first().map(|found| &found.record);
        record.is_some_and(|one| one.file.issues.is_empty() && loose_joint(one, cluster).is_none())
    }
}

/// Where the first cluster begins or ends, in bytes of the file, that any other could stand for: no check
/// covers any of it, and it lies beside a joint of two pieces or behind the picture.
fn loose_joint(record: &Record, cluster: u64) -> Option<u64> {
    let file = &record.file;
    let unchecked = file.unchecked.iter().map(|part| Span { at: part.offset, len: part.length });
    let unchecked = layouts::apart(unchecked.collect());
    let is_loose = |at: u64, end: u64| {
        let side = Span::between(at, end.min(file.size));
        side.len > 0 && unchecked.iter().any(|part| part.holds(side))
    };
    let joints = file.runs.iter().scan(0u64, |end, run| {
        *end = end.saturating_add(run.length);
        Some(*end)
    });
    let mut joints = joints.take(file.runs.len().saturating_sub(1));
    let joint = joints.find(|&joint| {
        is_loose(joint.saturating_sub(cluster), joint)
            || is_loose(joint, joint.saturating_add(cluster))
    });
    let tail = unchecked.last().filter(|part| part.end() >= file.size);
    let tail = tail.and_then(|part| part.at.checked_next_multiple_of(cluster.max(1)));
    joint.or_else(|| tail.filter(|&at| at < file.size))
}

/// Where the file of an entry is looked for, and what counts.
pub(super) struct Attempt<'a> {
    pub(super) undelete: &'a Undelete<'a>,
    pub(super) ways: &'a Ways<'a>,
    pub(super) claims: &'a Claims,
    pub(super) stage: Stage,
}

impl Attempt<'_> {
    /// Looks for the file of an entry in all the ways in which it may lie.
    pub(super) fn run(&self, one: &Open<'_>, buffer: &mut Buffer) -> Tried {
        let mut tried = Tried::default();
        if self.stage < Stage::Likely && (!one.provable || one.picture.is_some()) {
            return tried;
        }
        let size = one.told.entry.size.min(self.undelete.source.len());
        let before = buffer.lent();
        buffer.allow(Some(allowance(size)));
        for place in one.told.entry.locations.iter().take(MOST_PLACES) {
            if tried.proven.is_some() || buffer.is_spent() {
                break;
            }
            let start = layouts::start(place).filter(|start| one.heads.contains(start));
            if start.is_some_and(|start| self.is_open(start)) {
                self.place(one, place, &mut tried, buffer);
            }
        }
        let is_later = !one.tried.is_empty() && one.guided.is_none_or(|stage| stage < self.stage);
        if tried.proven.is_none() && one.provable && one.picture.is_none() && is_later {
            buffer.allow(Some(allowance(size) / GUIDED_PART));
            self.guided(one, &mut tried, buffer);
        }
        // What is proven is read once more, for its digests.
        let hashed = tried.proven.as_ref().map_or(0, |_| size);
        tried.cost += buffer.lent() - before + hashed;
        tried
    }

    /// Whether a file may begin at `start`, as far as is known.
    fn is_open(&self, start: u64) -> bool {
        self.undelete.is_asked(start) && !self.claims.is_taken(&Run { at: start, len: 1 })
    }

    /// Measures the file in the layouts that one place of its entry leads to.
    fn place(&self, one: &Open<'_>, place: &Location, tried: &mut Tried, buffer: &mut Buffer) {
        let (entry, space) = (one.told.entry, &self.ways.space);
        let sought = Sought {
            size: entry.size,
            known: one.picture.unwrap_or_default(),
            turn: self.ways.past.turn(entry),
            provable: one.provable,
        };
        let layouts = layouts::of(place, sought, space, self.undelete.source.len());
        tried.cost += layouts.looked * LOOK_COST;
        for layout in layouts.list {
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
            let gone = layout.basis == Basis::Recorded && entry.deleted;
            let layout = match gone && !space.has_free(&layout.runs) {
                // Some of what is recorded belongs to another file by now.
                true => Layout { basis: Basis::Contested, ..layout },
                false => layout,
            };
            let proven = self.measure(&one.told, &layout, self.stage.least(), buffer);
            match proven {
                Some(proven) if self.joins(&proven, layout.basis) => {
                    tried.proven = Some(proven);
                    return;
                }
                // A later stage takes it.
                Some(_) => drop(tried.layouts.pop()),
                None => {}
            }
        }
    }

    /// Whether the joints of a file count: at first only those that are known or that a check covers.
    fn joins(&self, proven: &Proven, basis: Basis) -> bool {
        let is_known = matches!(basis, Basis::Recorded | Basis::Beginning);
        self.stage > Stage::Proven || is_known || proven.has_sure_joints(self.ways.space.cluster())
    }

    /// Whether all photos that a file passes over were there before it: otherwise it had that space itself,
    /// and they took it when it was gone.
    fn is_passed(&self, one: &Open<'_>, layout: &Layout) -> bool {
        let Told { volume, entry, .. } = one.told;
        let mut passed = self.claims.between(layout.runs.as_slice());
        passed.all(|at| !volume.begins_cluster(at) || self.ways.past.is_older(at, entry))
    }

    /// Lets the format itself look for the clusters of a file of which the first is known.
    fn guided(&self, one: &Open<'_>, tried: &mut Tried, buffer: &mut Buffer) {
        tried.guided = true;
        let Undelete { source, carver, .. } = *self.undelete;
        let (entry, space) = (one.told.entry, &self.ways.space);
        let free = space.headless.as_slice();
        let guide = Guide { source, free, cluster: space.cluster(), size: entry.size };
        let starts = entry.locations.iter().take(MOST_GUIDED).filter_map(|place| match place {
            Location::Start(at) => Some(*at),
            Location::Runs(_) => None,
        });
        for start in starts.filter(|&at| self.is_open(at) && at < source.len()) {
            let rest = Runs::whole(start, source.len() - start);
            let head = View::new(source, &rest, buffer).up_to(0, HEAD).to_vec();
            for format in carver.matcher.formats_at(&head) {
                let Some(oracle) = carver.registry.formats()[format].oracle() else { continue };
                let Some(runs) = guide.follow(oracle, start, buffer) else { continue };
                let layout = Layout { runs, basis: Basis::Contested };
                tried.layouts.push(self.digest(&layout));
                let proven = self.measure(&one.told, &layout, Grade::Verified, buffer);
                tried.proven = proven.filter(|one| self.joins(one, layout.basis));
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
        least: Grade,
        buffer: &mut Buffer,
    ) -> Option<Proven> {
        let Told { volume, entry, .. } = told;
        let Undelete { source, carver, index, .. } = *self.undelete;
        let mut found = carver.carve_runs(index, source, &layout.runs, buffer);
        if buffer.is_spent() {
            return None;
        }
        let inner: Vec<u64> = found.iter().map(|file| file.record.offset()).collect();
        let record = &mut found.first_mut()?.record;
        let fit = fits(volume, entry, record);
        let tail = layout.runs.slice(record.source_len(), u64::MAX);
        let is_whole = fit == Fit::Exact || self.claims.leave_tail(tail.as_slice(), volume);
        // What is still there is its own, whatever lies in its picture and however broken that is.
        let is_there = layout.basis == Basis::Recorded && volume.has_live(entry);
        let is_proven = || {
            let is_verified = record.file.grade == Grade::Verified;
            record.file.grade >= least
                && (is_verified || self.is_free(told, layout, record, &inner))
        };
        if fit == Fit::Not || !is_whole || !is_there && !is_proven() {
            return None;
        }
        let words = layout.basis.words(layout.runs.as_slice().len() > 1);
        record.file.origin = Origin::Undeleted;
        record.file.proof = format!("{}; {words}", record.file.proof);
        join::extend(record, &layout.runs, entry.size, is_there);
        note_guess(record, layout, self.ways.space.cluster());
        self.undelete.naming.name(record, volume, entry);
        let runs = record.content().0.as_slice().to_vec();
        Some(Proven { found, runs })
    }

    /// Whether nothing proven lies where a file would, but for the pictures in it, which begin at `inner`.
    fn is_free(&self, told: &Told<'_>, layout: &Layout, record: &Record, inner: &[u64]) -> bool {
        // A picture that begins no cluster is part of what its cluster is part of.
        let holds = |at: u64, inside: u64| {
            let role = record.role_at(inside);
            let may_hold = matches!(role, Some(WireRole::Metadata | WireRole::Trailer));
            inner.contains(&at) || may_hold && !told.volume.begins_cluster(at)
        };
        layout.basis != Basis::Contested && self.claims.leave(layout.runs.as_slice(), holds)
    }

    /// Whether a layout is to be tried: it was not, with what counts now, and it may count.
    fn is_due(&self, one: &Open<'_>, now: &[u64], layout: &Layout) -> bool {
        let digest = self.digest(layout);
        self.stage.counts(layout.basis) && !one.tried.contains(&digest) && !now.contains(&digest)
    }

    /// Tells layouts apart without keeping them, for there may be many runs.
    fn digest(&self, layout: &Layout) -> u64 {
        let mut hasher = DefaultHasher::new();
        for run in layout.runs.as_slice() {
            (run.at, run.len).hash(&mut hasher);
        }
        (layout.basis as u8, self.stage.least()).hash(&mut hasher);
        hasher.finish()
    }
}

/// In how many layouts a file of `size` bytes is measured that cannot prove itself.
fn most_guesses(size: u64) -> u64 {
    (MOST_GUESSED / size.max(1)).clamp(LEAST_GUESSES, MOST_GUESSES)
}

/// Says where the pieces of a file are joined by guess, since no check covers what follows; it is proven no
/// longer then.
fn note_guess(record: &mut Record, layout: &Layout, cluster: u64) {
    let is_verified = record.file.grade == Grade::Verified;
    let first = record.file.runs.first().map(|run| run.length);
    let joint = match layout.basis {
        Basis::Recorded | Basis::Beginning => None,
        _ if is_verified => loose_joint(record, cluster),
        _ => first.filter(|_| record.file.runs.len() > 1),
    };
    let Some(offset) = joint else { return };
    record.file.grade = record.file.grade.min(Grade::Structural);
    if record.file.issues.len() < MOST_ISSUES {
        record.file.issues.push(Issue { offset, what: GUESSED.to_owned() });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::report::File;
    use serde_json::json;

    /// Where a file of five clusters of ten bytes, in two pieces of two and three, is joined by guess when no
    /// check covers those stretches.
    #[track_caller]
    fn check(unchecked: &[(u64, u64)], expected: Option<u64>) {
        let run =
            |offset, length: u64| json!({ "offset": offset, "length": length, "origin": "source" });
        let part = |&(at, end): &(u64, u64)| json!({ "offset": at, "length": end - at });
        let unchecked: Vec<_> = unchecked.iter().map(part).collect();
        let file: File = serde_json::from_value(json!({
            "id": 0, "source": 0, "origin": "carved", "status": "unknown", "format": "jpeg",
            "mime": "", "size": 46, "end": "exact", "grade": "verified", "proof": "",
            "unchecked": unchecked, "runs": [run(100, 20), run(500, 26)], "blake3": ""
        }))
        .unwrap();
        let record = Record { file, extension: String::new(), roles: Vec::new() };
        assert_eq!(loose_joint(&record, 10), expected, "{unchecked:?}");
    }

    #[test]
    fn a_cluster_beside_a_joint_or_behind_the_picture_needs_a_check() {
        check(&[], None);
        check(&[(0, 19), (21, 44)], None);
        check(&[(12, 28)], None);
        check(&[(10, 20)], Some(20));
        check(&[(15, 25), (25, 30)], Some(20));
        check(&[(30, 40)], None);
        check(&[(35, 46)], Some(40));
        check(&[(41, 46)], None);
    }
}
