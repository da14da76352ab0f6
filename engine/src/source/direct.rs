//! Reading past the page cache.
//!
//! `O_DIRECT` wants offsets, lengths and memory aligned, so reads go through aligned buffers
//! unless the caller's memory happens to fit. Where a file system takes the flag and then refuses
//! to read, the flag is dropped and reading goes on through the page cache.

use std::fs::File;
use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::system::offset::read_at;

/// Alignment in bytes that suits every file system and device; a page on most machines.
pub(crate) const ALIGNMENT: u32 = 4096;
/// Most bytes read at once through a buffer.
const BUFFER_LEN: usize = 1 << 20;

/// A file that is read past the page cache where that is possible.
pub(crate) struct Direct {
    file: File,
    /// What offsets and lengths are multiples of, in bytes.
    alignment: u64,
    /// Buffers that no thread is using; as many as threads ever read at once.
    buffers: Mutex<Vec<Vec<u8>>>,
}

impl Direct {
    /// Reads `file` past the page cache if its file system can do that.
    pub(crate) fn new(file: File, alignment: u32) -> Self {
        set_flag(&file, true);
        Direct { file, alignment: u64::from(alignment.max(1)), buffers: Mutex::default() }
    }

    /// The file.
    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    /// Reads some bytes at `at`; adds what the system delivered to `delivered`.
    pub(crate) fn read(&self, at: u64, out: &mut [u8], delivered: &mut u64) -> io::Result<usize> {
        let fits = out.as_ptr().align_offset(ALIGNMENT as usize) == 0
            && at.is_multiple_of(self.alignment)
            && (out.len() as u64).is_multiple_of(self.alignment);
        if fits {
            let read = self.pread(at, out)?;
            *delivered += read as u64;
            return Ok(read);
        }
        let mut buffer = self.lock().pop().unwrap_or_default();
        buffer.resize(BUFFER_LEN + ALIGNMENT as usize, 0);
        let result = self.read_through(&mut buffer, at, out, delivered);
        self.lock().push(buffer);
        result
    }

    fn read_through(
        &self,
        buffer: &mut [u8],
        at: u64,
        out: &mut [u8],
        delivered: &mut u64,
    ) -> io::Result<usize> {
        let before = at % self.alignment;
        let wanted = (before + out.len() as u64).next_multiple_of(self.alignment);
        let wanted = wanted.min(BUFFER_LEN as u64) as usize;
        let (_, rest) = buffer.split_at_mut(buffer.as_ptr().align_offset(ALIGNMENT as usize));
        let (window, _) = rest.split_at_mut(wanted);
        let read = self.pread(at - before, window)?;
        *delivered += read as u64;
        let fresh = window.get(before as usize..read).unwrap_or_default();
        let len = fresh.len().min(out.len());
        out[..len].copy_from_slice(&fresh[..len]);
        Ok(len)
    }

    /// Reads, without the flag when the file system refuses to read with it.
    fn pread(&self, at: u64, out: &mut [u8]) -> io::Result<usize> {
        match read_at(&self.file, at, out) {
            Err(error) if is_refused(&error) && set_flag(&self.file, false) => {
                read_at(&self.file, at, out)
            }
            read => read,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Vec<u8>>> {
        self.buffers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether an error is what a file system says that cannot read past the page cache.
fn is_refused(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::InvalidInput
}

/// Turns `O_DIRECT` on or off; whether that could be done.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn set_flag(file: &File, on: bool) -> bool {
    use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

    fcntl_getfl(file).is_ok_and(|mut flags| {
        flags.set(OFlags::DIRECT, on);
        fcntl_setfl(file, flags).is_ok()
    })
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn set_flag(_file: &File, _on: bool) -> bool {
    false
}
