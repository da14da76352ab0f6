//! How Unix opens what lies below a folder, by the descriptor of the folder alone.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::path::Path;

use rustix::fs::{
    AtFlags, CWD, FileType, FlockOperation, Mode, OFlags, RenameFlags, Stat, fchown, flock, fstat,
    fsync, linkat, mkdirat, openat, renameat, renameat_with, statat, unlinkat,
};
use rustix::io::Errno;
use rustix::process::{Gid, Uid};

use super::beneath;
use super::entry::{Access, EntryKind};
use super::file_id::FileId;

/// A folder that is held open.
#[derive(Debug)]
pub(super) struct Handle(OwnedFd);

impl Handle {
    /// Opens the folder at the absolute `path`, none of whose components may be a link.
    pub(super) fn root(path: &Path) -> io::Result<Self> {
        beneath::open_root(path).map(Handle)
    }

    /// Opens the folder at `path` below.
    pub(super) fn below(&self, path: &Path) -> io::Result<Self> {
        beneath::open(self.0.as_fd(), path, OFlags::RDONLY | OFlags::DIRECTORY).map(Handle)
    }

    /// The number of the file system that it lies on.
    pub(super) fn device(&self) -> io::Result<u64> {
        Ok(FileId::of_stat(&fstat(&self.0)?).device)
    }

    /// Makes a folder in it.
    pub(super) fn make_folder(&self, name: &OsStr) -> io::Result<()> {
        Ok(mkdirat(&self.0, name, Mode::from_raw_mode(0o777))?)
    }

    /// A new file in it, for reading and writing.
    pub(super) fn create(&self, name: &Path) -> io::Result<File> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL;
        beneath::open(self.0.as_fd(), name, flags).map(File::from)
    }

    /// The regular file of that name.
    pub(super) fn open(&self, name: &Path, access: Access) -> io::Result<File> {
        let flags = match access {
            Access::Read => OFlags::RDONLY,
            Access::Write => OFlags::WRONLY,
            Access::Both => OFlags::RDWR,
        };
        // A pipe is not waited for.
        let file = File::from(beneath::open(self.0.as_fd(), name, flags | OFlags::NONBLOCK)?);
        match kind_of(&fstat(&file)?) {
            EntryKind::File(_) => Ok(file),
            _ => Err(io::Error::other("it is no regular file")),
        }
    }

    /// What stands at a name; nothing when the name is free.
    pub(super) fn kind(&self, name: &Path) -> io::Result<Option<EntryKind>> {
        match statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(kind_of(&stat))),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The names in it, in any order.
    pub(super) fn names(&self) -> io::Result<Vec<OsString>> {
        let mut names = Vec::new();
        for entry in rustix::fs::Dir::read_from(&self.0)? {
            let name = OsString::from_vec(entry?.file_name().to_bytes().to_vec());
            if name != "." && name != ".." {
                names.push(name);
            }
        }
        Ok(names)
    }

    /// Removes a file or a link.
    pub(super) fn remove(&self, name: &Path) -> io::Result<()> {
        Ok(unlinkat(&self.0, name, AtFlags::empty())?)
    }

    /// Removes an empty folder.
    pub(super) fn remove_folder(&self, name: &Path) -> io::Result<()> {
        Ok(unlinkat(&self.0, name, AtFlags::REMOVEDIR)?)
    }

    /// Gives a file another name, in place of what has it.
    pub(super) fn rename(&self, name: &Path, to: &Handle, new: &Path) -> io::Result<()> {
        Ok(renameat(&self.0, name, &to.0, new)?)
    }

    /// The same, unless something has that name, in one step where the file system can.
    pub(super) fn rename_new(&self, name: &Path, to: &Handle, new: &Path) -> io::Result<()> {
        match renameat_with(&self.0, name, &to.0, new, RenameFlags::NOREPLACE) {
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {
                match linkat(&self.0, name, &to.0, new, AtFlags::empty()) {
                    Ok(()) => Ok(unlinkat(&self.0, name, AtFlags::empty())?),
                    // A file system without links.
                    Err(Errno::PERM | Errno::NOTSUP | Errno::NOSYS | Errno::INVAL) => {
                        if to.kind(new)?.is_some() {
                            return Err(io::ErrorKind::AlreadyExists.into());
                        }
                        self.rename(name, to, new)
                    }
                    Err(error) => Err(error.into()),
                }
            }
            outcome => outcome.map_err(Into::into),
        }
    }

    /// Gives it to a user and a group.
    pub(super) fn give(&self, user: u32, group: u32) -> io::Result<()> {
        give(&self.0, user, group)
    }

    /// Waits until all that was written to its disk is on the disk itself.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(super) fn sync_disk(&self) -> io::Result<()> {
        Ok(rustix::fs::syncfs(&self.0)?)
    }

    /// The same, which this system cannot do.
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    pub(super) fn sync_disk(&self) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Waits until a regular file is on the disk itself.
    pub(super) fn sync_file(&self, name: &Path) -> io::Result<()> {
        self.open(name, Access::Read)?.sync_all()
    }

    /// Waits until the names in it are on the disk itself.
    pub(super) fn sync(&self) -> io::Result<()> {
        match fsync(&self.0) {
            Err(Errno::INVAL | Errno::NOTSUP | Errno::BADF) => Ok(()),
            outcome => outcome.map_err(Into::into),
        }
    }
}

fn kind_of(stat: &Stat) -> EntryKind {
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::Directory => EntryKind::Folder,
        FileType::RegularFile => EntryKind::File(FileId::of_stat(stat)),
        FileType::Symlink => EntryKind::Other("a link"),
        FileType::Fifo => EntryKind::Other("a pipe"),
        FileType::Socket => EntryKind::Other("a socket"),
        FileType::BlockDevice | FileType::CharacterDevice => EntryKind::Other("a device"),
        _ => EntryKind::Other("no regular file"),
    }
}

/// Gives an open file or folder to a user and a group.
///
/// FAT, exFAT and some network disks keep no owners and refuse this even to root; whom such a disk was
/// mounted for owns all on it, so that is no failure.
pub(super) fn give(file: impl AsFd, user: u32, group: u32) -> io::Result<()> {
    match fchown(file, Some(Uid::from_raw(user)), Some(Gid::from_raw(group))) {
        Err(Errno::PERM | Errno::ACCESS | Errno::NOTSUP | Errno::NOSYS) => Ok(()),
        outcome => outcome.map_err(Into::into),
    }
}

/// The same for the folder at `path`, and for nothing that a link there leads to.
pub(super) fn give_folder(path: &Path, user: u32, group: u32) -> io::Result<()> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    give(openat(CWD, path, flags, Mode::empty())?, user, group)
}

/// Whether the program runs as root.
pub(super) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Locks a file for this process alone, until it is closed; whether it could. A file system that knows no
/// locks (some of those of networks) has everybody be the only one.
pub(super) fn lock(file: &File) -> io::Result<bool> {
    match flock(file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) | Err(Errno::NOLCK | Errno::NOTSUP | Errno::NOSYS | Errno::INVAL) => Ok(true),
        Err(Errno::WOULDBLOCK) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Whether another process holds a lock on a file.
pub(super) fn is_locked(file: &File) -> bool {
    flock(file, FlockOperation::NonBlockingLockShared) == Err(Errno::WOULDBLOCK)
}
