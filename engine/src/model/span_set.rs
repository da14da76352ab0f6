//! Sorted, disjoint byte ranges.

use afterimage_signatures::verdict::Span;
use serde::{Deserialize, Serialize};

use super::cluster_grid::ClusterGrid;

/// Byte ranges in order, apart from each other: what touches or overlaps is one range.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<Span>", into = "Vec<Span>")]
pub struct SpanSet(Vec<Span>);

impl FromIterator<Span> for SpanSet {
    fn from_iter<I: IntoIterator<Item = Span>>(spans: I) -> Self {
        let mut spans: Vec<Span> = spans.into_iter().filter(|span| span.len > 0).collect();
        spans.sort_unstable();
        let mut merged: Vec<Span> = Vec::with_capacity(spans.len());
        for span in spans {
            match merged.last_mut() {
                Some(last) if span.at <= last.end() => {
                    last.len = last.end().max(span.end()) - last.at;
                }
                _ => merged.push(span),
            }
        }
        SpanSet(merged)
    }
}

impl From<Vec<Span>> for SpanSet {
    fn from(spans: Vec<Span>) -> Self {
        spans.into_iter().collect()
    }
}

impl From<SpanSet> for Vec<Span> {
    fn from(set: SpanSet) -> Self {
        set.0
    }
}

impl SpanSet {
    /// The ranges.
    pub fn as_slice(&self) -> &[Span] {
        &self.0
    }

    /// Adds a range.
    pub fn insert(&mut self, span: Span) {
        if span.len == 0 {
            return;
        }
        let first = self.0.partition_point(|one| one.end() < span.at);
        let count = self.0[first..].partition_point(|one| one.at <= span.end());
        let touched = &self.0[first..first + count];
        let at = touched.first().map_or(span.at, |one| one.at.min(span.at));
        let end = touched.last().map_or(span.end(), |one| one.end().max(span.end()));
        self.0.splice(first..first + count, [Span::between(at, end)]);
    }

    /// The ranges in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Span> + '_ {
        self.0.iter().copied()
    }

    /// Whether there is no range.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Bytes of all ranges.
    pub fn total(&self) -> u64 {
        self.0.iter().fold(0, |sum, span| sum.saturating_add(span.len))
    }

    /// The ranges that end after `at`.
    pub fn after(&self, at: u64) -> &[Span] {
        &self.0[self.0.partition_point(|span| span.end() <= at)..]
    }

    /// The ranges that share a byte with `span`.
    pub fn meeting(&self, span: Span) -> &[Span] {
        let after = self.after(span.at);
        let count =
            if span.len == 0 { 0 } else { after.partition_point(|one| one.at < span.end()) };
        &after[..count]
    }

    /// Whether a range shares a byte with `span`.
    pub fn meets(&self, span: Span) -> bool {
        !self.meeting(span).is_empty()
    }

    /// Whether one range holds all of `span`.
    pub fn holds(&self, span: Span) -> bool {
        self.after(span.at).first().is_some_and(|one| one.holds(span))
    }

    /// Whether a range holds the byte at `at`.
    pub fn contains(&self, at: u64) -> bool {
        self.holds(Span { at, len: 1 })
    }

    /// What of `span` lies in these ranges.
    pub fn parts(&self, span: Span) -> impl Iterator<Item = Span> + '_ {
        let clip = move |one: &Span| Span::between(one.at.max(span.at), one.end().min(span.end()));
        self.meeting(span).iter().map(clip)
    }

    /// What of `span` lies in none of these ranges.
    pub fn gaps(&self, span: Span) -> SpanSet {
        let (mut gaps, mut at) = (Vec::new(), span.at);
        for one in self.meeting(span) {
            if one.at > at {
                gaps.push(Span::between(at, one.at));
            }
            at = one.end();
        }
        if at < span.end() {
            gaps.push(Span::between(at, span.end()));
        }
        SpanSet(gaps)
    }

    /// What of these ranges lies outside of the clusters that `taken` touches.
    pub fn without(&self, taken: &SpanSet, grid: ClusterGrid) -> SpanSet {
        let mut left = Vec::with_capacity(self.0.len());
        let mut taken = taken.0.iter().peekable();
        for span in &self.0 {
            let mut at = span.at;
            while taken.next_if(|one| one.end() <= at).is_some() {}
            while let Some(one) = taken.peek().filter(|one| one.at < span.end()) {
                let first = grid.start_of(one.at);
                if first > at {
                    left.push(Span::between(at, first));
                }
                at = at.max(grid.next_from(one.end()));
                if one.end() >= span.end() {
                    break;
                }
                taken.next();
            }
            if at < span.end() {
                left.push(Span::between(at, span.end()));
            }
        }
        SpanSet(left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn set(spans: &[(u64, u64)]) -> SpanSet {
        spans.iter().map(|&(at, end)| Span::between(at, end)).collect()
    }

    #[test]
    fn what_touches_or_overlaps_is_one_range() {
        assert_eq!(
            set(&[(20, 30), (0, 10), (10, 12), (25, 27), (5, 5)]),
            set(&[(0, 12), (20, 30)])
        );
        assert_eq!(set(&[(7, 7)]), SpanSet::default());
        assert_eq!(set(&[(0, 12), (20, 30)]).total(), 22);
    }

    #[test]
    fn taken_bytes_take_whole_clusters() {
        let left = |free: &[(u64, u64)], taken: &[(u64, u64)]| {
            set(free).without(&set(taken), ClusterGrid::new(100, 10))
        };
        assert_eq!(left(&[(100, 200)], &[]), set(&[(100, 200)]));
        assert_eq!(left(&[(100, 200)], &[(0, 50), (300, 400)]), set(&[(100, 200)]));
        assert_eq!(left(&[(100, 200)], &[(123, 124)]), set(&[(100, 120), (130, 200)]));
        assert_eq!(left(&[(100, 200)], &[(50, 111), (195, 250)]), set(&[(120, 190)]));
        assert_eq!(left(&[(100, 200)], &[(90, 300)]), set(&[]));
        let two = left(&[(100, 150), (160, 200)], &[(125, 165), (170, 175)]);
        assert_eq!(two, set(&[(100, 120), (180, 200)]));
    }

    proptest! {
        /// A set of ranges is the set of their bytes.
        #[test]
        fn ranges_hold_the_bytes_that_were_put_in(
            spans in prop::collection::vec((0u64..60, 0u64..9), 0..12),
            probe in (0u64..60, 0u64..9),
        ) {
            let byte = |at: u64| spans.iter().any(|&(start, len)| start <= at && at < start + len);
            let set: SpanSet = spans.iter().map(|&(at, len)| Span { at, len }).collect();
            prop_assert!(set.as_slice().windows(2).all(|pair| pair[0].end() < pair[1].at));
            let mut added = SpanSet::default();
            spans.iter().for_each(|&(at, len)| added.insert(Span { at, len }));
            prop_assert_eq!(&added, &set);
            prop_assert_eq!(set.total(), (0..80).filter(|&at| byte(at)).count() as u64);
            let probe = Span { at: probe.0, len: probe.1 };
            let mut inside = probe.at..probe.end();
            prop_assert_eq!(set.contains(probe.at), byte(probe.at));
            prop_assert_eq!(set.meets(probe), inside.clone().any(byte));
            if probe.len > 0 {
                prop_assert_eq!(set.holds(probe), inside.all(byte));
            }
        }
    }
}
