//! Which folder of the output is whose.

use std::collections::HashSet;
use std::path::Path;

use crate::output::destination::{BESIDE_REPORT, OURS, REPORT};
use crate::output::safe_path;
use crate::system::folder::Folder;

/// What an image is called whose name gives none.
const NAMELESS: &str = "image";

/// Gives each image a folder of its own below the output folder: its name, as far as a disk takes it, and a number
/// where that is taken.
pub(super) struct FolderNames<'f> {
    output: &'f Folder,
    /// In lower case: on many disks names that differ only in case are the same.
    taken: HashSet<String>,
}

impl<'f> FolderNames<'f> {
    /// Names of folders in `output` that are none of the `known` ones.
    pub(super) fn new<'k>(output: &'f Folder, known: impl Iterator<Item = &'k str>) -> Self {
        let ours = BESIDE_REPORT.iter().chain(&OURS).copied().chain([REPORT]);
        let taken = ours.chain(known).map(str::to_lowercase).collect();
        FolderNames { output, taken }
    }

    /// A folder for the image at `path`, of which nothing is there yet.
    pub(super) fn give(&mut self, path: &Path) -> String {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        // What begins with a dot is hidden, and so would its photos be.
        let wanted = safe_path(name.trim_start_matches('.')).unwrap_or_default();
        let wanted = wanted.trim_start_matches('.');
        let wanted = if wanted.is_empty() { NAMELESS } else { wanted };
        let mut name = wanted.to_owned();
        // Each round takes another name, so the loop ends with the first that nobody has.
        for number in 2_u64.. {
            let is_new = self.taken.insert(name.to_lowercase());
            if is_new && self.output.kind(&name).ok().flatten().is_none() {
                break;
            }
            name = numbered(wanted, number);
        }
        name
    }
}

/// A name with a number before its extension.
fn numbered(name: &str, number: u64) -> String {
    match name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()) {
        Some((stem, extension)) => format!("{stem}-{number}.{extension}"),
        None => format!("{name}-{number}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::folder::Owner;

    #[test]
    fn every_image_has_a_folder_of_its_own() {
        let home = tempfile::tempdir().unwrap();
        let home = std::fs::canonicalize(home.path()).unwrap();
        std::fs::create_dir(home.join("b.img")).unwrap();
        let output = Folder::open(&home, Owner::default(), Vec::new()).unwrap();
        let mut names = FolderNames::new(&output, ["old.img"].into_iter());
        let given = [
            "x/card.img",
            "y/card.img",
            "z/CARD.img",
            "OLD.img",
            "b.img",
            "photos",
            "..",
            ".a",
            "con",
        ];
        let given = given.map(|path| names.give(Path::new(path)));
        let expected = [
            "card.img",
            "card-2.img",
            "CARD-3.img",
            "OLD-2.img",
            "b-2.img",
            "photos-2",
            "image",
            "a",
            "_con",
        ];
        assert_eq!(given, expected);
    }
}
