//! In what order files are settled: the surest first, for what they occupy makes room for the rest.

use afterimage_signatures::verdict::Continuity;

use super::layouts::Basis;
use crate::model::Grade;

/// What counts as found; later ones take what the ones before them left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Confidence {
    /// Files that prove themselves, whose pieces join in what a check covers.
    Proven,
    /// Files that prove themselves, whose pieces may join in what no check covers.
    Joined,
    /// Files that no check covers, where they can hardly lie in another way.
    Likely,
    /// Files that no check covers.
    Possible,
}

impl Confidence {
    /// All of them, in order.
    pub(super) const ALL: [Confidence; 4] =
        [Confidence::Proven, Confidence::Joined, Confidence::Likely, Confidence::Possible];

    /// The grade that files need.
    pub(super) fn least(self) -> Grade {
        match self {
            Confidence::Proven | Confidence::Joined => Grade::Verified,
            Confidence::Likely | Confidence::Possible => Grade::Structural,
        }
    }

    /// How the picture of a file that its format looks for must go on in another cluster than the next: what is
    /// tried first, and what then.
    pub(super) fn continuity(self) -> &'static [Continuity] {
        match self {
            Confidence::Proven => &[Continuity::Sound],
            _ => &[Continuity::Sound, Continuity::Unproven, Continuity::Broken],
        }
    }

    /// Whether a layout counts that is known in that way.
    pub(super) fn counts(self, basis: Basis) -> bool {
        match self {
            Confidence::Proven | Confidence::Joined => true,
            Confidence::Likely => basis <= Basis::Filled,
            Confidence::Possible => basis != Basis::Contested,
        }
    }
}
