//! The allocation table of FAT and exFAT: which cluster follows which.

pub(crate) mod layout;
pub(crate) mod pages;

use afterimage_signatures::Bytes;

use crate::volumes::filesystem::fat_family::cluster_set::ClusterSet;
use crate::volumes::filesystem::fat_family::clusters::{ClusterRun, FIRST, extend};
use layout::{NextCluster, TableLayout};
use pages::{MOST_COPIES, TablePages};

/// How many times the table's length the chains of deleted files may be followed, all together.
const MOST_STEPS: u64 = 8;

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
#[derive(Clone, Debug, PartialEq, Eq)]
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
    layout: TableLayout,
    pages: TablePages<'b>,
    /// How many more clusters of deleted files are looked up.
    steps: u64,
}

impl<'b> AllocationTable<'b> {
    /// The table that lies so; a copy that does not begin as a table counts less than one that does.
    pub fn new(bytes: &'b dyn Bytes, mut layout: TableLayout) -> Self {
        layout.copies.truncate(MOST_COPIES);
        let pages = TablePages::new(bytes, layout.len);
        let steps = u64::from(layout.limit).saturating_mul(MOST_STEPS);
        let mut table = AllocationTable { layout, pages, steps };
        if !table.is_sound(0) && table.is_sound(1) {
            table.layout.copies.swap(0, 1);
        }
        table
    }

    /// Whether a copy begins with the kind of medium, as every table does.
    fn is_sound(&mut self, copy: usize) -> bool {
        let wanted = self.layout.width.ones() & (0xffff_ff00 | u32::from(self.layout.media));
        copy < self.layout.copies.len() && self.entry(copy, 0) == wanted
    }

    /// Reads all copies once, in order. Clusters that cannot be used are added to `bad`.
    pub fn summary(&mut self, bad: &mut ClusterSet) -> TableSummary {
        let sound = (0..self.layout.copies.len()).filter(|&copy| self.is_sound(copy)).count();
        let mut summary = TableSummary { used: 0, differ: false, sound };
        for cluster in FIRST..self.layout.limit {
            let raw = self.entry(0, cluster);
            summary.differ |= self.layout.copies.len() > 1 && raw != self.entry(1, cluster);
            match self.layout.meaning(raw) {
                NextCluster::Bad => drop(bad.add(cluster)),
                NextCluster::Is(_) | NextCluster::End => summary.used += 1,
                NextCluster::Free | NextCluster::Invalid => {}
            }
        }
        summary
    }

    /// What follows the cluster; where the better copy does not say, the other is asked.
    fn next(&mut self, cluster: u32) -> NextCluster {
        let mut next = NextCluster::Invalid;
        for copy in 0..self.layout.copies.len() {
            let raw = self.entry(copy, cluster);
            match self.layout.meaning(raw) {
                said @ (NextCluster::Is(_) | NextCluster::End) => return said,
                said if copy == 0 => next = said,
                _ => {}
            }
        }
        next
    }

    /// The chain from `first` on, as far as `owned` has none of it; it is added there.
    pub fn claim(&mut self, first: u32, owned: &mut ClusterSet) -> Chain {
        let mut chain = Chain { end: ChainEnd::Broken, ..Chain::default() };
        let mut cluster = first;
        while (FIRST..self.layout.limit).contains(&cluster) {
            if owned.has(cluster) {
                chain.end = ChainEnd::Crossed;
                break;
            }
            let next = self.next(cluster);
            if next == NextCluster::Bad {
                break;
            }
            owned.add(cluster);
            extend(&mut chain.runs, cluster);
            chain.len += 1;
            match next {
                NextCluster::Is(next) => cluster = next,
                NextCluster::End => {
                    chain.end = ChainEnd::Proper;
                    break;
                }
                _ => break,
            }
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
        let (mut runs, mut cluster) = (Vec::new(), first);
        for left in (0..len).rev() {
            self.steps = self.steps.checked_sub(1)?;
            if !(FIRST..self.layout.limit).contains(&cluster) || owned.has(cluster) {
                return None;
            }
            extend(&mut runs, cluster);
            match self.next(cluster) {
                NextCluster::Is(next) if left > 0 => cluster = next,
                NextCluster::End if left == 0 => return Some(runs),
                _ => return None,
            }
        }
        None
    }

    fn entry(&mut self, copy: usize, cluster: u32) -> u32 {
        self.pages.entry(&self.layout, copy, cluster)
    }
}
