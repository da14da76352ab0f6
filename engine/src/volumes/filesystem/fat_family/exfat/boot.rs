//! The boot sector of an exFAT volume: where its parts lie.

use zerocopy::{FromBytes, Immutable, KnownLayout, LE, U16, U32, U64, Unaligned};

use crate::volumes::filesystem::fat_family::clusters::FIRST;
use crate::volumes::filesystem::fat_family::geometry::{FamilyKind, RootDirectory, VolumeGeometry};
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

/// What a boot sector says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ExFatBoot {
    /// Where the parts of the volume lie.
    pub geometry: VolumeGeometry,
    /// Bytes a sector.
    pub sector_len: u64,
    /// Whether the second allocation table and the second bitmap are the ones that count. They belong
    /// to a state of the volume of its own and are no copies.
    pub is_second_active: bool,
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
        let in_bytes = |sectors: u32| u64::from(sectors) << boot.sector_bits;
        let sector_len = in_bytes(1);
        let is_second_active = boot.flags.get() & 1 != 0 && boot.tables == 2;
        let (table_at, table_len) =
            (in_bytes(boot.table_offset.get()), in_bytes(boot.table_len.get()));
        let geometry = VolumeGeometry {
            kind: FamilyKind::ExFat,
            len: boot.volume_len.get().checked_mul(sector_len)?,
            root: RootDirectory::Chain(boot.root_cluster.get()),
            copy_at: Some(COPY * sector_len),
            heap_at: in_bytes(boot.heap_offset.get()),
            cluster_len: sector_len << boot.cluster_bits,
            clusters: boot.clusters.get(),
            tables_at: vec![table_at + u64::from(is_second_active) * table_len],
            table_len,
            media: 0xf8,
        };
        let limit = u64::from(geometry.clusters) + u64::from(FIRST);
        let heap_len = u64::from(geometry.clusters) * geometry.cluster_len;
        let is_consistent = table_at >= 2 * COPY * sector_len
            && geometry.heap_at >= table_at + table_len * u64::from(boot.tables)
            && table_len / 4 >= limit
            && (1..=MOST_CLUSTERS).contains(&geometry.clusters)
            && geometry.heap_at + heap_len <= geometry.len
            && (u64::from(FIRST)..limit).contains(&boot.root_cluster.get().into());
        is_consistent.then_some(ExFatBoot { geometry, sector_len, is_second_active })
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
