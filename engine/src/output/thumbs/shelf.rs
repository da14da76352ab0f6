//! The folder of small pictures in an output folder.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::io::{self, Write};

use crate::system::folder::Folder;

/// Where they lie, below the output folder.
pub const FOLDER: &str = "report/thumbs";

/// What their names end in.
const EXTENSION: &str = ".jpg";

/// The folder of small pictures, open for writing.
#[derive(Clone, Debug)]
pub struct Shelf(Folder);

/// Where the picture of the file with that number in the report lies, below the output folder.
pub fn path(id: u64) -> String {
    format!("{FOLDER}/{}", name(id))
}

/// The name in that folder of the picture of the file with that number in the report.
pub fn name(id: u64) -> String {
    format!("{id}{EXTENSION}")
}

/// The number of the file that a name is of; nothing for a name that is none of ours.
fn id(found: &OsStr) -> Option<u64> {
    let found = found.to_str()?;
    let id = found.strip_suffix(EXTENSION)?.parse().ok()?;
    (name(id) == found).then_some(id)
}

impl Shelf {
    /// The one in an output folder; it is made where it is missing.
    ///
    /// # Errors
    ///
    /// When something else is in its place, and when the disk is full or fails.
    pub fn open(output: &Folder) -> io::Result<Self> {
        output.make(FOLDER).map(Shelf)
    }

    /// Removes all pictures of an earlier report from an output folder, and nothing else that is there.
    ///
    /// # Errors
    ///
    /// When something else is in their place, and when the disk fails.
    pub fn clear(output: &Folder) -> io::Result<()> {
        let folder = match output.below(FOLDER) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            opened => opened?,
        };
        for name in folder.names()? {
            if id(&name).is_some() {
                folder.remove(&name)?;
            }
        }
        Ok(())
    }

    /// Adds the picture of a file. It is not waited for: it can be made again.
    ///
    /// # Errors
    ///
    /// When something has its name, and when the disk is full or fails; nothing is left of it then.
    pub fn add(&self, id: u64, jpeg: &[u8]) -> io::Result<()> {
        let name = name(id);
        let written = self.0.create(&name)?.write_all(jpeg);
        if written.is_err() {
            drop(self.0.remove(&name));
        }
        written
    }

    /// Adds the picture of a file in place of one that is there.
    ///
    /// # Errors
    ///
    /// Those of [`Shelf::add`], but that something has its name.
    pub fn replace(&self, id: u64, jpeg: &[u8]) -> io::Result<()> {
        self.0.remove(name(id))?;
        self.add(id, jpeg)
    }

    /// Removes the picture of a file, if there is one.
    ///
    /// # Errors
    ///
    /// When the disk fails.
    pub fn remove(&self, id: u64) -> io::Result<()> {
        self.0.remove(name(id))
    }

    /// The numbers of the files of which there are pictures.
    ///
    /// # Errors
    ///
    /// When the folder cannot be read.
    pub fn ids(&self) -> io::Result<HashSet<u64>> {
        let names = self.0.names()?;
        Ok(names.iter().filter_map(|name| id(name)).collect())
    }

    /// Waits until the names in it are on the disk itself.
    ///
    /// # Errors
    ///
    /// When the disk fails.
    pub fn sync(&self) -> io::Result<()> {
        self.0.sync()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::folder::Owner;

    #[test]
    fn pictures_are_added_once_and_cleared_and_nothing_else_is() {
        let home = tempfile::tempdir().unwrap();
        let output = std::fs::canonicalize(home.path()).unwrap();
        let output = Folder::open(&output, Owner::default(), Vec::new()).unwrap();
        Shelf::clear(&output).unwrap();
        let shelf = Shelf::open(&output).unwrap();
        shelf.add(7, b"first").unwrap();
        assert_eq!(shelf.add(7, b"second").unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        let at = |path: &str| std::fs::read(home.path().join(path)).ok();
        assert_eq!(at(&path(7)).unwrap(), b"first");
        shelf.replace(7, b"third").unwrap();
        assert_eq!(at(&path(7)).unwrap(), b"third");
        assert_eq!(shelf.ids().unwrap(), HashSet::from([7]));
        for mine in ["report/thumbs/mine.jpg", "report/thumbs/07.jpg", "report/7.jpg"] {
            std::fs::write(home.path().join(mine), b"mine").unwrap();
        }
        Shelf::clear(&output).unwrap();
        assert_eq!(at(&path(7)), None);
        assert!(at("report/thumbs/mine.jpg").is_some() && at("report/thumbs/07.jpg").is_some());
        assert!(at("report/7.jpg").is_some());
        shelf.add(7, b"fourth").unwrap();
        shelf.remove(7).unwrap();
        assert!(shelf.ids().unwrap().is_empty());
    }

    #[test]
    #[cfg(unix)]
    fn links_lead_no_picture_elsewhere() {
        let home = tempfile::tempdir().unwrap();
        let home = std::fs::canonicalize(home.path()).unwrap();
        let outside = home.join("outside");
        std::fs::create_dir_all(&outside).unwrap();
        std::fs::write(outside.join("1.jpg"), b"mine").unwrap();
        let out = home.join("out");
        std::fs::create_dir_all(out.join("report")).unwrap();
        std::os::unix::fs::symlink(&outside, out.join("report/thumbs")).unwrap();
        let output = Folder::open(&out, Owner::default(), Vec::new()).unwrap();
        assert!(Shelf::open(&output).is_err() && Shelf::clear(&output).is_err());
        assert_eq!(std::fs::read(outside.join("1.jpg")).unwrap(), b"mine");
        std::fs::remove_file(out.join("report/thumbs")).unwrap();
        std::fs::create_dir(out.join("report/thumbs")).unwrap();
        std::os::unix::fs::symlink(outside.join("1.jpg"), out.join("report/thumbs/1.jpg")).unwrap();
        let shelf = Shelf::open(&output).unwrap();
        assert!(shelf.add(1, b"x").is_err());
        shelf.replace(1, b"x").unwrap();
        assert_eq!(std::fs::read(outside.join("1.jpg")).unwrap(), b"mine");
    }
}
