//! One process at a time.

use std::fs::File;
use std::io;

use super::host;

/// A lock that this process holds on a file, until it is dropped or the process ends in whatever way.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

impl Lock {
    /// Locks a file; nothing when another process holds it. A file system that knows no locks (some of those
    /// of networks) has everybody be the only one.
    pub(super) fn take(file: File) -> io::Result<Option<Self>> {
        Ok(host::lock(&file)?.then_some(Lock { _file: file }))
    }

    /// Whether another process holds a lock on a file.
    pub(super) fn is_held(file: &File) -> bool {
        host::is_locked(file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_held_once_and_as_long_as_it_lives() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("lock");
        let open = || File::options().create(true).append(true).open(&path).unwrap();
        let lock = Lock::take(open()).unwrap();
        assert!(lock.is_some() && Lock::is_held(&open()));
        assert!(Lock::take(open()).unwrap().is_none());
        drop(lock);
        assert!(!Lock::is_held(&open()));
        assert!(Lock::take(open()).unwrap().is_some());
    }
}
