//! How much may be said of the files of one volume: a hostile one claims without end.

use afterimage_signatures::Run;

use crate::volumes::filesystem::limits::MOST_RUNS;
use crate::volumes::filesystem::location::Location;

/// Runs of all files of a volume together.
const MOST_ALL_RUNS: usize = 1 << 22;

/// Locations that are given beyond the first one of each file, of all files together.
const MOST_MORE_LOCATIONS: usize = 1 << 20;

/// What is left of what may be said.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LocationBudget {
    runs: usize,
    locations: usize,
}

impl Default for LocationBudget {
    fn default() -> Self {
        LocationBudget { runs: MOST_ALL_RUNS, locations: MOST_MORE_LOCATIONS }
    }
}

impl LocationBudget {
    /// A file's runs as its location, unless there are none or too many.
    pub fn runs(&mut self, runs: Vec<Run>) -> Option<Location> {
        let fits = !runs.is_empty() && runs.len() <= MOST_RUNS && runs.len() <= self.runs;
        if !fits {
            return None;
        }
        self.runs -= runs.len();
        Some(Location::Runs(runs))
    }

    /// Whether one more location may be given.
    pub fn more(&mut self) -> bool {
        let left = self.locations > 0;
        self.locations = self.locations.saturating_sub(1);
        left
    }
}
