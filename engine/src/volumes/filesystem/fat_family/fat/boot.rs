//! The boot sector of a FAT volume: where its parts lie.

use crate::volumes::filesystem::SECTOR;
use crate::volumes::filesystem::fat_family::clusters::{Clusters, FIRST};
use crate::volumes::filesystem::fat_family::table::{Layout, Width};

/// Bytes of a directory record.
pub const RECORD: u64 = 32;

/// Highest number of clusters that 28 bits can name.
const MOST_CLUSTERS: u64 = 0x0fff_fff5;

/// Which FAT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Table of 12 bits an entry.
    Fat12,
    /// Table of 16 bits an entry.
    Fat16,
    /// Table of 32 bits an entry, of which 28 count.
    Fat32,
}

impl Kind {
    /// The word for it in the report.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Fat12 => "fat12",
            Kind::Fat16 => "fat16",
            Kind::Fat32 => "fat32",
        }
    }

    /// How wide a table entry is.
    pub fn width(self) -> Width {
        match self {
            Kind::Fat12 => Width::Twelve,
            Kind::Fat16 => Width::Sixteen,
            Kind::Fat32 => Width::TwentyEight,
        }
    }
}

/// Where the root directory lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Root {
    /// In a place of its own: the offset from the volume's start, and the length.
    Fixed(u64, u64),
    /// In clusters, the first of which is this.
    Chain(u32),
}

/// What a boot sector says; lengths and offsets in bytes, offsets from the start of the volume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Boot {
    /// Which FAT.
    pub kind: Kind,
    /// Length of the volume.
    pub len: u64,
    /// Length of a cluster.
    pub cluster_len: u64,
    /// Number of clusters.
    pub clusters: u32,
    /// Where the first table lies.
    pub tables_at: u64,
    /// Length of a table.
    pub table_len: u64,
    /// Number of tables.
    pub tables: u8,
    /// Which table counts, where the others are not kept alike.
    pub active: Option<u8>,
    /// The root directory.
    pub root: Root,
    /// Where the first cluster lies.
    pub clusters_at: u64,
    /// Kind of medium, which the first table entry repeats.
    pub media: u8,
    /// Where the copy of the boot sector lies, if there is one.
    pub copy_at: Option<u64>,
    /// The label, as it was when the volume was formatted.
    pub label: [u8; 11],
}

impl Boot {
    /// The boot sector, if all of it can be true.
    ///
    /// Whether a table has 12 or 16 bits goes by the number of clusters alone. One whose length needs
    /// the 32-bit field has no root directory of its own and is FAT32 whatever that number is, as
    /// Linux and Windows take it.
    ///
    /// Source: "FAT: General Overview of On-Disk Format" 1.03, "Boot Sector and BPB Structure" and
    /// "FAT Type Determination".
    pub fn parse(sector: &[u8; SECTOR]) -> Option<Boot> {
        let (u16_at, u32_at) = (|at| u64::from(u16_at(sector, at)), |at| u32_at(sector, at));
        let sector_len = u16_at(11);
        let (per_cluster, tables, media) = (u64::from(sector[13]), sector[16], sector[21]);
        let plausible = sector[510..] == [0x55, 0xaa]
            && (512..=4096).contains(&sector_len)
            && sector_len.is_power_of_two()
            && per_cluster.is_power_of_two()
            && (1..=4).contains(&tables)
            && (media == 0xf0 || media >= 0xf8);
        let (reserved, root_records) = (u16_at(14), u16_at(17));
        let (table16, wide) = (u16_at(22), u16_at(22) == 0);
        let table = if wide { u64::from(u32_at(36)) } else { table16 };
        let total = if u16_at(19) != 0 { u16_at(19) } else { u64::from(u32_at(32)) };
        if !plausible || reserved == 0 || table == 0 || wide != (root_records == 0) {
            return None;
        }
        let tables_at = reserved * sector_len;
        let table_len = table * sector_len;
        let root_at = tables_at + u64::from(tables) * table_len;
        let root_len = (root_records * RECORD).next_multiple_of(sector_len);
        let (clusters_at, len) = (root_at + root_len, total * sector_len);
        let cluster_len = per_cluster * sector_len;
        let held = len.checked_sub(clusters_at)? / cluster_len;
        let kind = match held {
            _ if wide => Kind::Fat32,
            ..4085 => Kind::Fat12,
            _ => Kind::Fat16,
        };
        // Some programs make the table one entry short, and it is the table that counts.
        let named = (table_len * 8 / kind.width().bits()).checked_sub(u64::from(FIRST))?;
        let clusters = held.min(named).min(MOST_CLUSTERS);
        let root = if wide { Root::Chain(u32_at(44)) } else { Root::Fixed(root_at, root_len) };
        let flags = if wide { sector[40] } else { 0 };
        let copy = if wide { u16_at(50) } else { 0 };
        (clusters > 0 && named >= held / 2).then_some(Boot {
            kind,
            len,
            cluster_len,
            clusters: clusters as u32,
            tables_at,
            table_len,
            tables,
            active: (flags & 0x80 != 0).then_some(flags & 15),
            root,
            clusters_at,
            media,
            copy_at: (copy > 0 && copy < reserved).then_some(copy * sector_len),
            label: label(sector, wide),
        })
    }

    /// Where the clusters lie when the volume begins at `at` and what is there ends at `end`.
    pub fn clusters(&self, at: u64, end: u64) -> Clusters {
        let at = at.saturating_add(self.clusters_at);
        Clusters::new(at, self.cluster_len, self.clusters, end)
    }

    /// Where the tables lie when the volume begins at `at`, and the clusters so.
    pub fn layout(&self, at: u64, clusters: &Clusters) -> Layout {
        let first = at.saturating_add(self.tables_at);
        let place = |number: u8| first.saturating_add(u64::from(number) * self.table_len);
        let numbers = match self.active {
            Some(active) if active < self.tables => active..active + 1,
            _ => 0..self.tables,
        };
        Layout {
            width: self.kind.width(),
            limit: clusters.limit(),
            media: self.media,
            copies: numbers.map(place).collect(),
            len: self.table_len,
        }
    }
}

fn label(sector: &[u8; SECTOR], wide: bool) -> [u8; 11] {
    let at = if wide { 71 } else { 43 };
    let signed = sector[at - 5] == 0x29;
    let mut label = [b' '; 11];
    if signed {
        label.copy_from_slice(&sector[at..at + 11]);
    }
    label
}

/// The 16-bit number at `at`.
pub fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

/// The 32-bit number at `at`.
pub fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}
