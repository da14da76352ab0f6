//! The output folder, refused when writing to it could destroy what is searched.
//!
//! All checks come before anything is written, the folder itself included.

mod prepared;
mod resolved;
mod source;
mod unfinished;

pub use source::{BATCH, BESIDE_REPORT, CHOSEN, LOCK, OURS, PHOTOS, REPORT, STATE};

use std::fs;
use std::path::{Path, PathBuf};

use crate::control::error::Error;
use crate::ledger::SCAN_LOG;
use crate::source::files_of as source_files;
use crate::system::folder::{FileId, Folder, Owner};
use crate::system::{System, disk_of};
use prepared::{Run, Sources};
use resolved::ResolvedPath;

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
    /// Whether it may hold a report already, which the new one takes the place of.
    pub holds_report: bool,
    /// As much of the path as existed, and the number of the file system there.
    existing: (PathBuf, u64),
    /// Files that nothing is written to.
    sources: Vec<FileId>,
}

/// Whether a new run on `sources` may write to `output`, which need not exist yet.
///
/// # Errors
///
/// [`Error::Destination`] when `output` is a source or lies in one or on its device, is no folder, holds the
/// report or the journal of an earlier run, or has links, mounts or sources in the places of our files.
pub fn check(output: &Path, sources: &[PathBuf]) -> Result<Destination, Error> {
    checked(output, sources, Run::First)
}

/// Like [`check`], for a run that goes on in the folder of an interrupted one, report and all.
///
/// # Errors
///
/// Those of [`check`], but for the report and the journal.
pub fn check_resumed(output: &Path, sources: &[PathBuf]) -> Result<Destination, Error> {
    checked(output, sources, Run::Later)
}

/// Like [`check_resumed`] where an earlier run has left its log, and like [`check`] where none has.
///
/// # Errors
///
/// Those of [`check_resumed`] or [`check`].
pub fn check_going_on(output: &Path, sources: &[PathBuf]) -> Result<Destination, Error> {
    let has_log = output.join(STATE).join(SCAN_LOG).symlink_metadata().is_ok();
    let run = if has_log { Run::Later } else { Run::Again };
    checked(output, sources, run)
}

/// Whether a new run on `sources` may write to the folder `output`, as a run asks itself before it begins: where it
/// leads, links resolved, and the bytes that are free for us on its disk. Nothing is made.
///
/// # Errors
///
/// Those of `check`.
pub fn check_folder(output: &Path, sources: &[PathBuf]) -> Result<(PathBuf, u64), Error> {
    check(output, sources).map(|destination| (destination.path, destination.free))
}

/// Whether files without names may be written to the existing `folder`, as a run does that only lists.
///
/// # Errors
///
/// [`Error::Destination`] when it is a source, or lies in one or on its device.
pub fn check_temporary(folder: &Path, sources: &[PathBuf]) -> Result<(), Error> {
    apart(folder, &all_files(sources)).map(drop)
}

/// The same while `medium` is copied as it is: nobody looks into it for parts of an image, since each read of it may be the
/// last one.
///
/// # Errors
///
/// Those of [`check_temporary`].
pub(crate) fn check_beside_medium(folder: &Path, medium: &Path) -> Result<(), Error> {
    apart(folder, &[medium.to_path_buf()]).map(drop)
}

/// Whether a file at `file` may be written while `sources` are read: where it leads, links resolved.
///
/// # Errors
///
/// [`Error::Destination`] when it is a source by whatever name, lies on the device of one or in a folder that
/// is one, or is there and no regular file.
pub fn check_file(file: &Path, sources: &[PathBuf]) -> Result<PathBuf, Error> {
    let files = all_files(sources);
    let resolved = ResolvedPath::of(file).map_err(|why| refused(file, why))?;
    let system = System::running();
    if let Some(why) = files.iter().find_map(|source| source::conflict(&system, &resolved, source))
    {
        return Err(refused(file, why));
    }
    if let Ok(found) = fs::metadata(&resolved.path) {
        if !found.is_file() {
            return Err(refused(file, "it is no regular file"));
        }
        if FileId::at(&resolved.path).is_ok_and(|id| ids(&files).contains(&id)) {
            return Err(refused(file, "it is what is to be read, by another name"));
        }
    }
    Ok(resolved.path)
}

/// The output folder at `path` of a run that is over, held open to add to what lies in it; its `sources` are never
/// written to.
///
/// # Errors
///
/// [`Error::Destination`] when it is a source, or lies in one or on its device; and when it cannot be opened.
pub fn open_existing(path: &Path, sources: &[PathBuf]) -> Result<Folder, Error> {
    let files = all_files(sources);
    let resolved = apart(path, &files)?;
    let opened = Folder::open(&resolved.path, Owner::from_environment(), ids(&files));
    opened.map_err(|error| Error::output("open the folder", path, error))
}

/// Fails where `to`, which was asked for as `typed`, is the output folder `folder` or lies among what a scan has
/// written to it.
///
/// # Errors
///
/// [`Error::Destination`].
pub fn check_beside(folder: &Path, to: &Path, typed: &Path) -> Result<(), Error> {
    if to == folder {
        return Err(refused(typed, "it is the output folder of the scan itself"));
    }
    if OURS.iter().any(|ours| to.starts_with(folder.join(ours))) {
        return Err(refused(typed, "it lies among what the scan has written"));
    }
    Ok(())
}

/// The same where `to` lies anywhere in `folder`: what is handed to others must not lie among what is not.
///
/// # Errors
///
/// [`Error::Destination`].
pub fn check_outside(folder: &Path, to: &Path, typed: &Path) -> Result<(), Error> {
    check_beside(folder, to, typed)?;
    if to.starts_with(folder) {
        return Err(refused(typed, "it lies in the output folder of the scan"));
    }
    Ok(())
}

/// The folder with the state of a batch in the output folder `output`; nothing where no batch was begun there.
pub(crate) fn batch_state(output: &Path) -> Option<Folder> {
    let root = Folder::open(&fs::canonicalize(output).ok()?, Owner::default(), Vec::new()).ok()?;
    let state = root.below(STATE).ok()?;
    state.kind(BATCH).ok().flatten().map(|_| state)
}

/// Whether the output folder `output` holds the report of a run that was not finished.
pub(crate) fn holds_unfinished_report(output: &Path) -> bool {
    let open = |path: PathBuf| Folder::open(&path, Owner::default(), Vec::new());
    fs::canonicalize(output).and_then(open).is_ok_and(|root| unfinished::says_report(&root))
}

/// Of the disk on which the existing `folder` lies: the longest file, the bytes that are free for us, and
/// whether it is FAT or exFAT.
pub(crate) fn room(folder: &Path) -> std::io::Result<(u64, u64, bool)> {
    disk_of(folder).map(|disk| (disk.longest, disk.free, disk.fat))
}

fn checked(output: &Path, sources: &[PathBuf], run: Run) -> Result<Destination, Error> {
    let files = all_files(sources);
    let resolved = apart(output, &files)?;
    let sources_ids = ids(&files);
    let failed = |error| Error::output("look into the folder", output, error);
    if resolved.existing == resolved.path {
        let root = Folder::open(&resolved.path, Owner::default(), Vec::new()).map_err(failed)?;
        let paths: Vec<PathBuf> =
            sources.iter().filter_map(|source| fs::canonicalize(source).ok()).collect();
        let sources = Sources { ids: &sources_ids, paths: &paths };
        if let Some(why) = prepared::conflict(&root, run, &sources).map_err(failed)? {
            return Err(refused(output, why));
        }
        if run == Run::First {
            unfinished::check(&root, output)?;
        }
    }
    let asked = disk_of(&resolved.existing).and_then(|disk| {
        let device = FileId::at(&resolved.existing)?.device;
        Ok((disk, device))
    });
    let (disk, device) =
        asked.map_err(|error| Error::output("ask for the disk of", output, error))?;
    Ok(Destination {
        path: resolved.path,
        fat: disk.fat,
        longest: disk.longest,
        free: disk.free,
        holds_report: run == Run::Later,
        existing: (resolved.existing, device),
        sources: sources_ids,
    })
}

/// Where `output` leads, when that is a folder, or none yet, that lies apart from all `files` of the sources.
fn apart(output: &Path, files: &[PathBuf]) -> Result<ResolvedPath, Error> {
    let resolved = ResolvedPath::of(output).map_err(|why| refused(output, why))?;
    let system = System::running();
    if let Some(why) = files.iter().find_map(|source| source::conflict(&system, &resolved, source))
    {
        return Err(refused(output, why));
    }
    if fs::metadata(&resolved.path).is_ok_and(|metadata| !metadata.is_dir()) {
        return Err(refused(output, "there is a file of this name, and a folder is needed"));
    }
    Ok(resolved)
}

/// The sources, and the files that they are made of: parts of an image, and what it is a difference to.
fn all_files(sources: &[PathBuf]) -> Vec<PathBuf> {
    let others = sources.iter().flat_map(|path| source_files(path).into_iter().skip(1));
    sources.iter().cloned().chain(others).collect()
}

/// The files that hold the bytes of the sources, of which these are all `files`.
fn ids(files: &[PathBuf]) -> Vec<FileId> {
    let system = System::running();
    files.iter().flat_map(|file| system.files_of(file)).collect()
}

fn refused(output: &Path, why: impl Into<String>) -> Error {
    Error::Destination { path: output.to_path_buf(), why: why.into() }
}

impl Destination {
    /// Makes the folder and those above it, and holds it open; under sudo they belong to the caller.
    ///
    /// # Errors
    ///
    /// [`Error::Output`] when it cannot be made, [`Error::NoRoom`] when its disk is full, and
    /// [`Error::Destination`] when it lies on another disk than when it was checked.
    pub fn create(&self) -> Result<Folder, Error> {
        let failed = |error| Error::output("make the folder", &self.path, error);
        let owner = Owner::from_environment();
        owner.create_dir_all(&self.path).map_err(failed)?;
        let folder = Folder::open(&self.path, owner, self.sources.clone()).map_err(failed)?;
        let (existing, device) = &self.existing;
        if folder.device() != *device {
            return Err(refused(&self.path, "another disk was mounted there in between"));
        }
        let above = self.path.ancestors().skip(1).take_while(|above| above.starts_with(existing));
        for above in above {
            // So that a photo that is on the disk is found there. Not every disk can wait for a folder.
            drop(fs::File::open(above).and_then(|above| above.sync_all()));
        }
        Ok(folder)
    }
}

#[cfg(test)]
#[cfg(unix)]
mod on_devices;

#[cfg(test)]
mod tests {
    #[cfg(unix)]
    use std::os::unix::fs::symlink;

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
    #[cfg(unix)]
    fn links_and_disguises_are_refused_and_a_link_to_the_folder_is_not() {
        let home = tempdir().unwrap();
        let home = fs::canonicalize(home.path()).unwrap();
        let (out, image) = (home.join("out"), home.join("card.img"));
        fs::write(&image, "source").unwrap();
        let refused = |path: &str, check: fn(&Path, &[PathBuf]) -> Result<Destination, Error>| {
            let at = out.join(path);
            fs::create_dir_all(at.parent().unwrap()).unwrap();
            fs::hard_link(&image, &at).unwrap();
            let linked = why(check(&out, std::slice::from_ref(&image)));
            fs::remove_file(&at).unwrap();
            symlink(&image, &at).unwrap();
            let led = why(check(&out, std::slice::from_ref(&image)));
            fs::remove_dir_all(&out).unwrap();
            (linked, led)
        };
        for path in ["photos/a", "partial/a/b", "embedded/a", "report/thumbs/a", "report.json"] {
            let (linked, led) = refused(path, check_resumed);
            assert!(linked.contains("by another name"), "{path}: {linked}");
            assert!(led.contains("is a link"), "{path}: {led}");
        }
        for path in [".afterimage/reserve", ".afterimage/store/a", ".afterimage/settle.log"] {
            refused(path, check);
            let (linked, _) = refused(path, check_resumed);
            assert!(linked.contains("by another name"), "{path}: {linked}");
        }
        fs::create_dir_all(out.join("photos/DCIM")).unwrap();
        symlink(&out, home.join("link")).unwrap();
        let destination = check(&home.join("link"), &[image]).unwrap();
        assert_eq!(destination.path, out);
        destination.create().unwrap();
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
