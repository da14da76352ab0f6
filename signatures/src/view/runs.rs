//! Where the bytes of a file lie.

use crate::verdict::Span;

/// The runs of a file in the order of its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(from = "Vec<Span>", into = "Vec<Span>"))]
pub struct Runs(Pieces);

/// Most files lie in one piece, and one is made for every place where a file may begin: that takes no memory of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Pieces {
    None,
    One(Span),
    Many {
        runs: Vec<Span>,
        /// Where each run begins in the file; one more entry than runs, the last being the length.
        starts: Vec<u64>,
    },
}

impl Runs {
    /// A file that lies in one piece of `len` bytes at `at`.
    pub fn whole(at: u64, len: u64) -> Self {
        Runs(if len > 0 { Pieces::One(Span { at, len }) } else { Pieces::None })
    }

    /// A file that lies in `runs`, read one after the other; empty runs are dropped.
    pub fn new(mut runs: Vec<Span>) -> Self {
        runs.retain(|run| run.len > 0);
        if let [] | [_] = runs.as_slice() {
            return Runs(runs.first().map_or(Pieces::None, |&run| Pieces::One(run)));
        }
        let mut starts = vec![0];
        let mut total = 0u64;
        for run in &runs {
            total = total.saturating_add(run.len);
            starts.push(total);
        }
        Runs(Pieces::Many { runs, starts })
    }

    /// Length of the file in bytes.
    pub fn len(&self) -> u64 {
        match &self.0 {
            Pieces::None => 0,
            Pieces::One(run) => run.len,
            Pieces::Many { starts, .. } => starts.last().copied().unwrap_or(0),
        }
    }

    /// Whether the file has no byte.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The runs themselves.
    pub fn as_slice(&self) -> &[Span] {
        match &self.0 {
            Pieces::None => &[],
            Pieces::One(run) => std::slice::from_ref(run),
            Pieces::Many { runs, .. } => runs,
        }
    }

    /// Where a run begins that does not lie right after the one before it.
    pub fn joints(&self) -> impl Iterator<Item = u64> + '_ {
        let (runs, starts) = match &self.0 {
            Pieces::Many { runs, starts } => (runs.as_slice(), starts.as_slice()),
            Pieces::None | Pieces::One(_) => (&[][..], &[][..]),
        };
        let apart = runs.windows(2).map(|pair| pair[0].end() != pair[1].at);
        starts.iter().skip(1).zip(apart).filter(|&(_, apart)| apart).map(|(&at, _)| at)
    }

    /// The runs of the `len` bytes at `at` of the file, clamped to its end.
    pub fn slice(&self, at: u64, len: u64) -> Runs {
        let mut at = at;
        let mut left = len.min(self.len().saturating_sub(at));
        let mut runs = Vec::new();
        while left > 0 {
            let rest = self.rest_of_run(at);
            let here = rest.len.min(left);
            runs.push(Span { at: rest.at, len: here });
            at += here;
            left -= here;
        }
        Runs::new(runs)
    }

    /// The run that holds byte `at` of the file, from that byte on; `at` lies inside the file.
    pub(super) fn rest_of_run(&self, at: u64) -> Span {
        let (run, skip) = match &self.0 {
            Pieces::None => (Span { at: 0, len: 0 }, at),
            &Pieces::One(run) => (run, at),
            Pieces::Many { runs, starts } => {
                let index = starts.partition_point(|&start| start <= at).saturating_sub(1);
                (runs[index], at - starts[index])
            }
        };
        Span { at: run.at + skip, len: run.len - skip }
    }
}

impl From<Vec<Span>> for Runs {
    fn from(runs: Vec<Span>) -> Self {
        Runs::new(runs)
    }
}

impl From<Runs> for Vec<Span> {
    fn from(runs: Runs) -> Self {
        match runs.0 {
            Pieces::None => Vec::new(),
            Pieces::One(run) => vec![run],
            Pieces::Many { runs, .. } => runs,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slice_of_runs_keeps_to_the_file() {
        let runs = Runs::new(vec![Span { at: 100, len: 10 }, Span { at: 50, len: 10 }]);
        assert_eq!(
            runs.slice(8, 4).as_slice(),
            &[Span { at: 108, len: 2 }, Span { at: 50, len: 2 }]
        );
        assert_eq!(runs.slice(15, 100).len(), 5);
        assert!(runs.slice(20, 1).is_empty());
    }

    #[test]
    fn one_run_is_a_whole_file_however_it_is_told() {
        let (one, none) = (Span { at: 100, len: 10 }, Span { at: 7, len: 0 });
        assert_eq!(Runs::new(vec![none, one]), Runs::whole(100, 10));
        assert_eq!(Runs::whole(100, 10).as_slice(), &[one]);
        assert_eq!(Vec::from(Runs::whole(100, 10)), [one]);
        assert_eq!(Runs::new(Vec::new()), Runs::whole(7, 0));
        assert!(Runs::whole(7, 0).is_empty() && Runs::whole(7, 0).as_slice().is_empty());
    }

    #[test]
    fn runs_join_where_they_do_not_lie_beside_each_other() {
        let run = |at, len| Span { at, len };
        let runs = Runs::new(vec![run(100, 10), run(110, 5), run(50, 10), run(70, 1)]);
        assert_eq!(runs.joints().collect::<Vec<_>>(), [15, 25]);
        assert_eq!(Runs::whole(3, 9).joints().count(), 0);
    }
}
