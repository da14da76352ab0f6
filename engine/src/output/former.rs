//! Photos that got their names in an earlier process of the same run.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::claims::{self, Standing};
use crate::control::error::Error;
use crate::ledger::{Ledger, Store, hash_of};
use crate::output::naming::OutputFolder;
use crate::system::folder::Folder;

/// What an earlier process has named, and what becomes of it.
///
/// A name on record says nothing until the bytes at that path are those of the photo: somebody else may have
/// put something there since, and that is left alone.
pub(super) struct Former<'a> {
    output: &'a Folder,
    is_resumed: bool,
    /// By the BLAKE3 of content, its path.
    given: HashMap<blake3::Hash, String>,
    /// The other way round.
    content: HashMap<String, blake3::Hash>,
    /// Content that may have to give up its path: it gets one in this process, or none.
    movable: HashSet<blake3::Hash>,
}

impl<'a> Former<'a> {
    /// What an earlier process has named in `output`; content of the hashes `due` is to have a name. When all
    /// that was asked for `is_found`, what no file of the report has any more is given up.
    pub(super) fn of(
        output: &'a Folder,
        ledger: &mut Ledger,
        due: HashSet<blake3::Hash>,
        is_found: bool,
    ) -> Self {
        let (is_resumed, given) = (ledger.is_resumed, ledger.names.take_given());
        let mut movable = due;
        if is_found && !given.is_empty() {
            let known = known(ledger);
            let is_given_up = |(hash, path): &(&blake3::Hash, &String)| {
                !known.contains(&(**hash, path.starts_with(OutputFolder::Embedded.name())))
            };
            movable.extend(given.iter().filter(is_given_up).map(|(hash, _)| *hash));
        }
        let content = given.iter().map(|(hash, path)| (path.clone(), *hash)).collect();
        Former { output, is_resumed, given, content, movable }
    }

    /// Whether content of that hash stands at `path`.
    pub(super) fn stands(&self, path: &str, hash: &blake3::Hash) -> bool {
        let read = || hash_of(&mut self.output.read_below(path)?);
        self.is_resumed && read().is_ok_and(|found| found == *hash)
    }

    /// Whether what stands at `path` is a photo of ours that gives it up.
    pub(super) fn gives_up(&self, path: &str) -> bool {
        let content = self.content.get(path).filter(|hash| self.movable.contains(hash));
        content.is_some_and(|hash| self.stands(path, hash))
    }

    /// Takes those photos back into the store that are to have another path than they have, or none: `chosen`
    /// are the new ones by content. Gives the folders that they leave.
    ///
    /// # Errors
    ///
    /// When the disk fails.
    pub(super) fn take_back(
        &self,
        store: &Store,
        chosen: &HashMap<blake3::Hash, &str>,
    ) -> Result<BTreeSet<String>, Error> {
        let mut left = BTreeSet::new();
        for (hash, path) in &self.given {
            let stays = !self.movable.contains(hash)
                || chosen.get(hash).is_some_and(|chosen| chosen == path)
                || !self.stands(path, hash);
            if stays {
                continue;
            }
            let (folder, name) = split(path);
            let taken =
                self.output.below(folder).and_then(|from| store.take_back(&from, name, hash));
            taken
                .map_err(|error| Error::output("rename", &self.output.path().join(path), error))?;
            left.insert(folder.to_owned());
        }
        if !left.is_empty() {
            // The store has them before the log says that they go elsewhere.
            let synced = self.output.sync_disk().or_else(|_| store.folder().sync());
            synced.map_err(|error| Error::output("write", store.folder().path(), error))?;
        }
        Ok(left)
    }

    /// Removes those of the folders that photos left, and of those above them, in which nothing is left.
    pub(super) fn remove_empty(&self, left: &BTreeSet<String>) {
        for path in left {
            let mut path = path.as_str();
            while let Some((above, name)) = path.rsplit_once('/') {
                let removed = self.output.below(above).and_then(|above| above.remove_folder(name));
                if removed.is_err() {
                    break;
                }
                path = above;
            }
            if !path.contains('/') {
                // Fails where something is left in it.
                drop(self.output.remove_folder(path));
            }
        }
    }
}

/// The content of all files that a report may list, with whether it lies in another file.
fn known(ledger: &Ledger) -> HashSet<(blake3::Hash, bool)> {
    let standings = claims::standings(&ledger.entries);
    let entries = ledger.entries.iter().zip(standings);
    entries
        .filter_map(|(entry, standing)| match standing {
            Standing::Own => Some((entry.hash?, false)),
            Standing::In(_) => Some((entry.hash?, true)),
            Standing::Nowhere => None,
        })
        .collect()
}

/// The folder that a path lies in, and its name there.
fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or((".", path))
}
