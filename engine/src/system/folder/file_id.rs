//! What tells a file from others, whatever it is called.

use std::fs::File;
use std::io;
use std::path::Path;

/// A file, by the numbers of its file system and its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId {
    /// The number of the file system that it lies on; under Windows the serial number of the volume.
    pub device: u64,
    /// Its number there: that of its inode, or what Windows calls its index.
    pub inode: u64,
}

#[cfg(unix)]
impl FileId {
    /// The file or folder that `path` leads to.
    ///
    /// # Errors
    ///
    /// When there is none, or it may not be looked at.
    pub fn at(path: &Path) -> io::Result<Self> {
        std::fs::metadata(path).map(|metadata| FileId::of(&metadata))
    }

    /// An open file.
    ///
    /// # Errors
    ///
    /// When the system does not say.
    pub fn of_file(file: &File) -> io::Result<Self> {
        file.metadata().map(|metadata| FileId::of(&metadata))
    }

    /// The file with that metadata.
    pub(in crate::system) fn of(metadata: &std::fs::Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;

        FileId { device: metadata.dev(), inode: metadata.ino() }
    }

    /// The file with what the system itself says of it.
    #[cfg_attr(
        any(target_os = "linux", target_os = "macos"),
        expect(clippy::unnecessary_cast, reason = "other systems have other types")
    )]
    pub(super) fn of_stat(stat: &rustix::fs::Stat) -> Self {
        FileId { device: stat.st_dev as u64, inode: stat.st_ino as u64 }
    }
}

#[cfg(windows)]
impl FileId {
    /// The file or folder that `path` leads to.
    ///
    /// # Errors
    ///
    /// When there is none, or it may not be looked at; a device has no such numbers.
    pub fn at(path: &Path) -> io::Result<Self> {
        use std::os::windows::fs::OpenOptionsExt;
        use windows_sys::Win32::Storage::FileSystem::FILE_FLAG_BACKUP_SEMANTICS;

        // Folders are opened with that flag only, and nothing is read.
        let options =
            File::options().access_mode(0).custom_flags(FILE_FLAG_BACKUP_SEMANTICS).open(path);
        FileId::of_file(&options?)
    }

    /// An open file or folder.
    ///
    /// # Errors
    ///
    /// When the system does not say.
    pub fn of_file(file: &File) -> io::Result<Self> {
        let (device, inode) = crate::system::win32::file_numbers(file)?;
        Ok(FileId { device, inode })
    }
}
