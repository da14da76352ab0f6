//! The image: a file that only ever gains bytes.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use afterimage_signatures::verdict::Span;

use crate::control::error::Error;
use crate::folder::Owner;
use crate::source::sparse;

/// Zeros are left out by so many bytes: a block of most file systems.
const BLOCK: usize = 4096;

/// The file of an image, open for writing.
#[derive(Debug)]
pub(super) struct ImageFile {
    path: PathBuf,
    file: File,
    /// Whether all that this run did not write is known to be holes.
    is_new: bool,
}

impl ImageFile {
    /// Opens the image at `path`, or makes it.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let failed = |error| Error::output("write the image", path, error);
        let made = File::options().read(true).write(true).create_new(true).open(path);
        let (file, is_made) = match made {
            Ok(file) => (file, true),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                (File::options().read(true).write(true).open(path).map_err(failed)?, false)
            }
            Err(error) => return Err(failed(error)),
        };
        if is_made {
            Owner::from_environment().give_file(&file).map_err(failed)?;
        }
        let is_new = file.metadata().map_err(failed)?.len() == 0;
        Ok(ImageFile { path: path.to_path_buf(), file, is_new })
    }

    /// Opens an image that is there, to read it.
    pub(super) fn open_existing(path: &Path) -> Result<Self, Error> {
        let file = File::open(path).map_err(|error| Error::open(path, error))?;
        Ok(ImageFile { path: path.to_path_buf(), file, is_new: false })
    }

    /// Bytes in it.
    pub(super) fn len(&self) -> Result<u64, Error> {
        let found = self.file.metadata();
        found.map(|found| found.len()).map_err(|error| Error::open(&self.path, error))
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn file(&self) -> &File {
        &self.file
    }

    /// Makes it at least `len` bytes long.
    pub(super) fn extend(&self, len: u64) -> Result<(), Error> {
        let failed = |error| Error::output("write the image", &self.path, error);
        if self.file.metadata().map_err(failed)?.len() < len {
            self.file.set_len(len).map_err(failed)?;
        }
        Ok(())
    }

    /// Takes the room for `len` bytes on the disk.
    pub(super) fn preallocate(&self, len: u64) -> Result<(), Error> {
        let failed =
            |error: rustix::io::Errno| Error::output("take the room for", &self.path, error.into());
        #[cfg(any(target_os = "linux", target_os = "android"))]
        rustix::fs::fallocate(&self.file, rustix::fs::FallocateFlags::empty(), 0, len)
            .map_err(failed)?;
        #[cfg(not(any(target_os = "linux", target_os = "android")))]
        let _ = (len, failed);
        Ok(())
    }

    /// Writes bytes at `at`; blocks of zeros only where the file has other bytes.
    pub(super) fn write(&self, at: u64, bytes: &[u8]) -> Result<(), Error> {
        let written = self.write_data(at, bytes);
        if written.is_err() {
            self.give_back(Span { at, len: bytes.len() as u64 });
        }
        written.map_err(|error| Error::output("write the image", &self.path, error))
    }

    fn write_data(&self, mut at: u64, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let zeros = blocks(bytes, true);
            if zeros > 0 && !self.has_data(Span { at, len: zeros as u64 }) {
                (at, bytes) = (at + zeros as u64, &bytes[zeros..]);
                continue;
            }
            let len = if zeros > 0 { zeros } else { blocks(bytes, false) };
            self.file.write_all_at(&bytes[..len], at)?;
            (at, bytes) = (at + len as u64, &bytes[len..]);
        }
        Ok(())
    }

    fn has_data(&self, span: Span) -> bool {
        if self.is_new {
            return false;
        }
        let len = self.file.metadata().map_or(span.end(), |metadata| metadata.len());
        sparse::data_after(&self.file, span.at, len).is_some_and(|data| data.at < span.end())
    }

    /// Gives back the room of bytes that could not all be written, so that the map finds some.
    fn give_back(&self, span: Span) {
        #[cfg(any(target_os = "linux", target_os = "android"))]
        {
            use rustix::fs::{FallocateFlags, fallocate};
            let flags = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
            // Where it cannot be given back, the bytes stay, and nobody counts on them.
            let _ = fallocate(&self.file, flags, span.at, span.len);
        }
        let _ = span;
    }

    /// Reads what it holds at `at`.
    pub(super) fn read(&self, at: u64, out: &mut [u8]) -> Result<(), Error> {
        let read = self.file.read_exact_at(out, at);
        read.map_err(|error| Error::output("read back the image", &self.path, error))
    }
}

/// Bytes at the start that are whole blocks of zeros, or none of them.
fn blocks(bytes: &[u8], of_zeros: bool) -> usize {
    let like = |block: &&[u8]| is_zero(block) == of_zeros;
    bytes.chunks(BLOCK).take_while(like).map(<[u8]>::len).sum()
}

/// Whether all bytes are zeros.
fn is_zero(bytes: &[u8]) -> bool {
    let (words, rest) = bytes.as_chunks::<64>();
    // Most blocks have something else in their first bytes.
    let is_zero = |word: &[u8; 64]| word.iter().fold(0, |all, byte| all | byte) == 0;
    words.iter().all(is_zero) && rest.iter().all(|byte| *byte == 0)
}
