//! The allocation table of FAT and exFAT: which cluster follows which.

mod pages;

use afterimage_signatures::Bytes;

use crate::volumes::filesystem::fat_family::clusters::ClusterSet;
use crate::volumes::filesystem::fat_family::clusters::{ClusterRun, FIRST, extend};
use crate::volumes::filesystem::fat_family::geometry::{FamilyKind, VolumeGeometry};
use pages::TablePages;

/// Copies of the table that are looked at.
const MOST_COPIES: usize = 2;

/// How many times the table's length the chains of deleted files may be followed, all together.
const MOST_STEPS: u64 = 8;

/// What a table entry says of the cluster after its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NextCluster {
    /// The cluster belongs to nothing.
    Free,
    /// The next one of its chain.
    Is(u32),
    /// There is none: the chain ends.
    End,
    /// The cluster cannot be used.
    Bad,
    /// Nothing that makes sense.
    Invalid,
}

/// How a chain came to its end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ChainEnd {
    /// It ends where a chain should.
    #[default]
    Proper,
    /// It runs into clusters that are free, bad or not there, or ends before its file does.
    Broken,
    /// It runs into a cluster that has an owner.
    Crossed,
}

/// The clusters of a file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chain {
    /// In the order of the file.
    pub runs: Vec<ClusterRun>,
    /// How many clusters it owns.
    pub len: u64,
    /// How it ends.
    pub end: ChainEnd,
}

/// What a look over all copies of the table shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TableSummary {
    /// Clusters that belong to chains.
    pub used: u64,
    /// Whether the copies differ.
    pub differ: bool,
    /// Copies that begin as a table of this volume does.
    pub sound: usize,
}

/// The allocation table of one volume, read in pieces.
pub(crate) struct AllocationTable<'b> {
    kind: FamilyKind,
    media: u8,
    /// Where each copy begins in the source; the first counts.
    copies: Vec<u64>,
    /// One more than the highest number of a cluster.
    limit: u32,
    pages: TablePages<'b>,
    /// How many more clusters of deleted files are looked up.
    steps: u64,
}

impl<'b> AllocationTable<'b> {
    /// The table of the volume that begins at `at` and has the clusters before `limit`. A copy that
    /// does not begin as a table counts less than one that does.
    pub fn new(bytes: &'b dyn Bytes, geometry: &VolumeGeometry, at: u64, limit: u32) -> Self {
        let copies = geometry.tables_at.iter().take(MOST_COPIES);
        let all = geometry.table_len.saturating_mul(MOST_COPIES as u64);
        let mut table = AllocationTable {
            kind: geometry.kind,
            media: geometry.media,
            copies: copies.map(|&copy| at.saturating_add(copy)).collect(),
            limit,
            pages: TablePages::new(bytes, all),
            steps: u64::from(limit).saturating_mul(MOST_STEPS),
        };
        if !table.is_sound(0) && table.is_sound(1) {
            table.copies.swap(0, 1);
        }
        table
    }

    /// Whether a copy begins with the kind of medium, as every table does.
    fn is_sound(&mut self, copy: usize) -> bool {
        let wanted = self.kind.table_entry().1 & (0xffff_ff00 | u32::from(self.media));
        copy < self.copies.len() && self.raw(copy, 0) == wanted
    }

    /// Reads all copies once, in order. Clusters that cannot be used are added to `bad`.
    pub fn summary(&mut self, bad: &mut ClusterSet) -> TableSummary {
        let sound = (0..self.copies.len()).filter(|&copy| self.is_sound(copy)).count();
        let mut summary = TableSummary { used: 0, differ: false, sound };
        for cluster in FIRST..self.limit {
            let raw = self.raw(0, cluster);
            summary.differ |= self.copies.len() > 1 && raw != self.raw(1, cluster);
            match self.meaning(raw) {
                NextCluster::Bad => drop(bad.add(cluster)),
                NextCluster::Is(_) | NextCluster::End => summary.used += 1,
                NextCluster::Free | NextCluster::Invalid => {}
            }
        }
        summary
    }

    /// The chain from `first` on, as far as `owned` has none of it; it is added there.
    pub fn claim(&mut self, first: u32, owned: &mut ClusterSet) -> Chain {
        let mut chain = Chain { end: ChainEnd::Broken, ..Chain::default() };
        let mut next = NextCluster::Is(first);
        while let NextCluster::Is(cluster) = next
            && (FIRST..self.limit).contains(&cluster)
        {
            if owned.has(cluster) {
                chain.end = ChainEnd::Crossed;
                break;
            }
            next = self.next(cluster);
            if next == NextCluster::Bad {
                break;
            }
            owned.add(cluster);
            extend(&mut chain.runs, cluster);
            chain.len += 1;
        }
        if next == NextCluster::End {
            chain.end = ChainEnd::Proper;
        }
        chain
    }

    /// The chain from `first` on, if it is still there: exactly `len` clusters that nobody owns.
    pub fn surviving(
        &mut self,
        first: u32,
        len: u64,
        owned: &ClusterSet,
    ) -> Option<Vec<ClusterRun>> {
        let (mut runs, mut next) = (Vec::new(), NextCluster::Is(first));
        for _ in 0..len {
            let NextCluster::Is(cluster) = next else { return None };
            self.steps = self.steps.checked_sub(1)?;
            if !(FIRST..self.limit).contains(&cluster) || owned.has(cluster) {
                return None;
            }
            extend(&mut runs, cluster);
            next = self.next(cluster);
        }
        (next == NextCluster::End).then_some(runs)
    }

    /// What follows the cluster; where the better copy does not say, the other is asked.
    fn next(&mut self, cluster: u32) -> NextCluster {
        let mut next = NextCluster::Invalid;
        for copy in 0..self.copies.len() {
            let raw = self.raw(copy, cluster);
            match self.meaning(raw) {
                said @ (NextCluster::Is(_) | NextCluster::End) => return said,
                said if copy == 0 => next = said,
                _ => {}
            }
        }
        next
    }

    /// What an entry's bits mean.
    ///
    /// Source: "FAT: General Overview of On-Disk Format" 1.03, "FAT Data Structure";
    /// "exFAT file system specification", 4.1.
    fn meaning(&self, raw: u32) -> NextCluster {
        let (_, mask) = self.kind.table_entry();
        match raw {
            0 => NextCluster::Free,
            _ if (FIRST..self.limit).contains(&raw) => NextCluster::Is(raw),
            _ if raw == mask - 8 => NextCluster::Bad,
            _ if raw >= mask - 7 => NextCluster::End,
            _ => NextCluster::Invalid,
        }
    }

    /// The bits of a cluster's entry; zero when the table has been read too often.
    fn raw(&mut self, copy: usize, cluster: u32) -> u32 {
        let Some(&start) = self.copies.get(copy) else { return 0 };
        let (bits, mask) = self.kind.table_entry();
        let mut entry = [0; 4];
        let len = bits.div_ceil(8) as usize;
        let at = u64::from(cluster) * bits / 8;
        self.pages.fetch(start, at, &mut entry[..len]);
        if self.pages.is_unreadable(start, at, len)
            && let Some(&other) = self.copies.get(usize::from(copy == 0))
        {
            // What is unreadable is not free: the other copy knows.
            self.pages.fetch(other, at, &mut entry[..len]);
        }
        // Of the 12 bits of an odd cluster the first four lie in the byte before.
        let odd = u64::from(cluster) * bits % 8;
        u32::from_le_bytes(entry) >> odd & mask
    }
}
