//! The clusters of one volume: who owns which.

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use crate::model::SpanSet;
use crate::volumes::filesystem::fat_family::clusters::{
    ClusterHeap, ClusterRun, ClusterSet, FIRST,
};
use crate::volumes::filesystem::fat_family::file_record::{FileAllocation, FileRecord};
use crate::volumes::filesystem::fat_family::geometry::VolumeGeometry;
use crate::volumes::filesystem::fat_family::locations::LocationBudget;
use crate::volumes::filesystem::fat_family::table::{AllocationTable, Chain, ChainEnd};
use crate::volumes::filesystem::location::Location;

/// Where clusters lie and what they are used for.
pub(crate) struct ClusterSpace<'b> {
    /// The source.
    pub bytes: &'b dyn Bytes,
    /// Where the volume lies in it.
    pub span: Span,
    /// Where its clusters lie.
    pub heap: ClusterHeap,
    /// Which follows which.
    pub table: AllocationTable<'b>,
    /// Those that live files and directories own, and those that cannot be used.
    pub owned: ClusterSet,
    /// Those of them in which nothing of their files was written.
    idle: ClusterSet,
    /// What is wrong with the volume.
    pub faults: VolumeFaults,
}

impl<'b> ClusterSpace<'b> {
    /// The clusters of a volume that begins at `at` and has `room` bytes at most; nobody owns any yet.
    pub fn new(bytes: &'b dyn Bytes, geometry: &VolumeGeometry, at: u64, room: u64) -> Self {
        let len = geometry.len.min(room).min(bytes.len().saturating_sub(at));
        let span = Span { at, len };
        let heap = geometry.heap(at, span.end());
        let table = AllocationTable::new(bytes, geometry, at, heap.limit());
        let (owned, idle) = (ClusterSet::new(heap.limit()), ClusterSet::new(heap.limit()));
        ClusterSpace { bytes, span, heap, table, owned, idle, faults: VolumeFaults::default() }
    }

    /// The clusters of a live file or directory, which owns them from now on.
    pub fn claim(&mut self, record: &FileRecord) -> Chain {
        let needed = self.heap.needed(record.size);
        let mut chain = match record.allocation {
            FileAllocation::Nothing => return Chain::default(),
            FileAllocation::Chained => self.table.claim(record.cluster, &mut self.owned),
            FileAllocation::Contiguous => self.claim_run(record.cluster, needed),
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
        if record.size == 0 || record.allocation == FileAllocation::Nothing {
            return Vec::new();
        }
        // A run is recorded whole, whoever else claims clusters of it.
        let is_whole = record.allocation == FileAllocation::Contiguous
            || chain.len >= self.heap.needed(record.size);
        if chain.end == ChainEnd::Proper {
            self.rest(&chain, record.written);
        }
        let runs = budget.runs(self.heap.runs(&chain.runs, record.recorded_len()));
        let is_recorded = is_whole && runs.is_some();
        let mut locations = Vec::from_iter(runs);
        if !is_recorded {
            locations.extend(self.heap.offset(record.cluster).map(Location::Start));
        }
        locations
    }

    /// Notes the clusters of a live file after those that hold its `written` bytes.
    fn rest(&mut self, chain: &Chain, written: u64) {
        let mut held = self.heap.needed(written);
        for run in &chain.runs {
            let own = held.min(run.count.into()) as u32;
            held -= u64::from(own);
            for cluster in own..run.count {
                self.idle.add(run.first.saturating_add(cluster));
            }
        }
    }

    /// The clusters that hold nothing of live files and directories: what is allocated to a file beyond its
    /// bytes is one of them.
    pub fn free(&self) -> SpanSet {
        self.heap.free(|cluster| self.owned.has(cluster) && !self.idle.has(cluster))
    }

    /// Where a deleted file may lie, once it is known what live files own.
    pub fn deleted_locations(
        &mut self,
        record: &FileRecord,
        budget: &mut LocationBudget,
    ) -> Vec<Location> {
        let needed = self.heap.needed(record.size);
        let chain = match record.allocation {
            FileAllocation::Chained => self.table.surviving(record.cluster, needed, &self.owned),
            FileAllocation::Contiguous | FileAllocation::Nothing => None,
        };
        let is_free = |at| {
            self.heap
                .number(at)
                .is_none_or(|cluster| !self.owned.has(cluster) || self.idle.has(cluster))
        };
        budget.deleted(&self.heap, record, chain, is_free)
    }
}

/// Of so many chains or clusters one may be wrong before the allocation is not believed.
pub(crate) const TRUSTED: u64 = 8;

/// What was met in a volume that should not be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct VolumeFaults {
    /// Whether the root directory is not there.
    pub is_rootless: bool,
    /// Live files and directories whose clusters were followed.
    pub followed: u64,
    /// Those whose clusters do not reach as far as they should.
    pub broken: u64,
    /// Those whose clusters have another owner.
    pub crossed: u64,
    /// Entries in use that contradict themselves.
    pub invalid: u64,
}

impl VolumeFaults {
    /// Counts how the clusters of a file end.
    pub fn count(&mut self, end: ChainEnd) {
        self.followed += 1;
        match end {
            ChainEnd::Proper => {}
            ChainEnd::Broken => self.broken += 1,
            ChainEnd::Crossed => self.crossed += 1,
        }
    }

    /// Whether they are few enough to believe what the volume says of free clusters.
    pub fn are_few(&self) -> bool {
        !self.is_rootless && (self.broken + self.crossed) * TRUSTED <= self.followed
    }
}

/// A clause, where something is wrong.
pub(crate) fn said(is_wrong: bool, clause: &str) -> Option<String> {
    is_wrong.then(|| clause.to_owned())
}

/// A clause that begins with a number, unless that is zero.
pub(crate) fn counted(count: u64, clause: &str) -> Option<String> {
    said(count > 0, &format!("{count} {clause}"))
}
