//! The Recycle Bin of Windows 95 to XP: one index, `INFO2`, and the files beside it by their numbers.

use std::collections::BTreeMap;

use super::info2::{Info2Record, records};
use super::lost::{GoneFile, note_gone};
use super::trash_labels::{TrashItem, TrashLabels};
use crate::places::findings::Findings;
use crate::places::place::{Context, Place};
use crate::places::tree::{Node, Tree};

/// What a user calls it.
const NAME: &str = "Windows Recycle Bin (XP and older)";

/// Bytes of an index: 80,000 deleted files.
const MOST_INDEX: usize = 64 << 20;

/// What is said of a record whose file was taken out of the bin.
const REMOVED: &str = "it was put back or removed from the bin by itself";

/// The bin of Windows 95 to XP: `RECYCLER` with a folder for each user on NTFS, `RECYCLED` on FAT.
#[derive(Clone, Copy, Debug)]
pub struct Recycler;

impl Place for Recycler {
    fn read(&self, tree: &dyn Tree, context: &Context<'_>, findings: &mut Findings) {
        let mut labels = TrashLabels::new(tree, NAME);
        let contents = contents(tree);
        for (at, node) in tree.nodes().iter().enumerate() {
            if context.progress.stopped() {
                return;
            }
            if is_index(node)
                && !labels.is_taken(at)
                && let Ok(bytes) = tree.content(at, MOST_INDEX)
                && let Some(records) = records(&bytes)
            {
                // A number is used once, and what is removed of it is noted in place.
                for record in records {
                    let key = (node.folder(), record.stem.clone());
                    take(record, contents.get(&key).copied(), &mut labels, findings);
                }
            }
        }
        for node in contents.into_values() {
            let item = TrashItem { node, ..TrashItem::default() };
            if lies_in_bin(&tree.nodes()[node]) {
                labels.label(&item, findings);
            }
        }
    }
}

fn take(
    record: Info2Record,
    content: Option<usize>,
    labels: &mut TrashLabels<'_>,
    findings: &mut Findings,
) {
    let Info2Record { path, size, deleted_at, is_removed, .. } = record;
    match content {
        Some(node) => {
            let item = TrashItem { node, original: Some(path), deleted_at, expires_at: None };
            labels.label(&item, findings);
        }
        None => {
            let note = is_removed.then_some(REMOVED);
            note_gone(GoneFile { by: NAME, path, size: Some(size), deleted_at, note }, findings);
        }
    }
}

fn is_index(node: &Node) -> bool {
    let name = node.name();
    node.is_file() && (name.eq_ignore_ascii_case("INFO2") || name.eq_ignore_ascii_case("INFO"))
}

/// Nodes that are called like content of a bin, by their folder and what their name begins with, in small letters:
/// which number they have tells which they are.
fn contents(tree: &dyn Tree) -> BTreeMap<(&str, String), usize> {
    let mut contents = BTreeMap::new();
    for (at, node) in tree.nodes().iter().enumerate() {
        if let Some(stem) = content_stem(node.name()) {
            contents.entry((node.folder(), stem)).or_insert(at);
        }
    }
    contents
}

/// Of a name that is `D`, the letter of a drive, a number, and any extension: the part before that.
fn content_stem(name: &str) -> Option<String> {
    let stem = name.split('.').next()?.to_ascii_lowercase();
    let is_content = matches!(stem.as_bytes(), [b'd', drive, digits @ ..]
        if drive.is_ascii_alphabetic() && !digits.is_empty() && digits.iter().all(u8::is_ascii_digit));
    is_content.then_some(stem)
}

/// Whether a node lies in a bin: content that the index does not tell of is known by that alone.
fn lies_in_bin(node: &Node) -> bool {
    let is_bin = |folder: &str| {
        folder.eq_ignore_ascii_case("RECYCLER") || folder.eq_ignore_ascii_case("RECYCLED")
    };
    node.folder().rsplit('/').take(2).any(is_bin)
}
