//! The neighbourhood of a file, and the ways through it.

use std::collections::VecDeque;

use afterimage_signatures::verdict::Span;
use afterimage_signatures::{Run, Runs};

use super::history::{Claim, Turn};
use super::space::{Space, without};
use super::spans::{apart, follow, joined, meets};

/// How far behind its beginning a file is looked for among others, in its own lengths and in clusters.
const REACH: u64 = 8;
const REACHED_CLUSTERS: u64 = 4096;

/// Other files in its way that are told apart.
const MOST_NEAR: usize = 5;

/// Stretches of free space that they lie in.
const MOST_WINDOW: usize = 4096;

/// Holes of which some may be left out.
const MOST_HOLES: usize = 16;

/// Choices of holes that are looked at.
const MOST_CHOICES: usize = 256;

/// Ways between them that are tried.
const MOST_OTHERS: usize = 12;

/// What lies behind the first cluster of a file, and where the volume begins, as far as it is looked for.
pub(super) struct Window {
    /// What is known to be of the file.
    own: Run,
    /// The length of the file.
    size: u64,
    grid: (u64, u64),
    /// Free clusters that nothing proven lies in, in order and apart.
    unclaimed: Vec<Span>,
    /// What records tell of there.
    claims: Vec<Claim>,
}

impl Window {
    pub(super) fn of(space: &Space, own: Run, size: u64) -> Self {
        let (cluster, next) = (space.grid.1, own.at + own.len);
        let reach = size.saturating_mul(REACH).max(cluster.saturating_mul(REACHED_CLUSTERS));
        let behind = stretches(&space.unclaimed, Span::between(next, next.saturating_add(reach)));
        let mut claims = claims(space, behind);
        let mut unclaimed: Vec<Span> =
            behind.iter().map(|span| Span::between(span.at.max(next), span.end())).collect();
        if behind.last() == space.unclaimed.last() {
            // The volume ends, and the file may go on where it begins.
            let front = stretches(&space.unclaimed, Span::between(0, own.at.min(reach)));
            claims.extend(self::claims(space, front));
            unclaimed
                .extend(front.iter().map(|span| Span::between(span.at, span.end().min(own.at))));
        }
        Window { own, size, grid: space.grid, unclaimed: apart(unclaimed), claims }
    }

    /// The first cluster, and the first ones behind it that are in no claim that is `busy`.
    pub(super) fn beside(&self, busy: impl Fn(&Claim) -> bool) -> Option<Runs> {
        let busy = self.claims.iter().filter(|claim| busy(claim)).map(|claim| claim.span);
        let free = without(&self.unclaimed, &apart(busy.collect()), self.grid);
        follow(self.own, &free, self.size)
    }

    /// Ways that take some of the first holes whole and leave out the others: what is left of a hole at the
    /// end of a file goes to the next one, and is known by that. Few are left out first. None where the file
    /// ends with a hole anyway.
    pub(super) fn holes(&self, turn: Option<Turn>) -> Vec<Runs> {
        let busy = self.claims.iter().filter(|claim| claim.life.lasts(turn));
        let busy = apart(busy.map(|claim| claim.span).collect());
        let mut holes = without(&self.unclaimed, &busy, self.grid);
        let behind = holes.partition_point(|hole| hole.at < self.own.at);
        holes.rotate_left(behind);
        holes.truncate(MOST_HOLES);
        let wanted = (self.size - self.own.len).next_multiple_of(self.grid.1);
        let ways = filled(&holes, wanted);
        if ways.first().is_some_and(|way| way.len() == way.last().map_or(0, |last| last + 1)) {
            return Vec::new();
        }
        let runs = |way: &Vec<usize>| {
            let chosen = way.iter().map(|&hole| holes[hole]);
            let runs = chosen.map(|hole| Run { at: hole.at, len: hole.len });
            Runs::new(joined([self.own].into_iter().chain(runs).collect())).slice(0, self.size)
        };
        ways.iter().map(runs).collect()
    }

    /// Ways in which the history of some claims is another than it seems: few of them first, the nearest
    /// first.
    pub(super) fn others(&self, turn: Option<Turn>) -> Vec<Runs> {
        let near = self.claims.len().min(MOST_NEAR);
        let mut found: Vec<Runs> = Vec::new();
        let mut waiting = VecDeque::from([Vec::new()]);
        while let Some(flipped) = waiting.pop_front().filter(|_| found.len() < MOST_OTHERS) {
            let is_flipped =
                |claim: &Claim| flipped.iter().any(|&at: &usize| self.claims[at] == *claim);
            let runs = self.beside(|claim| claim.life.lasts(turn) != is_flipped(claim));
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

/// The choices of holes, by their numbers, that `wanted` bytes fill to the last one: those that leave out
/// fewer come first.
fn filled(holes: &[Span], wanted: u64) -> Vec<Vec<usize>> {
    let (mut ways, mut looked) = (Vec::new(), 0);
    let mut waiting = VecDeque::from([Vec::new()]);
    while let Some(left_out) = waiting.pop_front().filter(|_| looked < MOST_CHOICES) {
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
        if sum == wanted && !ways.contains(&way) && ways.len() < MOST_OTHERS {
            ways.push(way);
        }
    }
    ways
}

/// Those of `spans`, in order and apart, that lie in a part, wholly or not.
fn stretches(spans: &[Span], part: Span) -> &[Span] {
    let spans = &spans[spans.partition_point(|span| span.end() <= part.at)..];
    &spans[..spans.partition_point(|span| span.at < part.end()).min(MOST_WINDOW)]
}

/// The claims on some stretches of unclaimed space.
fn claims(space: &Space, unclaimed: &[Span]) -> Vec<Claim> {
    let (Some(first), Some(last)) = (unclaimed.first(), unclaimed.last()) else {
        return Vec::new();
    };
    let behind = space.claims.partition_point(|claim| claim.span.at < first.at).saturating_sub(1);
    let claims = space.claims[behind..].iter().take_while(|claim| claim.span.at < last.end());
    claims.filter(|claim| meets(unclaimed, claim.span)).take(MOST_WINDOW).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holes(lens: &[u64], wanted: u64) -> Vec<Vec<usize>> {
        let hole = |(index, &len): (usize, &u64)| Span { at: 100 * index as u64, len };
        filled(&lens.iter().enumerate().map(hole).collect::<Vec<_>>(), wanted)
    }

    #[test]
    fn a_file_fills_the_holes_that_it_takes() {
        assert_eq!(holes(&[1, 2, 3, 16], 20), [vec![0, 2, 3]]);
        assert_eq!(holes(&[1, 2, 3], 3), [vec![0, 1], vec![2]]);
        assert_eq!(holes(&[5, 5], 3), Vec::<Vec<usize>>::new());
        assert_eq!(holes(&[], 3), Vec::<Vec<usize>>::new());
    }

    #[test]
    fn many_holes_of_one_cluster_are_looked_at_no_longer_than_few() {
        let ways = holes(&[1; MOST_HOLES], 8);
        assert_eq!((ways.len(), &ways[0]), (MOST_OTHERS, &(0..8).collect()));
    }
}
