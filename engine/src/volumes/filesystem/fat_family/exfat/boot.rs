//! The boot sector of an exFAT volume: where its parts lie.

use zerocopy::{FromBytes, Immutable, KnownLayout, LE, U16, U32, U64, Unaligned};

use crate::volumes::filesystem::fat_family::clusters::{ClusterHeap, FIRST};
use crate::volumes::filesystem::fat_family::table::layout::{EntryWidth, TableLayout};
use crate::volumes::filesystem::system::SECTOR;

/// Sectors from the boot sector to its copy: the length of a boot region.
pub(crate) const COPY: u64 = 12;

/// Highest number of clusters that the specification allows.
const MOST_CLUSTERS: u32 = 0xffff_fff5;

/// Highest power of two that a cluster may be long: 32 MiB.
const LONGEST_CLUSTER: u8 = 25;

/// A boot sector as it lies on the disk; offsets and lengths in sectors.
///
/// Source: "exFAT file system specification", 3.1.
#[derive(FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct ExFatBootSector {
    jump: [u8; 3],
    name: [u8; 8],
    /// Where FAT has its fields.
    must_be_zero: [u8; 53],
    /// Not asked: drivers write zero.
    partition_offset: U64<LE>,
    volume_len: U64<LE>,
    table_offset: U32<LE>,
    table_len: U32<LE>,
    heap_offset: U32<LE>,
    clusters: U32<LE>,
    root_cluster: U32<LE>,
    serial: U32<LE>,
    revision: U16<LE>,
    flags: U16<LE>,
    sector_bits: u8,
    cluster_bits: u8,
    tables: u8,
    drive: u8,
    percent_in_use: u8,
    reserved: [u8; 7],
    code: [u8; 390],
    signature: [u8; 2],
}

/// What a boot sector says; lengths and offsets in bytes, offsets from the start of the volume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ExFatBoot {
    /// Length of a sector.
    pub sector_len: u64,
    /// Length of the volume.
    pub len: u64,
    /// First cluster of the root directory.
    pub root: u32,
    /// Whether the second table and the second bitmap are the ones that count.
    pub is_second_active: bool,
    cluster_len: u64,
    clusters: u32,
    heap_at: u64,
    table_at: u64,
    table_len: u64,
    tables: u8,
}

impl ExFatBoot {
    /// The boot sector, if all of it can be true.
    pub fn parse(sector: &[u8; SECTOR]) -> Option<ExFatBoot> {
        let boot = ExFatBootSector::ref_from_bytes(sector).ok()?;
        let is_plausible = &boot.name == b"EXFAT   "
            && boot.signature == [0x55, 0xaa]
            && boot.must_be_zero == [0; 53]
            && (9..=12).contains(&boot.sector_bits)
            && boot.cluster_bits <= LONGEST_CLUSTER.saturating_sub(boot.sector_bits)
            && (1..=2).contains(&boot.tables);
        if !is_plausible {
            return None;
        }
        let in_bytes = |sectors: u64| sectors.checked_mul(1 << boot.sector_bits);
        let parsed = ExFatBoot {
            sector_len: 1 << boot.sector_bits,
            len: in_bytes(boot.volume_len.get())?,
            root: boot.root_cluster.get(),
            is_second_active: boot.flags.get() & 1 != 0 && boot.tables == 2,
            cluster_len: 1 << (boot.sector_bits + boot.cluster_bits),
            clusters: boot.clusters.get(),
            heap_at: in_bytes(boot.heap_offset.get().into())?,
            table_at: in_bytes(boot.table_offset.get().into())?,
            table_len: in_bytes(boot.table_len.get().into())?,
            tables: boot.tables,
        };
        parsed.is_consistent().then_some(parsed)
    }

    fn is_consistent(&self) -> bool {
        let limit = u64::from(self.clusters) + u64::from(FIRST);
        let heap_len = u64::from(self.clusters).checked_mul(self.cluster_len);
        let end = heap_len.and_then(|len| len.checked_add(self.heap_at));
        self.table_at >= 2 * COPY * self.sector_len
            && self.heap_at >= self.table_at + self.table_len * u64::from(self.tables)
            && self.table_len / 4 >= limit
            && (1..=MOST_CLUSTERS).contains(&self.clusters)
            && end.is_some_and(|end| end <= self.len)
            && (u64::from(FIRST)..limit).contains(&self.root.into())
    }

    /// The clusters of a volume that begins at `at`, where what is there ends at `end`.
    pub fn heap(&self, at: u64, end: u64) -> ClusterHeap {
        let at = at.saturating_add(self.heap_at);
        ClusterHeap::new(at, self.cluster_len, self.clusters, end)
    }

    /// The allocation table of a volume that begins at `at` and has these clusters. A second one
    /// belongs to a state of the volume of its own: it is no copy.
    pub fn table(&self, at: u64, heap: &ClusterHeap) -> TableLayout {
        let before = u64::from(self.is_second_active) * self.table_len;
        TableLayout {
            width: EntryWidth::ThirtyTwo,
            limit: heap.limit(),
            media: 0xf8,
            copies: vec![at.saturating_add(self.table_at).saturating_add(before)],
            len: self.table_len,
        }
    }
}

/// Whether the boot region at the start of `region`, whose last sector repeats a checksum, is
/// unharmed.
///
/// Source: "exFAT file system specification", 3.4.
pub(crate) fn is_whole(region: &[u8], sector_len: usize) -> bool {
    let Some((covered, sum)) = region.split_at_checked(11 * sector_len) else { return false };
    // Flags and the percentage in use change without the sum.
    let counted = covered.iter().enumerate().filter(|(at, _)| !matches!(at, 106 | 107 | 112));
    let wanted = counted
        .fold(0u32, |sum, (_, &byte)| sum.rotate_right(1).wrapping_add(byte.into()))
        .to_le_bytes();
    sum.len() >= sector_len && sum[..sector_len].chunks_exact(4).all(|word| word == wanted)
}
