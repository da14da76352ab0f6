//! Folders that go away, and the page cache.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use tempfile::TempDir;

/// A file system in memory, where there is one: a disk would be measured along with the tools.
const MEMORY: &str = "/dev/shm";

/// How the image is found by every tool; this is what [`settle`] does.
pub const CACHE: &str = "The image was written, evicted and read back once, so that it lies in the page cache as files lie \
     there that are read, not as files that have just been written.";

/// A folder for what the tools write: in memory where that is possible, and gone when dropped.
///
/// # Errors
///
/// When it cannot be made.
pub fn folder() -> io::Result<TempDir> {
    match Path::new(MEMORY).is_dir() {
        true => TempDir::with_prefix_in("afterimage-peers-", MEMORY),
        false => TempDir::with_prefix("afterimage-peers-"),
    }
}

/// Takes a file out of the page cache and reads it back.
///
/// # Errors
///
/// When it cannot be read.
pub fn settle(path: &Path) -> io::Result<()> {
    let mut file = File::open(path)?;
    file.sync_all()?;
    evict(&file)?;
    warm(&mut file)
}

#[cfg(target_os = "linux")]
fn evict(file: &File) -> io::Result<()> {
    use rustix::fs::{Advice, fadvise};

    Ok(fadvise(file, 0, None, Advice::DontNeed)?)
}

/// What is read afterwards would come from where it was written: no figure that may be kept.
#[cfg(not(target_os = "linux"))]
fn evict(_: &File) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Reads all that is left of a file.
fn warm(file: &mut File) -> io::Result<()> {
    let mut buffer = vec![0; 1 << 20];
    while file.read(&mut buffer)? > 0 {}
    Ok(())
}
