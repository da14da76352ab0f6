//! Pictures that lie one after the other in a file, as a tree.

use std::sync::Arc;

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use crate::places::label::Label;
use crate::places::slice::{Shared, Slice};
use crate::places::tree::{Node, NodeKind, ReadFailure, Tree};

/// A picture in a file.
pub(super) struct Picture {
    /// What it is called in its tree.
    pub name: String,
    /// Where it lies in the file.
    pub span: Span,
    /// What is known of it; which node it is comes later.
    pub label: Label,
}

/// The pictures of one file.
pub(super) struct SlicesTree {
    title: String,
    tree: Arc<dyn Tree>,
    node: usize,
    nodes: Vec<Node>,
    spans: Vec<Span>,
    labels: Vec<Label>,
}

impl SlicesTree {
    /// The pictures in the file of `tree` at `node`.
    pub(super) fn new(tree: &Arc<dyn Tree>, node: usize, mut pictures: Vec<Picture>) -> Self {
        pictures.sort_by(|one, other| (&one.name, one.span).cmp(&(&other.name, other.span)));
        let path = tree.nodes().get(node).map_or("", |node| &node.path);
        let mut slices = SlicesTree {
            title: format!("{}/{path}", tree.title()),
            tree: Arc::clone(tree),
            node,
            nodes: Vec::new(),
            spans: Vec::new(),
            labels: Vec::new(),
        };
        for (nth, picture) in pictures.into_iter().enumerate() {
            slices.nodes.push(picture_node(picture.name, picture.span.len, &picture.label));
            slices.spans.push(picture.span);
            slices.labels.push(Label { node: nth, ..picture.label });
        }
        slices
    }
}

/// The node of a picture that lies in a file.
pub(super) fn picture_node(path: String, len: u64, label: &Label) -> Node {
    let kind = NodeKind::File;
    Node { path, kind, len, modified: label.modified, created: None }
}

impl Tree for SlicesTree {
    fn title(&self) -> &str {
        &self.title
    }

    fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    fn told(&self) -> &[Label] {
        &self.labels
    }

    fn open(&self, node: usize) -> Result<Box<dyn Bytes + Send + '_>, ReadFailure> {
        let span = self.spans.get(node);
        let span = span.ok_or_else(|| ReadFailure("there is no such picture".to_owned()))?;
        Ok(Box::new(Slice::new(Shared::from(self.tree.open(self.node)?), *span)))
    }
}
