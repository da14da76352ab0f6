//! The boot sector, of which the last sector of the volume is a copy.

use afterimage_signatures::{Run, Runs};

use super::fields;
use super::table::Table;

/// What the boot sector says of a volume.
///
/// Source: linux-ntfs, "NTFS Documentation", file $Boot: the BIOS parameter block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Boot {
    /// Bytes a sector.
    pub sector_len: u64,
    /// Bytes a cluster.
    pub cluster_len: u64,
    /// Sectors of the volume without the copy of the boot sector, which comes after them.
    pub sectors: u64,
    /// First cluster of the file table.
    pub table: u64,
    /// First cluster of the copy of its first records.
    pub mirror: u64,
    /// Bytes a file record.
    pub record_len: usize,
}

/// Where a volume lies, and in what units it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Geometry {
    /// First byte of the volume, in bytes from the start of the source.
    pub at: u64,
    /// Bytes from there to where its clusters end, or the source does.
    pub len: u64,
    /// Bytes a cluster.
    pub cluster_len: u64,
}

/// Bytes of the largest cluster, since Windows 10.
pub const MOST_CLUSTER: u64 = 2 << 20;

/// Bytes of the largest file record that is believed; real ones have 1 or 4 KiB.
pub const MOST_RECORD: usize = 16 << 10;

impl Boot {
    /// The boot sector, when all that it says can be.
    pub fn parse(sector: &[u8]) -> Option<Self> {
        if sector.get(3..11)? != b"NTFS    " {
            return None;
        }
        let sector_len = u64::from(fields::u16(sector, 11)?);
        // Reserved sectors and allocation tables are what FAT has there.
        if !(512..=4096).contains(&sector_len)
            || !sector_len.is_power_of_two()
            || sector.get(14..17)? != [0; 3]
        {
            return None;
        }
        let cluster_len = sector_len.checked_mul(sectors_per_cluster(sector[13])?)?;
        let sectors = fields::u64(sector, 40)?;
        let clusters = sectors.checked_mul(sector_len)? / cluster_len;
        let (table, mirror) = (fields::u64(sector, 48)?, fields::u64(sector, 56)?);
        let record_len = record_len(sector[64] as i8, cluster_len)?;
        let plausible = cluster_len <= MOST_CLUSTER && (1..clusters).contains(&table);
        plausible.then_some(Boot { sector_len, cluster_len, sectors, table, mirror, record_len })
    }

    /// Bytes from the beginning of the volume to the copy of this sector.
    pub fn len(&self) -> u64 {
        self.sectors.saturating_mul(self.sector_len)
    }

    /// The file records in `runs`.
    pub fn records(&self, runs: Runs) -> Table {
        Table { runs, record_len: self.record_len, carved: false }
    }

    /// The volume at `at` when the source, or the partition, goes on for `room` bytes from there.
    pub fn geometry(&self, at: u64, room: u64) -> Geometry {
        Geometry { at, len: self.len().min(room), cluster_len: self.cluster_len }
    }
}

impl Geometry {
    /// The `clusters` clusters from number `lcn` on, when the volume has them.
    pub fn run(&self, lcn: u64, clusters: u64) -> Option<Run> {
        let start = lcn.checked_mul(self.cluster_len)?;
        let len = clusters.checked_mul(self.cluster_len)?;
        let at = self.at.checked_add(start)?;
        (start.checked_add(len)? <= self.len).then_some(Run { at, len })
    }

    /// How many clusters there are.
    pub fn clusters(&self) -> u64 {
        self.len / self.cluster_len
    }
}

/// A power of two, or from 0x80 on the negative of its exponent.
fn sectors_per_cluster(field: u8) -> Option<u64> {
    match field {
        0 => None,
        1..=0x80 => field.is_power_of_two().then_some(u64::from(field)),
        _ => 1u64.checked_shl(256 - u32::from(field)).filter(|&count| count <= MOST_CLUSTER),
    }
}

/// Clusters, or the negative exponent of bytes.
fn record_len(field: i8, cluster_len: u64) -> Option<usize> {
    let len = match field {
        1.. => cluster_len.checked_mul(field as u64)?,
        _ => 1u64.checked_shl(u32::from(field.unsigned_abs()))?,
    };
    let len = usize::try_from(len).ok()?;
    (len.is_power_of_two() && (512..=MOST_RECORD).contains(&len)).then_some(len)
}
