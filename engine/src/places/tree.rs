//! A tree of files, wherever it lies.

use std::ops::Range;

use afterimage_signatures::Bytes;

use super::label::Label;
use crate::model::Moment;

/// What a node is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// A file with bytes.
    File,
    /// A folder.
    Folder,
    /// A link, which is not followed, and where it points.
    Link(String),
    /// A socket, a device, or what else has no bytes to read.
    Other,
}

/// A file or a folder of a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Path from the root of the tree, names joined by `/`: as it stands there, from an attacker perhaps.
    pub path: String,
    /// What it is.
    pub kind: NodeKind,
    /// Length of its content in bytes; 0 of what has none.
    pub len: u64,
    /// When it was last modified.
    pub modified: Option<Moment>,
    /// When it was made.
    pub created: Option<Moment>,
}

impl Node {
    /// The last part of its path.
    pub fn name(&self) -> &str {
        self.path.rsplit_once('/').map_or(&self.path, |(_, name)| name)
    }

    /// The folder that it lies in; empty for what lies in the root.
    pub fn folder(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// Whether it is a file.
    pub fn is_file(&self) -> bool {
        self.kind == NodeKind::File
    }
}

/// Why the content of a node was not read, in one clause for the user: "permission denied".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ReadFailure(pub String);

/// Files and folders that can be listed and read. Nothing is ever written.
pub trait Tree: Send + Sync {
    /// What a user calls it: a path of this machine, with the path inside it where it lies in something.
    fn title(&self) -> &str;

    /// Its nodes, in the order of their paths (byte by byte).
    fn nodes(&self) -> &[Node];

    /// The bytes of a file, by position in [`Tree::nodes`]. What cannot be read of them is zeros, and
    /// [`Bytes::unreadable_in`] tells where.
    ///
    /// # Errors
    ///
    /// When it is no file, or cannot be opened.
    fn open(&self, node: usize) -> Result<Box<dyn Bytes + Send + '_>, ReadFailure>;

    /// What the tree itself knows of its files, as the pictures in a cache are known by their cache: labels that
    /// no place has to find out.
    fn told(&self) -> &[Label] {
        &[]
    }

    /// Whether it is the files of a phone, read out of its backup: `DOMAIN/PATH`.
    fn is_phone_backup(&self) -> bool {
        false
    }

    /// The node at `path`.
    fn at(&self, path: &str) -> Option<usize> {
        self.nodes().binary_search_by(|node| node.path.as_str().cmp(path)).ok()
    }

    /// The nodes below a folder, at any depth; all of them for the root, which is "".
    fn below(&self, folder: &str) -> Range<usize> {
        let nodes = self.nodes();
        if folder.is_empty() {
            return 0..nodes.len();
        }
        let start = nodes.partition_point(|node| {
            let (path, prefix) = (node.path.as_bytes(), folder.as_bytes());
            path.iter().cmp(prefix.iter().chain(b"/")).is_lt()
        });
        let is_below =
            |node: &Node| node.path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
        start..start + nodes[start..].partition_point(is_below)
    }

    /// The whole content of a small file.
    ///
    /// # Errors
    ///
    /// As [`Tree::open`], and when it is longer than `most` bytes or some of it cannot be read.
    fn content(&self, node: usize, most: usize) -> Result<Vec<u8>, ReadFailure> {
        let bytes = self.open(node)?;
        let len = usize::try_from(bytes.len()).ok().filter(|len| *len <= most);
        let len = len.ok_or_else(|| ReadFailure(format!("it is longer than {most} bytes")))?;
        let mut out = vec![0; len];
        bytes.read_at(0, &mut out);
        let whole = afterimage_signatures::verdict::Span { at: 0, len: len as u64 };
        match bytes.unreadable_in(whole) {
            Some(bad) => Err(ReadFailure(format!("its byte {:#x} cannot be read", bad.at))),
            None => Ok(out),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A tree in memory, for tests of places.
    #[derive(Clone, Debug, Default)]
    pub(crate) struct MemoryTree {
        nodes: Vec<Node>,
        contents: Vec<Vec<u8>>,
    }

    impl MemoryTree {
        /// A tree of these files, by path and content; folders are made.
        pub(crate) fn new<'a>(files: impl IntoIterator<Item = (&'a str, Vec<u8>)>) -> Self {
            let mut all = std::collections::BTreeMap::new();
            for (path, content) in files {
                let folders = std::iter::successors(path.rsplit_once('/'), |(folder, _)| {
                    folder.rsplit_once('/')
                });
                for (folder, _) in folders {
                    all.insert(folder.to_owned(), None);
                }
                all.insert(path.to_owned(), Some(content));
            }
            let mut tree = MemoryTree::default();
            for (path, content) in all {
                let kind = if content.is_some() { NodeKind::File } else { NodeKind::Folder };
                let content = content.unwrap_or_default();
                let len = content.len() as u64;
                let (modified, created) = (None, None);
                tree.nodes.push(Node { path, kind, len, modified, created });
                tree.contents.push(content);
            }
            tree
        }
    }

    impl Tree for MemoryTree {
        fn title(&self) -> &str {
            "memory"
        }

        fn nodes(&self) -> &[Node] {
            &self.nodes
        }

        fn open(&self, node: usize) -> Result<Box<dyn Bytes + Send + '_>, ReadFailure> {
            let is_file = self.nodes.get(node).is_some_and(Node::is_file);
            let none = || ReadFailure("it is no file".to_owned());
            let content = self.contents.get(node).filter(|_| is_file).ok_or_else(none)?;
            Ok(Box::new(content.as_slice()))
        }
    }

    #[test]
    fn a_folder_holds_what_lies_below_it_and_nothing_else() {
        let names = ["a", "a b/x", "a/1", "a/2/3", "a0", "b"];
        let tree = MemoryTree::new(names.map(|name| (name, Vec::new())));
        let below = |folder| {
            tree.nodes()[tree.below(folder)].iter().map(|node| &*node.path).collect::<Vec<_>>()
        };
        assert_eq!(below("a"), ["a/1", "a/2", "a/2/3"]);
        assert_eq!(below("a/2"), ["a/2/3"]);
        assert_eq!(below("c"), [""; 0]);
        assert_eq!(below("").len(), tree.nodes().len());
        assert_eq!(tree.at("a/2/3").map(|at| tree.nodes()[at].name()), Some("3"));
    }

    #[test]
    fn only_a_small_file_is_read_whole() {
        let tree = MemoryTree::new([("a/b", vec![7; 10])]);
        let file = tree.at("a/b").unwrap();
        assert_eq!(tree.content(file, 10), Ok(vec![7; 10]));
        assert!(tree.content(file, 9).is_err() && tree.content(tree.at("a").unwrap(), 9).is_err());
    }
}
