//! A file that is a part of an image, and not its first one.

use std::path::{Path, PathBuf};

use crate::source::address::is_address;

/// A part of an image that is not its first one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaterPart {
    /// Where the first part lies, or would lie.
    pub first: PathBuf,
    /// Its number, from 1.
    pub number: u32,
    /// The first one of the parts before it that is not there.
    pub missing: Option<PathBuf>,
}

impl LaterPart {
    /// The part of that number; `before` are those before it.
    pub(super) fn new(
        first: PathBuf,
        number: u32,
        mut before: impl Iterator<Item = PathBuf>,
    ) -> Self {
        let missing = before.find(|part| !is_address(part) && !part.is_file());
        LaterPart { first, number, missing }
    }

    /// Which part it is, and which one is missing before it, as after "it is"; nothing where none is.
    pub(super) fn without_others(&self, of: &str) -> Option<String> {
        let (number, missing) = (self.number, self.missing.as_deref()?);
        let name = name(missing);
        Some(match missing == self.first {
            true => format!("part {number} of {of} whose first part, {name}, is missing"),
            false => format!("part {number} of {of} whose part {name} is missing"),
        })
    }
}

/// The name of a file, to be shown.
pub(super) fn name(path: &Path) -> std::path::Display<'_> {
    Path::new(path.file_name().unwrap_or_default()).display()
}
