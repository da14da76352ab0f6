//! The databases in which Android keeps its thumbnails: pictures one after the other, found as on a card.

use std::sync::{Arc, OnceLock};

use afterimage_signatures::verdict::Span;
use afterimage_signatures::{Buffer, Bytes, Effort};

use super::slices_tree::{Picture, SlicesTree};
use crate::carve::Carver;
use crate::control::progress::Stop;
use crate::formats::Registry;
use crate::model::{Fidelity, Origin};
use crate::places::label::Label;
use crate::places::tree::{Node, ReadFailure, Tree};
use crate::scan::{Hit, Matcher};

/// Bytes that are searched at once.
const CHUNK: usize = 4 << 20;

/// Pictures of one file.
const MOST_PICTURES: usize = 1_000_000;

/// The pictures in a `.thumbdata` file, which are looked for when somebody asks for the nodes.
pub(super) struct ThumbDataTree {
    tree: Arc<dyn Tree>,
    node: usize,
    title: String,
    stop: Stop,
    found: OnceLock<SlicesTree>,
}

impl ThumbDataTree {
    /// The file of `tree` at `node`.
    pub(super) fn new(tree: Arc<dyn Tree>, node: usize, stop: Stop) -> Self {
        let path = tree.nodes().get(node).map_or("", |node| &node.path);
        let title = format!("{}/{path}", tree.title());
        ThumbDataTree { tree, node, title, stop, found: OnceLock::new() }
    }

    fn found(&self) -> &SlicesTree {
        self.found.get_or_init(|| {
            let bytes = self.tree.open(self.node);
            let found = bytes.map(|bytes| pictures(bytes.as_ref(), &self.stop));
            SlicesTree::new(&self.tree, self.node, found.unwrap_or_default())
        })
    }
}

impl Tree for ThumbDataTree {
    fn title(&self) -> &str {
        &self.title
    }

    fn nodes(&self) -> &[Node] {
        self.found().nodes()
    }

    fn told(&self) -> &[Label] {
        self.found().told()
    }

    fn open(&self, node: usize) -> Result<Box<dyn Bytes + Send + '_>, ReadFailure> {
        self.found().open(node)
    }
}

/// The pictures in `bytes`, none inside another.
fn pictures(bytes: &dyn Bytes, stop: &Stop) -> Vec<Picture> {
    let registry = Registry::default();
    let matcher = Matcher::new(&registry);
    let carver = Carver { matcher: &matcher, registry: &registry, effort: Effort::Proof };
    let (mut found, mut buffer, mut hits) = (Vec::new(), Buffer::default(), Vec::new());
    let (mut at, mut end) = (0, 0);
    let mut chunk = Vec::new();
    while at < bytes.len() && !stop.is_over() && found.len() < MOST_PICTURES {
        let rest = bytes.len() - at;
        chunk.resize(rest.min((CHUNK + matcher.overlap()) as u64) as usize, 0);
        bytes.read_at(at, &mut chunk);
        hits.clear();
        matcher.scan(&chunk, 0..chunk.len().min(CHUNK), &mut hits);
        hits.retain(|hit: &Hit| matcher.footer(hit).is_none());
        for same in hits.chunk_by(|one, other| one.at == other.at) {
            let offset = at + same[0].at as u64;
            if offset < end {
                continue;
            }
            if let Some(span) = picture_at(&carver, bytes, offset, same, &mut buffer) {
                end = span.end();
                found.push(picture(span));
            }
        }
        at += CHUNK as u64;
    }
    found
}

/// Where the picture lies that begins at `offset`, when one does.
fn picture_at(
    carver: &Carver<'_>,
    bytes: &dyn Bytes,
    offset: u64,
    hits: &[Hit],
    buffer: &mut Buffer,
) -> Option<Span> {
    let formats = carver.glance(bytes, offset, hits, buffer);
    let found = carver.carve(0, bytes, offset, &formats, buffer);
    let len = found.first()?.record.source_len();
    (len > 0).then_some(Span { at: offset, len })
}

fn picture(span: Span) -> Picture {
    let mut label = Label::new(0, Origin::Cache, "Android thumbnail cache");
    label.fidelity = Fidelity::Thumbnail;
    Picture { name: format!("{:#010x}", span.at), span, label }
}
