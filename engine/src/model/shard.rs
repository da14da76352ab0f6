//! One of several equal ranges of a source, each carved by a run of its own.

use std::collections::BTreeSet;

use afterimage_signatures::verdict::Span;
use serde::{Deserialize, Serialize};

/// Shards begin at multiples of this, in bytes: what a scan counts together lies in one of them.
pub const SHARD_GRAIN: u64 = 64 << 10;

/// One of the equal ranges that a source is divided into: the headers in it are its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    number: u32,
    count: u32,
}

impl Shard {
    /// The most ranges that a source is divided into: more than any engine starts tasks.
    pub const MOST: u32 = 1 << 16;

    /// The range of that number, from 0, of so many; nothing where there is no such range.
    pub fn new(number: u32, count: u32) -> Option<Self> {
        (number < count && count <= Self::MOST).then_some(Shard { number, count })
    }

    /// Which of them it is, from 0.
    pub fn number(self) -> u32 {
        self.number
    }

    /// How many there are.
    pub fn count(self) -> u32 {
        self.count
    }

    /// Its part of `whole`; empty where that is too short to be divided so often.
    pub fn of(self, whole: Span) -> Span {
        let begin = |number: u32| {
            let share = u128::from(whole.len) * u128::from(number) / u128::from(self.count);
            let at = whole.at.saturating_add(share as u64);
            // The first begins where the whole does, the last ends there.
            if number == 0 || number == self.count { at } else { at - at % SHARD_GRAIN }
        };
        let (start, end) = (begin(self.number), begin(self.number + 1));
        Span::between(start.max(whole.at), end.max(whole.at))
    }
}

impl std::fmt::Display for Shard {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}/{}", self.number, self.count)
    }
}

/// Some of the shards of a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShardSet {
    /// How many the source is divided into.
    pub count: u32,
    /// Which of them, from 0.
    pub numbers: BTreeSet<u32>,
    /// First byte and length of what is divided.
    pub whole: (u64, u64),
}

impl ShardSet {
    /// The set with that shard alone.
    pub fn one(shard: Shard, whole: Span) -> Self {
        let numbers = BTreeSet::from([shard.number]);
        ShardSet { count: shard.count, numbers, whole: (whole.at, whole.len) }
    }

    /// Whether each of its numbers is one of its shards, and all of them lie in a source of `size` bytes.
    pub fn is_sound(&self, size: u64) -> bool {
        let is_inside = self.whole.0.checked_add(self.whole.1).is_some_and(|end| end <= size);
        let last = self.numbers.last().copied();
        is_inside && last.is_some_and(|last| Shard::new(last, self.count).is_some())
    }

    /// The range of one of them; nothing where it is none of its shards.
    pub fn range(&self, number: u32) -> Option<Span> {
        let (at, len) = self.whole;
        Some(Shard::new(number, self.count)?.of(Span { at, len }))
    }

    /// The shards that are not in it.
    pub fn missing(&self) -> Vec<u32> {
        (0..self.count).filter(|number| !self.numbers.contains(number)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn shards_divide_a_range_without_gaps(
            at in 0..1u64 << 40,
            len in 0..1u64 << 50,
            count in 1..200u32,
        ) {
            let whole = Span { at, len };
            let parts = (0..count).map(|number| Shard::new(number, count).unwrap().of(whole));
            let mut end = whole.at;
            for part in parts {
                prop_assert_eq!(part.at, end);
                let even = len / u64::from(count);
                prop_assert!(part.len <= even + 1 + SHARD_GRAIN);
                end = part.end();
                prop_assert!(end.is_multiple_of(SHARD_GRAIN) || end == whole.end() || end == whole.at);
            }
            prop_assert_eq!(end, whole.end());
        }
    }

    #[test]
    fn a_shard_is_one_of_so_many() {
        assert_eq!(Shard::new(0, 1).map(|shard| shard.to_string()).as_deref(), Some("0/1"));
        assert!(Shard::new(0, Shard::MOST).is_some());
        for (number, count) in [(0, 0), (1, 1), (7, 7), (0, Shard::MOST + 1)] {
            assert_eq!(Shard::new(number, count), None);
        }
    }

    #[test]
    fn numbers_and_ranges_that_lie_outside_are_not_sound() {
        let set = |count, numbers: &[u32], whole| ShardSet {
            count,
            numbers: numbers.iter().copied().collect(),
            whole,
        };
        assert!(set(3, &[0, 2], (10, 90)).is_sound(100));
        assert_eq!(set(3, &[0, 2], (10, 90)).missing(), [1]);
        for bad in [
            set(3, &[3], (0, 100)),
            set(3, &[], (0, 100)),
            set(0, &[0], (0, 100)),
            set(u32::MAX, &[0], (0, 100)),
            set(3, &[0], (1, 100)),
            set(3, &[0], (u64::MAX, 2)),
        ] {
            assert!(!bad.is_sound(100), "{bad:?}");
        }
    }
}
