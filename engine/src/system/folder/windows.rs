//! How Windows opens what lies below a folder: by paths, while all folders on the way are held open.
//!
//! A folder that is open and not shared for deletion can be neither renamed nor removed, nor can one above it
//! (Microsoft, `CreateFileW`, `FILE_SHARE_DELETE`). So its path leads to it for as long as its [`Handle`]
//! lives, and no link or mount can be put in its place. Links, junctions and mounted folders, which are all
//! reparse points, are opened themselves and then refused. Paths are those that `canonicalize` gives, in which
//! no name is a device's and none is too long.
//!
//! Checked by a compiler; it never ran on Windows.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata, OpenOptions, TryLockError};
use std::io;
use std::os::windows::fs::OpenOptionsExt;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use windows_sys::Win32::Storage::FileSystem::{
    FILE_FLAG_BACKUP_SEMANTICS, FILE_FLAG_OPEN_REPARSE_POINT, FILE_SHARE_READ, FILE_SHARE_WRITE,
};

use super::entry::{Access, EntryKind};
use super::file_id::FileId;
use crate::system::win32;

/// A folder that is held open.
#[derive(Debug)]
pub(super) struct Handle {
    path: PathBuf,
    /// It and the folders above it, down from the first that was opened.
    open: Vec<Arc<File>>,
}

impl Handle {
    /// Opens the folder at the absolute `path`, none of whose components may be a link.
    pub(super) fn root(path: &Path) -> io::Result<Self> {
        if !path.is_absolute() {
            return Err(io::Error::other("it is no absolute path"));
        }
        let open = vec![Arc::new(open_folder(path)?)];
        // None of these can be replaced any more. They are only looked at: not everybody may list them.
        for above in path.ancestors().skip(1) {
            let opened = itself().access_mode(0).open(above)?;
            refuse_link(&opened.metadata()?)?;
        }
        Ok(Handle { open, path: path.to_path_buf() })
    }

    /// Opens the folder at `path` below.
    pub(super) fn below(&self, path: &Path) -> io::Result<Self> {
        let mut handle = Handle { path: self.path.clone(), open: self.open.clone() };
        path.components().try_for_each(|component| handle.enter(plain(component)?))?;
        Ok(handle)
    }

    /// Goes on to the folder of that name.
    fn enter(&mut self, name: &OsStr) -> io::Result<()> {
        let path = self.path.join(name);
        self.open.push(Arc::new(open_folder(&path)?));
        self.path = path;
        Ok(())
    }

    /// Where something is, or would be, that has the path `name` below.
    fn place(&self, name: &Path) -> io::Result<Place> {
        let mut above = name.components();
        let name = plain(above.next_back().ok_or_else(no_name)?)?;
        let folder = self.below(above.as_path())?;
        Ok(Place { path: folder.path.join(name), _folder: folder })
    }

    /// The number of the file system that it lies on.
    pub(super) fn device(&self) -> io::Result<u64> {
        let own = self.open.last().ok_or(io::ErrorKind::NotFound)?;
        Ok(FileId::of_file(own)?.device)
    }

    /// Makes a folder in it.
    pub(super) fn make_folder(&self, name: &OsStr) -> io::Result<()> {
        fs::create_dir(&self.place(Path::new(name))?.path)
    }

    /// A new file in it, for reading and writing.
    pub(super) fn create(&self, name: &Path) -> io::Result<File> {
        let place = self.place(name)?;
        File::options().read(true).write(true).create_new(true).open(&place.path)
    }

    /// The regular file of that name.
    pub(super) fn open(&self, name: &Path, access: Access) -> io::Result<File> {
        let place = self.place(name)?;
        let file = itself()
            .read(matches!(access, Access::Read | Access::Both))
            .write(matches!(access, Access::Write | Access::Both))
            .open(&place.path)?;
        regular(file)
    }

    /// What stands at a name; nothing when the name is free.
    pub(super) fn kind(&self, name: &Path) -> io::Result<Option<EntryKind>> {
        let opened = self.place(name).and_then(|at| itself().access_mode(0).open(&at.path));
        match opened {
            Ok(file) => kind_of(&file).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The names in it, in any order.
    pub(super) fn names(&self) -> io::Result<Vec<OsString>> {
        fs::read_dir(&self.path)?.map(|entry| Ok(entry?.file_name())).collect()
    }

    /// Removes a file or a link to one.
    pub(super) fn remove(&self, name: &Path) -> io::Result<()> {
        fs::remove_file(&self.place(name)?.path)
    }

    /// Removes an empty folder.
    pub(super) fn remove_folder(&self, name: &Path) -> io::Result<()> {
        fs::remove_dir(&self.place(name)?.path)
    }

    /// Gives a file another name, in place of what has it.
    pub(super) fn rename(&self, name: &Path, to: &Handle, new: &Path) -> io::Result<()> {
        fs::rename(&self.place(name)?.path, &to.place(new)?.path)
    }

    /// The same, unless something has that name, in one step.
    pub(super) fn rename_new(&self, name: &Path, to: &Handle, new: &Path) -> io::Result<()> {
        win32::move_to_new(&self.place(name)?.path, &to.place(new)?.path)
    }

    /// Gives it to a user and a group, which Windows does not number.
    pub(super) fn give(&self, _user: u32, _group: u32) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Waits until all that was written to its disk is on the disk itself, which only administrators may.
    pub(super) fn sync_disk(&self) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Waits until a regular file is on the disk itself, for which it has to be open for writing.
    pub(super) fn sync_file(&self, name: &Path) -> io::Result<()> {
        self.open(name, Access::Write)?.sync_all()
    }

    /// Waits until the names in it are on the disk itself. There is no call for that: flushing a file writes its
    /// name too, and whoever wants a file to last does that.
    pub(super) fn sync(&self) -> io::Result<()> {
        Ok(())
    }
}

/// Where something is in a folder, which is held open meanwhile.
struct Place {
    path: PathBuf,
    _folder: Handle,
}

/// Opens what has a name and not what a link there leads to, folders too.
fn itself() -> OpenOptions {
    let mut options = File::options();
    options.custom_flags(FILE_FLAG_OPEN_REPARSE_POINT | FILE_FLAG_BACKUP_SEMANTICS);
    options
}

/// Opens the folder at `path`, which stays where it is until it is closed.
fn open_folder(path: &Path) -> io::Result<File> {
    let folder = itself().read(true).share_mode(FILE_SHARE_READ | FILE_SHARE_WRITE).open(path)?;
    let metadata = folder.metadata()?;
    refuse_link(&metadata)?;
    if metadata.is_dir() { Ok(folder) } else { Err(io::ErrorKind::NotADirectory.into()) }
}

fn refuse_link(metadata: &Metadata) -> io::Result<()> {
    match metadata.is_symlink() {
        true => Err(io::Error::other("a link or a mount stands there, and none is followed")),
        false => Ok(()),
    }
}

/// Opens the regular file at `path` for reading; a link in its place is not followed.
///
/// # Errors
///
/// When it cannot be opened, and when it is no regular file.
pub fn open_regular(path: &Path) -> io::Result<File> {
    regular(itself().read(true).open(path)?)
}

fn regular(file: File) -> io::Result<File> {
    match kind_of(&file)? {
        EntryKind::File(_) => Ok(file),
        _ => Err(io::Error::other("it is no regular file")),
    }
}

fn kind_of(file: &File) -> io::Result<EntryKind> {
    let metadata = file.metadata()?;
    Ok(match metadata.file_type() {
        kind if kind.is_symlink() => EntryKind::Other("a link"),
        kind if kind.is_dir() => EntryKind::Folder,
        _ => EntryKind::File(FileId::of_file(file)?),
    })
}

/// The name of a file or folder: no way up, no drive, and no stream of a file (`file:stream`).
fn plain(component: Component<'_>) -> io::Result<&OsStr> {
    match component {
        Component::Normal(name) if !name.as_encoded_bytes().contains(&b':') => Ok(name),
        _ => Err(no_name()),
    }
}

fn no_name() -> io::Error {
    io::Error::other("this names nothing in a folder")
}

/// Gives an open file to a user and a group, which Windows does not number.
pub(super) fn give(_file: &File, _user: u32, _group: u32) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// The same for the folder at `path`.
pub(super) fn give_folder(_path: &Path, _user: u32, _group: u32) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Whether the program runs as root for somebody else, who is to own what is made: what an administrator of
/// Windows makes in the folder of a user can be used by that user.
pub(super) fn is_root() -> bool {
    false
}

/// Locks a file for this process alone, until it is closed; whether it could.
pub(super) fn lock(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Whether another process holds a lock on a file.
pub(super) fn is_locked(file: &File) -> bool {
    matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
}
