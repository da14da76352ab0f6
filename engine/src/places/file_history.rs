//! File History of Windows 8 and later: every version of a file, with its date in the name.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::digits;
use super::findings::Findings;
use super::label::Label;
use super::place::{Context, Place};
use super::tree::{Node, Tree};
use crate::model::{Moment, Origin};

/// The copies of File History, `USER/PC/Data/DRIVE/.../NAME (2023_11_14 22_13_20 UTC).EXT`.
///
/// Source: cemle.com, "How File History works"; the names of folders were seen in descriptions only.
pub(super) struct FileHistory;

/// What a user calls it.
pub(super) const NAME: &str = "Windows File History";

/// What stands before the extension, with `0` for digits.
const VERSION: &str = " (0000_00_00 00_00_00 UTC)";

/// What the folder of the copies is called, and the one in it whose paths would be too long.
const DATA: &str = "Data";
const OVERFLOW: &str = "$OF";

/// A copy by its name.
struct Version<'n> {
    /// Where the file was, without its drive: `Users/Anna/a.jpg`.
    path: String,
    /// Its drive, a letter or the name of a volume.
    drive: &'n str,
    /// When it was copied.
    at: Moment,
}

impl Place for FileHistory {
    fn read(&self, tree: &Arc<dyn Tree>, context: &Context<'_>, findings: &mut Findings) {
        let mut versions: BTreeMap<String, Vec<(Moment, usize)>> = BTreeMap::new();
        let mut overflow = 0usize;
        for (at, node) in tree.nodes().iter().enumerate() {
            if context.progress.stopped() {
                break;
            }
            if let Some(version) = Version::of(node) {
                versions.entry(version.original()).or_default().push((version.at, at));
            } else if is_overflow(node) {
                overflow += 1;
                findings.labels.push(Label::new(at, Origin::Backup, NAME));
            }
        }
        for (path, mut copies) in versions {
            copies.sort_by_key(|(at, node)| (at.civil, *node));
            let newest = copies.last().map(|(_, node)| *node);
            for (copied_at, node) in copies {
                let mut label = Label::new(node, Origin::Backup, NAME);
                label.original_path = Some(path.clone());
                label.modified = tree.nodes()[node].modified;
                label.copied_at = Some(copied_at);
                label.marks =
                    vec![if Some(node) == newest { "newest version" } else { "former version" }];
                findings.labels.push(label);
            }
        }
        if overflow > 0 {
            findings.notes.push(format!(
                "{}: File History keeps {overflow} files under short names, since their paths are too long; where they \
                 lay its catalog alone knows, which is not read",
                tree.title()
            ));
        }
    }
}

impl<'n> Version<'n> {
    fn of(node: &'n Node) -> Option<Self> {
        if !node.is_file() {
            return None;
        }
        let folder = node.folder();
        let (name, at) = split(node.name())?;
        let parts: Vec<&str> = folder.split('/').collect();
        // The copies lie in the folder of their drive in `Data`. Whoever looks at a part of the tree sees less.
        let (drive, inside) = match drive(&parts) {
            Some(at) => (parts[at], &parts[at + 1..]),
            None => ("", parts.as_slice()),
        };
        let folder = inside.join("/");
        let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
        Some(Version { path, drive, at })
    }

    /// The path as its user knew it.
    fn original(&self) -> String {
        let is_letter =
            self.drive.len() == 1 && self.drive.bytes().all(|one| one.is_ascii_alphabetic());
        match (self.drive, is_letter) {
            ("", _) => self.path.clone(),
            (drive, true) => format!("{drive}:/{}", self.path),
            (drive, false) => format!("{drive}/{}", self.path),
        }
    }
}

/// Which part of a path is the drive: the one after `Data`, where there are several the first that is a letter.
fn drive(parts: &[&str]) -> Option<usize> {
    let after = |at: &usize| parts[*at - 1] == DATA;
    let is_letter = |at: &usize| parts[*at].len() == 1 && parts[*at].is_ascii();
    let mut drives = (1..parts.len()).filter(after);
    drives.clone().find(is_letter).or_else(|| drives.next())
}

/// The name without the date, and the date.
fn split(name: &str) -> Option<(String, Moment)> {
    let begin = name.rfind(" (")?;
    let end = begin.checked_add(VERSION.len())?;
    let at = digits::moment(name.get(begin..end)?, VERSION, Some(0))?;
    let (stem, extension) = (&name[..begin], &name[end..]);
    let is_extension = extension.is_empty() || extension.starts_with('.');
    is_extension.then(|| (format!("{stem}{extension}"), at))
}

/// Whether a file lies under a short name: `Data/$OF/1/1`.
fn is_overflow(node: &Node) -> bool {
    let mut parts = node.path.split('/');
    parts.any(|part| part == DATA) && parts.next() == Some(OVERFLOW) && node.is_file()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::places::tree::tests::MemoryTree;
    use crate::places::{NoPasswords, Place};

    #[test]
    fn other_folders_of_that_name_are_no_place_of_drives() {
        let node = |path: &str| {
            let tree = MemoryTree::new([(path, vec![1])]);
            let nodes = tree.nodes();
            Version::of(&nodes[nodes.len() - 1]).map(|version| version.original())
        };
        let copy = |folder: &str| node(&format!("{folder}/a (2023_11_14 22_13_20 UTC).jpg"));
        let path = |path: &str| Some(path.to_owned());
        assert_eq!(copy("My Data/Data/old/anna/PC/Data/D/Data/E"), path("D:/Data/E/a.jpg"));
        assert_eq!(copy("anna/PC/Data/Library"), path("Library/a.jpg"));
        assert_eq!(copy("Pictures"), path("Pictures/a.jpg"));
        assert_eq!(node("a (2023_11_14 22_13_20 UTC).jpg"), path("a.jpg"));
    }

    #[test]
    fn versions_of_a_file_are_known_by_its_path_and_the_newest_is_marked() {
        let base = "FileHistory/anna/PC/Data";
        let tree = MemoryTree::new(
            [
                "C/Users/Anna/a (1) (2023_11_14 22_13_20 UTC).jpg",
                "C/Users/Anna/a (1) (2024_01_01 00_00_00 UTC).jpg",
                "C/Users/Anna/b (2023_11_14 22_13_20 UTC)",
                "C/Users/Anna/c (2023_99_14 22_13_20 UTC).jpg",
                "$OF/1/1",
            ]
            .map(|path| format!("{base}/{path}"))
            .iter()
            .map(|path| (path.as_str(), vec![1]))
            .collect::<Vec<_>>(),
        );
        let (progress, mut findings) = (Default::default(), Findings::default());
        let context = Context { passwords: &NoPasswords, progress: &progress, now: 0 };
        FileHistory.read(&(Arc::new(tree) as Arc<dyn Tree>), &context, &mut findings);
        let told: Vec<_> = findings
            .labels
            .iter()
            .map(|label| {
                (
                    label.original_path.as_deref(),
                    label.copied_at.map(|at| at.to_string()),
                    label.marks.first().copied(),
                )
            })
            .collect();
        let at = |text: &str| Some(text.to_owned());
        let (a, b) = (Some("C:/Users/Anna/a (1).jpg"), Some("C:/Users/Anna/b"));
        assert_eq!(
            told,
            [
                (None, None, None),
                (a, at("2023-11-14T22:13:20Z"), Some("former version")),
                (a, at("2024-01-01T00:00:00Z"), Some("newest version")),
                (b, at("2023-11-14T22:13:20Z"), Some("newest version")),
            ]
        );
        assert_eq!(findings.notes.len(), 1);
    }
}
