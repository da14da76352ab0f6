//! Where a deleted file may lie.

use afterimage_signatures::Runs;

use super::history::{Claim, DatedFile, Turn};
use crate::model::{ClusterGrid, SpanSet};

/// Space of a source that a deleted file may lie in.
#[derive(Clone, Debug)]
pub struct Space {
    /// Free clusters; nothing where it is not known.
    pub free: Option<SpanSet>,
    /// Free clusters that no proven photo lies in.
    pub unclaimed: SpanSet,
    /// Those of them in which no other photo begins that is still looked for.
    pub headless: SpanSet,
    /// Where other records tell of files, in order.
    pub(super) claims: Vec<Claim>,
    /// By the turns in which files were written, in order: the end of all that was written until then.
    ends: Vec<(Turn, u64)>,
    /// Where clusters begin.
    pub(super) grid: ClusterGrid,
}

impl Space {
    /// The space in `free` clusters outside of what is `occupied`, of a volume with the clusters of `grid`.
    /// What is occupied takes all clusters that it touches.
    pub fn new(free: Option<SpanSet>, occupied: &SpanSet, grid: ClusterGrid) -> Self {
        let unclaimed =
            free.as_ref().map_or_else(SpanSet::default, |free| free.without(occupied, grid));
        Space {
            free,
            headless: unclaimed.clone(),
            unclaimed,
            claims: Vec::new(),
            ends: Vec::new(),
            grid,
        }
    }

    /// The same with what records `claim` of it that nothing proves, with the clusters that photos begin
    /// with, and with the files that are `settled`.
    pub fn with(self, mut claims: Vec<Claim>, headers: SpanSet, settled: &[DatedFile<'_>]) -> Self {
        let headless = self.unclaimed.without(&headers, self.grid);
        claims.retain(|claim| self.unclaimed.meets(claim.span));
        claims.sort_unstable_by_key(|claim| (claim.span, claim.life));
        Space { headless, claims, ends: ends(settled), ..self }
    }

    /// The end of all that was written before that turn.
    pub(super) fn frontier(&self, turn: Turn) -> Option<u64> {
        let after = self.ends.partition_point(|(other, _)| *other < turn);
        Some(self.ends[after.checked_sub(1)?].1)
    }

    /// Length of a cluster in bytes.
    pub fn cluster(&self) -> u64 {
        self.grid.len
    }

    /// Whether all of `runs` lies in clusters that are free, as far as that is known.
    pub fn has_free(&self, runs: &Runs) -> bool {
        let Some(free) = &self.free else { return true };
        runs.as_slice().iter().all(|run| free.holds(*run))
    }
}

/// How far files reach that were written until each turn, in order.
fn ends(settled: &[DatedFile<'_>]) -> Vec<(Turn, u64)> {
    let last = |file: &DatedFile<'_>| file.runs.iter().map(|run| run.end()).max();
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
