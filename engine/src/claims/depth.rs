//! How deep files inside files are followed.

/// Files inside files inside files are followed so deep; what lies deeper is theirs.
pub const MOST_OPEN: usize = 8;
