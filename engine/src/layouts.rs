//! In which runs a file may lie of which a file system knows the beginning, and perhaps more.

mod space;

use std::collections::VecDeque;

use afterimage_signatures::verdict::Span;
use afterimage_signatures::{Run, Runs};

use crate::filesystem::{Entry, MOST_RUNS, Place};
pub use space::Space;
use space::without;

/// Places where one file may begin that are tried; those far down the list are mere guesses.
pub const MOST_PLACES: usize = 80;

/// How far behind its beginning a file is looked for among others, in its own lengths.
const REACH: u64 = 8;

/// Other files in its way that are told apart.
const MOST_NEAR: usize = 5;

/// Stretches of free space that they lie in.
const MOST_WINDOW: usize = 4096;

/// Ways between them that are tried.
const MOST_OTHERS: usize = 12;

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
    /// The first cluster is recorded, and nothing else owns the bytes behind it.
    Beginning,
    /// The first cluster is recorded; the rest is taken from clusters behind it that are free.
    Free,
    /// The first cluster is recorded; what lies behind it may belong to others.
    Contested,
}

impl Basis {
    /// What the proof of a file says of it that lies in several pieces, or in one.
    pub fn words(self, pieces: bool) -> &'static str {
        match self {
            Basis::Contested if pieces => {
                "in clusters behind the one that the file system names, as its own data proves"
            }
            Basis::Recorded => "in the clusters that the file system names",
            Basis::Beginning | Basis::Contested => {
                "in one piece from the cluster that the file system names"
            }
            Basis::Free => "in the free clusters from the one on that the file system names",
        }
    }
}

/// Where the file of `entry` may begin.
pub fn starts(entry: &Entry) -> impl Iterator<Item = u64> + '_ {
    entry.places.iter().take(MOST_PLACES).filter_map(start)
}

/// Where a file begins that has a place.
pub fn start(place: &Place) -> Option<u64> {
    match place {
        Place::Runs(runs) => runs.first().map(|run| run.at),
        Place::Start(at) => Some(*at),
    }
}

/// The ways in which a file of `size` bytes that has a place may lie in a source of `len` bytes, the
/// likeliest first. Mere guesses are among them for a file whose format can prove itself.
pub fn of(place: &Place, size: u64, space: &Space, len: u64, provable: bool) -> Vec<Layout> {
    match place {
        Place::Runs(runs) => {
            let whole = recorded(runs, size, len);
            whole.map(|runs| Layout { runs, basis: Basis::Recorded }).into_iter().collect()
        }
        Place::Start(at) => from(*at, size, space, len, provable),
    }
}

/// The first `size` bytes of recorded runs, as far as a source of `len` bytes has them; nothing where
/// one byte is recorded twice, as it is of no file.
pub fn recorded(runs: &[Run], size: u64, len: u64) -> Option<Runs> {
    let inside = |run: &&Run| run.at < len;
    let runs = runs.iter().take(MOST_RUNS).take_while(inside);
    let runs = runs.map(|run| Run { at: run.at, len: run.len.min(len - run.at) }).collect();
    let runs = Runs::new(joined(runs)).slice(0, size);
    (!runs.is_empty() && are_apart(runs.as_slice())).then_some(runs)
}

fn are_apart(runs: &[Run]) -> bool {
    let mut spans: Vec<Span> = runs.iter().map(|run| Span { at: run.at, len: run.len }).collect();
    spans.sort_unstable();
    spans.windows(2).all(|pair| pair[0].end() <= pair[1].at)
}

fn from(start: u64, size: u64, space: &Space, len: u64, provable: bool) -> Vec<Layout> {
    if start >= len || size == 0 {
        return Vec::new();
    }
    let whole = Runs::whole(start, size.min(len - start));
    let Some(free) = &space.free else {
        return vec![Layout { runs: whole, basis: Basis::Beginning }];
    };
    if size > len - start {
        // It never lay there as a whole.
        return vec![Layout { runs: whole, basis: Basis::Contested }];
    }
    let first = free.partition_point(|span| span.end() <= start);
    let owned = free.get(first).is_none_or(|span| span.at > start);
    let unclaimed = in_order(&space.unclaimed, start, size);
    let free = in_order(free, start, size);
    let untold = beside(&space.untold, start, size, space.grid.1).filter(|_| !owned);
    let in_one = unclaimed.as_ref() == Some(&whole);
    let basis = match &untold {
        Some(untold) if *untold != whole => Basis::Contested,
        _ if in_one => Basis::Beginning,
        _ => Basis::Contested,
    };
    let pieces = [untold, unclaimed, free].into_iter().flatten().filter(|runs| *runs != whole);
    let mut layouts: Vec<Layout> = Vec::new();
    if basis != Basis::Beginning {
        pieces.for_each(|runs| add(&mut layouts, runs, Basis::Free));
    }
    add(&mut layouts, whole, basis);
    if provable {
        let others = others(space, start, size).into_iter();
        others.for_each(|runs| add(&mut layouts, runs, Basis::Contested));
    }
    layouts
}

/// Adds a layout unless it is there.
fn add(layouts: &mut Vec<Layout>, runs: Runs, basis: Basis) {
    if layouts.iter().all(|known| known.runs != runs) {
        layouts.push(Layout { runs, basis });
    }
}

/// The cluster at `start`, and the first ones behind it in `untold` space.
fn beside(untold: &[Span], start: u64, size: u64, cluster: u64) -> Option<Runs> {
    let first = Run { at: start, len: size.min(cluster) };
    let (next, rest) = (start + first.len, size - first.len);
    let mut runs = vec![first];
    if rest > 0 {
        let behind = untold.partition_point(|span| span.end() <= next);
        let at = untold.get(behind)?.at.max(next);
        runs.extend_from_slice(in_order(untold, at, rest)?.as_slice());
    }
    Some(Runs::new(joined(runs)))
}

/// Ways that use some of what other records tell of, since those files may have been gone before: few of
/// them first, the nearest first.
fn others(space: &Space, start: u64, size: u64) -> Vec<Runs> {
    let next = start.saturating_add(size.min(space.grid.1));
    let reach = next.saturating_add(size.saturating_mul(REACH));
    let first = space.told.partition_point(|span| span.at < next);
    let near = space.told[first..].iter().take_while(|span| span.at < reach).take(MOST_NEAR);
    let near: Vec<Span> = near.copied().collect();
    let first = space.unclaimed.partition_point(|span| span.end() <= next);
    let window = space.unclaimed[first..].iter().take_while(|span| span.at < reach);
    let window: Vec<Span> = window.take(MOST_WINDOW).copied().collect();
    let mut found: Vec<Runs> = Vec::new();
    let mut waiting = VecDeque::from([Vec::new()]);
    while let Some(used) = waiting.pop_front().filter(|_| found.len() < MOST_OTHERS) {
        let left = (0..near.len()).filter(|index| !used.contains(index));
        let left = apart(left.map(|index| near[index]).collect());
        let runs = beside(&without(&window, &left, space.grid), start, size, space.grid.1);
        if let Some(runs) = runs.filter(|runs| !found.contains(runs)) {
            found.push(runs);
        }
        let more = used.last().map_or(0, |last| last + 1)..near.len();
        if waiting.len() < MOST_OTHERS {
            waiting.extend(more.map(|index| [used.as_slice(), &[index]].concat()));
        }
    }
    found
}

/// Where other files lie that records of a volume tell of: files that are lost but not
/// erased, or that were deleted last. A photo whose record tells where it begins only has but its first
/// cluster there; a file that is no photo is taken to lie in one piece, since nothing can tell better. A
/// file of which a proven one took some was gone before, and is left out.
pub fn told(
    entries: &[Entry],
    cluster: u64,
    claimed: &[Span],
    is_photo: impl Fn(&Entry) -> bool,
) -> Vec<Span> {
    let lost = entries.iter().all(|entry| entry.deleted);
    let counts = |entry: &&Entry| entry.deleted && !(lost && entry.erased);
    let mut told = Vec::new();
    for entry in entries.iter().filter(counts) {
        let spans: Vec<Span> = match entry.places.first() {
            Some(Place::Runs(runs)) => {
                runs.iter().map(|run| Span { at: run.at, len: run.len }).collect()
            }
            Some(&Place::Start(at)) if is_photo(entry) => {
                vec![Span { at, len: entry.size.min(cluster) }]
            }
            Some(&Place::Start(at)) => vec![Span { at, len: entry.size }],
            None => continue,
        };
        if !spans.iter().any(|span| meets(claimed, *span)) {
            told.extend(spans.into_iter().filter(|span| span.len > 0));
        }
    }
    told
}

/// Whether one of the claims, which are in order and apart, meets a stretch.
fn meets(claimed: &[Span], stretch: Span) -> bool {
    let first = claimed.partition_point(|claim| claim.end() <= stretch.at);
    claimed.get(first).is_some_and(|claim| claim.at < stretch.end())
}

/// The same stretches, in order and apart.
pub fn apart(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut out: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match out.last_mut() {
            Some(last) if span.at <= last.end() => {
                last.len = last.len.max(span.end() - last.at);
            }
            _ => out.push(span),
        }
    }
    out
}

/// The first `size` bytes of `spans` from `start` on, which must lie in one of them.
fn in_order(spans: &[Span], start: u64, size: u64) -> Option<Runs> {
    let first = spans.partition_point(|span| span.end() <= start);
    spans.get(first).filter(|span| span.at <= start)?;
    let (mut runs, mut left) = (Vec::new(), size);
    for span in spans[first..].iter().take(MOST_RUNS) {
        let at = span.at.max(start);
        let here = (span.end() - at).min(left);
        runs.push(Run { at, len: here });
        left -= here;
        if left == 0 {
            return Some(Runs::new(joined(runs)));
        }
    }
    None
}

/// The same bytes in as few runs as can be.
fn joined(runs: Vec<Run>) -> Vec<Run> {
    let mut out: Vec<Run> = Vec::with_capacity(runs.len());
    for run in runs.into_iter().filter(|run| run.len > 0) {
        match out.last_mut() {
            Some(last) if last.at + last.len == run.at => last.len += run.len,
            _ => out.push(run),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEN: u64 = 1 << 20;

    fn spans(spans: &[(u64, u64)]) -> Vec<Span> {
        spans.iter().map(|&(at, end)| Span::between(at, end)).collect()
    }

    fn entry(size: u64, place: Place) -> Entry {
        Entry {
            path: String::new(),
            certain: true,
            deleted: true,
            erased: true,
            size,
            places: vec![place],
            modified: None,
            deleted_at: None,
            record: 0,
            coded: None,
        }
    }

    #[track_caller]
    fn check(entry: &Entry, space: &Space, expected: &[(&[(u64, u64)], Basis)]) {
        let found = of(&entry.places[0], entry.size, space, LEN, true);
        let of_runs = |runs: &Runs| {
            runs.as_slice().iter().map(|run| (run.at, run.at + run.len)).collect::<Vec<_>>()
        };
        let found: Vec<_> = found.iter().map(|one| (of_runs(&one.runs), one.basis)).collect();
        let expected: Vec<_> =
            expected.iter().map(|(runs, basis)| (runs.to_vec(), *basis)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn claims_take_whole_clusters_out_of_free_space() {
        let left = |free: &[(u64, u64)], claimed: &[(u64, u64)]| {
            without(&spans(free), &spans(claimed), (100, 10))
        };
        assert_eq!(left(&[(100, 200)], &[]), spans(&[(100, 200)]));
        assert_eq!(left(&[(100, 200)], &[(0, 50), (300, 400)]), spans(&[(100, 200)]));
        assert_eq!(left(&[(100, 200)], &[(123, 124)]), spans(&[(100, 120), (130, 200)]));
        assert_eq!(left(&[(100, 200)], &[(50, 111), (195, 250)]), spans(&[(120, 190)]));
        assert_eq!(left(&[(100, 200)], &[(90, 300)]), spans(&[]));
        let two = left(&[(100, 150), (160, 200)], &[(125, 165), (170, 175)]);
        assert_eq!(two, spans(&[(100, 120), (180, 200)]));
    }

    #[test]
    fn recorded_runs_are_joined_and_cut_to_the_size() {
        let runs = [(0, 10), (10, 10), (50, 20)].map(|(at, len)| Run { at, len }).to_vec();
        let space = Space::default();
        let file = entry(25, Place::Runs(runs));
        check(&file, &space, &[(&[(0, 20), (50, 55)], Basis::Recorded)]);
        let twice = [(0, 10), (50, 10), (5, 20)].map(|(at, len)| Run { at, len }).to_vec();
        check(&entry(25, Place::Runs(twice.clone())), &space, &[]);
        check(&entry(15, Place::Runs(twice)), &space, &[(&[(0, 10), (50, 55)], Basis::Recorded)]);
        let beyond = vec![Run { at: LEN - 5, len: 10 }, Run { at: LEN + 5, len: 10 }];
        check(&entry(20, Place::Runs(beyond)), &space, &[(&[(LEN - 5, LEN)], Basis::Recorded)]);
    }

    #[test]
    fn what_other_records_tell_of_is_left_out_first() {
        let free = spans(&[(100, 200)]);
        let space = Space::new(Some(&free), &[], spans(&[(110, 120), (130, 140)]), (100, 10));
        let whole: (&[(u64, u64)], _) = (&[(100, 130)], Basis::Contested);
        let beside: (&[(u64, u64)], _) = (&[(100, 110), (120, 130), (140, 150)], Basis::Free);
        let other: (&[(u64, u64)], _) = (&[(100, 110), (120, 140)], Basis::Contested);
        check(&entry(30, Place::Start(100)), &space, &[beside, whole, other]);
        let short: (&[(u64, u64)], _) = (&[(100, 110)], Basis::Beginning);
        check(&entry(10, Place::Start(100)), &space, &[short]);
        let inside: (&[(u64, u64)], _) = (&[(110, 130)], Basis::Beginning);
        check(&entry(20, Place::Start(110)), &space, &[inside]);
    }

    #[test]
    fn erased_records_of_a_lost_volume_tell_of_nothing() {
        let of = |at, size, deleted, erased| {
            let mut entry = entry(size, Place::Start(at));
            (entry.deleted, entry.erased) = (deleted, erased);
            entry.path = if size == 25 { "a.jpg".into() } else { "a.dat".into() };
            entry
        };
        let is_photo = |entry: &Entry| entry.path.ends_with("jpg");
        let lost = [of(0, 20, true, false), of(40, 25, true, false), of(90, 20, true, true)];
        assert_eq!(told(&lost, 10, &[], is_photo), spans(&[(0, 20), (40, 50)]));
        assert_eq!(told(&lost, 10, &spans(&[(19, 20)]), is_photo), spans(&[(40, 50)]));
        let there = [of(0, 20, false, false), of(40, 25, true, true), of(90, 20, true, true)];
        assert_eq!(told(&there, 10, &[], is_photo), spans(&[(40, 50), (90, 110)]));
    }

    #[test]
    fn a_beginning_is_followed_through_what_is_free() {
        let file = entry(30, Place::Start(110));
        check(&file, &Space::default(), &[(&[(110, 140)], Basis::Beginning)]);
        let space = |free: &[(u64, u64)], claimed: &[(u64, u64)]| {
            Space::new(Some(&spans(free)), &spans(claimed), Vec::new(), (100, 10))
        };
        check(&file, &space(&[(100, 200)], &[]), &[(&[(110, 140)], Basis::Beginning)]);
        let free: (&[(u64, u64)], _) = (&[(110, 120), (130, 150)], Basis::Free);
        let whole: (&[(u64, u64)], _) = (&[(110, 140)], Basis::Contested);
        check(&file, &space(&[(100, 120), (130, 150)], &[]), &[free, whole]);
        check(&file, &space(&[(100, 150)], &[(122, 123)]), &[free, whole]);
        check(&file, &space(&[(120, 150)], &[]), &[whole]);
        check(&entry(30, Place::Start(LEN)), &Space::default(), &[]);
    }
}
