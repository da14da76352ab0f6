//! What was found at one candidate.

use crate::model::Record;

/// A file and, when another file's structure points at it, which.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The file.
    pub record: Record,
    /// Position of the parent among the files of the same candidate. The first of them has none.
    pub parent: Option<usize>,
}
