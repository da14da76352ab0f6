//! In which runs a file may lie of which a file system knows the beginning, and perhaps more.

mod fill;
pub mod history;
pub mod listed;
mod neighbourhood;
mod space;

use afterimage_signatures::Runs;
use afterimage_signatures::verdict::Span;

use crate::volumes::filesystem::Location;
use crate::volumes::recorded::recorded;
use fill::follow;
pub use fill::gaps;
use history::Turn;
use neighbourhood::Neighbourhood;
pub use space::Space;

/// A way in which a file may lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Its runs, together as long as the file, or as much of it as is known.
    pub runs: Runs,
    /// How it is known.
    pub basis: Basis,
}

/// How it is known where a file lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Basis {
    /// All runs are recorded.
    Recorded,
    /// The first cluster is recorded, and nothing else owns the bytes after it.
    Beginning,
    /// The first cluster is recorded; the rest is taken from clusters after it that are free, and leaves
    /// nothing of the last hole among them, which no other choice that is as near does.
    Filled,
    /// The first cluster is recorded; the rest is taken from clusters after it that are free.
    Free,
    /// The first cluster is recorded; what lies after it may belong to others.
    Contested,
}

impl Basis {
    /// Whether clusters were chosen that nothing records.
    pub fn is_guess(self) -> bool {
        !matches!(self, Basis::Recorded | Basis::Beginning)
    }

    /// What the proof of a file says of it that lies in several pieces, or in one.
    pub fn words(self, pieces: bool) -> &'static str {
        match self {
            Basis::Contested if pieces => {
                "in clusters after the one that the file system names, as its own data proves"
            }
            Basis::Recorded => "in the clusters that the file system names",
            Basis::Beginning | Basis::Contested => {
                "in one piece from the cluster that the file system names"
            }
            Basis::Filled | Basis::Free => {
                "in the free clusters from the one on that the file system names"
            }
        }
    }
}

/// A file that is looked for.
#[derive(Clone, Copy, Debug)]
pub struct Sought {
    /// Its length in bytes.
    pub size: u64,
    /// How much of it is known to lie in one piece from where it begins; its first cluster at least does.
    pub known: u64,
    /// When it was written, as far as that is known.
    pub turn: Option<Turn>,
    /// Whether its format can prove itself: then mere guesses are made too.
    pub provable: bool,
}

/// Where a file may lie, and what it cost to find that out.
#[derive(Clone, Debug, Default)]
pub struct Layouts {
    /// The likeliest first.
    pub list: Vec<Layout>,
    /// Ranges of space that were looked at.
    pub looked: u64,
}

/// The ways in which a file that has a place may lie in a source of `len` bytes.
pub fn of(place: &Location, sought: Sought, space: &Space, len: u64) -> Layouts {
    match place {
        Location::Runs(runs) => {
            let whole = recorded(runs, sought.size, len);
            let list = whole.map(|runs| Layout { runs, basis: Basis::Recorded });
            Layouts { list: list.into_iter().collect(), looked: runs.len() as u64 }
        }
        Location::Start(at) => from(*at, sought, space, len),
    }
}

fn from(start: u64, sought: Sought, space: &Space, len: u64) -> Layouts {
    let Sought { size, known, turn, provable } = sought;
    if start >= len || size == 0 {
        return Layouts::default();
    }
    let whole = Runs::whole(start, size.min(len - start));
    let alone = |basis| vec![Layout { runs: whole.clone(), basis }];
    let Some(free) = &space.free else {
        return Layouts { list: alone(Basis::Beginning), looked: 1 };
    };
    if size > len || !free.contains(start) {
        // It never lay there as a whole, or its first cluster is another's: if it is there, its own data
        // must prove it.
        return Layouts { list: alone(Basis::Contested), looked: 1 };
    }
    let own = size.min(known.max(1).next_multiple_of(space.cluster())).min(len - start);
    let own = Span { at: start, len: own };
    let near = Neighbourhood::of(space, own, size, turn);
    let untold = near.beside(|claim| claim.life.lasts(turn));
    let unclaimed = if known > 0 || space.unclaimed.contains(start) {
        follow(own, &space.unclaimed, size)
    } else {
        None
    };
    let basis = match &untold {
        Some(untold) if *untold != whole => Basis::Contested,
        _ if unclaimed.as_ref() == Some(&whole) => Basis::Beginning,
        _ => Basis::Contested,
    };
    let mut list: Vec<Layout> = Vec::new();
    if basis != Basis::Beginning {
        let (filled, is_sure) = near.filled();
        let mut filled = filled.into_iter();
        let first = if is_sure { Basis::Filled } else { Basis::Free };
        let ways = filled.next().map(|runs| (runs, first)).into_iter();
        let others =
            untold.into_iter().chain(filled).chain(unclaimed).chain(follow(own, free, size));
        let ways = ways.chain(others.map(|runs| (runs, Basis::Free)));
        let pieces = ways.filter(|(runs, _)| *runs != whole);
        pieces.for_each(|(runs, basis)| add(&mut list, runs, basis));
    }
    add(&mut list, whole, basis);
    let basis = if provable { Basis::Contested } else { Basis::Free };
    near.others().into_iter().for_each(|runs| add(&mut list, runs, basis));
    Layouts { list, looked: near.looked() }
}

/// Adds a layout unless it is there.
fn add(layouts: &mut Vec<Layout>, runs: Runs, basis: Basis) {
    if layouts.iter().all(|known| known.runs != runs) {
        layouts.push(Layout { runs, basis });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ClusterGrid, SpanSet};
    use crate::restore::layouts::history::Claim;
    use crate::volumes::filesystem::Entry;

    const LEN: u64 = 1 << 20;

    fn spans(spans: &[(u64, u64)]) -> SpanSet {
        spans.iter().map(|&(at, end)| Span::between(at, end)).collect()
    }

    fn space(free: Option<SpanSet>, occupied: &SpanSet) -> Space {
        Space::new(free, occupied, ClusterGrid::new(100, 10))
    }

    fn entry(size: u64, place: Location) -> Entry {
        Entry {
            path: String::new(),
            certain: true,
            deleted: true,
            erased: true,
            size,
            written: size,
            locations: vec![place],
            modified: None,
            deleted_at: None,
            record: 0,
            coded: None,
        }
    }

    #[track_caller]
    fn check(entry: &Entry, space: &Space, expected: &[(&[(u64, u64)], Basis)]) {
        let sought = Sought { size: entry.size, known: 0, turn: None, provable: true };
        let found = of(&entry.locations[0], sought, space, LEN).list;
        let of_runs = |runs: &Runs| {
            runs.as_slice().iter().map(|run| (run.at, run.at + run.len)).collect::<Vec<_>>()
        };
        let found: Vec<_> = found.iter().map(|one| (of_runs(&one.runs), one.basis)).collect();
        let expected: Vec<_> =
            expected.iter().map(|(runs, basis)| (runs.to_vec(), *basis)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn what_other_records_tell_of_is_left_out_first() {
        let free = spans(&[(100, 200)]);
        let claims = spans(&[(110, 120), (130, 140)]).iter().map(Claim::lasting).collect();
        let space = space(Some(free), &SpanSet::default()).with(claims, SpanSet::default(), &[]);
        let whole: (&[(u64, u64)], _) = (&[(100, 130)], Basis::Contested);
        let beside: (&[(u64, u64)], _) = (&[(100, 110), (120, 130), (140, 150)], Basis::Free);
        let other: (&[(u64, u64)], _) = (&[(100, 110), (120, 140)], Basis::Contested);
        check(&entry(30, Location::Start(100)), &space, &[beside, whole, other]);
        let short: (&[(u64, u64)], _) = (&[(100, 110)], Basis::Beginning);
        check(&entry(10, Location::Start(100)), &space, &[short]);
        let inside: (&[(u64, u64)], _) = (&[(110, 130)], Basis::Beginning);
        check(&entry(20, Location::Start(110)), &space, &[inside]);
    }

    #[test]
    fn a_file_whose_first_cluster_is_another_s_must_prove_itself() {
        let claims = spans(&[(130, 140)]).iter().map(Claim::lasting).collect();
        let space = space(Some(spans(&[(120, 200)])), &SpanSet::default());
        let space = space.with(claims, SpanSet::default(), &[]);
        for provable in [true, false] {
            let sought = Sought { size: 30, known: 0, turn: None, provable };
            let found = of(&Location::Start(110), sought, &space, LEN).list;
            assert_eq!(found, [Layout { runs: Runs::whole(110, 30), basis: Basis::Contested }]);
        }
    }

    #[test]
    fn a_beginning_is_followed_through_what_is_free() {
        let file = entry(30, Location::Start(110));
        check(&file, &space(None, &SpanSet::default()), &[(&[(110, 140)], Basis::Beginning)]);
        let taken =
            |free: &[(u64, u64)], claimed: &[(u64, u64)]| space(Some(spans(free)), &spans(claimed));
        check(&file, &taken(&[(100, 200)], &[]), &[(&[(110, 140)], Basis::Beginning)]);
        let filled: (&[(u64, u64)], _) = (&[(110, 120), (130, 150)], Basis::Filled);
        let free: (&[(u64, u64)], _) = (&[(110, 120), (130, 150)], Basis::Free);
        let whole: (&[(u64, u64)], _) = (&[(110, 140)], Basis::Contested);
        check(&file, &taken(&[(100, 120), (130, 150)], &[]), &[filled, whole]);
        check(&file, &taken(&[(100, 120), (130, 160)], &[]), &[free, whole]);
        check(&file, &taken(&[(100, 150)], &[(122, 123)]), &[filled, whole]);
        check(&file, &taken(&[(120, 150)], &[]), &[whole]);
        check(&entry(30, Location::Start(LEN)), &space(None, &SpanSet::default()), &[]);
        let rest: (&[(u64, u64)], _) = (&[(110, LEN)], Basis::Contested);
        check(&entry(u64::MAX, Location::Start(110)), &taken(&[(100, 200)], &[]), &[rest]);
    }
}
