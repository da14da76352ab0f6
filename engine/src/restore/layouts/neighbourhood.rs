//! The neighbourhood of a file, and the ways through it.

use std::collections::VecDeque;

use afterimage_signatures::Runs;
use afterimage_signatures::verdict::Span;

use super::fill::follow;
use super::history::{Claim, Turn};
use super::space::Space;
use crate::model::{ClusterGrid, SpanSet};
use crate::volumes::recorded::joined;

/// How far after its beginning a file is looked for among others, in its own lengths.
const REACH: u64 = 8;

/// The same in clusters, for a short file.
const REACHED_CLUSTERS: u64 = 4096;

/// Other files in its way that are considered one by one.
const MOST_NEAR: usize = 5;

/// Ranges of free space that they lie in.
const MOST_RANGES: usize = 4096;

/// Holes of which some may be left out.
const MOST_HOLES: usize = 16;

/// Choices of holes that are looked at.
const MOST_CHOICES: usize = 256;

/// Ways between them that are tried.
const MOST_OTHERS: usize = 12;

/// What lies after the first cluster of a file, and where the volume begins, as far as it is looked for.
pub(super) struct Neighbourhood {
    /// What is known to be of the file.
    own: Span,
    /// The length of the file.
    size: u64,
    grid: ClusterGrid,
    /// Free clusters that nothing proven lies in.
    unclaimed: SpanSet,
    /// What records tell of there.
    claims: Vec<Claim>,
    /// When the file was written.
    turn: Option<Turn>,
    /// The end of all that was written before it.
    frontier: Option<u64>,
}

impl Neighbourhood {
    pub(super) fn of(space: &Space, own: Span, size: u64, turn: Option<Turn>) -> Self {
        let frontier = turn.and_then(|turn| space.frontier(turn));
        let (cluster, next) = (space.cluster(), own.end());
        let reach = size.saturating_mul(REACH).max(cluster.saturating_mul(REACHED_CLUSTERS));
        let after = ranges(&space.unclaimed, Span::between(next, next.saturating_add(reach)));
        let mut claims = claims_on(space, after);
        let mut unclaimed: Vec<Span> =
            after.iter().map(|span| Span::between(span.at.max(next), span.end())).collect();
        let all = space.unclaimed.as_slice();
        let ends = all.last().is_none_or(|last| last.end() <= next.saturating_add(reach));
        if ends
            && after.len() < MOST_RANGES
            && let Some(first) = all.first()
        {
            // The volume ends, and the file may go on where it begins.
            let end = own.at.min(first.at.saturating_add(reach));
            let front = ranges(&space.unclaimed, Span::between(0, end));
            claims.extend(claims_on(space, front));
            let end = |span: &Span| span.end().min(own.at);
            unclaimed.extend(front.iter().map(|span| Span::between(span.at, end(span))));
        }
        claims.retain(|claim| claim.span.at != own.at);
        let (grid, unclaimed) = (space.grid, SpanSet::from(unclaimed));
        Neighbourhood { own, size, grid, unclaimed, claims, turn, frontier }
    }

    /// How many ranges all ways together make look at.
    pub(super) fn looked(&self) -> u64 {
        (self.unclaimed.as_slice().len() + self.claims.len()) as u64 * (MOST_OTHERS as u64 + 2)
    }

    /// The first cluster, and the first ones after it that are in no claim that is `busy`.
    pub(super) fn beside(&self, busy: impl Fn(&Claim) -> bool) -> Option<Runs> {
        follow(self.own, &self.free(busy), self.size)
    }

    /// The unclaimed ranges outside of all claims that are `busy`.
    fn free(&self, busy: impl Fn(&Claim) -> bool) -> SpanSet {
        let busy = self.claims.iter().filter(|claim| busy(claim)).map(|claim| claim.span);
        self.unclaimed.without(&busy.collect(), self.grid)
    }

    /// Ways that take some of the first holes whole and leave out the others: what is left of a hole at the
    /// end of a file goes to the next one, and is known by that. Few are left out first. Whether the first
    /// way is hardly another comes with them.
    pub(super) fn filled(&self) -> (Vec<Runs>, bool) {
        let mut holes: Vec<Span> = self.free(|claim| claim.life.lasts(self.turn)).into();
        let before = holes.partition_point(|hole| hole.at < self.own.at);
        holes.rotate_left(before);
        holes.truncate(MOST_HOLES);
        // Nothing was written yet after the frontier, so what reaches it goes on there in one piece.
        let frontier = self.frontier.filter(|frontier| *frontier > self.own.at);
        let frontier = frontier.and_then(|at| holes.iter().position(|hole| hole.at >= at));
        holes.truncate(frontier.map_or(holes.len(), |frontier| frontier + 1));
        let wanted = (self.size - self.own.len).next_multiple_of(self.grid.len);
        let ways = filled(&holes, wanted, frontier);
        let sure = |way: &Way| way.exact && (way.left_out == 0 || way.reaches(frontier));
        let rivals = ways.iter().skip(1).any(|way| way.exact && way.reaches(frontier));
        let is_sure = ways.first().is_some_and(|way| sure(way) && (way.left_out == 0 || !rivals));
        let runs = |way: &Way| {
            let (mut runs, mut left) = (vec![self.own], wanted);
            for hole in way.holes.iter().map(|&hole| holes[hole]) {
                runs.push(Span { at: hole.at, len: hole.len.min(left) });
                left -= hole.len.min(left);
            }
            Runs::new(joined(runs)).slice(0, self.size)
        };
        (ways.iter().map(runs).collect(), is_sure)
    }

    /// Ways in which the history of some claims is another than it seems: few of them first, the nearest
    /// first.
    pub(super) fn others(&self) -> Vec<Runs> {
        let near = self.claims.len().min(MOST_NEAR);
        let mut found: Vec<Runs> = Vec::new();
        let mut waiting = VecDeque::from([Vec::new()]);
        while found.len() < MOST_OTHERS
            && let Some(flipped) = waiting.pop_front()
        {
            let is_flipped =
                |claim: &Claim| flipped.iter().any(|&at: &usize| self.claims[at] == *claim);
            let runs = self.beside(|claim| claim.life.lasts(self.turn) != is_flipped(claim));
            if let Some(runs) = runs.filter(|runs| !found.contains(runs)) {
                found.push(runs);
            }
            let more = flipped.last().map_or(0, |last| last + 1)..near;
            if waiting.len() < MOST_OTHERS {
                waiting.extend(more.map(|index| [flipped.as_slice(), &[index]].concat()));
            }
        }
        found
    }
}

/// A choice of holes.
struct Way {
    /// Their numbers, in order.
    holes: Vec<usize>,
    /// How many before the last one are left out.
    left_out: usize,
    /// Whether nothing is left of the last one.
    exact: bool,
}

impl Way {
    fn reaches(&self, frontier: Option<usize>) -> bool {
        frontier.is_some() && self.holes.last().copied() == frontier
    }
}

/// The choices of holes that hold `wanted` bytes and of which nothing is left, or that end in the hole at the
/// `frontier`: those first that are both, then those that leave out fewer.
fn filled(holes: &[Span], wanted: u64, frontier: Option<usize>) -> Vec<Way> {
    let (mut ways, mut looked): (Vec<Way>, _) = (Vec::new(), 0);
    let mut waiting = VecDeque::from([Vec::new()]);
    while looked < MOST_CHOICES
        && let Some(left_out) = waiting.pop_front()
    {
        looked += 1;
        let (mut way, mut sum) = (Vec::new(), 0);
        for hole in (0..holes.len()).filter(|hole| !left_out.contains(hole)) {
            if sum >= wanted {
                break;
            }
            sum += holes[hole].len;
            way.push(hole);
        }
        let more = left_out.last().map_or(0, |last| last + 1)..holes.len();
        if waiting.len() < MOST_CHOICES {
            waiting.extend(more.map(|hole| [left_out.as_slice(), &[hole]].concat()));
        }
        let left_out = way.last().map_or(0, |last| last + 1 - way.len());
        let way = Way { holes: way, left_out, exact: sum == wanted };
        let counts = way.exact || sum > wanted && way.reaches(frontier);
        if counts && ways.len() < MOST_OTHERS && ways.iter().all(|one| one.holes != way.holes) {
            ways.push(way);
        }
    }
    ways.sort_by_key(|way| (!way.exact, !way.reaches(frontier)));
    ways
}

/// Those of `spans` that lie in a part, wholly or not.
fn ranges(spans: &SpanSet, part: Span) -> &[Span] {
    let inside = spans.meeting(part);
    &inside[..inside.len().min(MOST_RANGES)]
}

/// The claims on some ranges of unclaimed space.
fn claims_on(space: &Space, unclaimed: &[Span]) -> Vec<Claim> {
    let (Some(first), Some(last)) = (unclaimed.first(), unclaimed.last()) else {
        return Vec::new();
    };
    let unclaimed: SpanSet = unclaimed.iter().copied().collect();
    let before = space.claims.partition_point(|claim| claim.span.at < first.at).saturating_sub(1);
    let claims = space.claims[before..].iter().take(MOST_RANGES);
    let claims = claims.take_while(|claim| claim.span.at < last.end());
    claims.filter(|claim| unclaimed.meets(claim.span)).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holes(lens: &[u64], wanted: u64, frontier: Option<usize>) -> Vec<Vec<usize>> {
        let hole = |(index, &len): (usize, &u64)| Span { at: 100 * index as u64, len };
        let holes: Vec<Span> = lens.iter().enumerate().map(hole).collect();
        filled(&holes, wanted, frontier).into_iter().map(|way| way.holes).collect()
    }

    /// The ways of a file of `size` bytes from `start` on through free ranges, in clusters of ten bytes.
    fn beside(free: &[(u64, u64)], start: u64, size: u64) -> Option<Vec<(u64, u64)>> {
        let free: SpanSet = free.iter().map(|&(at, end)| Span::between(at, end)).collect();
        let space = Space::new(Some(free), &SpanSet::default(), ClusterGrid::new(0, 10));
        let near = Neighbourhood::of(&space, Span { at: start, len: 10 }, size, None);
        let runs = near.beside(|_| false)?;
        Some(runs.as_slice().iter().map(|run| (run.at, run.at + run.len)).collect())
    }

    #[test]
    fn a_file_goes_on_where_the_space_of_its_volume_begins() {
        let far = 1 << 30;
        let free = [(far, far + 30), (far + 50, far + 70)];
        assert_eq!(beside(&free, far + 50, 35), Some(vec![(far + 50, far + 70), (far, far + 15)]));
        assert_eq!(
            beside(&free[..1], far + 50, 35),
            Some(vec![(far + 50, far + 60), (far, far + 25)])
        );
        assert_eq!(beside(&free, far + 50, 60), None);
        let broken = [(0, 30), (50, 60), (60 + 10 * REACHED_CLUSTERS, 80 + 10 * REACHED_CLUSTERS)];
        assert_eq!(beside(&broken, 50, 20), None, "what lies out of reach may be its own");
    }

    #[test]
    fn a_file_fills_the_holes_that_it_takes() {
        assert_eq!(holes(&[1, 2, 3, 16], 20, None), [vec![0, 2, 3]]);
        assert_eq!(holes(&[1, 2, 3], 3, None), [vec![0, 1], vec![2]]);
        assert_eq!(holes(&[5, 5], 3, None), Vec::<Vec<usize>>::new());
        assert_eq!(holes(&[], 3, None), Vec::<Vec<usize>>::new());
    }

    #[test]
    fn a_file_that_reaches_the_frontier_may_leave_some_of_it() {
        assert_eq!(holes(&[1, 2, 3], 3, Some(2)), [vec![2], vec![0, 1], vec![1, 2], vec![0, 2]]);
        assert_eq!(holes(&[3, 2, 9], 11, Some(2)), [vec![1, 2], vec![0, 1, 2], vec![0, 2]]);
    }

    #[test]
    fn many_holes_of_one_cluster_are_looked_at_no_longer_than_few() {
        let ways = holes(&[1; MOST_HOLES], 8, None);
        assert_eq!((ways.len(), &ways[0]), (MOST_OTHERS, &(0..8).collect()));
    }
}
