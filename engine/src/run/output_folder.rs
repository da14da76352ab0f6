//! The output folder of a run that is over.

use std::fs;
use std::path::{Path, PathBuf};

use crate::control::error::Error;
use crate::output::destination;
use crate::system::folder::{Folder, Owner};

/// The output folder at `path`, which has to be there, for reading.
///
/// # Errors
///
/// When it cannot be opened.
pub(super) fn open_output(path: &Path) -> Result<Folder, Error> {
    let resolved = fs::canonicalize(path);
    let opened =
        resolved.and_then(|resolved| Folder::open(&resolved, Owner::default(), Vec::new()));
    opened.map_err(|error| Error::output("open the folder", path, error))
}

/// The same, to write files of ours into it: `known` are the sources of its report, by where they were, and `given`
/// those that are named now.
///
/// # Errors
///
/// When it cannot be opened, and when writing there could change a source.
pub(super) fn open_for_writing(
    path: &Path,
    known: Vec<PathBuf>,
    given: &[PathBuf],
) -> Result<Folder, Error> {
    destination::open_existing(path, &[known.as_slice(), given].concat())
}
