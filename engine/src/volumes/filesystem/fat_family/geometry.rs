//! Where the parts of a volume lie, as its boot sector has it.

use afterimage_signatures::verdict::Span;

use crate::volumes::filesystem::fat_family::clusters::ClusterHeap;

/// Which file system of the family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FamilyKind {
    /// 12 bits an entry of the allocation table.
    Fat12,
    /// 16 bits an entry.
    Fat16,
    /// 32 bits an entry, the upper four of which do not count.
    Fat32,
    /// 32 bits an entry.
    ExFat,
}

impl FamilyKind {
    /// Its name in the report.
    pub fn name(self) -> &'static str {
        match self {
            FamilyKind::Fat12 => "fat12",
            FamilyKind::Fat16 => "fat16",
            FamilyKind::Fat32 => "fat32",
            FamilyKind::ExFat => "exfat",
        }
    }

    /// Bits from one entry of the allocation table to the next, and the mask of those that count.
    pub fn table_entry(self) -> (u64, u32) {
        match self {
            FamilyKind::Fat12 => (12, 0xfff),
            FamilyKind::Fat16 => (16, 0xffff),
            FamilyKind::Fat32 => (32, 0x0fff_ffff),
            FamilyKind::ExFat => (32, u32::MAX),
        }
    }
}

/// Where the root directory lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RootDirectory {
    /// Outside of the clusters, in this run of the volume.
    Fixed(Span),
    /// In a chain of clusters, the first of which is this.
    Chain(u32),
}

/// What a boot sector says; lengths and offsets in bytes, offsets from the start of the volume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct VolumeGeometry {
    /// Which file system.
    pub kind: FamilyKind,
    /// Length of the volume.
    pub len: u64,
    /// The root directory.
    pub root: RootDirectory,
    /// Where the copy of the boot sector lies, if there is one.
    pub copy_at: Option<u64>,
    /// Where the first cluster lies.
    pub heap_at: u64,
    /// Length of a cluster.
    pub cluster_len: u64,
    /// Number of clusters.
    pub clusters: u32,
    /// Where the copies of the allocation table that count lie, the best first.
    pub tables_at: Vec<u64>,
    /// Length of a copy.
    pub table_len: u64,
    /// Kind of medium, which the first entry of the table repeats.
    pub media: u8,
}

impl VolumeGeometry {
    /// Whether the clusters lie where those of another do in its volume.
    pub fn has_clusters_of(&self, other: &VolumeGeometry) -> bool {
        let clusters =
            |one: &VolumeGeometry| (one.kind, one.heap_at, one.cluster_len, one.clusters, one.len);
        clusters(self) == clusters(other)
    }

    /// The clusters of a volume that begins at `at`, where what is there ends at `end`.
    pub fn heap(&self, at: u64, end: u64) -> ClusterHeap {
        let at = at.saturating_add(self.heap_at);
        ClusterHeap::new(at, self.cluster_len, self.clusters, end)
    }
}
