//! Which deleted files were still there when another was written.
//!
//! Files are written one after the other into what is free. So a file that is proven to lie where it does
//! tells of the moment at which it was written: what it took was free then, and what it passed over was
//! not. Where a record tells of a file that nothing proves, that shows until when it was there.

use std::borrow::Cow;
use std::collections::HashMap;

use afterimage_signatures::verdict::Span;

use super::fill::gaps;
use crate::model::SpanSet;
use crate::volumes::filesystem::Entry;

/// Records that one range of a proven file is compared with.
const MOST_MET: usize = 256;

/// Comparisons for one volume.
const MOST_STEPS: usize = 1 << 22;

/// Files of a kind are taken to have been gone when so many were found to be gone for each one that was
/// found to be there.
const GONE: usize = 4;

/// The place of a file in the order of writing.
pub type Turn = u32;

/// A file that is known to lie in its runs.
#[derive(Clone, Debug)]
pub struct DatedFile<'r> {
    /// When it was written.
    pub turn: Turn,
    /// Where it lies, in the order of the file.
    pub runs: Cow<'r, [Span]>,
}

/// Bytes that a record tells of, which were the file's unless it was gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Where they are.
    pub span: Span,
    /// How long they were.
    pub life: Life,
}

impl Claim {
    /// What is there to this day.
    pub fn lasting(span: Span) -> Self {
        Claim { span, life: Life { there: Some(Turn::MAX), ..Life::default() } }
    }
}

/// How long a file was there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Life {
    /// The last turn at which it is known to have been there.
    there: Option<Turn>,
    /// The first turn at which it is known to have been gone.
    gone: Option<Turn>,
    /// What holds between the two: whether files of its kind were gone.
    kind_gone: bool,
}

impl Life {
    /// Whether it is taken to have been there when the file of that turn was written.
    pub fn lasts(&self, turn: Option<Turn>) -> bool {
        let Some(turn) = turn else { return self.gone.is_none() };
        if self.gone.is_some_and(|gone| gone <= turn) {
            return false;
        }
        self.there.is_some_and(|there| there >= turn) || !self.kind_gone
    }
}

/// A record of a file that nothing proves.
#[derive(Clone, Debug)]
pub struct Doubtful<'e> {
    /// What it says.
    pub entry: &'e Entry,
    /// Where its file would lie.
    pub spans: Vec<Span>,
}

/// What records claim, and for how long, by what was settled. `unclaimed` is free space that nothing proven
/// lies in.
pub fn claims(
    doubtful: &[Doubtful<'_>],
    settled: &[DatedFile<'_>],
    unclaimed: &SpanSet,
) -> Vec<Claim> {
    let owners = doubtful.iter().enumerate();
    let mut spans: Vec<(Span, usize)> =
        owners.flat_map(|(index, one)| one.spans.iter().map(move |span| (*span, index))).collect();
    spans.sort_unstable();
    let mut lives = vec![Life::default(); doubtful.len()];
    let mut steps = MOST_STEPS;
    for file in settled {
        for run in file.runs.iter() {
            for (_, index) in met(&spans, *run, &mut steps) {
                let gone = &mut lives[*index].gone;
                *gone = Some(gone.map_or(file.turn, |known| known.min(file.turn)));
            }
        }
        for passed in gaps(&file.runs) {
            for (span, index) in met(&spans, passed, &mut steps) {
                let here = Span::between(span.at.max(passed.at), span.end().min(passed.end()));
                if unclaimed.meets(here) {
                    let there = &mut lives[*index].there;
                    *there = (*there).max(Some(file.turn));
                }
            }
        }
    }
    by_kind(doubtful, &mut lives);
    spans.into_iter().map(|(span, index)| Claim { span, life: lives[index] }).collect()
}

/// The records that begin in a range, and the last one before it.
fn met<'s>(
    spans: &'s [(Span, usize)],
    stretch: Span,
    steps: &mut usize,
) -> impl Iterator<Item = &'s (Span, usize)> {
    let first = spans.partition_point(|(span, _)| span.at < stretch.at).saturating_sub(1);
    let after = spans[first..].partition_point(|(span, _)| span.at < stretch.end());
    let count = after.min(MOST_MET).min(*steps);
    *steps -= count;
    spans[first..first + count].iter().filter(move |(span, _)| span.end() > stretch.at)
}

/// Files of one folder and extension are deleted together, or one after the other: what is not known of one
/// of them is taken from the others.
fn by_kind(doubtful: &[Doubtful<'_>], lives: &mut [Life]) {
    let mut kinds: HashMap<(&str, &str), Vec<usize>> = HashMap::new();
    for (index, one) in doubtful.iter().enumerate() {
        let (folder, name) = one.entry.path.rsplit_once('/').unwrap_or(("", &one.entry.path));
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        kinds.entry((folder, extension)).or_default().push(index);
    }
    for members in kinds.into_values() {
        let of = |known: fn(&Life) -> bool| {
            members.iter().filter(|&&index| known(&lives[index])).count()
        };
        let (there, gone) = (of(|life| life.there.is_some()), of(|life| life.gone.is_some()));
        let kind_gone = there * GONE < gone;
        members.iter().for_each(|&index| lives[index].kind_gone = kind_gone);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ClusterGrid;
    use crate::volumes::filesystem::Location;

    fn entry(path: &str) -> Entry {
        Entry {
            path: path.to_owned(),
            certain: true,
            deleted: true,
            erased: true,
            size: 1,
            written: 1,
            locations: vec![Location::Start(0)],
            modified: None,
            deleted_at: None,
            record: 0,
            coded: None,
        }
    }

    fn settled(turn: Turn, runs: &[(u64, u64)]) -> DatedFile<'static> {
        let run = |&(at, end): &(u64, u64)| Span { at, len: end - at };
        DatedFile { turn, runs: runs.iter().map(run).collect() }
    }

    /// Whether files that claim the ranges are taken to have been there at the turn.
    fn last(claimed: &[(&str, u64, u64)], settled: &[DatedFile<'_>], turn: Turn) -> Vec<bool> {
        let entries: Vec<Entry> = claimed.iter().map(|(path, ..)| entry(path)).collect();
        let doubtful: Vec<Doubtful<'_>> = entries
            .iter()
            .zip(claimed)
            .map(|(entry, &(_, at, end))| Doubtful { entry, spans: vec![Span::between(at, end)] })
            .collect();
        let taken: SpanSet = settled.iter().flat_map(|file| file.runs.iter().copied()).collect();
        let whole: SpanSet = [Span { at: 0, len: 1000 }].into_iter().collect();
        let free = whole.without(&taken, ClusterGrid::new(0, 10));
        claims(&doubtful, settled, &free).iter().map(|claim| claim.life.lasts(Some(turn))).collect()
    }

    #[test]
    fn what_is_passed_over_is_there_and_what_is_taken_is_gone() {
        let claimed = [("a/1.tmp", 20, 40), ("a/2.tmp", 60, 80)];
        let files = [settled(3, &[(0, 20), (40, 60)]), settled(5, &[(80, 90), (30, 40)])];
        let at = |turn| last(&claimed, &files, turn);
        assert_eq!((at(2), at(3)), (vec![true, true], vec![true, true]));
        assert_eq!(at(5), [false, true]);
    }

    #[test]
    fn what_nothing_is_known_of_goes_with_its_kind() {
        let claimed =
            [("old/1.dat", 0, 20), ("old/2.dat", 100, 120), ("b/2.dat", 200, 220), ("1", 300, 310)];
        let gone = [settled(7, &[(10, 20)]), settled(8, &[(230, 240)])];
        assert_eq!(last(&claimed, &gone, 1), [false, false, true, true]);
    }
}
