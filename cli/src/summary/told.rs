//! What a scan came to, and how it is to be told.

use afterimage_engine::options::Options;
use afterimage_engine::run::Outcome;
use afterimage_engine::words::Facts;

use crate::memory::Memory;

/// What there is to tell.
pub struct Told<'a> {
    /// What the scan came to.
    pub outcome: &'a Outcome,
    /// What was asked for.
    pub options: &'a Options,
    /// The most memory it used, where what it cost is to be told too.
    pub memory: Option<Memory>,
}

impl<'a> Told<'a> {
    /// What the report says, and what follows from it.
    pub fn facts(&self) -> Facts<'a> {
        Facts::of(&self.outcome.head)
    }
}
