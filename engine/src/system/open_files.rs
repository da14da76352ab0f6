//! What other programs have open for writing, as far as the system tells us of them.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;

use super::system::{System, entries};
use crate::system::folder::FileId;

impl System {
    /// Whether another process has the file or device with `metadata` open for writing, as far as the
    /// system tells us of other processes.
    pub(super) fn is_written_by_another(&self, metadata: &fs::Metadata) -> bool {
        let is_device = metadata.file_type().is_block_device();
        let is_source = |open: &fs::Metadata| match is_device {
            true => open.file_type().is_block_device() && open.rdev() == metadata.rdev(),
            false => FileId::of(open) == FileId::of(metadata),
        };
        let own = std::process::id().to_string();
        let processes = entries(&self.root.join("proc")).filter(|process| {
            let name = process.file_name().unwrap_or_default();
            name.as_bytes().iter().all(u8::is_ascii_digit) && name != own.as_str()
        });
        processes.flat_map(|process| written_files(&process)).any(|open| is_source(&open))
    }
}

/// What a process has open for writing, as far as we may look.
fn written_files(process: &Path) -> impl Iterator<Item = fs::Metadata> + use<> {
    let process = process.to_path_buf();
    entries(&process.join("fd")).filter_map(move |open| {
        // A socket or a pipe has no path, and asking for what is not written might wait for a dead server.
        let target = fs::read_link(&open).ok()?;
        let about = fs::read_to_string(process.join("fdinfo").join(open.file_name()?)).ok()?;
        let flags = about.lines().find_map(|line| line.strip_prefix("flags:"))?;
        let flags = u32::from_str_radix(flags.trim(), 8).ok()?;
        let is_written = flags & ACCESS_MODE != 0;
        (target.is_absolute() && is_written).then(|| fs::metadata(&open).ok()).flatten()
    })
}

/// The bits of the flags of an open file that say for what it is open; 0 is for reading alone
/// (proc_pid_fdinfo(5)).
const ACCESS_MODE: u32 = 0o3;
