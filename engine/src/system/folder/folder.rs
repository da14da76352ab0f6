//! A folder of the output that is held open.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::entry::{Access, EntryKind};
use super::file_id::FileId;
use super::host::Handle;
use super::lock::Lock;
use super::owner::Owner;

/// A folder that a run writes into.
#[derive(Clone, Debug)]
pub struct Folder {
    handle: Arc<Handle>,
    /// For messages alone: nothing is opened by it.
    path: PathBuf,
    /// The number of the file system that it lies on.
    device: u64,
    shared: Arc<Shared>,
}

/// What all folders below one have in common.
#[derive(Debug, Default)]
struct Shared {
    owner: Owner,
    /// Files that are never written to.
    sources: Vec<FileId>,
}

impl Folder {
    /// Opens the folder at the absolute `path`, in which links are resolved already. What is made in it
    /// belongs to `owner`, and `sources` are never written to.
    ///
    /// # Errors
    ///
    /// When there is no such folder, or a component of the path is a link.
    pub fn open(path: &Path, owner: Owner, sources: Vec<FileId>) -> io::Result<Self> {
        let handle = Handle::root(path)?;
        let device = handle.device()?;
        let shared = Arc::new(Shared { owner, sources });
        Ok(Folder { handle: Arc::new(handle), path: path.to_path_buf(), device, shared })
    }

    /// Where it lies, to be told.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The number of the file system that it lies on.
    pub fn device(&self) -> u64 {
        self.device
    }

    /// The folder at `path` below this one.
    ///
    /// # Errors
    ///
    /// When it is not there, is reached through a link, or lies on another mount or device.
    pub fn below(&self, path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        let handle = self.handle.below(path)?;
        let device = handle.device()?;
        if device != self.device {
            return Err(io::Error::other("it lies on another disk than the folder around it"));
        }
        let path = self.path.join(path);
        Ok(Folder { handle: Arc::new(handle), path, device, shared: Arc::clone(&self.shared) })
    }

    /// The folder at `path` below this one; it and those above it are made where they are missing.
    ///
    /// # Errors
    ///
    /// Those of [`Folder::below`], but that it is not there; and when the disk is full or fails.
    pub fn make(&self, path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        match self.below(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            opened => return opened,
        }
        let mut folder = self.clone();
        for component in path.components() {
            let Component::Normal(name) = component else {
                return Err(io::Error::other("this names no folder below"));
            };
            folder = match folder.below(name) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => folder.make_one(name)?,
                opened => opened?,
            };
        }
        Ok(folder)
    }

    fn make_one(&self, name: &OsStr) -> io::Result<Self> {
        match self.handle.make_folder(name) {
            Ok(()) => {
                let folder = self.below(name)?;
                self.shared.owner.give_open(&folder.handle)?;
                Ok(folder)
            }
            // Another thread was quicker and gives it away.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => self.below(name),
            Err(error) => Err(error),
        }
    }

    /// A new file, for reading and writing.
    ///
    /// # Errors
    ///
    /// When something of that name is there, whatever it is; and when the disk is full or fails.
    pub fn create(&self, name: &str) -> io::Result<File> {
        let file = self.handle.create(Path::new(name))?;
        self.refuse_source(&file)?;
        self.shared.owner.give_file(&file)?;
        Ok(file)
    }

    /// A new file in place of that of an earlier process, if there is one.
    ///
    /// # Errors
    ///
    /// When what is there cannot be removed; else those of [`Folder::create`].
    pub fn replace(&self, name: &str) -> io::Result<File> {
        self.remove(name)?;
        self.create(name)
    }

    /// The regular file of that name, for reading.
    ///
    /// # Errors
    ///
    /// When it is not there, or is something else.
    pub fn read(&self, name: &str) -> io::Result<File> {
        self.handle.open(Path::new(name), Access::Read)
    }

    /// The regular file at a path below, with `/` between its parts, for reading; no link is followed.
    ///
    /// # Errors
    ///
    /// Those of [`Folder::below`] and [`Folder::read`].
    pub fn read_below(&self, path: &str) -> io::Result<File> {
        match path.rsplit_once('/') {
            Some((folder, name)) => self.below(folder)?.read(name),
            None => self.read(path),
        }
    }

    /// The regular file of that name, for changing it: one that this program has made.
    ///
    /// # Errors
    ///
    /// When it is not there, is something else, or is a source.
    pub fn change(&self, name: &str) -> io::Result<File> {
        let file = self.handle.open(Path::new(name), Access::Write)?;
        self.refuse_source(&file)?;
        Ok(file)
    }

    /// The regular file of that name, for reading it and for going on with it: one that this program has made.
    ///
    /// # Errors
    ///
    /// Those of [`Folder::change`].
    pub fn reopen(&self, name: &str) -> io::Result<File> {
        let file = self.handle.open(Path::new(name), Access::Both)?;
        self.refuse_source(&file)?;
        Ok(file)
    }

    /// Takes the lock that the file `name` stands for; it is made where it is missing. Nothing when another
    /// process holds it, or has removed it at this moment.
    ///
    /// # Errors
    ///
    /// When it cannot be opened, or is something else than a regular file.
    pub fn lock(&self, name: &str) -> io::Result<Option<Lock>> {
        let file = match self.create(name) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => self.reopen(name)?,
            made => made?,
        };
        let id = FileId::of_file(&file)?;
        let lock = Lock::take(file)?;
        // Whoever held it may have removed it since it was opened: a lock on that file is nobody's any more.
        let is_there = self.read(name).and_then(|now| FileId::of_file(&now));
        Ok(lock.filter(|_| is_there.is_ok_and(|now| now == id)))
    }

    /// Whether another process holds the lock that the file `name` stands for.
    pub fn is_locked(&self, name: &str) -> bool {
        self.read(name).is_ok_and(|file| Lock::is_held(&file))
    }

    /// Fails for a file that is searched, whatever it is called here.
    fn refuse_source(&self, file: &File) -> io::Result<()> {
        let is_source = self.shared.sources.contains(&FileId::of_file(file)?);
        if is_source { Err(io::Error::other("it is what is to be searched")) } else { Ok(()) }
    }

    /// What stands at a name; nothing when the name is free.
    ///
    /// # Errors
    ///
    /// When the system does not say.
    pub fn kind(&self, name: impl AsRef<Path>) -> io::Result<Option<EntryKind>> {
        self.handle.kind(name.as_ref())
    }

    /// Whether nothing stands at a path below.
    pub fn is_free(&self, path: &str) -> bool {
        matches!(self.kind(path), Ok(None))
    }

    /// The names in it, in any order.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn names(&self) -> io::Result<Vec<OsString>> {
        self.handle.names()
    }

    /// Removes the file or link of that name, if there is one.
    ///
    /// # Errors
    ///
    /// When it is a folder, or the disk fails.
    pub fn remove(&self, name: impl AsRef<Path>) -> io::Result<()> {
        match self.handle.remove(name.as_ref()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            outcome => outcome,
        }
    }

    /// Removes the empty folder of that name.
    ///
    /// # Errors
    ///
    /// When it is none, is not empty, or the disk fails.
    pub fn remove_folder(&self, name: &str) -> io::Result<()> {
        self.handle.remove_folder(Path::new(name))
    }

    /// Gives the file `name` the name `new` in `to`, in place of what has it.
    ///
    /// # Errors
    ///
    /// When the disk fails.
    pub fn rename(&self, name: &str, to: &Folder, new: &str) -> io::Result<()> {
        self.handle.rename(Path::new(name), &to.handle, Path::new(new))
    }

    /// The same, unless something has that name, in one step where the file system can.
    ///
    /// # Errors
    ///
    /// [`io::ErrorKind::AlreadyExists`] when something has it.
    pub fn rename_new(&self, name: &str, to: &Folder, new: &str) -> io::Result<()> {
        self.handle.rename_new(Path::new(name), &to.handle, Path::new(new))
    }

    /// Waits until all that was written to its disk is on the disk itself, by whomever: for many files that
    /// is quicker than one by one. Since Linux 5.8 a disk that fails says so (syncfs(2)).
    ///
    /// # Errors
    ///
    /// When the disk is full or fails, and where the system cannot do this.
    pub fn sync_disk(&self) -> io::Result<()> {
        self.handle.sync_disk()
    }

    /// Waits until the regular file of that name is on the disk itself.
    ///
    /// # Errors
    ///
    /// When it is not there or is something else, and when the disk is full or fails.
    pub fn sync_file(&self, name: &str) -> io::Result<()> {
        self.handle.sync_file(Path::new(name))
    }

    /// Waits until the names in it are on the disk itself.
    ///
    /// # Errors
    ///
    /// When the disk fails. File systems that cannot do this for folders write names at once.
    pub fn sync(&self) -> io::Result<()> {
        self.handle.sync()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    #[cfg(unix)]
    use std::os::unix::fs::symlink;

    use super::*;

    fn home() -> (tempfile::TempDir, PathBuf) {
        let home = tempfile::tempdir().unwrap();
        let path = fs::canonicalize(home.path()).unwrap();
        (home, path)
    }

    #[test]
    fn folders_are_made_and_files_are_new() {
        let (_home, path) = home();
        let folder = Folder::open(&path, Owner::default(), Vec::new()).unwrap();
        let deep = folder.make("photos/DCIM/100CANON").unwrap();
        deep.create("a").unwrap();
        assert_eq!(deep.create("a").unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert!(path.join("photos/DCIM/100CANON/a").is_file());
        deep.rename_new("a", &folder, "b").unwrap();
        deep.create("a").unwrap();
        let taken = deep.rename_new("a", &folder, "b").unwrap_err();
        assert_eq!(taken.kind(), io::ErrorKind::AlreadyExists);
        let mut names = folder.names().unwrap();
        names.sort();
        assert_eq!(names, ["b", "photos"]);
        assert!(folder.make("photos/../x").is_err() && folder.make("/tmp").is_err());
    }

    #[test]
    #[cfg(unix)]
    fn links_lead_nowhere() {
        let (_home, path) = home();
        let (_other, outside) = home();
        fs::write(outside.join("source"), "source").unwrap();
        symlink(&outside, path.join("photos")).unwrap();
        symlink(outside.join("source"), path.join("file")).unwrap();
        symlink(outside.join("new"), path.join("dangling")).unwrap();
        let folder = Folder::open(&path, Owner::default(), Vec::new()).unwrap();
        for name in ["file", "dangling"] {
            assert!(folder.create(name).is_err() && folder.read(name).is_err(), "{name}");
            assert!(folder.change(name).is_err(), "{name}");
        }
        assert!(folder.make("photos/x").is_err() && folder.below("photos").is_err());
        assert_eq!(folder.kind("photos").unwrap(), Some(EntryKind::Other("a link")));
        folder.replace("file").unwrap();
        assert_eq!(fs::read(outside.join("source")).unwrap(), b"source");
        assert_eq!(fs::read_dir(&outside).unwrap().count(), 1);
    }

    #[test]
    fn a_source_is_not_changed_whatever_it_is_called() {
        let (_home, path) = home();
        fs::write(path.join("card.img"), "source").unwrap();
        fs::hard_link(path.join("card.img"), path.join("store")).unwrap();
        let source = FileId::at(&path.join("card.img")).unwrap();
        let folder = Folder::open(&path, Owner::default(), vec![source]).unwrap();
        assert!(folder.change("store").is_err());
        assert_eq!(folder.kind("store").unwrap(), Some(EntryKind::File(source)));
        folder.replace("store").unwrap();
        assert_eq!(fs::read(path.join("card.img")).unwrap(), b"source");
    }

    #[test]
    #[cfg(unix)]
    fn what_is_made_is_given_away_and_nothing_else() {
        use std::os::unix::fs::MetadataExt;

        if !rustix::process::geteuid().is_root() {
            return; // Only root can give files away.
        }
        let (_home, path) = home();
        let folder = Folder::open(&path, Owner(Some((12345, 54321))), Vec::new()).unwrap();
        folder.make("c/d").unwrap().create("file").unwrap();
        for (made, owner) in [("c", 12345), ("c/d", 12345), ("c/d/file", 12345), (".", 0)] {
            assert_eq!(fs::metadata(path.join(made)).unwrap().uid(), owner, "{made}");
        }
    }

    #[test]
    #[cfg(unix)]
    fn a_pipe_is_not_waited_for() {
        let (_home, path) = home();
        let made = std::process::Command::new("mkfifo").arg(path.join("pipe")).status();
        if !made.is_ok_and(|status| status.success()) {
            return;
        }
        let folder = Folder::open(&path, Owner::default(), Vec::new()).unwrap();
        assert!(folder.read("pipe").is_err() && folder.change("pipe").is_err());
        assert!(folder.create("pipe").is_err());
    }
}
