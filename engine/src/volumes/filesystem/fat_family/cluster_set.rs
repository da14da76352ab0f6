//! Sets of clusters: a bit for each.

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
