//! Clusters: the numbered pieces that FAT and exFAT keep files in, and sets of them.

use afterimage_signatures::verdict::Span;
use afterimage_signatures::{Bytes, Run};

/// Number of the first cluster; the two before it stand for none. The same in FAT and exFAT.
pub const FIRST: u32 = 2;

/// Where the clusters of a volume lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clusters {
    /// Where the [`FIRST`] one begins, in bytes from the start of the source.
    pub at: u64,
    /// Bytes of one.
    pub len: u64,
    /// How many there are.
    pub count: u32,
    /// Where the volume or the source ends: clusters beyond it are not there.
    pub end: u64,
}

impl Clusters {
    /// As many clusters from `at` on as `count` says and as begin before `end`: no more are kept
    /// account of, whatever a volume claims.
    pub fn new(at: u64, len: u64, count: u32, end: u64) -> Self {
        let there = end.saturating_sub(at).div_ceil(len.max(1));
        let count = there.min(count.into()) as u32;
        Clusters { at, len, count, end }
    }

    /// Whether the number is that of a cluster.
    pub fn has(&self, cluster: u32) -> bool {
        cluster >= FIRST && cluster - FIRST < self.count
    }

    /// One more than the highest number.
    pub fn limit(&self) -> u32 {
        self.count.saturating_add(FIRST)
    }

    /// Where the cluster begins, if its first byte is there.
    pub fn offset(&self, cluster: u32) -> Option<u64> {
        let at = self.at.checked_add(u64::from(cluster.checked_sub(FIRST)?) * self.len)?;
        (self.has(cluster) && at < self.end).then_some(at)
    }

    /// The cluster that holds the byte at `at`.
    pub fn number(&self, at: u64) -> Option<u32> {
        let number = u32::try_from(at.checked_sub(self.at)? / self.len).ok()?.checked_add(FIRST)?;
        self.has(number).then_some(number)
    }

    /// How many clusters a file of `size` bytes takes.
    pub fn needed(&self, size: u64) -> u64 {
        size.div_ceil(self.len)
    }

    /// The `count` clusters from `first` on, as far as they are there.
    pub fn run(&self, first: u32, count: u32) -> Option<Run> {
        let at = self.offset(first)?;
        let len = (u64::from(count) * self.len).min(self.end - at);
        Some(Run { at, len })
    }

    /// The first `len` bytes of a file, in whole clusters.
    pub fn runs(&self, stretches: &[Stretch], len: u64) -> Vec<Run> {
        let (mut runs, mut left) = (Vec::new(), self.needed(len));
        for &(first, count) in stretches {
            let count = u64::from(count).min(left) as u32;
            if count == 0 {
                break;
            }
            left -= u64::from(count);
            runs.extend(self.run(first, count));
        }
        runs
    }

    /// The clusters that are not in `owned`, as stretches in order and apart.
    pub fn free(&self, owned: &Set) -> Vec<Span> {
        let mut free: Vec<Span> = Vec::new();
        let mut cluster = FIRST;
        while cluster < self.limit() {
            let first = cluster;
            while cluster < self.limit() && !owned.has(cluster) {
                cluster += 1;
            }
            if let Some(run) = self.run(first, cluster - first).filter(|run| run.len > 0) {
                free.push(Span { at: run.at, len: run.len });
            }
            cluster += 1;
        }
        free
    }
}

/// Clusters in a row: the first, and how many.
pub type Stretch = (u32, u32);

/// Adds a cluster to stretches that are built in the order of a file.
pub fn extend(stretches: &mut Vec<Stretch>, cluster: u32) {
    match stretches.last_mut() {
        Some((first, count)) if first.checked_add(*count) == Some(cluster) => *count += 1,
        _ => stretches.push((cluster, 1)),
    }
}

/// A set of clusters: a bit for each.
#[derive(Clone, Debug)]
pub struct Set {
    bits: Vec<u64>,
    count: u64,
}

impl Set {
    /// None of the clusters before `limit`.
    pub fn new(limit: u32) -> Self {
        Set { bits: vec![0; (limit as usize).div_ceil(64)], count: 0 }
    }

    /// Adds a cluster and says whether it is new.
    pub fn add(&mut self, cluster: u32) -> bool {
        let Some(word) = self.bits.get_mut(cluster as usize / 64) else { return false };
        let bit = 1 << (cluster % 64);
        let new = *word & bit == 0;
        *word |= bit;
        self.count += u64::from(new);
        new
    }

    /// Whether the cluster is in it.
    pub fn has(&self, cluster: u32) -> bool {
        self.bits.get(cluster as usize / 64).is_some_and(|word| word >> (cluster % 64) & 1 == 1)
    }

    /// How many there are.
    pub fn len(&self) -> u64 {
        self.count
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

/// The `len` bytes at `at`; what the source does not have is zero.
pub fn read(bytes: &dyn Bytes, at: u64, len: usize) -> Vec<u8> {
    let mut out = vec![0; len];
    let inside = bytes.len().saturating_sub(at).min(len as u64) as usize;
    if inside > 0 {
        bytes.read_at(at, &mut out[..inside]);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const CARD: Clusters = Clusters { at: 1000, len: 512, count: 4, end: 2900 };

    #[test]
    fn clusters_count_from_two_and_end_with_the_source() {
        assert_eq!(CARD.offset(1), None);
        assert_eq!(CARD.offset(2), Some(1000));
        assert_eq!(CARD.offset(5), Some(2536));
        assert_eq!(CARD.offset(6), None);
        assert_eq!(CARD.run(5, 1), Some(Run { at: 2536, len: 364 }));
        assert_eq!((CARD.number(999), CARD.number(1511), CARD.number(3048)), (None, Some(2), None));
    }

    #[test]
    fn free_clusters_come_in_stretches() {
        let mut owned = Set::new(CARD.limit());
        assert!(owned.add(3) && !owned.add(3) && !owned.add(999));
        let free = [Span { at: 1000, len: 512 }, Span { at: 2024, len: 876 }];
        assert_eq!(CARD.free(&owned), free);
    }

    #[test]
    fn what_the_source_does_not_have_is_zero() {
        assert_eq!(read(&&[1u8, 2][..], 1, 3), [2, 0, 0]);
        assert_eq!(read(&&[1u8, 2][..], u64::MAX, 2), [0, 0]);
    }
}
