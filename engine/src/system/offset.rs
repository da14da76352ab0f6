//! Reading and writing open files at an offset.
//!
//! On Unix the position of the file stays where it is; Windows moves it, so that nobody who reads or writes at
//! offsets counts on it.

use std::fs::File;
use std::io;

/// Reads some bytes at `at`; 0 means that the file ends there.
///
/// # Errors
///
/// When nothing could be read.
#[cfg(unix)]
pub(crate) fn read_at(file: &File, at: u64, out: &mut [u8]) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, out, at)
}

/// Reads some bytes at `at`; 0 means that the file ends there.
///
/// # Errors
///
/// When nothing could be read.
#[cfg(windows)]
pub(crate) fn read_at(file: &File, at: u64, out: &mut [u8]) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, out, at)
}

/// Fills `out` from `at`.
///
/// # Errors
///
/// [`io::ErrorKind::UnexpectedEof`] where the file ends before, and when it cannot be read.
pub(crate) fn read_exact_at(file: &File, mut at: u64, mut out: &mut [u8]) -> io::Result<()> {
    while !out.is_empty() {
        match read_at(file, at, out) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => (at, out) = (at + read as u64, &mut out[read..]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Writes all of `bytes` at `at`.
///
/// # Errors
///
/// When not all of them could be written.
pub(crate) fn write_all_at(file: &File, mut at: u64, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match write_at(file, at, bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => (at, bytes) = (at + written as u64, &bytes[written..]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(unix)]
fn write_at(file: &File, at: u64, bytes: &[u8]) -> io::Result<usize> {
    std::os::unix::fs::FileExt::write_at(file, bytes, at)
}

#[cfg(windows)]
fn write_at(file: &File, at: u64, bytes: &[u8]) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_write(file, bytes, at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_at_an_offset_is_read_there() {
        let file = tempfile::tempfile().unwrap();
        write_all_at(&file, 3, b"photo").unwrap();
        let mut out = [0; 5];
        read_exact_at(&file, 3, &mut out).unwrap();
        assert_eq!((&out, read_at(&file, 8, &mut [0]).unwrap()), (b"photo", 0));
        let early = read_exact_at(&file, 4, &mut out).unwrap_err();
        assert_eq!(early.kind(), io::ErrorKind::UnexpectedEof);
    }
}
