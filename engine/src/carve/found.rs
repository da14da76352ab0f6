//! What was found at one candidate.

use afterimage_signatures::verdict::{Issue, Joints, MOST_ISSUES};

use crate::model::{Grade, Record};
use crate::source::Witness;

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

/// Notes in which of the files the source was found to tell some bytes in two ways: nobody knows which of
/// them are true.
pub fn note_changes(found: &mut [Found], witness: &Witness<'_>) {
    for Found { record, .. } in found {
        if let Some(at) = witness.first_changed(&record.runs) {
            note_change(record, at);
        }
    }
}

/// Notes that the source told the byte at `at` of a file, or one near to it, in two ways.
pub fn note_change(record: &mut Record, at: u64) {
    record.grade = record.grade.min(Grade::Damaged);
    if record.issues.len() < MOST_ISSUES {
        record
            .issues
            .push(Issue::new(at, "the source answered differently when it was read again"));
    }
}
