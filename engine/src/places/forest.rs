//! All trees that lie in what was named, with what places say of them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::findings::{Findings, SubTree};
use super::known::PLACES;
use super::label::Label;
use super::place::Context;
use super::tree::{Node, Tree};
use crate::model::Lost;

/// A backup in an archive in a folder is as deep as it goes; trees inside those are not looked at.
const MOST_DEPTH: u32 = 4;

/// Trees in all: a disk full of archives has fewer.
const MOST_TREES: usize = 1 << 16;

/// A tree, with what places say of its files.
pub struct Surveyed {
    /// The tree.
    pub tree: Arc<dyn Tree>,
    /// The position of the tree that it lies in.
    pub parent: Option<u32>,
    /// What is said of its files, by their positions.
    pub labels: HashMap<usize, Label>,
    /// Files that are not looked at: other trees are made of them, or they are there once more by another name.
    pub made_of: HashSet<usize>,
}

impl Surveyed {
    /// The files that are looked at one by one, by position.
    pub fn files(&self) -> impl Iterator<Item = usize> + '_ {
        let is_file = |(_, node): &(usize, &Node)| node.is_file() && node.len > 0;
        let nodes = self.tree.nodes().iter().enumerate().filter(is_file);
        nodes.map(|(at, _)| at).filter(|at| !self.made_of.contains(at))
    }
}

/// All trees that lie in what was named.
#[derive(Default)]
pub struct Forest {
    /// Each tree before those inside it.
    pub trees: Vec<Surveyed>,
    /// Photos that are known to have existed.
    pub lost: Vec<Lost>,
    /// What the user has to know, a sentence each.
    pub notes: Vec<String>,
}

impl std::fmt::Debug for Forest {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let trees: Vec<&str> = self.trees.iter().map(|one| one.tree.title()).collect();
        out.debug_struct("Forest").field("trees", &trees).finish_non_exhaustive()
    }
}

impl Forest {
    /// Asks all places about `roots` and about the trees inside them. Ends early when the run is stopped.
    pub fn survey(roots: Vec<Box<dyn Tree>>, context: &Context<'_>) -> Self {
        let mut forest = Forest::default();
        let mut waiting: Vec<(Box<dyn Tree>, u32, Option<u32>)> =
            roots.into_iter().rev().map(|tree| (tree, 0, None)).collect();
        while let Some((tree, depth, parent)) = waiting.pop() {
            let tree: Arc<dyn Tree> = Arc::from(tree);
            if context.progress.stopped() {
                break;
            }
            if forest.trees.len() >= MOST_TREES {
                forest.notes.push(format!(
                    "more than {MOST_TREES} archives and backups lie inside each other; the rest was not looked at"
                ));
                break;
            }
            let mut findings = Findings::default();
            for place in PLACES {
                place.read(&tree, context, &mut findings);
            }
            let number = forest.trees.len() as u32;
            let inner = forest.add(tree, parent, findings);
            if depth < MOST_DEPTH {
                let inner = inner.into_iter().rev();
                waiting.extend(inner.map(|tree| (tree, depth + 1, Some(number))));
            } else if let Some(tree) = inner.first() {
                let title = tree.title();
                forest.notes.push(format!(
                    "{title} lies more than {MOST_DEPTH} archives deep and was not looked at; unpack it first"
                ));
            }
        }
        forest
    }

    /// Adds a tree; gives those inside it.
    fn add(
        &mut self,
        tree: Arc<dyn Tree>,
        parent: Option<u32>,
        findings: Findings,
    ) -> Vec<Box<dyn Tree>> {
        let Findings { labels, lost, trees, notes, repeats } = findings;
        self.lost.extend(lost);
        self.notes.extend(notes);
        let mut by_node = HashMap::new();
        for label in labels {
            by_node.entry(label.node).or_insert(label);
        }
        let (mut made_of, mut inner) = (HashSet::<usize>::from_iter(repeats), Vec::new());
        for SubTree { tree, made_of: nodes } in trees {
            made_of.extend(nodes);
            inner.push(tree);
        }
        self.trees.push(Surveyed { tree, parent, labels: by_node, made_of });
        inner
    }
}
