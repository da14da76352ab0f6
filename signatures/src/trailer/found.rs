//! What is found of a trailer.

use crate::verdict::Child;

/// A trailer that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trailer {
    /// The first byte after it.
    pub end: u64,
    /// Pictures and videos in it.
    pub children: Vec<Child>,
}

impl Trailer {
    /// A trailer with nothing to see in it.
    pub fn plain(end: u64) -> Self {
        Trailer { end, children: Vec::new() }
    }
}
