//! Images and devices of Windows. A device is told by its name, since it has no metadata.
//!
//! Checked by a compiler; it never ran on Windows.

use std::fs::{self, File, Metadata};
use std::io;
use std::path::Path;

use crate::source::definition::SourceKind;
use crate::system::{win32, windows};

/// Whether a device takes reads of whole sectors only (Microsoft, `CreateFileW`, "Physical Disks and Volumes").
pub(super) const READS_WHOLE_SECTORS: bool = true;

/// Whether what `path` leads to can be a source, or why not.
pub(super) fn kind_at(path: &Path) -> io::Result<Result<SourceKind, &'static str>> {
    if windows::is_device(path) {
        return Ok(Ok(SourceKind::Device));
    }
    Ok(kind_of(&fs::metadata(path)?))
}

/// Whether the open file is a source of that kind.
pub(super) fn is_still(file: &File, kind: SourceKind) -> io::Result<bool> {
    match kind {
        // The name of a device is given to nothing else.
        SourceKind::Device => Ok(true),
        SourceKind::Image => Ok(kind_of(&file.metadata()?) == Ok(kind)),
    }
}

fn kind_of(metadata: &Metadata) -> Result<SourceKind, &'static str> {
    if metadata.is_file() {
        return Ok(SourceKind::Image);
    }
    if metadata.is_dir() {
        return Err("it is a folder; name a disk image or a device");
    }
    Err("it is neither a file nor a device")
}

/// Opens a source of that kind. Others may read and write a device meanwhile: Windows opens one that is mounted in no
/// other way.
pub(super) fn open(path: &Path, kind: SourceKind) -> io::Result<File> {
    let file = File::open(path)?;
    if kind == SourceKind::Device {
        win32::read_to_end_of_volume(&file);
    }
    Ok(file)
}
