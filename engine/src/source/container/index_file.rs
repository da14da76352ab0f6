//! What an index of a stream keeps besides places: a temporary file without a name, which ends with it.

use std::fs::File;
use std::io::{self, Write};

use super::refusal::Refusal;
use crate::system::offset::read_exact_at;

/// Bytes of it at the most: no index is worth more room.
const MOST: u64 = 64 << 30;

/// A file that is only written to at its end.
pub(super) struct IndexFile {
    file: File,
    len: u64,
}

impl IndexFile {
    pub(super) fn new() -> Result<Self, Refusal> {
        tempfile::tempfile().map(|file| IndexFile { file, len: 0 }).map_err(|error| no_room(&error))
    }

    /// Adds bytes: where they begin.
    pub(super) fn append(&mut self, bytes: &[u8]) -> Result<u64, Refusal> {
        let (at, len) = (self.len, self.len.saturating_add(bytes.len() as u64));
        if len > MOST {
            let (most, folder) = (MOST >> 30, folder());
            let why =
                format!("and its index takes more than {most} GiB of temporary space in {folder}");
            return Err(Refusal::new(why).passing());
        }
        self.file.write_all(bytes).map_err(|error| no_room(&error))?;
        self.len = len;
        Ok(at)
    }

    /// Fills `out` with what begins at `at`.
    pub(super) fn read(&self, at: u64, out: &mut [u8]) -> Option<()> {
        read_exact_at(&self.file, at, out).ok()
    }

    /// Bytes of it.
    pub(super) fn len(&self) -> u64 {
        self.len
    }
}

fn folder() -> String {
    std::env::temp_dir().display().to_string()
}

fn no_room(error: &io::Error) -> Refusal {
    let folder = folder();
    Refusal::with(
        format!("and there is not enough temporary space in {folder} for its index: {error}"),
        "name a folder with more room in TMPDIR (TMP on Windows), or unpack the image and scan what comes out",
    )
    .passing()
}
