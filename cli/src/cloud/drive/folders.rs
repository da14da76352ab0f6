//! The folders above deleted files.

use std::collections::HashMap;

use super::file::File;

/// Folders above a file that are looked at at the most.
const MOST_DEPTH: usize = 64;

/// What is in the trash, and the folders above it, by id.
pub struct Folders<'f>(HashMap<&'f str, &'f File>);

impl<'f> Folders<'f> {
    /// Of all that is in the trash, and of folders that are not.
    pub fn of(trashed: &'f [File], live: &'f [File]) -> Self {
        Folders(live.iter().chain(trashed).map(|file| (&*file.id, file)).collect())
    }

    /// Where a file lay, from the topmost folder on that is known.
    pub fn path(&self, file: &File) -> String {
        // What lies in no folder is the drive itself.
        let folders = self.above(file).filter(|folder| folder.parent().is_some());
        let mut parts: Vec<&str> = folders.map(|folder| &*folder.name).collect();
        parts.reverse();
        parts.push(&file.name);
        // A slash in a name separates nothing.
        let parts: Vec<String> = parts.into_iter().map(|part| part.replace('/', "_")).collect();
        parts.join("/")
    }

    /// The folder above a file that was deleted, and the file with it; nothing where the file itself was, or where
    /// the folder is not in the list.
    pub fn deleted_above(&self, file: &File) -> Option<&'f File> {
        if file.explicitly_trashed {
            return None;
        }
        self.above(file).find(|folder| folder.explicitly_trashed)
    }

    /// The folders above a file that are known, the nearest first. Circles, which no honest list has, end.
    fn above(&self, file: &File) -> impl Iterator<Item = &'f File> {
        let first = self.parent(file);
        std::iter::successors(first, |folder| self.parent(folder)).take(MOST_DEPTH)
    }

    fn parent(&self, file: &File) -> Option<&'f File> {
        self.0.get(file.parent()?.as_str()).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(id: &str, name: &str, parent: &str, explicitly_trashed: bool) -> File {
        serde_json::from_value(serde_json::json!({
            "id": id, "name": name, "parents": [parent], "explicitlyTrashed": explicitly_trashed,
        }))
        .unwrap()
    }

    #[test]
    fn the_folder_that_was_deleted_is_found_above() {
        let files = [
            file("a", "Trip", "root", true),
            file("b", "Day/1", "a", false),
            file("c", "x.jpg", "b", false),
            file("d", "y.jpg", "gone", false),
            file("e", "z.jpg", "a", true),
        ];
        let folders = Folders::of(&files, &[]);
        assert_eq!(folders.path(&files[2]), "Trip/Day_1/x.jpg");
        assert_eq!(folders.path(&files[3]), "y.jpg");
        let above = |at: usize| folders.deleted_above(&files[at]).map(|folder| &*folder.id);
        assert_eq!([above(2), above(3), above(4)], [Some("a"), None, None]);
    }

    #[test]
    fn folders_that_are_there_complete_the_path() {
        let files = [file("c", "x.jpg", "b", true)];
        let root = serde_json::json!({ "id": "root", "name": "My Drive" });
        let live = [file("b", "Photos", "root", false), serde_json::from_value(root).unwrap()];
        assert_eq!(Folders::of(&files, &live).path(&files[0]), "Photos/x.jpg");
    }

    #[test]
    fn a_circle_of_folders_ends() {
        let files = [file("a", "A", "b", false), file("b", "B", "a", false)];
        let folders = Folders::of(&files, &[]);
        assert_eq!(folders.path(&files[0]).matches('/').count(), MOST_DEPTH);
        assert!(folders.deleted_above(&files[0]).is_none());
    }
    proptest::proptest! {
        /// Whatever a list says of parents, every file has a path, and no folder is deleted above one that was
        /// deleted itself.
        #[test]
        fn any_list_comes_to_an_end(
            links in proptest::collection::vec((0_u8..12, proptest::bool::ANY, ".{0,8}"), 0..12),
        ) {
            let files: Vec<File> = links
                .iter()
                .enumerate()
                .map(|(id, (parent, deleted, name))| {
                    file(&id.to_string(), name, &parent.to_string(), *deleted)
                })
                .collect();
            let folders = Folders::of(&files, &[]);
            for file in &files {
                proptest::prop_assert!(folders.path(file).matches('/').count() <= MOST_DEPTH);
                if let Some(folder) = folders.deleted_above(file) {
                    proptest::prop_assert!(folder.explicitly_trashed && !file.explicitly_trashed);
                }
            }
        }
    }
}
