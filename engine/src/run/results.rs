//! What a run left in its output folder, to be looked at.

use std::fs::File;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::output_folder::open_output;
use crate::control::error::Error;
use crate::output::report::ReportReader;
use crate::system::folder::Folder;

/// An output folder with a report, held open for reading.
#[derive(Debug)]
pub struct Results {
    folder: Folder,
}

impl Results {
    /// The output folder at `path`.
    ///
    /// # Errors
    ///
    /// When it is none, or holds no report of this program.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let results = Results { folder: open_output(path)? };
        results.report()?;
        Ok(results)
    }

    /// Where it lies, links resolved.
    pub fn path(&self) -> PathBuf {
        self.folder.path().to_path_buf()
    }

    /// Its report.
    ///
    /// # Errors
    ///
    /// When it is not there any more, or is none of this program.
    pub fn report(&self) -> Result<ReportReader, Error> {
        ReportReader::open(&self.folder)
    }

    /// The regular file at the path `below` the folder, with `/` between its components.
    ///
    /// # Errors
    ///
    /// When it is not there, is something else, or is reached by a step up, through a link or on another mount.
    pub fn file(&self, below: &str) -> io::Result<File> {
        let path = Path::new(below);
        if !path.components().all(|part| matches!(part, Component::Normal(_))) {
            return Err(io::Error::other("this names no file below"));
        }
        self.folder.read_below(below)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::folder::Owner;

    #[test]
    fn only_files_below_the_folder_are_opened() {
        let home = tempfile::tempdir().unwrap();
        let path = std::fs::canonicalize(home.path()).unwrap();
        std::fs::create_dir_all(path.join("out/photos")).unwrap();
        std::fs::write(path.join("out/photos/a.jpg"), b"a").unwrap();
        std::fs::write(path.join("secret"), b"s").unwrap();
        let folder = Folder::open(&path.join("out"), Owner::default(), Vec::new()).unwrap();
        let results = Results { folder };
        assert!(results.file("photos/a.jpg").is_ok());
        for path in ["../secret", "photos/../../secret", "/etc/passwd", "photos", "", "b.jpg"] {
            assert!(results.file(path).is_err(), "{path}");
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("../secret", path.join("out/link.jpg")).unwrap();
            assert!(results.file("link.jpg").is_err());
        }
    }
}
