//! Pictures that lie one after the other in a file, as a tree.

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use crate::places::kept_open::KeptOpen;
use crate::places::label::Label;
use crate::places::slice::Slice;
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
pub(super) struct SlicesTree<'t> {
    title: String,
    file: KeptOpen<'t>,
    nodes: Vec<Node>,
    spans: Vec<Span>,
    labels: Vec<Label>,
}

impl<'t> SlicesTree<'t> {
    /// The pictures in the file of `tree` at `node`.
    pub(super) fn new(tree: &'t dyn Tree, node: usize, mut pictures: Vec<Picture>) -> Self {
        pictures.sort_by(|one, other| (&one.name, one.span).cmp(&(&other.name, other.span)));
        let path = tree.nodes().get(node).map_or("", |node| &node.path);
        let mut slices = SlicesTree {
            title: format!("{}/{path}", tree.title()),
            file: KeptOpen::new(tree, node),
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
    Node { path, kind, len, modified: label.modified, created: None, is_deleted: false }
}

impl Tree for SlicesTree<'_> {
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
        Ok(Box::new(Slice::new(self.file.bytes()?, *span)))
    }
}
