//! In what order files are settled: the surest first, for what they take makes room for the rest.

use crate::output::report::Grade;
use crate::restore::layouts::Basis;

/// What counts as found; later stages take what the ones before them left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// Files that prove themselves, whose pieces join in what a check covers.
    Proven,
    /// Files that prove themselves, whose pieces may join in what no check covers.
    Joined,
    /// Files that no check covers, where they can hardly lie in another way.
    Likely,
    /// Files that no check covers.
    Believed,
}

impl Stage {
    /// All of them, in order.
    pub(super) const ALL: [Stage; 4] =
        [Stage::Proven, Stage::Joined, Stage::Likely, Stage::Believed];

    /// The grade that files need.
    pub(super) fn least(self) -> Grade {
        match self {
            Stage::Proven | Stage::Joined => Grade::Verified,
            Stage::Likely | Stage::Believed => Grade::Structural,
        }
    }

    /// Whether a layout counts that is known in that way.
    pub(super) fn counts(self, basis: Basis) -> bool {
        match self {
            Stage::Proven | Stage::Joined => true,
            Stage::Likely => basis <= Basis::Filled,
            Stage::Believed => basis != Basis::Contested,
        }
    }
}
