//! Folders in which copies may survive, as far as their names tell. What they hold is for a search to find out.

use std::fs;
use std::path::{Path, PathBuf};

/// Names in the folder, or at the root of its disk, and what a person calls them. A search does not go by names;
/// this only tells that there is something to search.
const KNOWN: [(&str, &str); 19] = [
    ("$Recycle.Bin", "Windows Recycle Bin"),
    ("$RECYCLE.BIN", "Windows Recycle Bin"),
    ("RECYCLER", "Windows Recycle Bin"),
    ("RECYCLED", "Windows Recycle Bin"),
    (".Trash", "trash"),
    (".Trashes", "trash of a Mac"),
    (".local/share/Trash", "trash"),
    ("LOST.DIR", "files that a phone found after a fault"),
    ("FOUND.000", "files that a repair by Windows found"),
    ("lost+found", "files that a repair by Linux found"),
    ("FileHistory", "Windows File History"),
    ("Backups.backupdb", "Time Machine"),
    (".thumbnails", "small pictures of photos"),
    (".cache/thumbnails", "small pictures of photos"),
    ("DCIM/.thumbnails", "small pictures of photos"),
    ("Library/Application Support/MobileSync/Backup", "iPhone backups"),
    ("Apple/MobileSync/Backup", "iPhone backups"),
    ("AppData/Roaming/Apple Computer/MobileSync/Backup", "iPhone backups"),
    (".snapshots", "snapshots of the file system"),
];

/// How names begin or end that have something of their own in them.
const BEGIN: [(&str, &str); 2] = [(".Trash-", "trash"), (".trashed-", "trash of a phone")];
const END: [(&str, &str); 3] = [
    (".photoslibrary", "Photos library"),
    (".sparsebundle", "Time Machine"),
    (".backupbundle", "Time Machine"),
];

/// Entries of one folder that are looked at.
const MOST_ENTRIES: usize = 10_000;

/// Those in `folders`, each once, in order.
pub(super) fn seen(folders: &[&Path]) -> Vec<(&'static str, PathBuf)> {
    let mut seen = Vec::new();
    for folder in folders {
        for (name, what) in KNOWN {
            let path = folder.join(name);
            let is_there = fs::read_dir(&path).is_ok_and(|mut entries| entries.next().is_some());
            seen.extend(is_there.then_some((what, path)));
        }
        for entry in fs::read_dir(folder).into_iter().flatten().flatten().take(MOST_ENTRIES) {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let begins = BEGIN.iter().find(|(begin, _)| name.starts_with(begin));
            let ends = END.iter().find(|(end, _)| name.ends_with(end));
            seen.extend(begins.or(ends).map(|(_, what)| (*what, entry.path())));
        }
    }
    seen.sort_by(|one, other| one.1.cmp(&other.1));
    // A file system that ignores the case of letters shows one folder under two names.
    let same = |path: &Path| fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    seen.dedup_by(|one, other| one.1 == other.1 || same(&one.1) == same(&other.1));
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trash_that_holds_something_is_seen() {
        let home = tempfile::tempdir().unwrap();
        let at = |name: &str| home.path().join(name);
        for name in [".Trash-1000/files", "$RECYCLE.BIN", "lost+found", "My.photoslibrary", "DCIM"]
        {
            fs::create_dir_all(at(name)).unwrap();
        }
        fs::write(at("$RECYCLE.BIN/x"), "x").unwrap();
        let seen = seen(&[home.path(), home.path()]);
        let expected = [
            ("Windows Recycle Bin", at("$RECYCLE.BIN")),
            ("trash", at(".Trash-1000")),
            ("Photos library", at("My.photoslibrary")),
        ];
        assert_eq!(seen, expected);
    }
}
