//! What was found at one candidate.

use afterimage_signatures::verdict::Joints;

use crate::model::Record;

/// A file and, when another file's structure points at it, which.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// The file.
    pub record: Record,
    /// How far the runs that it lies in are proven to belong together.
    pub joints: Joints,
    /// Position of the parent among the files of the same candidate. The first of them has none.
    pub parent: Option<usize>,
}
