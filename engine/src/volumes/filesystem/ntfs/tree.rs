//! The folders of a volume, and the paths that lead through them.

use std::collections::HashMap;

use super::name::FileName;
use super::record::Reference;
use crate::volumes::filesystem::{MOST_DEPTH, path};

/// Number of the record of the folder that all others are in.
pub(crate) const ROOT: u64 = 5;

/// Folders that are remembered.
const MOST_FOLDERS: usize = 1 << 20;

/// Bytes of a path that are kept; of a longer one, the outermost folders are left out.
const MOST_PATH: usize = 4096;

#[derive(Debug)]
struct NtfsFolder {
    parent: Reference,
    name: Box<str>,
    deleted: bool,
}

/// The folders by what their children call them.
#[derive(Debug, Default)]
pub(crate) struct FolderTree {
    folders: HashMap<Reference, NtfsFolder>,
}

impl FolderTree {
    /// Remembers a folder; the first of several that go by one reference stays.
    pub(crate) fn add(&mut self, reference: Reference, deleted: bool, name: FileName) {
        if self.folders.len() < MOST_FOLDERS {
            let FileName { parent, text, .. } = name;
            let folder = NtfsFolder { parent, name: text.into(), deleted };
            self.folders.entry(reference).or_insert(folder);
        }
    }

    /// The path of what is called `name` in the folder `parent`: through all folders that are still
    /// the ones that were meant. Where that folder itself is not, its number stands for it.
    pub(crate) fn path(&self, parent: Reference, name: &str) -> String {
        let mut names = vec![name];
        let (mut at, mut len) = (parent, name.len());
        let nameless = path::nameless_folder(parent.number());
        if parent.number() != ROOT && self.folder(parent).is_none() {
            names.push(&nameless);
        }
        while at.number() != ROOT
            && names.len() <= MOST_DEPTH
            && let Some(folder) = self.folder(at)
        {
            len += 1 + folder.name.len();
            if len > MOST_PATH {
                break;
            }
            names.push(&folder.name);
            at = folder.parent;
        }
        names.reverse();
        names.join("/")
    }

    /// Deletion adds one to the sequence number of a folder, and its children still have the old
    /// one; some drivers may not add it.
    fn folder(&self, reference: Reference) -> Option<&NtfsFolder> {
        let unchanged = || self.folders.get(&reference.before()).filter(|folder| folder.deleted);
        self.folders.get(&reference).or_else(unchanged)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(parent: Reference, name: &str) -> FileName {
        FileName { parent, text: name.into(), folder: true, ..FileName::unknown() }
    }

    #[test]
    fn a_path_leads_through_the_folders_that_were_meant() {
        let root = Reference::new(ROOT, 5);
        let mut tree = FolderTree::default();
        tree.add(Reference::new(30, 1), false, folder(root, "DCIM"));
        tree.add(Reference::new(31, 4), true, folder(Reference::new(30, 1), "100CANON"));
        let check = |number, sequence, expected: &str| {
            assert_eq!(tree.path(Reference::new(number, sequence), "a.jpg"), expected);
        };
        check(ROOT, 5, "a.jpg");
        check(30, 1, "DCIM/a.jpg");
        // The record was used again, or before.
        check(30, 2, "lost-folder-30/a.jpg");
        check(31, 3, "lost-folder-31/a.jpg");
        check(31, 4, "DCIM/100CANON/a.jpg");
        // A driver that does not count deletions.
        check(31, 5, "DCIM/100CANON/a.jpg");
    }

    #[test]
    fn folders_that_hold_each_other_end_a_path() {
        let (one, other) = (Reference::new(30, 1), Reference::new(31, 1));
        let mut tree = FolderTree::default();
        tree.add(one, false, folder(other, "one"));
        tree.add(other, false, folder(one, "other"));
        assert_eq!(tree.path(one, "a.jpg").split('/').count(), MOST_DEPTH + 1);
        tree.add(Reference::new(32, 1), false, folder(Reference::new(32, 1), &"x".repeat(255)));
        assert!(tree.path(Reference::new(32, 1), "a.jpg").len() <= MOST_PATH);
    }
}
