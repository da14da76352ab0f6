//! Clusters: the numbered units in which FAT and exFAT allocate space.

use afterimage_signatures::verdict::Span;

use crate::model::SpanSet;

/// Number of the first cluster; 0 and 1 stand for none. The same in FAT and exFAT.
pub(crate) const FIRST: u32 = 2;

/// Clusters in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClusterRun {
    /// Number of the first one.
    pub first: u32,
    /// How many there are.
    pub count: u32,
}

/// Where the clusters of a volume lie: FAT's data region, exFAT's cluster heap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClusterHeap {
    /// Where the [`FIRST`] one begins, in bytes from the start of the source.
    pub at: u64,
    /// Bytes a cluster.
    pub len: u64,
    /// How many there are.
    pub count: u32,
    /// Where the volume or the source ends: clusters beyond it are not there.
    pub end: u64,
}

impl ClusterHeap {
    /// At most `count` clusters of `len` bytes from `at` on, and no more than begin before `end`:
    /// whatever a volume claims, memory goes by what is there.
    pub fn new(at: u64, len: u64, count: u32, end: u64) -> Self {
        let len = len.max(1);
        let there = end.saturating_sub(at).div_ceil(len);
        ClusterHeap { at, len, count: there.min(count.into()) as u32, end }
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

    /// The bytes of these clusters, as far as they are there.
    pub fn run(&self, clusters: ClusterRun) -> Option<Span> {
        let at = self.offset(clusters.first)?;
        let len = (u64::from(clusters.count) * self.len).min(self.end - at);
        Some(Span { at, len })
    }

    /// The first `len` bytes of a file that lies in these clusters, to the end of the last cluster.
    pub fn runs(&self, clusters: &[ClusterRun], len: u64) -> Vec<Span> {
        let (mut runs, mut left) = (Vec::new(), self.needed(len));
        for &ClusterRun { first, count } in clusters {
            let count = u64::from(count).min(left) as u32;
            if count == 0 {
                break;
            }
            left -= u64::from(count);
            runs.extend(self.run(ClusterRun { first, count }));
        }
        runs
    }

    /// The clusters that are not in use, as spans in order and apart.
    pub fn free(&self, is_used: impl Fn(u32) -> bool) -> SpanSet {
        let mut free: Vec<Span> = Vec::new();
        let mut cluster = FIRST;
        while cluster < self.limit() {
            let first = cluster;
            while cluster < self.limit() && !is_used(cluster) {
                cluster += 1;
            }
            if cluster > first
                && let Some(run) = self.run(ClusterRun { first, count: cluster - first })
            {
                free.push(Span { at: run.at, len: run.len });
            }
            cluster += 1;
        }
        free.into()
    }
}

/// Adds a cluster to runs that are built in the order of a file.
pub(crate) fn extend(runs: &mut Vec<ClusterRun>, cluster: u32) {
    match runs.last_mut() {
        Some(run) if run.first.checked_add(run.count) == Some(cluster) => run.count += 1,
        _ => runs.push(ClusterRun { first: cluster, count: 1 }),
    }
}

/// Some of the clusters of a volume.
#[derive(Clone, Debug)]
pub(crate) struct ClusterSet {
    bits: Vec<u64>,
    count: u64,
}

impl ClusterSet {
    /// None of the clusters before `limit`.
    pub fn new(limit: u32) -> Self {
        ClusterSet { bits: vec![0; (limit as usize).div_ceil(64)], count: 0 }
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

    /// How many of them are in another set as well.
    pub fn common(&self, other: &ClusterSet) -> u64 {
        let pairs = self.bits.iter().zip(&other.bits);
        pairs.map(|(one, other)| u64::from((one & other).count_ones())).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CARD: ClusterHeap = ClusterHeap { at: 1000, len: 512, count: 4, end: 2900 };

    #[test]
    fn clusters_count_from_two_and_end_with_the_source() {
        assert_eq!(CARD.offset(1), None);
        assert_eq!(CARD.offset(2), Some(1000));
        assert_eq!(CARD.offset(5), Some(2536));
        assert_eq!(CARD.offset(6), None);
        let last = ClusterRun { first: 5, count: 1 };
        assert_eq!(CARD.run(last), Some(Span { at: 2536, len: 364 }));
        assert_eq!((CARD.number(999), CARD.number(1511), CARD.number(3048)), (None, Some(2), None));
    }

    #[test]
    fn free_clusters_come_in_spans() {
        let mut owned = ClusterSet::new(CARD.limit());
        assert!(owned.add(3) && !owned.add(3) && !owned.add(999));
        let free = vec![Span { at: 1000, len: 512 }, Span { at: 2024, len: 876 }];
        assert_eq!(CARD.free(|cluster| owned.has(cluster)), free.into());
    }
}
