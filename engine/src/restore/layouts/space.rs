//! Where a deleted file may lie.

use afterimage_signatures::Runs;
use afterimage_signatures::verdict::Span;

use super::history::{Claim, Settled, Turn};
use crate::model::span_set::{apart, meets};

/// Space of a source that a deleted file may lie in.
#[derive(Clone, Debug, Default)]
pub struct Space {
    /// Free clusters, in order and apart; nothing where it is not known.
    pub free: Option<Vec<Span>>,
    /// Free clusters that no proven photo lies in, in order and apart.
    pub unclaimed: Vec<Span>,
    /// Those of them in which no other photo begins that is still looked for.
    pub headless: Vec<Span>,
    /// Where other records tell of files, in order.
    pub(super) claims: Vec<Claim>,
    /// By the turns in which files were written, in order: the end of all that was written until then.
    ends: Vec<(Turn, u64)>,
    /// Where a cluster begins, and its length.
    pub(super) grid: (u64, u64),
}

impl Space {
    /// The space in `free` clusters outside of `claimed` stretches, both in order and apart, of a volume
    /// whose clusters lie in the grid of `cluster` bytes from `origin` on. A stretch takes all clusters that
    /// it touches.
    pub fn new(free: Option<&[Span]>, claimed: &[Span], (origin, cluster): (u64, u64)) -> Self {
        let grid = (origin, cluster.max(1));
        let unclaimed = without(free.unwrap_or_default(), claimed, grid);
        let free = free.map(<[Span]>::to_vec);
        Space {
            free,
            headless: unclaimed.clone(),
            unclaimed,
            claims: Vec::new(),
            ends: Vec::new(),
            grid,
        }
    }

    /// The same with what records `claim` of it that nothing proves, with the `heads` of photos, and with the
    /// files that are `settled`.
    pub fn with(self, mut claims: Vec<Claim>, heads: Vec<Span>, settled: &[Settled<'_>]) -> Self {
        let headless = without(&self.unclaimed, &apart(heads), self.grid);
        claims.retain(|claim| meets(&self.unclaimed, claim.span));
        claims.sort_unstable_by_key(|claim| (claim.span, claim.life));
        Space { headless, claims, ends: ends(settled), ..self }
    }

    /// The end of all that was written before that turn.
    pub(super) fn frontier(&self, turn: Turn) -> Option<u64> {
        let behind = self.ends.partition_point(|(other, _)| *other < turn);
        Some(self.ends[behind.checked_sub(1)?].1)
    }

    /// Length of a cluster in bytes.
    pub fn cluster(&self) -> u64 {
        self.grid.1
    }

    /// Whether all of `runs` lies in clusters that are free, as far as that is known.
    pub fn has_free(&self, runs: &Runs) -> bool {
        let Some(free) = &self.free else { return true };
        runs.as_slice().iter().all(|run| {
            let first = free.partition_point(|span| span.end() <= run.at);
            free.get(first).is_some_and(|span| span.holds(Span { at: run.at, len: run.len }))
        })
    }
}

/// How far files reach that were written until each turn, in order.
fn ends(settled: &[Settled<'_>]) -> Vec<(Turn, u64)> {
    let last =
        |file: &Settled<'_>| file.runs.iter().map(|run| run.at.saturating_add(run.len)).max();
    let mut ends: Vec<(Turn, u64)> =
        settled.iter().filter_map(|file| Some((file.turn, last(file)?))).collect();
    ends.sort_unstable();
    let mut furthest = 0;
    for (_, end) in &mut ends {
        furthest = furthest.max(*end);
        *end = furthest;
    }
    ends
}

/// What of `free` lies outside of the clusters that `claimed` touches.
pub(super) fn without(free: &[Span], claimed: &[Span], (origin, cluster): (u64, u64)) -> Vec<Span> {
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
            let behind = (cluster - (end - origin) % cluster) % cluster;
            at = at.max(end.saturating_add(behind));
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

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(spans: &[(u64, u64)]) -> Vec<Span> {
        spans.iter().map(|&(at, end)| Span::between(at, end)).collect()
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
}
