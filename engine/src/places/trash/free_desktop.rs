//! Trash folders of Linux desktops: `info` tells of what lies in `files`.

use std::collections::BTreeMap;

use super::lost::{GoneFile, note_gone};
use super::trash_info::TrashInfo;
use super::trash_labels::{TrashItem, TrashLabels};
use crate::places::findings::Findings;
use crate::places::place::{Context, Place};
use crate::places::tree::{Node, Tree};

/// What a user calls it.
const NAME: &str = "trash of a Linux desktop";

/// Bytes of a note on one file: a path is shorter, and three times as long when each byte of it is encoded.
const MOST_INFO: usize = 64 << 10;

/// What a note on a file is called after its name.
const INFO: &str = ".trashinfo";

/// Folders in a trash folder: of what was deleted, and of what is being removed for good.
const CONTENTS: [&str; 2] = ["files", "expunged"];

/// The trash folders of FreeDesktop.org: that of a home, of apps in their sandboxes, and of volumes.
#[derive(Clone, Copy, Debug)]
pub struct FreeDesktopTrash;

impl Place for FreeDesktopTrash {
    fn read(&self, tree: &dyn Tree, context: &Context<'_>, findings: &mut Findings) {
        let mut labels = TrashLabels::new(tree, NAME);
        for (trash, infos) in trash_folders(tree) {
            for info in infos {
                if context.progress.stopped() {
                    return;
                }
                if !labels.is_taken(info) {
                    read_info(tree, trash, info, &mut labels, findings);
                }
            }
            for folder in CONTENTS {
                label_rest(tree, &format!("{trash}/{folder}"), &mut labels, findings);
            }
        }
    }
}

/// The trash folders of a tree with the notes in each: known by their notes, and those without one by their names.
/// Those around others come first.
fn trash_folders(tree: &dyn Tree) -> BTreeMap<&str, Vec<usize>> {
    let mut folders: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, node) in tree.nodes().iter().enumerate() {
        if node.is_file() {
            let is_note = node.name().len() > INFO.len() && node.name().ends_with(INFO);
            if let Some(trash) = node.folder().strip_suffix("/info").filter(|_| is_note) {
                folders.entry(trash).or_default().push(at);
            }
        } else if CONTENTS.contains(&node.name()) && is_trash(node.folder()) {
            folders.entry(node.folder()).or_default();
        }
    }
    folders
}

/// Whether a folder is called like a trash folder: `share/Trash` in a home, `.Trash-1000` and `.Trash/1000` on
/// a volume.
fn is_trash(folder: &str) -> bool {
    let mut names = folder.rsplit('/');
    let (name, parent) = (names.next().unwrap_or_default(), names.next().unwrap_or_default());
    let is_user = |id: &str| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit());
    name == "Trash" && ["share", "data", ".local"].contains(&parent)
        || name.strip_prefix(".Trash-").is_some_and(is_user)
        || parent == ".Trash" && is_user(name)
}

fn read_info(
    tree: &dyn Tree,
    trash: &str,
    at: usize,
    labels: &mut TrashLabels<'_>,
    findings: &mut Findings,
) {
    let name = tree.nodes()[at].name().strip_suffix(INFO).unwrap_or_default();
    let content = CONTENTS.iter().find_map(|folder| tree.at(&format!("{trash}/{folder}/{name}")));
    let info = tree.content(at, MOST_INFO).ok().and_then(|bytes| TrashInfo::parse(&bytes));
    let Some(TrashInfo { path, deleted_at }) = info else { return };
    match content {
        Some(node) => {
            let item = TrashItem { node, original: Some(path), deleted_at, expires_at: None };
            labels.label(&item, findings);
        }
        None => {
            note_gone(GoneFile { by: NAME, path, size: None, deleted_at, note: None }, findings)
        }
    }
}

/// Labels what lies in a folder and has no note: it counts as deleted all the same.
fn label_rest(
    tree: &dyn Tree,
    folder: &str,
    labels: &mut TrashLabels<'_>,
    findings: &mut Findings,
) {
    // A trash folder in what was labelled before has nothing that was not; so no folder is walked twice.
    if tree.at(folder).is_some_and(|at| labels.is_taken(at)) {
        return;
    }
    let is_item = |node: &Node| node.folder() == folder;
    for node in tree.below(folder).filter(|at| is_item(&tree.nodes()[*at])) {
        labels.label(&TrashItem { node, ..TrashItem::default() }, findings);
    }
}
