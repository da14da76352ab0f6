//! Trash folders of macOS: `.Trash` in a home, `.Trashes` with a folder for each user on other volumes.

use std::collections::HashMap;

use super::composed::composed;
use super::lost::{GoneFile, note_gone};
use super::trash_labels::{TrashItem, TrashLabels};
use crate::places::ds_store::{MOST_DS_STORE, PutBack, PutBacks};
use crate::places::findings::Findings;
use crate::places::place::{Context, Place};
use crate::places::tree::{Node, NodeKind, Tree};

/// What a user calls it.
const NAME: &str = "macOS Trash";

/// What the Finder notes of a folder, in the folder.
const NOTES: &str = ".DS_Store";

/// What is said of a put-back name of what is not there.
const GONE: &str = "its put-back name is left: it was put back, or the trash was emptied";

/// The trash of macOS.
#[derive(Clone, Copy, Debug)]
pub struct MacTrash;

impl Place for MacTrash {
    fn read(&self, tree: &dyn Tree, context: &Context<'_>, findings: &mut Findings) {
        let mut labels = TrashLabels::new(tree, NAME);
        for (at, node) in tree.nodes().iter().enumerate() {
            if context.progress.stopped() {
                return;
            }
            if is_trash(tree, node) && !labels.is_taken(at) {
                read_folder(tree, &node.path, &mut labels, findings);
            }
        }
    }
}

/// Whether a folder is a trash folder: not that of a Linux desktop, which may be called the same, or one of a
/// phone's apps.
fn is_trash(tree: &dyn Tree, node: &Node) -> bool {
    if node.kind != NodeKind::Folder {
        return false;
    }
    let folder = node.folder();
    let parent = folder.rsplit('/').next().unwrap_or_default();
    match node.name() {
        ".Trash" => !parent.eq_ignore_ascii_case("Android"),
        name => {
            let is_user = name.bytes().all(|byte| byte.is_ascii_digit());
            parent == ".Trashes" && is_user && tree.at(&format!("{}/info", node.path)).is_none()
        }
    }
}

fn read_folder(
    tree: &dyn Tree,
    folder: &str,
    labels: &mut TrashLabels<'_>,
    findings: &mut Findings,
) {
    let notes = tree.at(&format!("{folder}/{NOTES}"));
    let notes = notes.and_then(|at| tree.content(at, MOST_DS_STORE).ok());
    let notes = notes.map(|bytes| PutBacks::read(&bytes)).unwrap_or_default();
    let mut known: HashMap<String, PutBack> = HashMap::new();
    // What is in the tree of notes counts more than what is left of old ones.
    for one in notes.current.into_iter().chain(notes.old) {
        known.entry(composed(&one.name)).or_insert(one);
    }
    let is_item = |node: &Node| node.folder() == folder && node.name() != NOTES;
    for at in tree.below(folder).filter(|at| is_item(&tree.nodes()[*at])) {
        let node = &tree.nodes()[at];
        if is_linux_user(tree, node) {
            continue;
        }
        // On disk a `:` stands for what the Finder shows as `/`.
        let name = composed(node.name());
        let noted = known.remove(&name).or_else(|| known.remove(&name.replace(':', "/")));
        let original = noted.and_then(|noted| noted.path());
        labels.label(&TrashItem { node: at, original, ..TrashItem::default() }, findings);
    }
    let mut gone: Vec<PutBack> = known.into_values().collect();
    gone.sort_unstable();
    for path in gone.into_iter().filter_map(|one| one.path()) {
        let gone = GoneFile { by: NAME, path, size: None, deleted_at: None, note: Some(GONE) };
        note_gone(gone, findings);
    }
}

/// Whether a folder in `.Trash` is that of a user of a Linux desktop.
fn is_linux_user(tree: &dyn Tree, node: &Node) -> bool {
    let has = |name: &str| tree.at(&format!("{}/{name}", node.path)).is_some();
    node.name().bytes().all(|byte| byte.is_ascii_digit()) && has("files") && has("info")
}
