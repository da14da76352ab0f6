//! Why a list of digests cannot be used.

use std::path::PathBuf;

/// Why a list of digests cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("cannot use the list {}: {why}", path.display())]
pub struct ListFailure {
    /// The list.
    pub path: PathBuf,
    /// What is wrong with it, in one clause.
    pub why: String,
}
