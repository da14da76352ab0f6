//! Time Machine: a folder for each snapshot, in which a file that did not change is the same as in the one before.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::civil::DateTime;

use super::digits;
use super::findings::Findings;
use super::label::Label;
use super::place::{Context, Place};
use super::tree::{Node, Tree};
use crate::model::{Moment, Origin};

/// Backups of Time Machine: `Backups.backupdb/MAC/2023-11-14-221320/VOLUME/...`, and snapshots of APFS,
/// `2023-11-14-221320.backup/VOLUME/...`.
///
/// Source: Apple, man pages tmutil(8) and backupd(8); the names of APFS snapshots are unverified.
pub(super) struct TimeMachine;

/// What a user calls it.
pub(super) const NAME: &str = "Time Machine";

/// The folder around all backups of a disk.
const BACKUPS: &str = "Backups.backupdb";

/// The name of a snapshot, and what may follow it: a finished one of APFS, one that is being made or was given up.
const SNAPSHOT: &str = "0000-00-00-000000";
const SUFFIXES: [&str; 4] = [".backup", ".inProgress", ".interrupted", ".previous"];

/// A file in a snapshot.
struct Snapped<'n> {
    /// Its backup: what stands before the snapshot.
    backup: &'n str,
    /// The volume, as it was called.
    volume: &'n str,
    /// Its path on the volume.
    path: &'n str,
    at: Moment,
    is_unfinished: bool,
}

/// What tells a file from others in all snapshots of a backup.
type Same<'n> = (&'n str, &'n str, &'n str, u64, Option<DateTime>);

impl Place for TimeMachine {
    fn read(&self, tree: &Arc<dyn Tree>, context: &Context<'_>, findings: &mut Findings) {
        let is_inside = tree.title().contains(BACKUPS);
        let mut newest: HashMap<Same<'_>, (usize, Snapped<'_>)> = HashMap::new();
        for (at, node) in tree.nodes().iter().enumerate() {
            if context.progress.stopped() {
                return;
            }
            let Some(snapped) = Snapped::of(node, is_inside, tree.as_ref()) else { continue };
            let same = (
                snapped.backup,
                snapped.volume,
                snapped.path,
                node.len,
                node.modified.map(|at| at.civil),
            );
            // Without a date nothing tells that a file did not change.
            let is_told = node.modified.is_some();
            match newest.get_mut(&same).filter(|_| is_told) {
                Some((known, of)) if of.at.civil <= snapped.at.civil => {
                    findings.repeats.push(*known);
                    (*known, *of) = (at, snapped);
                }
                Some(_) => findings.repeats.push(at),
                None if is_told => {
                    newest.insert(same, (at, snapped));
                }
                None => findings.labels.push(snapped.label(at, node)),
            }
        }
        let mut labels: Vec<Label> =
            newest.values().map(|(at, snapped)| snapped.label(*at, &tree.nodes()[*at])).collect();
        labels.sort_by_key(|label| label.node);
        findings.labels.extend(labels);
    }
}

impl<'n> Snapped<'n> {
    fn of(node: &'n Node, is_inside: bool, tree: &dyn Tree) -> Option<Self> {
        if !node.is_file() {
            return None;
        }
        let path = node.path.as_str();
        let mut begin = 0;
        // The innermost: snapshots of APFS are mounted in a folder of the same name.
        let mut found = None;
        while let Some(end) = path[begin..].find('/').map(|len| begin + len) {
            if let Some((at, suffix)) = snapshot(&path[begin..end]) {
                let backup = path[..begin].trim_end_matches('/');
                let is_backup = suffix.is_some()
                    || is_inside
                    || backup.split('/').any(|part| part == BACKUPS)
                    || tree.at(&join(backup, "Latest")).is_some();
                if is_backup {
                    found = Some((backup, at, suffix, end + 1));
                }
            }
            begin = end + 1;
        }
        let (backup, at, suffix, inside) = found?;
        let (volume, path) = path[inside..].split_once('/')?;
        let is_unfinished = suffix.is_some_and(|suffix| suffix != SUFFIXES[0]);
        Some(Snapped { backup: outermost(backup), volume, path, at, is_unfinished })
    }

    fn label(&self, at: usize, node: &Node) -> Label {
        let mut label = Label::new(at, Origin::Backup, NAME);
        // The volume of the system is where homes are, whatever it is called.
        let is_of_system = self.path.starts_with("Users/");
        label.original_path = Some(if is_of_system {
            format!("/{}", self.path)
        } else {
            format!("/Volumes/{}/{}", self.volume, self.path)
        });
        label.modified = node.modified;
        label.copied_at = Some(self.at);
        if self.is_unfinished {
            label.marks.push("unfinished backup");
        }
        label
    }
}

/// The date of a snapshot by its name, and what follows it.
fn snapshot(name: &str) -> Option<(Moment, Option<&'static str>)> {
    let (date, rest) = name.split_at_checked(SNAPSHOT.len())?;
    let suffix = SUFFIXES.into_iter().find(|suffix| suffix.eq_ignore_ascii_case(rest));
    let is_whole = rest.is_empty() || suffix.is_some();
    digits::moment(date, SNAPSHOT, None).filter(|_| is_whole).map(|at| (at, suffix))
}

/// What stands before all snapshots that are mounted inside each other.
fn outermost(backup: &str) -> &str {
    let mut parts = backup;
    loop {
        let (before, name) = parts.rsplit_once('/').unwrap_or(("", parts));
        if snapshot(name).is_none() {
            return parts;
        }
        parts = before;
    }
}

fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snapshots_are_known_by_their_names() {
        assert_eq!(snapshot("2023-11-14-221320").unwrap().0.to_string(), "2023-11-14T22:13:20");
        assert_eq!(snapshot("2023-11-14-221320.backup").unwrap().1, Some(".backup"));
        assert_eq!(snapshot("2023-11-14-221320.inprogress").unwrap().1, Some(".inProgress"));
        for none in ["2023-11-14", "2023-11-14-221320.txt", "2023-11-14-22132ö", "Latest"] {
            assert_eq!(snapshot(none), None, "{none}");
        }
        assert_eq!(outermost("a/2023-11-14-221320.backup"), "a");
        assert_eq!(outermost("2023-11-14-221320.backup"), "");
    }
}
