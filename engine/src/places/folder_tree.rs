//! A folder of this machine as a tree.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use afterimage_signatures::Bytes;

use super::tree::{Node, NodeKind, ReadFailure, Tree};
use crate::control::progress::Progress;
use crate::model::Moment;
use crate::source::{self, Io};

/// Nodes of one tree: more than any disk of a person has, and what fits into memory.
const MOST_NODES: usize = 20_000_000;

/// Folders inside each other; more is no tree of a person.
const MOST_DEPTH: usize = 256;

/// A folder of this machine and all that lies below it, without following links.
#[derive(Debug)]
pub struct FolderTree {
    root: PathBuf,
    title: String,
    nodes: Vec<Node>,
    /// Where each node is, in the order of the nodes: names that are not UTF-8 are shown in another way.
    paths: Vec<PathBuf>,
    /// Folders that could not be listed, and why.
    pub unread: Vec<(PathBuf, String)>,
}

impl FolderTree {
    /// Walks the folder at `root`, which may be a link itself, or a single file, without what `is_left_out` names by its path.
    /// Ends early when the run is stopped.
    pub fn walk(root: &Path, is_left_out: &dyn Fn(&Path) -> bool, progress: &Progress) -> Self {
        let mut tree = FolderTree {
            root: root.to_path_buf(),
            title: root.display().to_string(),
            nodes: Vec::new(),
            paths: Vec::new(),
            unread: Vec::new(),
        };
        let mut found = Vec::new();
        if let Some(metadata) = fs::metadata(root).ok().filter(Metadata::is_file) {
            tree.root = root.parent().unwrap_or(Path::new("")).to_path_buf();
            let is_here = tree.root.as_os_str().is_empty();
            tree.title = if is_here { ".".to_owned() } else { tree.root.display().to_string() };
            found.push((tree.node(root, &metadata), root.to_path_buf()));
        }
        let mut folders = if found.is_empty() { vec![(root.to_path_buf(), 0)] } else { vec![] };
        while let Some((folder, depth)) = folders.pop() {
            if progress.stopped() {
                break;
            }
            if found.len() > MOST_NODES {
                tree.unread.push((folder, format!("more than {MOST_NODES} files lie before it")));
                break;
            }
            let entries = match fs::read_dir(&folder) {
                Ok(entries) => entries,
                Err(error) => {
                    tree.unread.push((folder, error.to_string()));
                    continue;
                }
            };
            for entry in entries {
                let looked = entry.and_then(|entry| Ok((entry.path(), entry.metadata()?)));
                let (path, metadata) = match looked {
                    Ok(looked) => looked,
                    Err(error) => {
                        tree.unread.push((folder.clone(), error.to_string()));
                        continue;
                    }
                };
                if metadata.is_dir() && is_left_out(&path) {
                    continue;
                }
                if metadata.is_dir() && depth >= MOST_DEPTH {
                    tree.unread.push((path.clone(), "it lies too deep".to_owned()));
                }
                if metadata.is_dir() && depth < MOST_DEPTH {
                    folders.push((path.clone(), depth + 1));
                }
                found.push((tree.node(&path, &metadata), path));
            }
        }
        // Names that are not UTF-8 may look alike.
        found.sort_unstable_by(|(one, at), (other, other_at)| {
            one.path.cmp(&other.path).then_with(|| at.cmp(other_at))
        });
        (tree.nodes, tree.paths) = found.into_iter().unzip();
        tree
    }

    /// Where a node is on this machine.
    pub fn path(&self, node: usize) -> Option<&Path> {
        self.paths.get(node).map(PathBuf::as_path)
    }

    fn node(&self, path: &Path, metadata: &Metadata) -> Node {
        let relative = path.strip_prefix(&self.root).unwrap_or(path);
        let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
        let kind = if metadata.is_file() {
            NodeKind::File
        } else if metadata.is_dir() {
            NodeKind::Folder
        } else if metadata.is_symlink() {
            let target = fs::read_link(path).unwrap_or_default();
            NodeKind::Link(target.to_string_lossy().into_owned())
        } else {
            NodeKind::Other
        };
        Node {
            path: parts.join("/"),
            len: if kind == NodeKind::File { metadata.len() } else { 0 },
            kind,
            modified: metadata.modified().ok().and_then(moment),
            created: metadata.created().ok().and_then(moment),
        }
    }
}

fn moment(time: SystemTime) -> Option<Moment> {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Moment::utc(i64::try_from(since.as_secs()).ok()?, i32::try_from(since.subsec_nanos()).ok()?)
}

impl Tree for FolderTree {
    fn title(&self) -> &str {
        &self.title
    }

    fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    fn open(&self, node: usize) -> Result<Box<dyn Bytes + Send + '_>, ReadFailure> {
        let failed = |why: String| ReadFailure(why);
        let known = self.nodes.get(node).zip(self.paths.get(node));
        let (node, path) = known.ok_or_else(|| failed("there is no such file".to_owned()))?;
        if !node.is_file() {
            return Err(failed("it is no file".to_owned()));
        }
        if node.len == 0 {
            return Ok(Box::new(&[][..]));
        }
        let source = source::open_one(path, Io::Read).map_err(|error| failed(error.to_string()))?;
        Ok(source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_walked_without_following_links() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("b/c")).unwrap();
        fs::write(at("b/c/photo.jpg"), [1, 2, 3]).unwrap();
        fs::write(at("a.txt"), []).unwrap();
        let tree = FolderTree::walk(folder.path(), &|_| false, &Progress::default());
        let paths: Vec<&str> = tree.nodes().iter().map(|node| &*node.path).collect();
        assert_eq!(paths, ["a.txt", "b", "b/c", "b/c/photo.jpg"]);
        assert_eq!(tree.content(3, 10), Ok(vec![1, 2, 3]));
        assert_eq!(tree.content(0, 10), Ok(vec![]));
        assert!(tree.open(1).is_err() && tree.open(99).is_err());
        let tree = FolderTree::walk(folder.path(), &|path| path == at("b"), &Progress::default());
        assert_eq!(tree.nodes().len(), 1);
    }
}
