//! Where files may lie, as it is told of all file systems.

use afterimage_signatures::verdict::Span;

use crate::volumes::filesystem::fat_family::clusters::{ClusterHeap, ClusterRun};
use crate::volumes::filesystem::fat_family::file_record::{FileAllocation, FileRecord};
use crate::volumes::filesystem::limits::MOST_RUNS;
use crate::volumes::filesystem::location::Location;

/// Runs of all files of a volume together.
const MOST_ALL_RUNS: usize = 1 << 22;

/// Locations that are given beyond the first one of each file, of all files together.
const MOST_MORE_LOCATIONS: usize = 1 << 20;

/// How much more may be said of the files of one volume: a hostile one claims without end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LocationBudget {
    runs: usize,
    more: usize,
}

impl Default for LocationBudget {
    fn default() -> Self {
        LocationBudget { runs: MOST_ALL_RUNS, more: MOST_MORE_LOCATIONS }
    }
}

impl LocationBudget {
    /// A file's runs as its location, unless there are none or too many.
    pub fn runs(&mut self, runs: Vec<Span>) -> Option<Location> {
        if runs.is_empty() || runs.len() > MOST_RUNS.min(self.runs) {
            return None;
        }
        self.runs -= runs.len();
        Some(Location::Runs(runs))
    }

    /// Where a file may lie that owns no clusters any more. `chain` are those that the table still has
    /// for it. Starts in clusters that live files have taken since come last.
    pub fn deleted(
        &mut self,
        heap: &ClusterHeap,
        record: &FileRecord,
        chain: Option<Vec<ClusterRun>>,
        is_free: impl Fn(u64) -> bool,
    ) -> Vec<Location> {
        let is_contiguous = record.allocation == FileAllocation::Contiguous;
        let recorded = match record.allocation {
            _ if record.size == 0 => return Vec::new(),
            FileAllocation::Nothing => return Vec::new(),
            FileAllocation::Chained => chain,
            FileAllocation::Contiguous => Some(vec![record.contiguous(heap)]),
        };
        let runs = recorded.and_then(|runs| self.runs(heap.runs(&runs, record.recorded_len())));
        let is_recorded = is_contiguous && runs.is_some();
        let (mut locations, mut taken) = (Vec::from_iter(runs), None);
        if is_recorded {
            return locations;
        }
        for cluster in record.first_clusters() {
            let Some(at) = heap.offset(cluster) else { continue };
            let (is_first, is_free) = (cluster == record.cluster, is_free(at));
            if is_first && !is_free {
                taken = Some(Location::Start(at));
            } else if is_first || is_free && self.has_more() {
                locations.push(Location::Start(at));
            }
        }
        locations.extend(taken);
        locations
    }

    /// Whether one more location may be given.
    fn has_more(&mut self) -> bool {
        let has_more = self.more > 0;
        self.more = self.more.saturating_sub(1);
        has_more
    }
}
