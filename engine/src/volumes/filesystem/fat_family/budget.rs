//! How much may be said of one volume: a hostile one claims without end.

use crate::volumes::filesystem::fat_family::clusters::{Clusters, Stretch};
use crate::volumes::filesystem::{Location, MOST_RUNS};

/// Runs of all files of a volume together.
const MOST_ALL_RUNS: usize = 1 << 22;

/// Places that are given beyond the first one of each file, of all files together.
const MOST_MORE_PLACES: usize = 1 << 20;

/// What is left of what may be said.
#[derive(Clone, Copy, Debug)]
pub struct Budget {
    runs: usize,
    locations: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Budget { runs: MOST_ALL_RUNS, locations: MOST_MORE_PLACES }
    }
}

impl Budget {
    /// The first `len` bytes of a file as a place, unless it lies in too many runs.
    pub fn runs(
        &mut self,
        clusters: &Clusters,
        stretches: &[Stretch],
        len: u64,
    ) -> Option<Location> {
        let runs = clusters.runs(stretches, len);
        let fits = !runs.is_empty() && runs.len() <= MOST_RUNS && runs.len() <= self.runs;
        fits.then(|| {
            self.runs -= runs.len();
            Location::Runs(runs)
        })
    }

    /// Whether one more place may be given.
    pub fn more(&mut self) -> bool {
        let left = self.locations > 0;
        self.locations = self.locations.saturating_sub(1);
        left
    }
}
