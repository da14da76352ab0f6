//! The boot sector, of which the last sector of the volume is a copy.

use afterimage_signatures::Bytes;
use zerocopy::little_endian::{U16, U64};
use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use super::geometry::{MOST_CLUSTER, NtfsGeometry};
use super::record::MOST_RECORD;
use crate::volumes::fields;
use crate::volumes::filesystem::SECTOR;
use crate::volumes::read;

/// What the boot sector says of a volume.
///
/// Source: linux-ntfs, "NTFS Documentation", file $Boot: the BIOS parameter block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NtfsBoot {
    /// Bytes a sector.
    pub(crate) sector_len: u64,
    /// Bytes a cluster.
    pub(crate) cluster_len: u64,
    /// Sectors of the volume without the copy of the boot sector, which comes after them.
    pub(crate) sectors: u64,
    /// First cluster of the file table.
    pub(crate) table: u64,
    /// First cluster of the copy of its first records.
    pub(crate) mirror: u64,
    /// Bytes a file record.
    pub(crate) record_len: usize,
}

/// The boot sector as it lies there, up to the last field that is used.
///
/// Source: linux-ntfs, "NTFS Documentation", file $Boot.
#[derive(FromBytes, Immutable, KnownLayout, Unaligned)]
#[repr(C)]
struct BootSector {
    _jump: [u8; 3],
    oem_id: [u8; 8],
    bytes_per_sector: U16,
    sectors_per_cluster: u8,
    /// Reserved sectors and the number of allocation tables in FAT; zero here.
    of_fat: [u8; 3],
    _unused: [u8; 23],
    total_sectors: U64,
    table_cluster: U64,
    mirror_cluster: U64,
    clusters_per_record: i8,
}

impl NtfsBoot {
    /// The boot sector, when all that it says can be.
    pub(crate) fn parse(sector: &[u8; SECTOR]) -> Option<Self> {
        let raw: &BootSector = fields::structure(sector)?;
        let sector_len = u64::from(raw.bytes_per_sector);
        if raw.oem_id != *b"NTFS    "
            || !(512..=4096).contains(&sector_len)
            || !sector_len.is_power_of_two()
            || raw.of_fat != [0; 3]
        {
            return None;
        }
        let cluster_len = sector_len.checked_mul(sectors_per_cluster(raw.sectors_per_cluster)?)?;
        let sectors = raw.total_sectors.get();
        let clusters = sectors.checked_mul(sector_len)? / cluster_len;
        let (table, mirror) = (raw.table_cluster.get(), raw.mirror_cluster.get());
        let record_len = record_len(raw.clusters_per_record, cluster_len)?;
        let plausible = cluster_len <= MOST_CLUSTER && (1..clusters).contains(&table);
        plausible.then_some(NtfsBoot {
            sector_len,
            cluster_len,
            sectors,
            table,
            mirror,
            record_len,
        })
    }

    /// The boot sector at `at` of the source.
    pub(crate) fn read(bytes: &dyn Bytes, at: u64) -> Option<Self> {
        Self::parse(&read::array(bytes, at)?)
    }

    /// Bytes from the beginning of the volume to the copy of this sector.
    pub(crate) fn len(&self) -> u64 {
        self.sectors.saturating_mul(self.sector_len)
    }

    /// The volume at `at` when the source, or the partition, goes on for `room` bytes from there.
    pub(crate) fn geometry(&self, at: u64, room: u64) -> NtfsGeometry {
        NtfsGeometry { at, len: self.len().min(room), cluster_len: self.cluster_len }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn sector(sectors_per_cluster: u8, record: i8) -> [u8; 512] {
        let mut sector = [0; 512];
        sector[3..11].copy_from_slice(b"NTFS    ");
        sector[12] = 2;
        sector[13] = sectors_per_cluster;
        sector[42] = 1; // 65,536 sectors.
        sector[48] = 4;
        sector[56] = 2;
        sector[64] = record as u8;
        sector
    }

    #[track_caller]
    fn check(sectors_per_cluster: u8, record: i8, expected: Option<(u64, usize)>) {
        let boot = NtfsBoot::parse(&sector(sectors_per_cluster, record));
        assert_eq!(boot.map(|boot| (boot.cluster_len, boot.record_len)), expected);
    }

    #[test]
    fn sizes_are_counts_or_negative_exponents() {
        check(8, -10, Some((4096, 1024)));
        check(1, 2, Some((512, 1024)));
        check(128, -12, Some((65_536, 4096)));
        check(0xf8, -10, Some((131_072, 1024)));
    }

    #[test]
    fn what_cannot_be_is_no_boot_sector() {
        check(0, -10, None);
        check(3, -10, None);
        check(0x81, -10, None);
        check(8, 0, None);
        check(8, -31, None);
        check(8, i8::MIN, None);
        let mut beyond = sector(8, -10);
        beyond[50] = 1;
        assert_eq!(NtfsBoot::parse(&beyond), None);
        let mut fat = sector(8, -10);
        fat[16] = 2;
        assert_eq!(NtfsBoot::parse(&fat), None);
    }
}
