//! The system that is asked about its devices.

use std::path::PathBuf;

/// What the system says of its devices, below a root that tests put elsewhere.
#[derive(Debug)]
pub(super) struct System {
    /// Where `proc` and `sys` are found.
    pub(super) root: PathBuf,
}

impl System {
    /// The system that we run on.
    pub(super) fn running() -> Self {
        System { root: PathBuf::from("/") }
    }
}
