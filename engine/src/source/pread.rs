//! Reading at an offset.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// Reads some bytes at `at` without moving the file's position.
pub(super) fn pread(file: &File, at: u64, out: &mut [u8]) -> io::Result<usize> {
    file.read_at(out, at)
}
