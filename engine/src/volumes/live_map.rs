//! Which bytes of a source belong to files that are still there, and which are free.
//!
//! A file holds its bytes as far as they were written, not its clusters: what lies after them in the last
//! cluster, or in clusters that were only taken for it, is what was there before.

use afterimage_signatures::Runs;
use afterimage_signatures::verdict::Span;

use super::survey::{EntryId, Survey};
use crate::model::SpanSet;

/// Runs of live files that one question goes through; the answer for a file of more is that nothing is known.
const MOST_LOOKED: usize = 1 << 12;

/// What is in use, as far as the volumes of a source can be relied on.
#[derive(Debug, Default)]
pub struct LiveMap {
    /// Where live files lie, by their first byte.
    runs: Vec<LiveRun>,
    /// For each of them, how far it or one before it reaches.
    reach: Vec<u64>,
    /// What no live file holds.
    free: SpanSet,
}

/// Bytes of a live file that lie side by side.
#[derive(Clone, Copy, Debug)]
struct LiveRun {
    span: Span,
    id: EntryId,
    /// Whether the volume's map of clusters agrees, and no other file claims to lie here.
    is_sure: bool,
}

impl LiveMap {
    /// What the volumes say that can be relied on.
    pub fn of(survey: &Survey) -> Self {
        let (mut runs, mut free) = (Vec::new(), Vec::new());
        for (id, volume, entry) in survey.entries().filter(|(_, one, file)| one.has_live(file)) {
            let is_sure = volume.contents.free.is_some();
            let held = entry.held();
            let held = held.as_slice().iter();
            runs.extend(held.map(|&span| (entry.record, LiveRun { span, id, is_sure })));
            free.extend_from_slice(entry.slack().as_slice());
        }
        for volume in survey.volumes.iter().filter(|volume| volume.is_trusted()) {
            free.extend(volume.contents.free.iter().flat_map(SpanSet::iter));
        }
        runs.sort_by_key(|(record, run)| (run.span, *record));
        doubt(&mut runs);
        LiveMap::new(runs.into_iter().map(|(_, run)| run).collect(), free.into_iter().collect())
    }

    /// The map of these runs, which are in order.
    fn new(runs: Vec<LiveRun>, free: SpanSet) -> Self {
        let reach = runs.iter().scan(0, |reach, run| {
            *reach = run.span.end().max(*reach);
            Some(*reach)
        });
        LiveMap { reach: reach.collect(), runs, free }
    }

    /// The live file that holds the byte at `at`.
    pub fn owner(&self, at: u64) -> Option<EntryId> {
        let after = self.runs.partition_point(|run| run.span.at <= at);
        // A run may lie in a longer one that begins before it.
        let before = self.runs[..after].iter().zip(&self.reach[..after]).rev().take(MOST_LOOKED);
        let mut near = before.take_while(|(_, reach)| at < **reach);
        near.find(|(run, _)| at < run.span.end()).map(|(run, _)| run.id)
    }

    /// Whether a live file holds the byte at `at`.
    pub fn holds(&self, at: u64) -> bool {
        self.owner(at).is_some()
    }

    /// Whether live files hold all bytes of `runs`.
    pub fn holds_all(&self, runs: &Runs) -> bool {
        runs.as_slice().iter().all(|wanted| {
            let first = self.runs.partition_point(|run| run.span.at <= wanted.at);
            let mut at = wanted.at;
            for run in self.runs[first.saturating_sub(1)..].iter().take(MOST_LOOKED) {
                if at >= wanted.end() || run.span.at > at {
                    break;
                }
                at = at.max(run.span.end());
            }
            at >= wanted.end()
        })
    }

    /// Where live files lie.
    pub fn spans(&self) -> impl Iterator<Item = Span> + '_ {
        self.runs.iter().map(|run| run.span)
    }

    /// Whether a live file holds any of the bytes from `at` to before `end`.
    pub fn meets(&self, at: u64, end: u64) -> bool {
        let after = self.runs.partition_point(|run| run.span.at < end);
        let reach = after.checked_sub(1).map(|index| self.reach[index]);
        at < end && reach.is_some_and(|reach| reach > at)
    }

    /// Where, after `at` and before `end`, a live file begins or goes on for sure that is not the one that
    /// holds the byte at `at`.
    pub fn first_other(&self, at: u64, end: u64) -> Option<u64> {
        let own = self.owner(at);
        let after = self.runs.partition_point(|run| run.span.at <= at);
        let runs = self.runs[after..].iter().take(MOST_LOOKED);
        let before = runs.take_while(|run| run.span.at < end);
        let mut others = before.filter(|run| run.is_sure && Some(run.id) != own);
        others.next().map(|run| run.span.at)
    }

    /// Whether the byte at `at` is known to be no live file's.
    pub fn is_free(&self, at: u64) -> bool {
        self.free.contains(at) && !self.holds(at)
    }
}

/// Marks what two files claim, by the offsets of their records: one of them does not lie there. Links to one
/// file have one record.
fn doubt(runs: &mut [(u64, LiveRun)]) {
    let mut last: Option<usize> = None;
    for index in 0..runs.len() {
        let (record, run) = runs[index];
        if let Some(before) = last
            && runs[before].1.span.end() > run.span.at
            && runs[before].0 != record
        {
            (runs[before].1.is_sure, runs[index].1.is_sure) = (false, false);
        }
        if last.is_none_or(|before| runs[before].1.span.end() < run.span.end()) {
            last = Some(index);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A map of the ranges that belong to files with those numbers; each has a record of its own.
    fn map(files: &[(u64, u64, u32)]) -> LiveMap {
        let run = |&(at, end, entry): &(u64, u64, u32)| {
            let (span, id) = (Span::between(at, end), EntryId { volume: 0, entry });
            (u64::from(entry), LiveRun { span, id, is_sure: true })
        };
        let mut runs: Vec<_> = files.iter().map(run).collect();
        doubt(&mut runs);
        LiveMap::new(runs.into_iter().map(|(_, run)| run).collect(), SpanSet::default())
    }

    #[test]
    fn all_bytes_must_be_held_in_a_row() {
        let map = map(&[(10, 20, 1), (20, 30, 1), (40, 50, 2)]);
        let held = |at, end| map.holds_all(&Runs::new(vec![Span::between(at, end)]));
        assert!(held(10, 30) && held(12, 13) && held(45, 50));
        assert!(!held(10, 31) && !held(9, 12) && !held(25, 45) && !held(30, 40));
    }

    #[test]
    fn another_file_is_the_first_that_is_sure_to_be_another() {
        let apart = map(&[(10, 20, 1), (30, 40, 1), (50, 60, 2)]);
        let first = |at| apart.first_other(at, 100);
        assert_eq!(
            (first(0), first(15), first(25), first(55)),
            (Some(10), Some(50), Some(30), None)
        );
        assert_eq!(apart.first_other(15, 50), None);
        // Two files claim the same bytes.
        let crossed = map(&[(10, 40, 1), (30, 50, 2), (60, 70, 3)]);
        assert_eq!(crossed.first_other(0, 100), Some(60));
    }
}
