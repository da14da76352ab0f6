//! The boot sector of a FAT volume: where its parts lie.

use zerocopy::{FromBytes, Immutable, KnownLayout, LE, U16, U32, Unaligned};

use crate::volumes::filesystem::fat_family::clusters::{ClusterHeap, FIRST};
use crate::volumes::filesystem::fat_family::directory_bytes::ENTRY_LEN;
use crate::volumes::filesystem::fat_family::member::RootDirectory;
use crate::volumes::filesystem::fat_family::table::layout::{EntryWidth, TableLayout};
use crate::volumes::filesystem::system::SECTOR;
use afterimage_signatures::Run;

/// Highest number of clusters that 28 bits can name.
const MOST_CLUSTERS: u64 = 0x0fff_fff5;

/// A boot sector as it lies on the disk.
///
/// Source: "FAT: General Overview of On-Disk Format" 1.03, "Boot Sector and BPB Structure".
#[derive(FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct BootSector {
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
    sectors_per_track: U16<LE>,
    heads: U16<LE>,
    hidden_sectors: U32<LE>,
    sectors_32: U32<LE>,
    /// FAT12 and FAT16 have their [`ExtendedBoot`] here already.
    fat32: Fat32Fields,
    code: [u8; 420],
    signature: [u8; 2],
}

/// What FAT32 has behind the fields that all have.
#[derive(FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct Fat32Fields {
    table_sectors: U32<LE>,
    flags: U16<LE>,
    version: U16<LE>,
    root_cluster: U32<LE>,
    info_sector: U16<LE>,
    copy_sector: U16<LE>,
    reserved: [u8; 12],
    extended: ExtendedBoot,
}

/// What tells one volume from another.
#[derive(FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct ExtendedBoot {
    drive: u8,
    reserved: u8,
    /// 0x29 where the fields behind it are there.
    signature: u8,
    serial: U32<LE>,
    label: [u8; 11],
    kind: [u8; 8],
}

/// Which FAT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FatKind {
    /// Table of 12 bits an entry.
    Fat12,
    /// Table of 16 bits an entry.
    Fat16,
    /// Table of 32 bits an entry, of which 28 count.
    Fat32,
}

impl FatKind {
    /// Its name in the report.
    pub fn name(self) -> &'static str {
        match self {
            FatKind::Fat12 => "fat12",
            FatKind::Fat16 => "fat16",
            FatKind::Fat32 => "fat32",
        }
    }

    fn width(self) -> EntryWidth {
        match self {
            FatKind::Fat12 => EntryWidth::Twelve,
            FatKind::Fat16 => EntryWidth::Sixteen,
            FatKind::Fat32 => EntryWidth::TwentyEight,
        }
    }
}

/// What a boot sector says; lengths and offsets in bytes, offsets from the start of the volume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FatBoot {
    /// Which FAT.
    pub kind: FatKind,
    /// Length of the volume.
    pub len: u64,
    /// Where the root directory lies.
    pub root: RootDirectory,
    /// Where the copy of the boot sector lies, if there is one.
    pub copy_at: Option<u64>,
    /// The label, as it was when the volume was formatted.
    pub label: [u8; 11],
    cluster_len: u64,
    clusters: u32,
    clusters_at: u64,
    tables_at: u64,
    table_len: u64,
    tables: u8,
    /// Which table counts, where the others are not kept alike.
    active: Option<u8>,
    /// Kind of medium, which the first table entry repeats.
    media: u8,
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
        let boot = BootSector::ref_from_bytes(sector).ok()?;
        let sector_len = u64::from(boot.bytes_per_sector.get());
        let per_cluster = u64::from(boot.sectors_per_cluster);
        let plausible = boot.signature == [0x55, 0xaa]
            && (512..=4096).contains(&sector_len)
            && sector_len.is_power_of_two()
            && per_cluster.is_power_of_two()
            && (1..=4).contains(&boot.tables)
            && (boot.media == 0xf0 || boot.media >= 0xf8);
        let reserved = u64::from(boot.reserved_sectors.get());
        let root_entries = u64::from(boot.root_entries.get());
        let (table16, sectors16) = (boot.table_sectors_16.get(), boot.sectors_16.get());
        let wide = table16 == 0;
        let table = if wide { boot.fat32.table_sectors.get() } else { table16.into() };
        let sectors = if sectors16 == 0 { boot.sectors_32.get() } else { sectors16.into() };
        if !plausible || reserved == 0 || table == 0 || wide != (root_entries == 0) {
            return None;
        }
        let (tables_at, table_len) = (reserved * sector_len, u64::from(table) * sector_len);
        let root_at = tables_at + u64::from(boot.tables) * table_len;
        let root_len = (root_entries * ENTRY_LEN as u64).next_multiple_of(sector_len);
        let (clusters_at, len) = (root_at + root_len, u64::from(sectors) * sector_len);
        let cluster_len = per_cluster * sector_len;
        let held = len.checked_sub(clusters_at)? / cluster_len;
        let kind = match held {
            _ if wide => FatKind::Fat32,
            ..4085 => FatKind::Fat12,
            _ => FatKind::Fat16,
        };
        // Some programs make the table one entry short, and it is the table that counts.
        let named = (table_len * 8 / kind.width().bits()).checked_sub(u64::from(FIRST))?;
        let clusters = held.min(named).min(MOST_CLUSTERS);
        if clusters == 0 || named < held / 2 {
            return None;
        }
        let mut parsed = FatBoot {
            kind,
            len,
            root: RootDirectory::Fixed(Run { at: root_at, len: root_len }),
            copy_at: None,
            label: [b' '; 11],
            cluster_len,
            clusters: clusters as u32,
            clusters_at,
            tables_at,
            table_len,
            tables: boot.tables,
            active: None,
            media: boot.media,
        };
        let mut extended = ExtendedBoot::ref_from_prefix(&sector[36..]).ok()?.0;
        if wide {
            let (flags, copy) = (boot.fat32.flags.get(), u64::from(boot.fat32.copy_sector.get()));
            parsed.root = RootDirectory::Chain(boot.fat32.root_cluster.get());
            parsed.active = (flags & 0x80 != 0).then_some(flags as u8 & 15);
            parsed.copy_at = (copy > 0 && copy < reserved).then_some(copy * sector_len);
            extended = &boot.fat32.extended;
        }
        if extended.signature == 0x29 {
            parsed.label = extended.label;
        }
        Some(parsed)
    }

    /// Highest number that an entry may give for a cluster.
    pub fn highest(&self) -> u32 {
        self.clusters.saturating_add(1)
    }

    /// The clusters of a volume that begins at `at`, where what is there ends at `end`.
    pub fn heap(&self, at: u64, end: u64) -> ClusterHeap {
        let at = at.saturating_add(self.clusters_at);
        ClusterHeap::new(at, self.cluster_len, self.clusters, end)
    }

    /// The allocation table of a volume that begins at `at` and has these clusters.
    pub fn table(&self, at: u64, heap: &ClusterHeap) -> TableLayout {
        let first = at.saturating_add(self.tables_at);
        let copy = |number: u8| first.saturating_add(u64::from(number) * self.table_len);
        let numbers = match self.active {
            Some(active) if active < self.tables => active..active + 1,
            _ => 0..self.tables,
        };
        TableLayout {
            width: self.kind.width(),
            limit: heap.limit(),
            media: self.media,
            copies: numbers.map(copy).collect(),
            len: self.table_len,
        }
    }
}
