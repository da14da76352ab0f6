//! Former reports: what was written then is there.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use crate::control::error::Error;
use crate::model::{DigestKind, KnownDigest};
use crate::options::KnownList;
use crate::output::report::{
    BATCH_SCHEMA, BatchReport, ReportDisposition, ReportFile, ReportReader, SCHEMA, schema_of,
};
use crate::output::safe_path;

/// The longest report of a batch that is read, in bytes.
const LONGEST_BATCH: u64 = 1 << 30;

/// Adds what was written of the report at `path`, and what was known then; gives false where it is none of this program.
///
/// # Errors
///
/// When it cannot be read to its end, in one clause.
pub(super) fn add_report(list: &mut KnownList, path: &Path) -> Result<bool, String> {
    let Ok(file) = File::open(path) else { return Ok(false) };
    match schema_of(BufReader::new(&file)).as_deref() {
        Some(SCHEMA) => add_one(list, path).map(|()| true),
        Some(BATCH_SCHEMA) => add_batch(list, path).map(|()| true),
        _ => Ok(false),
    }
}

fn add_one(list: &mut KnownList, path: &Path) -> Result<(), String> {
    let said = |error: Error| error.with_cause();
    let file = File::open(path).map_err(|error| error.to_string())?;
    let mut report = ReportReader::of(path.to_path_buf(), file).map_err(said)?;
    let add = |file: ReportFile| {
        let is_there = file.path.is_some() || file.disposition == ReportDisposition::Known;
        if let Some(digest) =
            KnownDigest::parse(DigestKind::Blake3, &file.blake3).filter(|_| is_there)
        {
            list.add(&digest, file.id);
        }
        Ok(())
    };
    report.files(add).map_err(said)
}

/// Adds all images of a batch.
///
/// # Errors
///
/// When the report of one is not where that of the batch says, or cannot be read: what lies there is not known then.
fn add_batch(list: &mut KnownList, path: &Path) -> Result<(), String> {
    let file = File::open(path).map_err(|error| error.to_string())?.take(LONGEST_BATCH);
    let report: BatchReport =
        serde_json::from_reader(BufReader::new(file)).map_err(|error| error.to_string())?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let own = report.images.iter().filter_map(|image| safe_path(image.report.as_deref()?));
    own.map(|own| folder.join(own)).try_for_each(|own| add_one(list, &own))
}
