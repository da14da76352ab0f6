//! Images and devices of Unix: the type of the file says which it is.

use std::fs::{self, File, FileType};
use std::io;
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;

use crate::source::definition::SourceKind;

/// Whether a device takes reads of whole sectors only: what macOS calls a raw device (`/dev/rdiskN`) does.
pub(super) const READS_WHOLE_SECTORS: bool = cfg!(target_os = "macos");

/// Whether what `path` leads to can be a source, or why not.
pub(super) fn kind_at(path: &Path) -> io::Result<Result<SourceKind, &'static str>> {
    Ok(kind_of(fs::metadata(path)?.file_type()))
}

/// Whether the open file is a source of that kind.
pub(super) fn is_still(file: &File, kind: SourceKind) -> io::Result<bool> {
    Ok(kind_of(file.metadata()?.file_type()) == Ok(kind))
}

fn kind_of(file_type: FileType) -> Result<SourceKind, &'static str> {
    if file_type.is_file() {
        return Ok(SourceKind::Image);
    }
    if file_type.is_dir() {
        return Err("it is a folder; name a disk image or a device");
    }
    if file_type.is_block_device() {
        return Ok(SourceKind::Device);
    }
    if file_type.is_fifo() {
        return Err("it is a pipe, which can be read only once; save it to a file first");
    }
    if file_type.is_socket() {
        return Err("it is a socket");
    }
    // What other systems call a raw device is the way to read a disk there: `/dev/rdiskN`.
    if cfg!(target_os = "macos") && file_type.is_char_device() {
        return Ok(SourceKind::Device);
    }
    if file_type.is_char_device() {
        return Err("it is a character device; disks and cards are block devices");
    }
    Err("it is neither a file nor a block device")
}

/// Opens a source of that kind.
pub(super) fn open(path: &Path, kind: SourceKind) -> io::Result<File> {
    let open = |flags| File::options().read(true).custom_flags(libc::O_NOCTTY | flags).open(path);
    match kind {
        // Should a pipe have taken the file's place, this does not wait for its writer.
        SourceKind::Image => open(libc::O_NONBLOCK),
        // A device is opened without it: a drive would not say then that it has no medium. While it is held,
        // nobody mounts it; others may read it (open(2), `O_EXCL` on block devices). What is mounted or held
        // already is searched all the same, and whoever calls says so.
        SourceKind::Device => match open(EXCLUSIVE) {
            Err(error) if error.kind() == io::ErrorKind::ResourceBusy => open(0),
            opened => opened,
        },
    }
}

/// Holds a block device against being mounted.
#[cfg(any(target_os = "linux", target_os = "android"))]
const EXCLUSIVE: i32 = libc::O_EXCL;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const EXCLUSIVE: i32 = 0;
