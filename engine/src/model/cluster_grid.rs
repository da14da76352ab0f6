//! Where clusters begin.

use serde::{Deserialize, Serialize};

/// The clusters of a file system: all of one length, side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterGrid {
    /// Bytes of a cluster, at least 1.
    pub len: u64,
    /// Where one of them begins, in bytes from the start of the source.
    pub at: u64,
}

impl ClusterGrid {
    /// Clusters of `len` bytes, one of which begins at `at`.
    pub fn new(at: u64, len: u64) -> Self {
        ClusterGrid { len: len.max(1), at }
    }

    /// Whether a cluster begins at `at`.
    pub fn begins(&self, at: u64) -> bool {
        at.abs_diff(self.at).is_multiple_of(self.len)
    }

    /// Where the cluster begins that holds the byte at `at`; what lies before the first cluster is in none
    /// and stays.
    pub fn start_of(&self, at: u64) -> u64 {
        at.checked_sub(self.at).map_or(at, |inside| at - inside % self.len)
    }

    /// The first byte at or after `at` where a cluster begins.
    pub fn next_from(&self, at: u64) -> u64 {
        let at = at.max(self.at);
        let inside = (at - self.at) % self.len;
        if inside == 0 { at } else { at.saturating_add(self.len - inside) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clusters_begin_whole_lengths_apart() {
        let grid = ClusterGrid::new(512, 4096);
        assert_eq!([512, 4608, 0, 1024].map(|at| grid.begins(at)), [true, true, false, false]);
        assert_eq!([0, 512, 4607, 4608].map(|at| grid.start_of(at)), [0, 512, 512, 4608]);
        assert_eq!([0, 512, 513, 4608].map(|at| grid.next_from(at)), [512, 512, 4608, 4608]);
        assert_eq!(grid.next_from(u64::MAX), u64::MAX);
    }

    #[test]
    fn a_cluster_of_no_length_is_none() {
        assert!(ClusterGrid::new(0, 0).begins(7));
    }
}
