//! Whether files that are still there have their bytes, all over a card.

use afterimage_signatures::Bytes;

use super::finding::Finding;
use crate::model::Random;
use crate::source::Source;
use crate::volumes::filesystem::{Entry, is_known};
use crate::volumes::survey::Survey;

/// Files that are looked at, at the most.
const MOST: usize = 2048;

/// So many have to be there before one place, and missing beyond it.
const LEAST: u64 = 12;

/// Of so many files on either side one may be otherwise: files are damaged for other reasons, too.
const STRAYS: u64 = 12;

/// What was found.
pub(super) struct Files {
    pub(super) finding: Option<Finding>,
    /// Files that were looked at.
    pub(super) looked: u64,
    /// Those of them that are there in the second half of the card.
    pub(super) late: u64,
}

/// Looks at the first bytes of files that are still there.
pub(super) fn look(source: &dyn Source) -> Files {
    let survey = Survey::of(source as &dyn Bytes);
    let live = survey.entries().filter(|(_, volume, entry)| volume.has_live(entry));
    let mut files: Vec<(u64, &Entry)> = live
        .filter(|(_, _, entry)| {
            entry.coded.is_none() && entry.written > 16 && is_known(&entry.path)
        })
        .filter_map(|(_, _, entry)| Some((entry.held().as_slice().first()?.at, entry)))
        .collect();
    Random::new(source.len()).shuffle(&mut files);
    files.truncate(MOST);
    files.sort_unstable_by_key(|(at, _)| *at);
    let looked: Vec<(u64, bool)> =
        files.into_iter().map(|(at, entry)| (at, begins(source, at, &entry.path))).collect();
    let late = looked.iter().filter(|(at, is_there)| *is_there && *at >= source.len() / 2).count();
    Files { finding: boundary(&looked), looked: looked.len() as u64, late: late as u64 }
}

fn begins(source: &dyn Source, at: u64, name: &str) -> bool {
    let mut start = [0; 16];
    source.read_at(at, &mut start);
    crate::volumes::filesystem::begins_as(name, &start)
}

/// The place that parts files that are there from files that are not, which are in order.
fn boundary(looked: &[(u64, bool)]) -> Option<Finding> {
    let there_before = |index: usize| looked[..index].iter().filter(|one| one.1).count() as u64;
    let total = there_before(looked.len());
    let best = (0..=looked.len()).max_by_key(|index| {
        let there = there_before(*index);
        let missing = (looked.len() - index) as u64 - (total - there);
        there + missing
    })?;
    let (there, count) = (there_before(best), best as u64);
    let (beyond, stray) = (looked.len() as u64 - count, total - there);
    let is_clear = there >= LEAST
        && (count - there) * STRAYS <= count
        && beyond - stray >= LEAST
        && stray * STRAYS <= beyond;
    let from = looked[..best].iter().rev().find(|one| one.1)?.0;
    let to = looked[best..].iter().find(|one| !one.1)?.0;
    is_clear.then_some(Finding::Ends { from, to, there, missing: beyond - stray })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_place_parts_what_is_there_from_what_is_not() {
        let looked = |pattern: &[(usize, bool)]| -> Vec<(u64, bool)> {
            let all = pattern.iter().flat_map(|(count, there)| std::iter::repeat_n(*there, *count));
            (0..).map(|at| at * 100).zip(all).collect()
        };
        let ends = |pattern: &[(usize, bool)]| boundary(&looked(pattern));
        let found = Finding::Ends { from: 2900, to: 3000, there: 30, missing: 20 };
        assert_eq!(ends(&[(30, true), (20, false)]), Some(found));
        assert_eq!(ends(&[(50, true)]), None);
        assert_eq!(ends(&[(50, false)]), None, "that is another fault");
        assert_eq!(ends(&[(30, true), (5, false)]), None);
        assert_eq!(ends(&[(10, true), (5, false), (10, true), (5, false), (20, true)]), None);
        assert!(ends(&[(20, true), (1, false), (20, true), (20, false), (1, true)]).is_some());
        assert_eq!(ends(&[]), None);
    }
}
