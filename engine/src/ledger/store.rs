//! Content by hash, written while the scan runs and renamed when names are known.

use std::collections::HashSet;
use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

use afterimage_signatures::Bytes;

use super::content::Content;
use crate::control::error::Error;
use crate::control::metrics::{Metrics, Stage};
use crate::control::progress::Stop;
use crate::model::{Algorithm, Digests, Hasher};
use crate::system::folder::Folder;
use crate::system::page_cache::start_writing;

/// Files that are being written are called so, and a number.
const UNFINISHED: &str = "half-";

/// Bytes that are read at once from what an earlier process stored.
const PIECE: usize = 128 << 10;

/// A folder of files that are named by the BLAKE3 of their bytes.
#[derive(Debug)]
pub struct Store {
    folder: Folder,
    /// Number of the next file that is being written.
    next: AtomicU64,
    /// What this process has written, or has read through and found to be what its name says.
    known: Mutex<HashSet<blake3::Hash>>,
}

impl Store {
    /// The store in `folder`. What an earlier process left there unfinished is removed.
    ///
    /// # Errors
    ///
    /// When the folder cannot be read.
    pub fn open(folder: Folder) -> Result<Self, Error> {
        let path = folder.path();
        let names = folder.names().map_err(|error| Error::output("read", path, error))?;
        for name in names {
            if name.as_encoded_bytes().starts_with(UNFINISHED.as_bytes()) {
                folder
                    .remove(&name)
                    .map_err(|error| Error::output("remove", &path.join(&name), error))?;
            }
        }
        Ok(Store { folder, next: AtomicU64::new(0), known: Mutex::default() })
    }

    /// What content of that hash is called in the [`Store::folder`].
    pub fn name(hash: &blake3::Hash) -> String {
        hash.to_hex().to_string()
    }

    /// Where content of that hash lies, or will, to be told.
    pub fn path(&self, hash: &blake3::Hash) -> PathBuf {
        self.folder.path().join(Self::name(hash))
    }

    /// Whether content of that hash is stored. What an earlier process left is read through once: a power
    /// failure may have taken its bytes, and somebody else may have put it there.
    pub fn holds(&self, hash: &blake3::Hash) -> bool {
        if self.known().contains(hash) {
            return true;
        }
        let name = Self::name(hash);
        if self.folder.kind(&name).ok().flatten().is_none() {
            return false;
        }
        let read = self.folder.read(&name).and_then(|mut file| hash_of(&mut file));
        let is_whole = read.is_ok_and(|found| found == *hash);
        if is_whole {
            self.known().insert(*hash);
        } else {
            // It is made again from the source. What cannot be removed is found when that is done.
            drop(self.folder.remove(&name));
        }
        is_whole
    }

    fn known(&self) -> MutexGuard<'_, HashSet<blake3::Hash>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps `content` and gives its digests, both in one pass over its bytes, so that the name it
    /// gets is the hash of what was written. Keeps nothing when its source was not read to the end of it.
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
        stop: &Stop,
    ) -> Result<Option<Digests>, Error> {
        let half = format!("{UNFINISHED}{}", self.next.fetch_add(1, Relaxed));
        let written = self.write(&half, source, content, algorithms, metrics, stop);
        let written = written.and_then(|digests| {
            let Some(digests) = digests.filter(|_| !stop.is_over()) else { return Ok(None) };
            // The same content may be there already, and then this changes nothing.
            let whole = Self::name(&digests.blake3);
            self.folder
                .rename(&half, &self.folder, &whole)
                .map_err(|error| Error::output("name", &self.path(&digests.blake3), error))?;
            self.known().insert(digests.blake3);
            Ok(Some(digests))
        });
        if !matches!(written, Ok(Some(_))) {
            drop(self.folder.remove(&half));
        }
        written
    }

    /// Takes the file `name` in `folder` back, whose content has that hash, in one step.
    ///
    /// # Errors
    ///
    /// When it is not there, or the disk fails.
    pub fn take_back(
        &self,
        folder: &Folder,
        name: &str,
        hash: &blake3::Hash,
    ) -> std::io::Result<()> {
        folder.rename(name, &self.folder, &Self::name(hash))?;
        self.known().insert(*hash);
        Ok(())
    }

    /// Waits until content of that hash is on the disk itself.
    ///
    /// # Errors
    ///
    /// When it is not there, or the disk is full or fails.
    pub fn sync(&self, hash: &blake3::Hash) -> Result<(), Error> {
        let synced = self.folder.sync_file(&Self::name(hash));
        synced.map_err(|error| Error::output("write", &self.path(hash), error))
    }

    /// Writes `content` to a file of that name; gives no digests where it was stopped on the way.
    fn write(
        &self,
        name: &str,
        source: &dyn Bytes,
        content: &Content<'_>,
        algorithms: &[Algorithm],
        metrics: &Metrics,
        stop: &Stop,
    ) -> Result<Option<Digests>, Error> {
        let path = &self.folder.path().join(name);
        let mut file =
            self.folder.create(name).map_err(|error| Error::output("make", path, error))?;
        let mut hasher = Hasher::new(algorithms);
        // Copied first: a page of a mapped image that vanished is a page of zeros to us, and an
        // error to the kernel if it were to read it.
        let mut piece = Vec::new();
        let written = content.each(source, |bytes| {
            if stop.is_over() {
                // What is read from now on is worth nothing, and may be many gigabytes.
                return Err(None);
            }
            piece.clear();
            piece.extend_from_slice(bytes);
            let len = piece.len() as u64;
            metrics.time(Stage::Hash, len, || hasher.update(&piece));
            metrics.time(Stage::Write, len, || file.write_all(&piece)).map_err(Some)
        });
        match written {
            Ok(()) => {
                // At the end of a run all of it must be on the disk, and what was not begun before is waited for then.
                start_writing(&file);
                Ok(Some(hasher.finish()))
            }
            Err(None) => Ok(None),
            Err(Some(error)) => Err(Error::output("write", path, error)),
        }
    }

    /// Removes all that is not named by one of `hashes`, which are in order.
    pub fn keep_only(&self, hashes: &[[u8; 32]]) {
        for name in self.folder.names().unwrap_or_default() {
            let hash = name.to_str().and_then(|name| blake3::Hash::from_hex(name).ok());
            if hash.is_none_or(|hash| hashes.binary_search(hash.as_bytes()).is_err()) {
                // A leftover costs room, nothing else.
                drop(self.folder.remove(&name));
                if let Some(hash) = hash {
                    self.known().remove(&hash);
                }
            }
        }
    }

    /// Whether nothing is left in it.
    pub fn is_empty(&self) -> bool {
        self.folder.names().is_ok_and(|names| names.is_empty())
    }

    /// The folder.
    pub fn folder(&self) -> &Folder {
        &self.folder
    }
}

/// The BLAKE3 of what is in a file.
///
/// # Errors
///
/// When it cannot be read.
pub fn hash_of(file: &mut File) -> std::io::Result<blake3::Hash> {
    let (mut hasher, mut piece) = (blake3::Hasher::new(), vec![0; PIECE]);
    loop {
        match file.read(&mut piece) {
            Ok(0) => return Ok(hasher.finalize()),
            Ok(read) => drop(hasher.update(&piece[..read])),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control::progress::Progress;
    use crate::model::build::record;
    use crate::system::folder::Owner;

    fn store(path: &std::path::Path) -> Store {
        let path = std::fs::canonicalize(path).unwrap();
        Store::open(Folder::open(&path, Owner::default(), Vec::new()).unwrap()).unwrap()
    }

    fn keep(store: &Store, len: u64) -> blake3::Hash {
        let (file, bytes) = (record(0, len), vec![7; 100]);
        let content = Content::of(&file);
        let (metrics, progress) = (Metrics::default(), Progress::default());
        let keep =
            || store.keep(&bytes.as_slice(), &content, &[], &metrics, progress.wish()).unwrap();
        let kept = keep().unwrap().blake3;
        progress.stop();
        assert!(keep().is_none());
        kept
    }

    #[test]
    fn what_an_earlier_process_left_unfinished_is_removed_and_nothing_else() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path();
        let kept = keep(&store(path), 100);
        std::fs::write(path.join("half-0"), b"cut off").unwrap();
        let store = store(path);
        assert!(!path.join("half-0").exists() && store.holds(&kept));
        let other = keep(&store, 50);
        store.keep_only(&[*other.as_bytes()]);
        assert!(!store.holds(&kept) && store.holds(&other));
        assert!(!store.is_empty());
        store.sync(&other).unwrap();
        assert!(store.sync(&kept).is_err());
    }

    #[test]
    #[cfg(unix)]
    fn what_is_not_what_its_name_says_is_not_held() {
        let home = tempfile::tempdir().unwrap();
        let kept = keep(&store(home.path()), 100);
        let file = home.path().join(Store::name(&kept));
        // As a power failure leaves it.
        std::fs::write(&file, b"").unwrap();
        assert!(!store(home.path()).holds(&kept) && !file.exists());
        std::fs::write(home.path().join("secret"), b"secret").unwrap();
        std::os::unix::fs::symlink("secret", &file).unwrap();
        assert!(!store(home.path()).holds(&kept) && file.symlink_metadata().is_err());
        assert!(home.path().join("secret").exists());
    }
}
