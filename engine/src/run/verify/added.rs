//! Files in the output folder that the report does not name.

use std::collections::HashSet;
use std::io;

use super::difference::{Difference, DifferenceKind};
use crate::system::folder::{EntryKind, Folder};

/// The folders that a run writes files into.
const FOLDERS: [&str; 3] = ["photos", "partial", "embedded"];

/// All that lies in the folders of recovered files and is not in `named`; folders are looked into, however deep.
/// What cannot be looked at is told to `impossible`.
pub(super) fn added(
    root: &Folder,
    named: &HashSet<String>,
    impossible: &mut Vec<String>,
) -> Vec<Difference> {
    let (mut found, mut waiting) = (Vec::new(), Vec::new());
    for name in FOLDERS {
        match root.kind(name) {
            Ok(None) => {}
            Ok(Some(EntryKind::Folder)) => waiting.push(name.to_owned()),
            Ok(Some(_)) => {
                found.push(Difference::at(DifferenceKind::Added, name, "it is no folder"))
            }
            Err(error) => impossible.push(format!("cannot look at {name}: {error}")),
        }
    }
    while let Some(path) = waiting.pop() {
        let listed = listed(root, &path, named, &mut waiting);
        match listed {
            Ok(mut differences) => found.append(&mut differences),
            Err(error) => impossible.push(format!("cannot look into {path}: {error}")),
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn listed(
    root: &Folder,
    path: &str,
    named: &HashSet<String>,
    waiting: &mut Vec<String>,
) -> io::Result<Vec<Difference>> {
    let folder = root.below(path)?;
    let mut found = Vec::new();
    for name in folder.names()? {
        let below = format!("{path}/{}", name.to_string_lossy());
        let what = match folder.kind(&name)? {
            None => continue,
            Some(EntryKind::Folder) => {
                waiting.push(below);
                continue;
            }
            Some(EntryKind::File(_)) if name.to_str().is_some() && named.contains(&below) => {
                continue;
            }
            Some(EntryKind::File(_)) => "the report does not name it".to_owned(),
            // Of a file of the report that is one, its check tells.
            Some(EntryKind::Other(_)) if named.contains(&below) => continue,
            Some(EntryKind::Other(kind)) => {
                format!("it is {kind}, and the report does not name it")
            }
        };
        found.push(Difference::at(DifferenceKind::Added, &below, what));
    }
    Ok(found)
}
