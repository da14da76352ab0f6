//! The Recycle Bin of Windows Vista and later: `$Recycle.Bin`, a folder for each user, pairs of files in it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::lost::{GoneFile, note_gone};
use super::trash_labels::{TrashItem, TrashLabels};
use crate::names::{BinKind, BinRecord, MOST_BIN_RECORD, bin_name};
use crate::places::findings::Findings;
use crate::places::place::{Context, Place};
use crate::places::tree::{Node, Tree};

/// What a user calls it.
const NAME: &str = "Windows Recycle Bin";

/// The bin of Windows Vista and later, in the root of a volume or wherever one was copied to.
#[derive(Clone, Copy, Debug)]
pub struct RecycleBin;

/// What is there of one deleted file or folder.
#[derive(Clone, Copy, Debug, Default)]
struct Pair {
    record: Option<usize>,
    content: Option<usize>,
}

impl Place for RecycleBin {
    fn read(&self, tree: &Arc<dyn Tree>, context: &Context<'_>, findings: &mut Findings) {
        let tree: &dyn Tree = &**tree;
        let mut labels = TrashLabels::new(tree, NAME);
        for pair in pairs(tree) {
            if context.progress.stopped() {
                return;
            }
            let first = pair.content.or(pair.record).unwrap_or_default();
            if labels.is_taken(first) {
                continue;
            }
            let record = pair.record.and_then(|at| record(tree, at));
            match (pair.content, record) {
                (Some(node), record) => {
                    let is_bin = record.is_some() || lies_in_bin(&tree.nodes()[node]);
                    if is_bin {
                        labels.label(&item(node, record), findings);
                    }
                }
                (None, Some(BinRecord { path: Some(path), size, deleted_at })) => {
                    let gone =
                        GoneFile { by: NAME, path, size: Some(size), deleted_at, note: None };
                    note_gone(gone, findings);
                }
                (None, _) => {}
            }
        }
    }
}

/// The pairs of a tree, in the order of their first nodes.
fn pairs(tree: &dyn Tree) -> impl Iterator<Item = Pair> {
    let (mut pairs, mut known) = (BTreeMap::<usize, Pair>::new(), HashMap::new());
    for (at, node) in tree.nodes().iter().enumerate() {
        let Some((kind, id)) = bin_name(node.name()) else { continue };
        // Windows does not tell capitals from small letters, and who copies a bin may change them.
        let key = (node.folder(), id.to_ascii_lowercase());
        let pair = pairs.entry(*known.entry(key).or_insert(at)).or_default();
        match kind {
            BinKind::Record if node.is_file() => pair.record = pair.record.or(Some(at)),
            BinKind::Record => {}
            BinKind::Content => pair.content = pair.content.or(Some(at)),
        }
    }
    pairs.into_values()
}

/// What the record at a node says.
fn record(tree: &dyn Tree, at: usize) -> Option<BinRecord> {
    BinRecord::parse(&tree.content(at, MOST_BIN_RECORD).ok()?)
}

fn item(node: usize, record: Option<BinRecord>) -> TrashItem {
    let (original, deleted_at) = record.map_or((None, None), |one| (one.path, one.deleted_at));
    TrashItem { node, original, deleted_at, expires_at: None }
}

/// Whether a node lies in a bin, or in the folder of a user in one: content without a record is known by that
/// alone.
fn lies_in_bin(node: &Node) -> bool {
    let mut folders = node.folder().rsplit('/').take(2);
    let is_user =
        |folder: &str| folder.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("S-1-"));
    let inner = folders.next().unwrap_or_default();
    let is_bin = |folder: &str| folder.eq_ignore_ascii_case("$Recycle.Bin");
    is_user(inner) || is_bin(inner) || folders.next().is_some_and(is_bin)
}
