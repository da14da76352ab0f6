//! The names of files beside an image.

use std::path::{Path, PathBuf};

/// The path with something added to its last name.
pub(super) fn suffixed(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
