//! Records for tests, built from what a test is about.

use afterimage_signatures::Runs;

use super::{End, FileSystemFacts, Grade, Origin, Record, Status};

/// A carved file of `len` bytes at `offset`, whole by its structure.
pub(crate) fn record(offset: u64, len: u64) -> Record {
    Record {
        source: 0,
        format: 0,
        origin: Origin::Carved,
        status: Status::Unknown,
        mime: "".into(),
        extension: "".into(),
        runs: Runs::whole(offset, len),
        fill: Vec::new(),
        end: End::Exact,
        grade: Grade::Structural,
        proof: "".into(),
        unchecked: Vec::new(),
        kept: None,
        share: None,
        issues: Vec::new(),
        pixels: None,
        exif: None,
        content_identifier: None,
        enclosure: None,
        kinship: None,
        facts: FileSystemFacts::default(),
        digests: None,
    }
}
