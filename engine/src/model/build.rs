//! Records for tests, built from what a test is about.

use afterimage_signatures::Runs;

use super::{Grade, Record};

/// A carved file of `len` bytes at `offset`, whole by its structure.
pub(crate) fn record(offset: u64, len: u64) -> Record {
    Record { grade: Grade::Structural, ..Record::new(0, 0, Runs::whole(offset, len)) }
}
