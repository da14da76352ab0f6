//! Where the bytes of a file may lie.

use afterimage_signatures::verdict::Span;

/// Where the bytes of a file may lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// In these runs, as they are recorded: a chain, a run list, extents. Together they hold the file,
    /// with slack after it, or as much of it as is recorded.
    Runs(Vec<Span>),
    /// From there on: in one run, or in clusters that were free.
    Start(u64),
}
