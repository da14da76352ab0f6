//! The boot sector of a FAT volume: where its parts lie.

use afterimage_signatures::verdict::Span;
use zerocopy::{FromBytes, Immutable, KnownLayout, LE, U16, U32, Unaligned};

use crate::volumes::filesystem::fat_family::clusters::FIRST;
use crate::volumes::filesystem::fat_family::directory_bytes::ENTRY_LEN;
use crate::volumes::filesystem::fat_family::geometry::{FamilyKind, RootDirectory, VolumeGeometry};
use crate::volumes::filesystem::system::SECTOR;

/// Highest number of clusters that 28 bits can name.
const MOST_CLUSTERS: u64 = 0x0fff_fff5;

/// A boot sector as it lies on the disk.
///
/// Source: "FAT: General Overview of On-Disk Format" 1.03, "Boot Sector and BPB Structure".
#[derive(FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct FatBootSector {
    jump: [u8; 3],
    formatted_by: [u8; 8],
    bytes_per_sector: U16<LE>,
    sectors_per_cluster: u8,
    reserved_sectors: U16<LE>,
    tables: u8,
    root_entries: U16<LE>,
    sectors_16: U16<LE>,
    media: u8,
    table_sectors_16: U16<LE>,
    disk_geometry: [u8; 8],
    sectors_32: U32<LE>,
    /// FAT12 and FAT16 have a [`VolumeId`] here already.
    fat32: Fat32Fields,
    code: [u8; 428],
    signature: [u8; 2],
}

/// What FAT32 has behind the fields that all have.
#[derive(FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct Fat32Fields {
    table_sectors: U32<LE>,
    /// Bit 7: only the table whose number is in the lowest four bits counts.
    flags: U16<LE>,
    version: U16<LE>,
    root_cluster: U32<LE>,
    info_sector: U16<LE>,
    copy_sector: U16<LE>,
    reserved: [u8; 12],
    id: VolumeId,
}

/// What tells one volume from another.
#[derive(FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct VolumeId {
    drive: [u8; 2],
    /// 0x29 where the fields behind it are there.
    signature: u8,
    serial: [u8; 4],
    label: [u8; 11],
}

/// What a boot sector says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FatBoot {
    /// Where the parts of the volume lie.
    pub geometry: VolumeGeometry,
    /// The label, as it was when the volume was formatted.
    pub label: [u8; 11],
}

impl FatBoot {
    /// The boot sector, if all of it can be true.
    ///
    /// Whether a table has 12 or 16 bits goes by the number of clusters alone. One whose length needs
    /// the 32-bit field has no root directory of its own and is FAT32 whatever that number is, as
    /// Linux and Windows take it.
    ///
    /// Source: "FAT: General Overview of On-Disk Format" 1.03, "FAT Type Determination".
    pub fn parse(sector: &[u8; SECTOR]) -> Option<FatBoot> {
        let boot = FatBootSector::ref_from_bytes(sector).ok()?;
        let sector_len = u64::from(boot.bytes_per_sector.get());
        let per_cluster = u64::from(boot.sectors_per_cluster);
        let is_plausible = boot.signature == [0x55, 0xaa]
            && (512..=4096).contains(&sector_len)
            && sector_len.is_power_of_two()
            && per_cluster.is_power_of_two()
            && (1..=4).contains(&boot.tables)
            && (boot.media == 0xf0 || boot.media >= 0xf8);
        let reserved = u64::from(boot.reserved_sectors.get());
        let root_entries = u64::from(boot.root_entries.get());
        let (table16, sectors16) = (boot.table_sectors_16.get(), boot.sectors_16.get());
        let is_wide = table16 == 0;
        let table = if is_wide { boot.fat32.table_sectors.get() } else { table16.into() };
        let sectors = if sectors16 == 0 { boot.sectors_32.get() } else { sectors16.into() };
        if !is_plausible || reserved == 0 || table == 0 || is_wide != (root_entries == 0) {
            return None;
        }
        let (first_at, table_len) = (reserved * sector_len, u64::from(table) * sector_len);
        let root_at = first_at + u64::from(boot.tables) * table_len;
        let root_len = (root_entries * ENTRY_LEN as u64).next_multiple_of(sector_len);
        let (heap_at, len) = (root_at + root_len, u64::from(sectors) * sector_len);
        let cluster_len = per_cluster * sector_len;
        let held = len.checked_sub(heap_at)? / cluster_len;
        let kind = match held {
            _ if is_wide => FamilyKind::Fat32,
            ..4085 => FamilyKind::Fat12,
            _ => FamilyKind::Fat16,
        };
        // Some programs make the table one entry short, and it is the table that counts.
        let named = (table_len * 8 / kind.table_entry().0).checked_sub(u64::from(FIRST))?;
        let clusters = held.min(named).min(MOST_CLUSTERS) as u32;
        if clusters == 0 || named < held / 2 {
            return None;
        }
        let (mut tables, mut copy_at) = (0..boot.tables, None);
        let mut root = RootDirectory::Fixed(Span { at: root_at, len: root_len });
        let mut id = VolumeId::ref_from_prefix(&sector[36..]).ok()?.0;
        if is_wide {
            let active = boot.fat32.flags.get() as u8 & 15;
            if boot.fat32.flags.get() & 0x80 != 0 && active < boot.tables {
                tables = active..active + 1;
            }
            let copy = u64::from(boot.fat32.copy_sector.get());
            copy_at = (copy > 0 && copy < reserved).then_some(copy * sector_len);
            root = RootDirectory::Chain(boot.fat32.root_cluster.get());
            id = &boot.fat32.id;
        }
        let tables_at = tables.map(|number| first_at + u64::from(number) * table_len).collect();
        let media = boot.media;
        let geometry = VolumeGeometry {
            kind,
            len,
            root,
            copy_at,
            heap_at,
            cluster_len,
            clusters,
            tables_at,
            table_len,
            media,
        };
        let label = if id.signature == 0x29 { id.label } else { [b' '; 11] };
        Some(FatBoot { geometry, label })
    }
}
