//! Whether a card holds as much as it says: counterfeit ones answer for a size that they do not have.
//!
//! Their beginning is real. What lies beyond is the beginning once more, since the upper bits of an address are
//! dropped, or nothing: bytes of one value, noise, errors. Both show without writing a byte, as soon as the card
//! holds something: in the first case sectors at X and at X + S hold the same for every X, and in the second
//! files that a file system says are still there begin with none of their bytes beyond one place.

mod beyond;
mod block;
mod finding;
mod wraps;

use crate::source::Source;
use beyond::Files;
pub use finding::Finding;

/// What reading tells of the size of a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capacity {
    /// The size that it says it has, in bytes.
    pub claimed: u64,
    /// What was found.
    pub finding: Finding,
    /// Blocks that hold something of their own and were compared with where they would show again.
    pub compared: u64,
    /// Files that are still there by a file system, of which the first bytes were looked at.
    pub files: u64,
}

/// So many blocks of their own, or files beyond the middle, have to be looked at before no sign says something.
const LEAST: u64 = 32;

/// Looks for signs that a card does not have the size that it says. Reads some hundred megabytes at the most.
pub fn check(source: &dyn Source) -> Capacity {
    let claimed = source.len();
    let told = |finding, compared, files| Capacity { claimed, finding, compared, files };
    let wraps = wraps::look(source);
    if let Some(finding) = wraps.finding {
        return told(finding, wraps.compared, 0);
    }
    let Files { finding, looked, late } = beyond::look(source);
    let finding = match finding {
        Some(finding) => finding,
        None if wraps.compared >= LEAST || late >= LEAST => Finding::NoSign,
        None => Finding::CannotTell,
    };
    told(finding, wraps.compared, looked)
}

#[cfg(test)]
mod tests;
