//! The boot sector of an exFAT volume: where its parts lie.

use crate::volumes::filesystem::SECTOR;
use crate::volumes::filesystem::fat_family::clusters::{Clusters, FIRST};
use crate::volumes::filesystem::fat_family::table::{Layout, Width};

/// Sectors from the boot sector to its copy.
pub const COPY: u64 = 12;

/// Highest number of clusters that the specification allows.
const MOST_CLUSTERS: u32 = 0xffff_fff5;

/// Highest power of two that a cluster may be long: 32 MiB.
const LONGEST_CLUSTER: u8 = 25;

/// What a boot sector says; lengths and offsets in bytes, offsets from the start of the volume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Boot {
    /// Length of a sector.
    pub sector_len: u64,
    /// Length of the volume.
    pub len: u64,
    /// Where the first table lies.
    pub table_at: u64,
    /// Length of a table.
    pub table_len: u64,
    /// Number of tables.
    pub tables: u8,
    /// Whether the second table and the second bitmap are the ones that count.
    pub second: bool,
    /// Where the first cluster lies.
    pub clusters_at: u64,
    /// Number of clusters.
    pub clusters: u32,
    /// Length of a cluster.
    pub cluster_len: u64,
    /// First cluster of the root directory.
    pub root: u32,
}

impl Boot {
    /// The boot sector, if all of it can be true.
    ///
    /// Where the partition begins is not asked: drivers write zero there.
    ///
    /// Source: "exFAT file system specification", 3.1.
    pub fn parse(sector: &[u8; SECTOR]) -> Option<Boot> {
        if &sector[3..11] != b"EXFAT   " || sector[510..] != [0x55, 0xaa] {
            return None;
        }
        // Where FAT has its fields there must be zeros.
        let distinct = sector[11..64].iter().all(|&byte| byte == 0);
        let (sector_bits, cluster_bits) = (sector[108], sector[109]);
        let shifts = (9..=12).contains(&sector_bits)
            && cluster_bits <= LONGEST_CLUSTER.saturating_sub(sector_bits);
        let tables = sector[110];
        if !distinct || !shifts || !(1..=2).contains(&tables) {
            return None;
        }
        let number =
            |at: usize| u32::from_le_bytes(sector[at..at + 4].try_into().unwrap_or_default());
        let total = u64::from_le_bytes(sector[72..80].try_into().unwrap_or_default());
        let in_bytes = |sectors: u64| sectors.checked_mul(1 << sector_bits);
        let boot = Boot {
            sector_len: 1 << sector_bits,
            len: in_bytes(total)?,
            table_at: in_bytes(number(80).into())?,
            table_len: in_bytes(number(84).into())?,
            tables,
            second: sector[106] & 1 != 0 && tables == 2,
            clusters_at: in_bytes(number(88).into())?,
            clusters: number(92),
            cluster_len: 1 << (sector_bits + cluster_bits),
            root: number(96),
        };
        boot.holds_together().then_some(boot)
    }

    fn holds_together(&self) -> bool {
        let held = u64::from(self.clusters) + u64::from(FIRST);
        let end = u64::from(self.clusters).checked_mul(self.cluster_len);
        self.table_at >= 24 * self.sector_len
            && self.clusters_at >= self.table_at + self.table_len * u64::from(self.tables)
            && self.table_len / 4 >= held
            && (1..=MOST_CLUSTERS).contains(&self.clusters)
            && end
                .and_then(|len| len.checked_add(self.clusters_at))
                .is_some_and(|end| end <= self.len)
            && self.root >= FIRST
            && u64::from(self.root) < held
    }

    /// Where the clusters lie when the volume begins at `at` and what is there ends at `end`.
    pub fn clusters(&self, at: u64, end: u64) -> Clusters {
        let at = at.saturating_add(self.clusters_at);
        Clusters::new(at, self.cluster_len, self.clusters, end)
    }

    /// Where the table lies when the volume begins at `at`, and the clusters so. A second one belongs to a state of the
    /// volume of its own: it is no copy.
    pub fn layout(&self, at: u64, clusters: &Clusters) -> Layout {
        let number = u64::from(self.second);
        let table = at.saturating_add(self.table_at).saturating_add(number * self.table_len);
        Layout {
            width: Width::ThirtyTwo,
            limit: clusters.limit(),
            media: 0xf8,
            copies: vec![table],
            len: self.table_len,
        }
    }
}

/// Whether the boot region at the start of `region`, whose last sector repeats a checksum, is
/// unharmed.
///
/// Source: "exFAT file system specification", 3.4.
pub fn is_whole(region: &[u8], sector_len: usize) -> bool {
    let Some((covered, sum)) = region.split_at_checked(11 * sector_len) else { return false };
    // Flags and the percentage in use change without the sum.
    let counted = covered.iter().enumerate().filter(|(at, _)| !matches!(at, 106 | 107 | 112));
    let wanted = counted
        .fold(0u32, |sum, (_, &byte)| sum.rotate_right(1).wrapping_add(byte.into()))
        .to_le_bytes();
    sum.len() >= sector_len && sum[..sector_len].chunks_exact(4).all(|word| word == wanted)
}
