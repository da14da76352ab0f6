//! What could not be read.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use afterimage_signatures::verdict::Span;

/// Ranges of a source that could not be read, filled in by any thread.
///
/// They are kept in order and apart: what touches or overlaps is one range. A source without
/// any is asked at the price of one atomic load.
#[derive(Debug, Default)]
pub(super) struct UnreadableRanges {
    any: AtomicBool,
    /// First byte to the first byte after it.
    ends: Mutex<BTreeMap<u64, u64>>,
}

impl UnreadableRanges {
    /// Adds a range; an empty one is nothing.
    pub(super) fn add(&self, span: Span) {
        if span.len == 0 {
            return;
        }
        let (mut at, mut end) = (span.at, span.end());
        let mut ends = self.lock();
        while let Some((&left, &reach)) = ends.range(..=end).next_back() {
            if reach < at {
                break;
            }
            ends.remove(&left);
            (at, end) = (at.min(left), end.max(reach));
        }
        ends.insert(at, end);
        self.any.store(true, Ordering::Release);
    }

    /// All of them, in order.
    pub(super) fn list(&self) -> Vec<Span> {
        if self.is_empty() {
            return Vec::new();
        }
        self.lock().iter().map(|(&at, &end)| Span::between(at, end)).collect()
    }

    /// The first one that shares a byte with `span`, whole.
    pub(super) fn first_in(&self, span: Span) -> Option<Span> {
        if self.is_empty() {
            return None;
        }
        let ends = self.lock();
        let before = ends.range(..=span.at).next_back().filter(|(_, end)| **end > span.at);
        let (&at, &end) = before.or_else(|| ends.range(span.at..span.end()).next())?;
        (span.len > 0).then(|| Span::between(at, end))
    }

    /// Whether everything could be read so far.
    pub(super) fn is_empty(&self) -> bool {
        !self.any.load(Ordering::Acquire)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, u64>> {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(added: &[(u64, u64)], expected: &[(u64, u64)]) {
        let ranges = UnreadableRanges::default();
        for &(at, len) in added {
            ranges.add(Span { at, len });
        }
        let spans: Vec<_> = ranges.list().iter().map(|span| (span.at, span.len)).collect();
        assert_eq!(spans, expected, "added {added:?}");
        assert_eq!(ranges.is_empty(), expected.is_empty());
    }

    #[test]
    fn stretches_are_sorted_and_merge_when_they_touch() {
        check(&[], &[]);
        check(&[(5, 0)], &[]);
        check(&[(8, 2), (0, 2), (4, 2)], &[(0, 2), (4, 2), (8, 2)]);
        check(&[(0, 4), (4, 4)], &[(0, 8)]);
        check(&[(4, 4), (0, 4)], &[(0, 8)]);
        check(&[(0, 2), (4, 2), (8, 2), (1, 8)], &[(0, 10)]);
        check(&[(0, 10), (3, 2)], &[(0, 10)]);
        check(&[(3, 2), (0, 10)], &[(0, 10)]);
        check(&[(u64::MAX - 1, 9)], &[(u64::MAX - 1, 1)]);
    }

    #[test]
    fn the_first_one_in_a_span_shares_a_byte_with_it() {
        let ranges = UnreadableRanges::default();
        ranges.add(Span { at: 10, len: 10 });
        ranges.add(Span { at: 40, len: 10 });
        let first = |at, len| ranges.first_in(Span { at, len }).map(|span| span.at);
        assert_eq!(first(0, 10), None);
        assert_eq!(first(0, 11), Some(10));
        assert_eq!(first(19, 1), Some(10));
        assert_eq!(first(20, 20), None);
        assert_eq!(first(20, 21), Some(40));
        assert_eq!(first(15, 0), None);
    }
}
