//! The output folder of a run that is over.

use std::fs;
use std::path::Path;

use crate::control::error::Error;
use crate::system::folder::{Folder, Owner};

/// The output folder at `path`, which has to be there; what is written to it belongs to `owner`.
///
/// # Errors
///
/// When it cannot be opened.
pub(super) fn open_output(path: &Path, owner: Owner) -> Result<Folder, Error> {
    let resolved = fs::canonicalize(path);
    let opened = resolved.and_then(|resolved| Folder::open(&resolved, owner, Vec::new()));
    opened.map_err(|error| Error::output("open the folder", path, error))
}
