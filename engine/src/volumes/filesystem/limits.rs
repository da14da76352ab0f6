//! How much is kept of one volume and of one file: a hostile volume may claim anything.

/// Entries of one volume that are kept; a real one has fewer, a hostile one may claim more.
pub const MOST_ENTRIES: usize = 4 << 20;

/// Runs of one file that are followed.
pub const MOST_RUNS: usize = 1 << 16;

/// Folders inside folders that are followed.
pub const MOST_DEPTH: usize = 128;
