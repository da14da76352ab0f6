//! Where a source of a report is looked for.

use std::path::{Path, PathBuf};

use crate::output::report::ReportSource;

/// Where it was, or, where nothing is there any more, what its path as it was given leads to from here.
pub(super) fn location(source: &ReportSource) -> PathBuf {
    let (recorded, given) = (source.location(), Path::new(&source.path));
    let is_there = |path: &Path| path.symlink_metadata().is_ok();
    if !is_there(&recorded) && is_there(given) { given.to_path_buf() } else { recorded }
}
