//! The name that a file would get if it were the only one.

use super::naming::{self, NamingFacts, OutputFolder};
use crate::model::{Grade, Record};

/// The path of a file below the output folder; `is_inner` tells whether it lies in another file.
pub(super) fn proposed(record: &Record, is_inner: bool) -> String {
    let exif = record.exif.as_ref();
    let listed = record.listed.as_ref().and_then(|listed| listed.date);
    let listed = listed.map(|moment| moment.read_in(None).civil.to_string());
    let folder = match record.grade {
        _ if is_inner => OutputFolder::Embedded,
        Grade::Verified | Grade::Structural | Grade::Repaired => OutputFolder::Photos,
        Grade::Partial | Grade::Damaged => OutputFolder::Partial,
    };
    naming::path(&NamingFacts {
        folder,
        original: record.facts.path.as_deref(),
        taken: exif.and_then(|exif| exif.taken.as_deref()).or(listed.as_deref()),
        make: exif.and_then(|exif| exif.make.as_deref()),
        model: exif.and_then(|exif| exif.model.as_deref()),
        offset: record.offset(),
        extension: &record.extension,
    })
}
