//! Files in the output folder that the report does not name.

use std::collections::HashSet;

use super::difference::{Difference, DifferenceKind};
use super::entries::entries;
use crate::output::destination::PHOTOS;
use crate::system::folder::{EntryKind, Folder};

/// All that lies in the folders of recovered files and is not in `named`. What cannot be looked at is told to
/// `impossible`.
pub(super) fn added(
    root: &Folder,
    named: &HashSet<String>,
    impossible: &mut Vec<String>,
) -> Vec<Difference> {
    let mut found = Vec::new();
    for entry in PHOTOS.iter().flat_map(|name| entries(root, name, impossible)) {
        let path = entry.path.as_str();
        // Of a file of the report that is none any more, its own check tells.
        if entry.is_text && named.contains(path) {
            continue;
        }
        let what = match entry.kind {
            _ if PHOTOS.contains(&path) => "it is no folder".to_owned(),
            EntryKind::Other(kind) => format!("it is {kind}, and the report does not name it"),
            _ => "the report does not name it".to_owned(),
        };
        found.push(Difference::at(DifferenceKind::Added, path, what));
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}
