//! `Thumbs.db`: the small pictures that Windows kept in each folder, in an OLE compound file. Vista and later write
//! it in folders of other machines only.

use std::collections::HashMap;
use std::io::{Cursor, Read};
use std::sync::{Arc, Mutex, PoisonError};

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;
use cfb::CompoundFile;

use super::catalog::{self, Listed};
use super::slices_tree::picture_node;
use super::windows_cache::MOST_OF_THUMBNAIL;
use crate::model::{Fidelity, Lost, LostState, Origin};
use crate::places::findings::Findings;
use crate::places::label::Label;
use crate::places::recent::{Recent, TreeId};
use crate::places::slice::{Shared, Slice};
use crate::places::tree::{Node, ReadFailure, Tree};

/// Bytes of a compound file that is looked at; a `Thumbs.db` of 5,000 photos has 50 MiB.
const MOST_FILE: usize = 64 << 20;

/// Bytes of a stream that are read: a picture of some hundred pixels, a list of a folder.
const MOST_STREAM: u64 = 16 << 20;

/// Streams of one file.
const MOST_STREAMS: usize = 100_000;

/// Bytes before a picture: 12 in XP, 24 later.
const MOST_HEADER: usize = 64;

/// The name of the list in the files of XP.
const CATALOG: &str = "/Catalog";

/// The pictures of a `Thumbs.db`.
pub(in crate::places) struct CompoundTree {
    title: String,
    id: TreeId,
    tree: Arc<dyn Tree>,
    node: usize,
    nodes: Vec<Node>,
    labels: Vec<Label>,
    /// The stream of each node.
    streams: Vec<String>,
}

type Compound = CompoundFile<Cursor<Vec<u8>>>;

/// Files that were taken apart last.
static RECENT: Recent<Mutex<Compound>> = Recent::new(2);

/// A stream that may hold a picture.
struct Found {
    stream: String,
    name: String,
    len: u64,
    label: Label,
}

impl CompoundTree {
    /// The pictures of the file of `tree` at `node`, when it is such a file.
    pub(in crate::places) fn new(
        tree: &Arc<dyn Tree>,
        node: usize,
        findings: &mut Findings,
    ) -> Option<Self> {
        let file = tree.nodes().get(node)?;
        let mut compound = open(tree.as_ref(), node).ok()?;
        let names: Vec<(String, u64)> = compound
            .read_root_storage()
            .take(MOST_STREAMS)
            .filter(|entry| entry.is_stream() && entry.len() <= MOST_STREAM)
            .map(|entry| (entry.name().to_owned(), entry.len()))
            .collect();
        let listed = content(&mut compound, CATALOG).map(|list| catalog::read(&list));
        let listed = listed.unwrap_or_default();
        let by_stream: HashMap<&str, &Listed> =
            listed.iter().map(|file| (file.stream.as_str(), file)).collect();
        let mut found: Vec<Found> = names
            .into_iter()
            .filter_map(|(stream, len)| {
                let mut found = Found::new(by_stream.get(stream.as_str()).copied(), stream, file)?;
                let mut head = Vec::new();
                let content = compound.open_stream(&found.stream).ok()?;
                content.take(MOST_HEADER as u64).read_to_end(&mut head).ok()?;
                found.len = len - start(&head)? as u64;
                Some(found)
            })
            .collect();
        let title = format!("{}/{}", tree.title(), file.path);
        findings.lost.extend(lost(&listed, tree.as_ref(), file));
        found.sort_by(|one, other| (&one.name, &one.stream).cmp(&(&other.name, &other.stream)));
        let mut pictures = CompoundTree {
            title,
            id: TreeId::next(),
            tree: Arc::clone(tree),
            node,
            nodes: Vec::new(),
            labels: Vec::new(),
            streams: Vec::new(),
        };
        for (nth, one) in found.into_iter().enumerate() {
            pictures.nodes.push(picture_node(one.name, one.len, &one.label));
            pictures.labels.push(Label { node: nth, ..one.label });
            pictures.streams.push(one.stream);
        }
        (!pictures.nodes.is_empty()).then_some(pictures)
    }

    /// The content of a stream, after what comes before its picture.
    fn picture(&self, stream: &str) -> Result<Slice<'static>, ReadFailure> {
        let make = || open(self.tree.as_ref(), self.node).map(Mutex::new);
        let compound = RECENT.get(self.id, self.node, make)?;
        let mut compound = compound.lock().unwrap_or_else(PoisonError::into_inner);
        let content = content(&mut compound, stream);
        let content = content.ok_or_else(|| ReadFailure("it is damaged".to_owned()))?;
        let at = start(&content).ok_or_else(|| ReadFailure("no picture is in it".to_owned()))?;
        let whole = Span::between(at as u64, content.len() as u64);
        let content: Shared<'static> = Arc::new(Owned(content));
        Ok(Slice::new(content, whole))
    }
}

impl Found {
    /// The picture of a stream, by what the list says of it or by its name: `256_0123456789abcdef`.
    fn new(listed: Option<&Listed>, stream: String, file: &Node) -> Option<Self> {
        let mut label = Label::new(0, Origin::Cache, "Windows thumbnail cache (Thumbs.db)");
        label.fidelity = Fidelity::Thumbnail;
        let name = match listed {
            Some(listed) => {
                label.shows = Some(beside(file, &listed.name));
                label.modified = listed.modified;
                listed.name.clone()
            }
            None => {
                let (side, hash) = stream.split_once('_')?;
                let side: u32 = side.parse().ok()?;
                let is_hash = hash.len() >= 8 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
                if !is_hash {
                    return None;
                }
                if side > MOST_OF_THUMBNAIL {
                    label.fidelity = Fidelity::Preview;
                }
                stream.clone()
            }
        };
        Some(Found { stream: format!("/{stream}"), name, len: 0, label })
    }
}

/// Files of the list that are not in its folder any more.
fn lost<'a>(
    listed: &'a [Listed],
    tree: &'a dyn Tree,
    file: &'a Node,
) -> impl Iterator<Item = Lost> + 'a {
    let gone = listed.iter().filter(|listed| {
        crate::places::photo_name::is_photo_name(&listed.name)
            && tree.at(&beside(file, &listed.name)).is_none()
    });
    gone.map(|listed| {
        let mut lost =
            Lost::named(format!("{} of its folder", file.name()), beside(file, &listed.name));
        lost.state = LostState::PreviewOnly;
        lost
    })
}

/// The path of a file in the same folder.
fn beside(file: &Node, name: &str) -> String {
    match file.folder() {
        "" => name.to_owned(),
        folder => format!("{folder}/{name}"),
    }
}

fn open(tree: &dyn Tree, node: usize) -> Result<Compound, ReadFailure> {
    let bytes = tree.content(node, MOST_FILE)?;
    CompoundFile::open(Cursor::new(bytes)).map_err(|error| ReadFailure(error.to_string()))
}

fn content(compound: &mut Compound, path: &str) -> Option<Vec<u8>> {
    let stream = compound.open_stream(path).ok()?;
    let mut out = Vec::new();
    stream.take(MOST_STREAM).read_to_end(&mut out).ok()?;
    Some(out)
}

/// Where the picture begins in a stream.
fn start(content: &[u8]) -> Option<usize> {
    let head = &content[..content.len().min(MOST_HEADER)];
    let magics: [&[u8]; 3] = [b"\xff\xd8\xff", b"\x89PNG\r\n", b"BM"];
    magics.into_iter().find_map(|magic| memchr::memmem::find(head, magic))
}

/// Bytes in memory.
struct Owned(Vec<u8>);

impl Bytes for Owned {
    fn len(&self) -> u64 {
        self.0.len() as u64
    }

    fn mapped(&self, at: u64, len: usize) -> Option<&[u8]> {
        Bytes::mapped(self.0.as_slice(), at, len)
    }

    fn read_at(&self, at: u64, out: &mut [u8]) {
        Bytes::read_at(self.0.as_slice(), at, out);
    }
}

impl Tree for CompoundTree {
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
        let stream = self.streams.get(node);
        let stream = stream.ok_or_else(|| ReadFailure("there is no such picture".to_owned()))?;
        Ok(Box::new(self.picture(stream)?))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::places::tree::tests::MemoryTree;

    fn thumbs() -> Vec<u8> {
        let mut compound = CompoundFile::create(Cursor::new(Vec::new())).unwrap();
        for (name, len) in [("256_0123456789abcdef", 5000), ("96_fedcba9876543210", 100)] {
            let content = [&[0; 24], &b"\xff\xd8\xff\xe0"[..], &vec![7; len]].concat();
            compound.create_stream(format!("/{name}")).unwrap().write_all(&content).unwrap();
        }
        compound.create_stream("/WordDocument").unwrap().write_all(b"no picture").unwrap();
        compound.flush().unwrap();
        compound.into_inner().into_inner()
    }

    fn pictures(bytes: Vec<u8>) -> Option<CompoundTree> {
        let tree: Arc<dyn Tree> = Arc::new(MemoryTree::new([("Thumbs.db", bytes)]));
        CompoundTree::new(&tree, 0, &mut Findings::default())
    }

    #[test]
    fn streams_with_pictures_are_files_and_others_are_none() {
        let tree = pictures(thumbs()).unwrap();
        let lens: Vec<_> = tree.nodes().iter().map(|node| (&*node.path, node.len)).collect();
        assert_eq!(lens, [("256_0123456789abcdef", 5004), ("96_fedcba9876543210", 104)]);
        for at in 0..2 {
            let content = tree.content(at, 1 << 20).unwrap();
            assert!(content.starts_with(b"\xff\xd8\xff\xe0") && content.ends_with(&[7; 50]));
            assert_eq!(tree.told()[at].node, at);
        }
        assert!(tree.open(2).is_err());
    }

    #[test]
    fn any_damage_ends_in_time_and_without_a_panic() {
        let sound = thumbs();
        bolero::check!().with_type::<Vec<(u16, u8)>>().for_each(|changes| {
            let mut bytes = sound.clone();
            for (at, value) in changes {
                let len = bytes.len();
                // Mostly in the header and in the tables after it.
                let at = if at % 2 == 0 { usize::from(*at) % 512 } else { usize::from(*at) % len };
                bytes[at] = *value;
            }
            if let Some(tree) = pictures(bytes) {
                (0..tree.nodes().len()).for_each(|at| drop(tree.content(at, 1 << 25)));
            }
        });
    }
}
