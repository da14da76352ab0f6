//! The output folder, refused when writing to it could destroy what is searched.
//!
//! All checks come before anything is written, the folder itself included.

mod devices;
mod disk;
mod mounts;
mod resolved;
mod source;
mod system;

pub use mounts::Mount;
pub use source::STATE;

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::output::naming::OutputFolder;
use crate::output::owner::Owner;
use resolved::ResolvedPath;
use system::System;

/// A folder that may be written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// The folder: absolute, with links resolved.
    pub path: PathBuf,
    /// Whether its disk is FAT or exFAT, where names that differ only in case are the same and
    /// files have no owner.
    pub fat: bool,
    /// The longest file that its disk takes, in bytes; [`u64::MAX`] where nothing is known.
    pub longest: u64,
    /// Bytes that are free for us on its disk.
    pub free: u64,
}

/// Whether a new run on `sources` may write to `output`, which need not exist yet.
///
/// # Errors
///
/// [`Error::Destination`] when `output` is a source or lies in one or on its device, is no folder,
/// or holds the report of an earlier run.
pub fn check(output: &Path, sources: &[PathBuf]) -> Result<Destination, Error> {
    let destination = check_resumed(output, sources)?;
    if destination.path.join("report.json").symlink_metadata().is_ok() {
        let why = "it holds the report of an earlier run, which would be lost; choose another \
                   folder, or move this one away";
        return Err(refused(output, why));
    }
    Ok(destination)
}

/// Like [`check`], for a run that goes on in the folder of an interrupted one, report and all.
///
/// # Errors
///
/// Those of [`check`], but for the report.
pub fn check_resumed(output: &Path, sources: &[PathBuf]) -> Result<Destination, Error> {
    let resolved = ResolvedPath::of(output).map_err(|why| refused(output, why))?;
    let system = System::running();
    if let Some(why) = sources.iter().find_map(|source| system.conflict(&resolved, source)) {
        return Err(refused(output, why));
    }
    if fs::metadata(&resolved.path).is_ok_and(|metadata| !metadata.is_dir()) {
        return Err(refused(output, "there is a file of this name, and a folder is needed"));
    }
    for folder in OutputFolder::ALL.map(OutputFolder::name).into_iter().chain([STATE]) {
        let below = resolved.path.join(folder);
        if below.symlink_metadata().is_ok_and(|metadata| !metadata.is_dir()) {
            let why = format!("{folder} in it is a file or a link, and a folder is needed there");
            return Err(refused(output, why));
        }
    }
    let disk = disk::of(&resolved.existing)
        .map_err(|error| Error::output("ask for the disk of", output, error))?;
    Ok(Destination { path: resolved.path, fat: disk.fat, longest: disk.longest, free: disk.free })
}

fn refused(output: &Path, why: impl Into<String>) -> Error {
    Error::Destination { path: output.to_path_buf(), why: why.into() }
}

impl Destination {
    /// Makes the folder and those above it; under sudo they belong to the caller.
    ///
    /// # Errors
    ///
    /// [`Error::Output`] when it cannot be made, [`Error::NoRoom`] when its disk is full.
    pub fn create(&self) -> Result<(), Error> {
        Owner::from_environment()
            .create_dir_all(&self.path)
            .map_err(|error| Error::output("make the folder", &self.path, error))
    }
}

#[cfg(test)]
mod tests {
    use tempfile::tempdir;

    use super::*;

    fn why(checked: Result<Destination, Error>) -> String {
        match checked {
            Err(Error::Destination { why, .. }) => why,
            other => panic!("not refused: {other:?}"),
        }
    }

    #[test]
    fn nothing_is_made_before_it_is_asked_for() {
        let home = tempdir().unwrap();
        let output = home.path().join("new/../a/b");
        let destination = check(&output, &[]).unwrap();
        assert!(!home.path().join("a").exists());
        assert!(destination.path.is_absolute() && destination.free > 0);
        destination.create().unwrap();
        assert!(home.path().join("a/b").is_dir());
        assert!(!home.path().join("new").exists());
        assert_eq!(check(&output, &[]).unwrap().path, destination.path);
    }

    #[test]
    fn a_folder_with_other_files_is_fine_but_not_an_earlier_report() {
        let home = tempdir().unwrap();
        fs::write(home.path().join("holiday.jpg"), "").unwrap();
        check(home.path(), &[]).unwrap();
        fs::write(home.path().join("report.json"), "{}").unwrap();
        assert!(why(check(home.path(), &[])).contains("report of an earlier run"));
        check_resumed(home.path(), &[]).unwrap();
    }

    #[test]
    fn a_file_is_no_folder() {
        let home = tempdir().unwrap();
        let file = home.path().join("file");
        fs::write(&file, "").unwrap();
        assert!(why(check(&file, &[])).contains("a folder is needed"));
        assert!(why(check(&file.join("below"), &[])).contains("is not a folder"));
        assert!(why(check(&file, std::slice::from_ref(&file))).contains("to be searched"));
    }

    #[test]
    fn sources_beside_the_output_are_fine() {
        let home = tempdir().unwrap();
        let image = home.path().join("card.img");
        fs::write(&image, "").unwrap();
        let missing = home.path().join("missing.img");
        check(home.path(), &[image, missing]).unwrap();
    }
}
