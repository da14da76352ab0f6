//! Content by hash, written while the scan runs and renamed when names are known.

use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use afterimage_signatures::Bytes;

use crate::content::Content;
use crate::error::Error;

/// A folder of files that are named by the BLAKE3 of their bytes.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
}

impl Store {
    /// A new store in `folder`, which is made.
    ///
    /// # Errors
    ///
    /// When the folder cannot be made.
    pub fn create(folder: PathBuf) -> Result<Self, Error> {
        fs::create_dir_all(&folder).map_err(|error| Error::output("make", &folder, error))?;
        Ok(Store { folder })
    }

    /// Where content of that hash lies, or will.
    pub fn path(&self, hash: &blake3::Hash) -> PathBuf {
        self.folder.join(hash.to_hex().as_str())
    }

    /// Keeps `content`, whose hash is given, unless it is kept already.
    ///
    /// # Errors
    ///
    /// When the disk is full or fails; what was written of this file is removed.
    pub fn keep(
        &self,
        hash: &blake3::Hash,
        source: &dyn Bytes,
        content: &Content<'_>,
    ) -> Result<(), Error> {
        let path = self.path(hash);
        let mut file = match File::options().write(true).create_new(true).open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(()),
            Err(error) => return Err(Error::output("make", &path, error)),
        };
        // Copied first: a page of a mapped image that vanished is a page of zeros to us, and an
        // error to the kernel if it were to read it.
        let mut piece = Vec::new();
        let written = content.each(source, |bytes| {
            piece.clear();
            piece.extend_from_slice(bytes);
            file.write_all(&piece)
        });
        written.map_err(|error| {
            drop(fs::remove_file(&path));
            Error::output("write", &path, error)
        })
    }

    /// Removes what is left, which nobody claimed.
    pub fn clear(&self) {
        // A leftover is untidy, not wrong: the report lists what counts.
        drop(fs::remove_dir_all(&self.folder));
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}
