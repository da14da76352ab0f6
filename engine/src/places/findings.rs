//! What a place found in a tree.

use super::label::Label;
use super::tree::Tree;
use crate::model::Lost;

/// A tree that lies in another, of which it holds an `Arc` to read from: a backup in its folder, the files of an
/// archive.
pub struct SubTree {
    /// The tree.
    pub tree: Box<dyn Tree>,
    /// Nodes of the tree around it that it is made of, in order: they are not looked at by themselves.
    pub made_of: Vec<usize>,
}

/// What places found in a tree.
#[derive(Default)]
pub struct Findings {
    /// What is said of its files, at most one label a node and place.
    pub labels: Vec<Label>,
    /// Photos that are known to have existed and whose bytes are not in this tree as files.
    pub lost: Vec<Lost>,
    /// Trees inside, which are walked in turn.
    pub trees: Vec<SubTree>,
    /// Nodes that are the same file as another one, which is looked at: the hard links of snapshots. They need no
    /// label.
    pub repeats: Vec<usize>,
    /// What the user has to know, one sentence each: a wrong password, a database that is damaged.
    pub notes: Vec<String>,
}

impl std::fmt::Debug for Findings {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let trees: Vec<&str> = self.trees.iter().map(|one| one.tree.title()).collect();
        out.debug_struct("Findings")
            .field("labels", &self.labels)
            .field("lost", &self.lost)
            .field("trees", &trees)
            .field("repeats", &self.repeats)
            .field("notes", &self.notes)
            .finish()
    }
}
