//! All that lies below a folder of the output.

use std::io;

use crate::system::folder::{EntryKind, Folder};

/// Something that lies there and is no folder.
pub(super) struct Entry {
    /// Its path below the output folder; what is no text in it is replaced.
    pub(super) path: String,
    /// Whether the path is its name as it is.
    pub(super) is_text: bool,
    pub(super) kind: EntryKind,
}

/// All that lies below the folder `name` of `root`, however deep, in order of the paths; also what stands there in place of
/// a folder. What cannot be looked at is told to `impossible`.
pub(super) fn entries(root: &Folder, name: &str, impossible: &mut Vec<String>) -> Vec<Entry> {
    let (mut found, mut waiting) = (Vec::new(), Vec::new());
    match root.kind(name) {
        Ok(None) => {}
        Ok(Some(EntryKind::Folder)) => waiting.push(name.to_owned()),
        Ok(Some(kind)) => found.push(Entry { path: name.to_owned(), is_text: true, kind }),
        Err(error) => impossible.push(format!("cannot look at {name}: {error}")),
    }
    while let Some(path) = waiting.pop() {
        if let Err(error) = listed(root, &path, &mut found, &mut waiting) {
            impossible.push(format!("cannot look into {path}: {error}"));
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn listed(
    root: &Folder,
    path: &str,
    found: &mut Vec<Entry>,
    waiting: &mut Vec<String>,
) -> io::Result<()> {
    let folder = root.below(path)?;
    for name in folder.names()? {
        let below = format!("{path}/{}", name.to_string_lossy());
        match folder.kind(&name)? {
            None => {}
            Some(EntryKind::Folder) => waiting.push(below),
            Some(kind) => found.push(Entry { path: below, is_text: name.to_str().is_some(), kind }),
        }
    }
    Ok(())
}
