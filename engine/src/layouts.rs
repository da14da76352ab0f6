//! In which runs a file may lie of which a file system knows the beginning, and perhaps more.

use afterimage_signatures::verdict::Span;
use afterimage_signatures::{Run, Runs};

use crate::filesystem::{MOST_RUNS, Place};

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
    /// What the proof of a file says of it.
    pub fn words(self) -> &'static str {
        match self {
            Basis::Recorded => "in the clusters that the file system names",
            Basis::Beginning | Basis::Contested => {
                "in one piece from the cluster that the file system names"
            }
            Basis::Free => "in the free clusters from the one on that the file system names",
        }
    }
}

/// Space of a source that a deleted file may lie in.
#[derive(Clone, Debug, Default)]
pub struct Space {
    /// Free clusters, in order and apart; nothing where it is not known.
    pub free: Option<Vec<Span>>,
    /// Free clusters that no proven photo lies in, in order and apart.
    pub unclaimed: Vec<Span>,
}

impl Space {
    /// The space in `free` clusters outside of `claimed` stretches, both in order and apart, of
    /// volumes whose clusters lie in the grid of `cluster` bytes from `origin` on. A stretch claims
    /// all clusters that it touches.
    pub fn new(free: Option<&[Span]>, claimed: &[Span], (origin, cluster): (u64, u64)) -> Self {
        let unclaimed = free.map(|free| without(free, claimed, origin, cluster.max(1)));
        Space { free: free.map(<[Span]>::to_vec), unclaimed: unclaimed.unwrap_or_default() }
    }
}

/// What of `free` lies outside of the clusters that `claimed` touches.
fn without(free: &[Span], claimed: &[Span], origin: u64, cluster: u64) -> Vec<Span> {
    let down = |at: u64| at - at.wrapping_sub(origin) % cluster;
    let mut left = Vec::with_capacity(free.len());
    let mut taken = claimed.iter().peekable();
    for span in free {
        let mut at = span.at;
        while taken.next_if(|claim| claim.end() <= at).is_some() {}
        while let Some(claim) = taken.peek().filter(|claim| claim.at < span.end()) {
            let first = if claim.at >= origin { down(claim.at) } else { claim.at };
            if first > at {
                left.push(Span::between(at, first));
            }
            let end = claim.end().max(origin);
            at = at.max(end + (cluster - (end - origin) % cluster) % cluster);
            if claim.end() >= span.end() {
                break;
            }
            taken.next();
        }
        if at < span.end() {
            left.push(Span::between(at, span.end()));
        }
    }
    left
}

/// The ways in which a file of `size` bytes that has a place may lie in a source of `len` bytes, the
/// likeliest first.
pub fn of(place: &Place, size: u64, space: &Space, len: u64) -> Vec<Layout> {
    match place {
        Place::Runs(runs) => {
            let whole = recorded(runs, size, len);
            whole.map(|runs| Layout { runs, basis: Basis::Recorded }).into_iter().collect()
        }
        Place::Start(at) => from(*at, size, space, len),
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

fn from(start: u64, size: u64, space: &Space, len: u64) -> Vec<Layout> {
    if start >= len || size == 0 {
        return Vec::new();
    }
    let whole = Runs::whole(start, size.min(len - start));
    let Some(free) = &space.free else {
        return vec![Layout { runs: whole, basis: Basis::Beginning }];
    };
    let unclaimed = in_order(&space.unclaimed, start, size, len);
    let free = in_order(free, start, size, len).filter(|free| Some(free) != unclaimed.as_ref());
    if unclaimed.as_ref() == Some(&whole) {
        return vec![Layout { runs: whole, basis: Basis::Beginning }];
    }
    let pieces: Vec<Runs> = [unclaimed, free].into_iter().flatten().collect();
    let contested =
        (!pieces.contains(&whole)).then_some(Layout { runs: whole, basis: Basis::Contested });
    let pieces = pieces.into_iter().map(|runs| Layout { runs, basis: Basis::Free });
    pieces.chain(contested).collect()
}

/// The first `size` bytes of `spans` from `start` on, which must lie in one of them, and all of them
/// before `len`.
fn in_order(spans: &[Span], start: u64, size: u64, len: u64) -> Option<Runs> {
    let first = spans.partition_point(|span| span.end() <= start);
    spans.get(first).filter(|span| span.at <= start)?;
    let (mut runs, mut left) = (Vec::new(), size);
    for span in spans[first..].iter().take(MOST_RUNS) {
        let at = span.at.max(start);
        let here = span.end().min(len).saturating_sub(at).min(left);
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
    use crate::filesystem::Entry;

    const LEN: u64 = 1 << 20;

    fn spans(spans: &[(u64, u64)]) -> Vec<Span> {
        spans.iter().map(|&(at, end)| Span::between(at, end)).collect()
    }

    fn entry(size: u64, place: Place) -> Entry {
        Entry {
            path: String::new(),
            certain: true,
            deleted: true,
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
        let found = of(&entry.places[0], entry.size, space, LEN);
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
            without(&spans(free), &spans(claimed), 100, 10)
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
    fn a_beginning_is_followed_through_what_is_free() {
        let file = entry(30, Place::Start(110));
        check(&file, &Space::default(), &[(&[(110, 140)], Basis::Beginning)]);
        let space = |free: &[(u64, u64)], claimed: &[(u64, u64)]| {
            Space::new(Some(&spans(free)), &spans(claimed), (100, 10))
        };
        check(&file, &space(&[(100, 200)], &[]), &[(&[(110, 140)], Basis::Beginning)]);
        let free: (&[(u64, u64)], _) = (&[(110, 120), (130, 150)], Basis::Free);
        let whole: (&[(u64, u64)], _) = (&[(110, 140)], Basis::Contested);
        check(&file, &space(&[(100, 120), (130, 150)], &[]), &[free, whole]);
        check(&file, &space(&[(100, 150)], &[(122, 123)]), &[free, (whole.0, Basis::Free)]);
        check(&file, &space(&[(120, 150)], &[]), &[whole]);
        check(&entry(30, Place::Start(LEN)), &Space::default(), &[]);
        let end: (&[(u64, u64)], _) = (&[(LEN - 10, LEN)], Basis::Contested);
        let beyond = space(&[(LEN - 10, u64::MAX)], &[]);
        check(&entry(u64::MAX, Place::Start(LEN - 10)), &beyond, &[end]);
    }
}
