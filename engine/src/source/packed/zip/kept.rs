//! The directories of the archives that were looked at last: a program asks several times what a file is before it scans it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use crate::source::definition::Source;
use crate::system::folder::FileId;

/// Directories that are kept, and bytes of all of them.
const MOST: usize = 256;
const MOST_BYTES: usize = 64 << 20;

static KEPT: Mutex<VecDeque<(ArchiveKey, Arc<[u8]>)>> = Mutex::new(VecDeque::new());

/// What tells an archive from others, and from itself when somebody has written to it.
#[derive(PartialEq, Eq)]
pub(super) struct ArchiveKey {
    file: FileId,
    modified: SystemTime,
    /// Bytes of the archive: it may lie in another container in that file.
    len: u64,
    /// Bytes of its directory, and where that begins.
    place: (u64, u64),
    /// The first row, which is read each time.
    first: Vec<u8>,
}

impl ArchiveKey {
    /// Nothing for what is no file.
    pub(super) fn of(source: &dyn Source, place: (u64, u64), first: Vec<u8>) -> Option<Self> {
        let metadata = source.path().metadata().ok().filter(|metadata| metadata.is_file())?;
        let file = FileId::at(source.path()).ok()?;
        Some(ArchiveKey {
            file,
            modified: metadata.modified().ok()?,
            len: source.len(),
            place,
            first,
        })
    }
}

/// The directory of that archive, when it is kept.
pub(super) fn get(key: &ArchiveKey) -> Option<Arc<[u8]>> {
    lock().iter().find(|(known, _)| known == key).map(|(_, directory)| Arc::clone(directory))
}

/// Keeps a directory, and lets go of those that came first.
pub(super) fn keep(key: ArchiveKey, directory: Arc<[u8]>) {
    let mut kept = lock();
    kept.retain(|(known, _)| *known != key);
    kept.push_front((key, directory));
    let mut taken = 0usize;
    kept.retain(|(_, directory)| {
        taken = taken.saturating_add(directory.len());
        taken <= MOST_BYTES
    });
    kept.truncate(MOST);
}

// Every change to the list is whole before the next can panic.
fn lock() -> MutexGuard<'static, VecDeque<(ArchiveKey, Arc<[u8]>)>> {
    KEPT.lock().unwrap_or_else(PoisonError::into_inner)
}
