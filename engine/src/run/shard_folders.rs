//! The output folders of shards, each named, or all of them by the folder that they lie in.

use std::path::PathBuf;

use crate::control::error::Error;
use crate::output::destination::STATE;

/// An output folder and the folder in it that holds the state of its run.
pub(super) type ShardFolder = (PathBuf, PathBuf);

/// The output folders that are meant by `named`: one that holds the state of a run is itself one, and another stands for
/// those directly in it, by name.
///
/// # Errors
///
/// When a folder cannot be read.
pub(super) fn shard_folders(named: &[PathBuf]) -> Result<Vec<ShardFolder>, Error> {
    let mut all = Vec::new();
    for folder in named {
        let own = with_state(folder.clone());
        if own.1.exists() {
            all.push(own);
            continue;
        }
        let failed = |error| Error::output("open", folder, error);
        let mut inside = Vec::new();
        for entry in folder.read_dir().map_err(failed)? {
            let one = with_state(entry.map_err(failed)?.path());
            if one.1.is_dir() {
                inside.push(one);
            }
        }
        if inside.is_empty() {
            let why = "it holds no shard of a scan".to_owned();
            return Err(Error::Shard { path: folder.clone(), why });
        }
        inside.sort();
        all.append(&mut inside);
    }
    Ok(all)
}

fn with_state(folder: PathBuf) -> ShardFolder {
    let state = folder.join(STATE);
    (folder, state)
}
