//! The files of a folder, by their digests.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::ledger::hash_of;
use crate::model::{DigestKind, KnownDigest};
use crate::options::{KnownList, Workers};

/// Folders inside each other that are looked into.
const MOST_DEPTH: usize = 256;

/// Adds all regular files in `folder` and below it, without following links to folders. Files that cannot be read are
/// passed over. Ends early where `is_stopped` says so.
///
/// # Errors
///
/// When the folder itself cannot be read, in one clause.
pub(super) fn add_folder(
    list: &mut KnownList,
    folder: &Path,
    workers: &Workers,
    is_stopped: &(dyn Fn() -> bool + Sync),
) -> Result<(), String> {
    let files = files(folder, list, is_stopped)?;
    let one = |path: &PathBuf| if is_stopped() { None } else { digest(path) };
    let digests: Vec<Option<KnownDigest>> = workers.install(|| files.par_iter().map(one).collect());
    for (path, digest) in files.iter().zip(digests) {
        match digest {
            Some(digest) => {
                let below = path.strip_prefix(folder).unwrap_or(path);
                let names = below.components().map(|part| part.as_os_str().to_string_lossy());
                list.add_file(&digest, names.collect::<Vec<_>>().join("/"));
            }
            None => list.pass_over(1),
        }
    }
    Ok(())
}

/// The files, in order.
fn files(
    root: &Path,
    list: &mut KnownList,
    is_stopped: &dyn Fn() -> bool,
) -> Result<Vec<PathBuf>, String> {
    let (mut files, mut folders) = (Vec::new(), vec![(root.to_path_buf(), 0)]);
    while let Some((folder, depth)) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if depth == 0 => return Err(error.to_string()),
            Err(_) => {
                list.pass_over(1);
                continue;
            }
        };
        for entry in entries.flatten() {
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            let found = fs::metadata(entry.path());
            if is_folder && depth < MOST_DEPTH {
                folders.push((entry.path(), depth + 1));
            } else if found.is_ok_and(|found| found.is_file() && found.len() > 0) {
                files.push(entry.path());
            }
        }
        if is_stopped() {
            break;
        }
    }
    files.sort_unstable();
    Ok(files)
}

/// The BLAKE3 of a file.
fn digest(path: &Path) -> Option<KnownDigest> {
    let hash = hash_of(&mut File::open(path).ok()?).ok()?;
    KnownDigest::new(DigestKind::Blake3, hash.as_bytes())
}
