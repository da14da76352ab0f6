//! Room that is held back while a run writes, so that a full disk still takes a report.

use std::fs::File;
use std::io::{self, Read};

use crate::system::folder::Folder;

/// A file that takes room and holds nothing.
#[derive(Debug)]
pub struct Reserve {
    folder: Folder,
    file: File,
    len: u64,
    /// No more is held back than this, in bytes.
    most: u64,
}

/// Its name.
const NAME: &str = "reserve";

/// What part of the room on a disk may be held back: one in so many bytes.
const PART: u64 = 8;

/// What every run holds back, in bytes; also the step in which more is.
const LEAST: u64 = 1 << 20;

impl Reserve {
    /// Holds back a little in `folder`, on a disk that has `free` bytes; in place of what an earlier process
    /// held back there.
    ///
    /// # Errors
    ///
    /// When the file cannot be made.
    pub fn create(folder: &Folder, free: u64) -> io::Result<Self> {
        let file = folder.replace(NAME)?;
        let mut reserve = Reserve { folder: folder.clone(), file, len: 0, most: free / PART };
        reserve.grow(LEAST);
        Ok(reserve)
    }

    /// Holds back `len` bytes in all, as far as the disk has them: less is better than nothing.
    pub fn grow(&mut self, len: u64) {
        let len = len.next_multiple_of(LEAST).min(self.most);
        let Some(more) = len.checked_sub(self.len).filter(|more| *more > 0) else { return };
        if allocate(&self.file, self.len, more).is_err() {
            // Zeros that are written take room where nothing can be allocated.
            drop(io::copy(&mut io::repeat(0).take(more), &mut self.file));
        }
        self.len = self.file.metadata().map_or(0, |metadata| metadata.len());
    }

    /// Gives the room back.
    pub fn release(self) {
        // It may not exist any more, and then there is nothing to give back.
        drop(self.folder.remove(NAME));
    }
}

/// Takes room for `len` bytes at `at`.
#[cfg(unix)]
fn allocate(file: &File, at: u64, len: u64) -> io::Result<()> {
    Ok(rustix::fs::fallocate(file, rustix::fs::FallocateFlags::empty(), at, len)?)
}

/// Takes room for `len` bytes at `at`, which is its end: a file has all the room that its length says.
#[cfg(windows)]
fn allocate(file: &File, at: u64, len: u64) -> io::Result<()> {
    file.set_len(at.saturating_add(len))
}
