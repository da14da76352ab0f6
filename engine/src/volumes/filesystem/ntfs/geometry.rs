//! Where the clusters of a volume lie.

use afterimage_signatures::verdict::Span;

/// Bytes of the largest cluster, since Windows 10.
pub(crate) const MOST_CLUSTER: u64 = 2 << 20;

/// Where a volume lies, and in what units it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NtfsGeometry {
    /// First byte of the volume, in bytes from the start of the source.
    pub(crate) at: u64,
    /// Bytes from there to where its clusters end, or the source does.
    pub(crate) len: u64,
    /// Bytes a cluster.
    pub(crate) cluster_len: u64,
}

impl NtfsGeometry {
    /// The `clusters` clusters from number `lcn` on, when the volume has them.
    pub(crate) fn run(&self, lcn: u64, clusters: u64) -> Option<Span> {
        let start = lcn.checked_mul(self.cluster_len)?;
        let len = clusters.checked_mul(self.cluster_len)?;
        let at = self.at.checked_add(start)?;
        (start.checked_add(len)? <= self.len).then_some(Span { at, len })
    }

    /// How many clusters there are.
    pub(crate) fn clusters(&self) -> u64 {
        self.len / self.cluster_len
    }
}
