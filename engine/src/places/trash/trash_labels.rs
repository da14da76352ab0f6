//! Labels of what lies in a trash folder.

use std::collections::BTreeMap;

use crate::model::{Moment, Origin, Status};
use crate::places::findings::Findings;
use crate::places::label::Label;
use crate::places::tree::Tree;

/// Bytes of all original paths that one place gives: a hostile record could give millions of files a long one.
const MOST_TEXT: usize = 256 << 20;

/// A file or a folder in a trash folder, and what is known of it.
#[derive(Clone, Debug, Default)]
pub(super) struct TrashItem {
    /// Its position among the nodes of the tree.
    pub(super) node: usize,
    /// Where it was, names joined by `/`.
    pub(super) original: Option<String>,
    /// When it was deleted.
    pub(super) deleted_at: Option<Moment>,
    /// When it is removed for good.
    pub(super) expires_at: Option<Moment>,
}

/// Gives the files of one kind of trash folder their labels, each of them one.
pub(super) struct TrashLabels<'t> {
    tree: &'t dyn Tree,
    place: &'static str,
    /// Ranges of nodes that have their labels, by their starts.
    taken: BTreeMap<usize, usize>,
    text_left: usize,
}

impl<'t> TrashLabels<'t> {
    /// For files of a tree that lie in what the user calls `place`.
    pub(super) fn new(tree: &'t dyn Tree, place: &'static str) -> Self {
        TrashLabels { tree, place, taken: BTreeMap::new(), text_left: MOST_TEXT }
    }

    /// Whether a node lies in what was labelled before: an item holds another where a folder with a trash
    /// folder in it was deleted.
    pub(super) fn is_taken(&self, node: usize) -> bool {
        self.taken.range(..=node).next_back().is_some_and(|(_, end)| node < *end)
    }

    /// Labels a file, or all files below a folder: each was where the folder was, with the rest of its path.
    pub(super) fn label(&mut self, item: &TrashItem, findings: &mut Findings) {
        let Some(node) = self.tree.nodes().get(item.node) else { return };
        if self.is_taken(item.node) {
            return;
        }
        let below = self.tree.below(&node.path);
        self.taken.insert(item.node, item.node + 1);
        if node.is_file() {
            self.push(item, "", item.node, findings);
            return;
        }
        let start = node.path.len();
        if !below.is_empty() {
            self.taken.insert(below.start, below.end);
        }
        for at in below {
            let inside = &self.tree.nodes()[at];
            if inside.is_file() {
                self.push(item, &inside.path[start..], at, findings);
            }
        }
    }

    fn push(&mut self, item: &TrashItem, rest: &str, node: usize, findings: &mut Findings) {
        let mut label = Label::new(node, Origin::Trash, self.place);
        label.status = Status::Deleted;
        label.deleted_at = item.deleted_at;
        label.expires_at = item.expires_at;
        let fits = |original: &&String| original.len() + rest.len() <= self.text_left;
        if let Some(original) = item.original.as_ref().filter(fits) {
            self.text_left -= original.len() + rest.len();
            label.original_path = Some(format!("{original}{rest}"));
        }
        findings.labels.push(label);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::places::tree::tests::MemoryTree;

    #[test]
    fn a_file_in_a_deleted_folder_was_where_the_folder_was() {
        let files = ["t/f/a.jpg", "t/f/b/c.jpg", "t/f0/d.jpg", "t/x.jpg"];
        let tree = MemoryTree::new(files.map(|path| (path, vec![1])));
        let (mut labels, mut findings) = (TrashLabels::new(&tree, "bin"), Findings::default());
        let item = |path: &str, original: &str| TrashItem {
            node: tree.at(path).unwrap(),
            original: Some(original.to_owned()),
            ..TrashItem::default()
        };
        labels.label(&item("t/f", "home/f"), &mut findings);
        // The folder around it counts.
        labels.label(&item("t/f/b", "other"), &mut findings);
        labels.label(&item("t/x.jpg", "y.jpg"), &mut findings);
        let originals: Vec<_> =
            findings.labels.iter().map(|one| one.original_path.as_deref()).collect();
        assert_eq!(originals, [Some("home/f/a.jpg"), Some("home/f/b/c.jpg"), Some("y.jpg")]);
        assert!(labels.is_taken(tree.at("t/f/b/c.jpg").unwrap()));
        assert!(!labels.is_taken(tree.at("t/f0/d.jpg").unwrap()));
    }
}
