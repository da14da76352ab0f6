//! The clusters of one volume: who owns which, and where files lie.

use afterimage_signatures::Bytes;

use crate::volumes::filesystem::fat_family::budget::LocationBudget;
use crate::volumes::filesystem::fat_family::cluster_set::ClusterSet;
use crate::volumes::filesystem::fat_family::clusters::{ClusterHeap, ClusterRun, FIRST};
use crate::volumes::filesystem::fat_family::faults::VolumeFaults;
use crate::volumes::filesystem::fat_family::file_record::{Allocation, FileRecord};
use crate::volumes::filesystem::fat_family::table::layout::TableLayout;
use crate::volumes::filesystem::fat_family::table::{AllocationTable, Chain, ChainEnd};
use crate::volumes::filesystem::location::Location;

/// Where clusters lie and what they are used for.
pub(crate) struct ClusterSpace<'b> {
    /// Where they lie.
    pub heap: ClusterHeap,
    /// Which follows which.
    pub table: AllocationTable<'b>,
    /// Those that live files and directories own, and those that cannot be used.
    pub owned: ClusterSet,
    /// What is wrong with the volume.
    pub faults: VolumeFaults,
}

impl<'b> ClusterSpace<'b> {
    /// Clusters that nobody owns yet.
    pub fn new(bytes: &'b dyn Bytes, heap: ClusterHeap, layout: TableLayout) -> Self {
        let table = AllocationTable::new(bytes, layout);
        let owned = ClusterSet::new(heap.limit());
        ClusterSpace { heap, table, owned, faults: VolumeFaults::default() }
    }

    /// The clusters of a live file or directory, which owns them from now on.
    pub fn claim(&mut self, record: &FileRecord) -> Chain {
        let needed = self.heap.needed(record.size);
        let mut chain = match record.allocation {
            Allocation::Nothing => return Chain::default(),
            Allocation::Chained => self.table.claim(record.cluster, &mut self.owned),
            Allocation::Contiguous => self.claim_run(record.cluster, needed),
        };
        if chain.end == ChainEnd::Proper && chain.len < needed {
            chain.end = ChainEnd::Broken;
        }
        self.faults.count(chain.end);
        chain
    }

    /// The clusters from `first` on, of which those before the first that has an owner are claimed.
    fn claim_run(&mut self, first: u32, needed: u64) -> Chain {
        let there = self.heap.limit().saturating_sub(first.max(FIRST));
        let count = needed.min(there.into()) as u32;
        let mut chain = Chain { runs: vec![ClusterRun { first, count }], ..Chain::default() };
        for cluster in first..first.saturating_add(count) {
            if !self.owned.add(cluster) {
                chain.end = ChainEnd::Crossed;
                break;
            }
            chain.len += 1;
        }
        chain
    }

    /// Where a live file lies; it owns these clusters from now on. Where they are not all recorded,
    /// its start is a location of its own.
    pub fn live_locations(
        &mut self,
        record: &FileRecord,
        budget: &mut LocationBudget,
    ) -> Vec<Location> {
        let chain = self.claim(record);
        if record.size == 0 || record.allocation == Allocation::Nothing {
            return Vec::new();
        }
        // A run is recorded whole, whoever else claims clusters of it.
        let is_whole = record.allocation == Allocation::Contiguous
            || chain.len >= self.heap.needed(record.size);
        let runs = budget.runs(self.heap.runs(&chain.runs, record.written));
        let is_recorded = is_whole && runs.is_some();
        let mut locations = Vec::from_iter(runs);
        if !is_recorded {
            locations.extend(self.heap.offset(record.cluster).map(Location::Start));
        }
        locations
    }

    /// Where a deleted file may lie, once it is known what live files own.
    pub fn deleted_locations(
        &mut self,
        record: &FileRecord,
        budget: &mut LocationBudget,
    ) -> Vec<Location> {
        let chain = match record.allocation {
            Allocation::Chained if record.size > 0 => {
                let needed = self.heap.needed(record.size);
                self.table.surviving(record.cluster, needed, &self.owned)
            }
            _ => None,
        };
        let heap = &self.heap;
        let is_free = |at| heap.number(at).is_none_or(|cluster| !self.owned.has(cluster));
        deleted_locations(heap, record, chain, is_free, budget)
    }
}

/// Where a file may lie that owns no clusters any more. `chain` are those that the table still has
/// for it. Starts in clusters that live files have taken since come last.
pub(crate) fn deleted_locations(
    heap: &ClusterHeap,
    record: &FileRecord,
    chain: Option<Vec<ClusterRun>>,
    is_free: impl Fn(u64) -> bool,
    budget: &mut LocationBudget,
) -> Vec<Location> {
    let recorded = match record.allocation {
        _ if record.size == 0 => return Vec::new(),
        Allocation::Nothing => return Vec::new(),
        Allocation::Chained => chain,
        Allocation::Contiguous => Some(vec![contiguous(heap, record)]),
    };
    let runs = recorded.and_then(|runs| budget.runs(heap.runs(&runs, record.written)));
    if record.allocation == Allocation::Contiguous && runs.is_some() {
        return runs.into_iter().collect();
    }
    let (mut locations, mut taken) = (Vec::from_iter(runs), None);
    for cluster in record.first_clusters() {
        let Some(at) = heap.offset(cluster) else { continue };
        match (cluster == record.cluster, is_free(at)) {
            (true, false) => taken = Some(at),
            (true, true) => locations.push(Location::Start(at)),
            (false, true) if budget.more() => locations.push(Location::Start(at)),
            _ => {}
        }
    }
    locations.extend(taken.map(Location::Start));
    locations
}

/// The clusters of a file that lies in one run, at least one.
pub(crate) fn contiguous(heap: &ClusterHeap, record: &FileRecord) -> ClusterRun {
    let count = u32::try_from(heap.needed(record.size)).unwrap_or(u32::MAX).max(1);
    ClusterRun { first: record.cluster, count }
}
