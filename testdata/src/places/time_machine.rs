//! Backups of Time Machine, with hard links between snapshots.

use std::fs;
use std::io;
use std::path::Path;

use super::kept_photo::{KeptPhoto, photo};

const SNAPSHOTS: [(&str, &str); 4] = [
    ("2023-11-14-221320", "2023-11-14T22:13:20"),
    ("2023-12-14-221320", "2023-12-14T22:13:20"),
    ("2024-01-14-221320", "2024-01-14T22:13:20"),
    ("2024-02-14-221320.inProgress", "2024-02-14T22:13:20"),
];

/// Writes 50 photos over four snapshots to `root`: 45 files of which the last five changed with the third snapshot, and
/// of which the first ten were deleted before the last one. Gives the newest copy of each.
///
/// # Errors
///
/// When the files cannot be written.
pub fn write(root: &Path) -> io::Result<Vec<KeptPhoto>> {
    let mut kept = Vec::new();
    for nth in 0..45 {
        let (last, changes) = (if nth < 10 { 2 } else { 3 }, nth >= 40);
        let mut former = None;
        for (snapshot, (name, _)) in SNAPSHOTS.iter().enumerate().take(last + 1) {
            let path = path(name, nth);
            let at = root.join(&path);
            fs::create_dir_all(at.parent().expect("it lies in a folder"))?;
            let is_new = snapshot == 0 || (changes && snapshot == 2);
            match &former {
                Some(former) if !is_new => fs::hard_link(root.join(former), &at)?,
                _ => fs::write(&at, photo(3000 + nth + 100 * u64::from(snapshot == 2)))?,
            }
            former = Some(path);
        }
        if changes {
            kept.push(newest(nth, 1, 3000 + nth));
            kept.push(newest(nth, last, 3100 + nth));
        } else {
            kept.push(newest(nth, last, 3000 + nth));
        }
    }
    Ok(kept)
}

fn newest(nth: u64, snapshot: usize, seed: u64) -> KeptPhoto {
    let (name, date) = SNAPSHOTS[snapshot];
    KeptPhoto {
        path: path(name, nth),
        bytes: photo(seed),
        original: Some(format!("/Users/anna/Pictures/IMG_{nth:04}.jpg")),
        copied: Some(date.to_owned()),
        marks: if snapshot == 3 { vec!["unfinished backup"] } else { Vec::new() },
        ..KeptPhoto::default()
    }
}

fn path(snapshot: &str, nth: u64) -> String {
    format!(
        "Backups.backupdb/Annas Mac/{snapshot}/Macintosh HD/Users/anna/Pictures/IMG_{nth:04}.jpg"
    )
}
