//! What holds of all trash folders together, whatever a tree is made of.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::control::progress::Progress;
use crate::places::findings::Findings;
use crate::places::known::PLACES;
use crate::places::place::{Context, NoPasswords};
use crate::places::tree::Tree;
use crate::places::tree::tests::MemoryTree;

/// Names that mean something to a trash folder.
const NAMES: [&str; 32] = [
    "$Recycle.Bin",
    "S-1-5-1",
    "$IABC123.jpg",
    "$RABC123.jpg",
    "$iabc123.JPG",
    "$RABC123",
    "RECYCLER",
    "RECYCLED",
    "INFO2",
    "Dc1.jpg",
    "info",
    "files",
    "expunged",
    "a.jpg",
    "a.jpg.trashinfo",
    ".trashinfo",
    "Trash",
    "share",
    ".Trash",
    ".Trash-1000",
    ".Trashes",
    "501",
    ".DS_Store",
    ".trashed-1702592000-a.jpg",
    ".pending-1-b",
    ".trash-storage",
    ".!%#@$",
    "1717000000123",
    "#recycle",
    "{-trash-}YQ==.jpg",
    "LOST.DIR",
    "FOUND.000",
];

#[test]
fn any_tree_costs_bounded_time_and_each_place_labels_a_file_once() {
    type Files = Vec<(Vec<u8>, Vec<u8>)>;
    bolero::check!().with_type::<Files>().for_each(|files| {
        let path = |parts: &[u8]| {
            let names = parts.iter().take(12).map(|part| NAMES[usize::from(*part) % NAMES.len()]);
            names.collect::<Vec<_>>().join("/")
        };
        let files = files.iter().filter(|(parts, _)| !parts.is_empty());
        let files: Vec<_> = files.map(|(parts, bytes)| (path(parts), bytes.clone())).collect();
        let tree = MemoryTree::new(files.iter().map(|(path, bytes)| (&**path, bytes.clone())));
        let tree: Arc<dyn Tree> = Arc::new(tree);
        let progress = Progress::default();
        let context = Context { passwords: &NoPasswords, progress: &progress, now: 0 };
        for place in PLACES {
            let mut findings = Findings::default();
            place.read(&tree, &context, &mut findings);
            let nodes: BTreeSet<usize> = findings.labels.iter().map(|label| label.node).collect();
            assert_eq!(nodes.len(), findings.labels.len());
            assert!(nodes.iter().all(|node| tree.nodes()[*node].is_file()));
        }
    });
}
