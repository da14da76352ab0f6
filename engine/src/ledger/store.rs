//! Content by hash, written while the scan runs and renamed when names are known.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use afterimage_signatures::Bytes;

use super::content::Content;
use crate::error::Error;
use crate::metrics::{Metrics, Stage};
use crate::model::{Algorithm, Digests, Hasher};

/// Files that are being written are called so, and a number.
const UNFINISHED: &str = "half-";

/// A folder of files that are named by the BLAKE3 of their bytes.
#[derive(Debug)]
pub struct Store {
    folder: PathBuf,
    /// Number of the next file that is being written.
    next: AtomicU64,
}

impl Store {
    /// The store in `folder`, which is made if need be. What an earlier process left there unfinished is
    /// removed.
    ///
    /// # Errors
    ///
    /// When the folder cannot be made or read.
    pub fn open(folder: PathBuf) -> Result<Self, Error> {
        fs::create_dir_all(&folder).map_err(|error| Error::output("make", &folder, error))?;
        let listing =
            fs::read_dir(&folder).map_err(|error| Error::output("read", &folder, error))?;
        for entry in listing.flatten() {
            if entry.file_name().as_encoded_bytes().starts_with(UNFINISHED.as_bytes()) {
                let path = entry.path();
                fs::remove_file(&path).map_err(|error| Error::output("remove", &path, error))?;
            }
        }
        Ok(Store { folder, next: AtomicU64::new(0) })
    }

    /// Where content of that hash lies, or will.
    pub fn path(&self, hash: &blake3::Hash) -> PathBuf {
        self.folder.join(hash.to_hex().as_str())
    }

    /// Keeps `content` and gives its digests, both in one pass over its bytes, so that the name it
    /// gets is the hash of what was written.
    ///
    /// # Errors
    ///
    /// When the disk is full or fails; what was written of this file is removed.
    pub fn keep(
        &self,
        source: &dyn Bytes,
        content: &Content<'_>,
        algorithms: &[Algorithm],
        metrics: &Metrics,
    ) -> Result<Digests, Error> {
        let half = self.folder.join(format!("{UNFINISHED}{}", self.next.fetch_add(1, Relaxed)));
        let written = self.write(&half, source, content, algorithms, metrics).and_then(|digests| {
            // The same content may be there already, and then this changes nothing.
            let whole = self.path(&digests.blake3);
            fs::rename(&half, &whole).map_err(|error| Error::output("name", &whole, error))?;
            Ok(digests)
        });
        if written.is_err() {
            drop(fs::remove_file(&half));
        }
        written
    }

    fn write(
        &self,
        path: &Path,
        source: &dyn Bytes,
        content: &Content<'_>,
        algorithms: &[Algorithm],
        metrics: &Metrics,
    ) -> Result<Digests, Error> {
        let mut file = File::options()
            .write(true)
            .create_new(true)
            .open(path)
            .map_err(|error| Error::output("make", path, error))?;
        let mut hasher = Hasher::new(algorithms);
        // Copied first: a page of a mapped image that vanished is a page of zeros to us, and an
        // error to the kernel if it were to read it.
        let mut piece = Vec::new();
        let written = content.each(source, |bytes| {
            piece.clear();
            piece.extend_from_slice(bytes);
            let len = piece.len() as u64;
            metrics.time(Stage::Hash, len, || hasher.update(&piece));
            metrics.time(Stage::Write, len, || file.write_all(&piece))
        });
        written.map_err(|error| Error::output("write", path, error))?;
        Ok(hasher.finish())
    }

    /// Removes all that is not named by one of `hashes`, which are in order.
    pub fn keep_only(&self, hashes: &[[u8; 32]]) {
        for entry in fs::read_dir(&self.folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let hash = name.to_str().and_then(|name| blake3::Hash::from_hex(name).ok());
            if hash.is_none_or(|hash| hashes.binary_search(hash.as_bytes()).is_err()) {
                // A leftover costs room, nothing else.
                drop(fs::remove_file(entry.path()));
            }
        }
    }

    /// Removes the store if nothing is left in it, and says whether that is so.
    pub fn close(&self) -> bool {
        fs::remove_dir(&self.folder).is_ok()
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::build::record;

    #[test]
    fn what_an_earlier_process_left_unfinished_is_removed_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store");
        let keep = |store: &Store, len| {
            let (file, bytes) = (record(0, len), vec![7; 100]);
            let content = Content::of(&file);
            store.keep(&bytes.as_slice(), &content, &[], &Metrics::default()).unwrap()
        };
        let kept = keep(&Store::open(path.clone()).unwrap(), 100);
        fs::write(path.join("half-0"), b"cut off").unwrap();
        let store = Store::open(path.clone()).unwrap();
        assert!(!path.join("half-0").exists() && store.path(&kept.blake3).exists());
        let other = keep(&store, 50);
        store.keep_only(&[*other.blake3.as_bytes()]);
        assert!(!store.path(&kept.blake3).exists() && store.path(&other.blake3).exists());
        assert!(!store.close(), "there is content in it");
    }
}
