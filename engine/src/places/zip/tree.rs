//! The files of an archive as a tree.

use std::sync::{Arc, OnceLock};

use afterimage_signatures::Bytes;

use super::directory::{Directory, is_inflating, is_too_long};
use super::inflated::Inflated;
use super::local;
use super::member::{Member, Method};
use crate::control::progress::Stop;
use crate::places::recent::TreeId;
use crate::places::slice::{Shared, Slice};
use crate::places::tree::{Node, NodeKind, ReadFailure, Tree};

/// Folders inside each other that are made for a member whose archive does not list them.
const MOST_DEPTH: usize = 64;

/// Bytes of a path for whose folders nodes are made.
const LONGEST_PATH: usize = 4096;

/// Bytes of all folders that are made for members whose archives do not list them, with what is kept of each: members
/// of a hostile archive lie each in folders of its own. After that none are made.
const MOST_MADE: usize = 256 << 20;

/// The files of an archive, or of the parts of one export as if they were one. Directories are read when somebody
/// asks for the nodes.
pub(in crate::places) struct ZipTree {
    title: String,
    id: TreeId,
    tree: Arc<dyn Tree>,
    /// The nodes of the tree around it that are the archives.
    archives: Vec<usize>,
    stop: Stop,
    listed: OnceLock<Listed>,
}

/// A node, and of it the archive and the member that it is; nothing of a folder that is not listed.
type Row = (Node, Option<(usize, Member)>);

/// What the archives hold.
struct Listed {
    nodes: Vec<Node>,
    /// Of each node the archive and the member that it is; nothing of a folder that is not listed.
    members: Vec<Option<(usize, Member)>>,
}

impl ZipTree {
    /// The archives at these nodes of `tree`.
    pub(in crate::places) fn new(
        tree: Arc<dyn Tree>,
        archives: Vec<usize>,
        title: String,
        stop: Stop,
    ) -> Self {
        ZipTree { title, id: TreeId::next(), tree, archives, stop, listed: OnceLock::new() }
    }

    fn listed(&self) -> &Listed {
        self.listed.get_or_init(|| {
            let mut all = Vec::new();
            for (archive, file) in self.archives.iter().enumerate() {
                // Why an archive cannot be opened its own place has told.
                let Ok(bytes) = self.tree.open(*file) else { continue };
                let directory = Directory::read(bytes.as_ref(), &|| self.stop.is_over());
                all.extend(directory.members.into_iter().map(|member| (archive, member)));
            }
            Listed::of(all)
        })
    }
}

impl Listed {
    fn of(mut all: Vec<(usize, Member)>) -> Self {
        // Parts of an export repeat folders.
        all.sort_by(|(_, one), (_, other)| one.name.cmp(&other.name));
        all.retain(|(_, member)| !member.name.is_empty());
        all.dedup_by(|(_, one), (_, other)| {
            one.is_folder && other.is_folder && one.name == other.name
        });
        let mut rows: Vec<Row> = Vec::with_capacity(all.len());
        let (mut last, mut left) = (String::new(), MOST_MADE);
        for (archive, member) in all {
            for folder in folders(&member.name, &last) {
                let needed = folder.len() + size_of::<Row>();
                left = left.saturating_sub(needed);
                if left == 0 {
                    break;
                }
                rows.push((node(folder, None), None));
            }
            last.clone_from(&member.name);
            rows.push((node(&member.name, Some(&member)), Some((archive, member))));
        }
        // A folder may be listed after what is in it, by another part.
        rows.sort_by(|(one, _), (other, _)| one.path.cmp(&other.path));
        rows.dedup_by(|(one, _), (other, _)| {
            one.path == other.path && !one.is_file() && !other.is_file()
        });
        let (nodes, members) = rows.into_iter().unzip();
        Listed { nodes, members }
    }
}

/// The folders that `path` lies in and `last` does not, from the outermost on.
fn folders<'p>(path: &'p str, last: &str) -> Vec<&'p str> {
    if path.len() > LONGEST_PATH {
        return Vec::new();
    }
    let ends = path.match_indices('/').map(|(at, _)| at).take(MOST_DEPTH);
    let is_new = |folder: &&str| {
        last.strip_prefix(folder).is_none_or(|rest| !rest.is_empty() && !rest.starts_with('/'))
    };
    ends.map(|end| &path[..end]).filter(is_new).collect()
}

fn node(path: &str, member: Option<&Member>) -> Node {
    let file = member.filter(|member| !member.is_folder);
    Node {
        path: path.to_owned(),
        kind: if file.is_some() { NodeKind::File } else { NodeKind::Folder },
        len: file.map_or(0, |member| member.len),
        modified: member.and_then(|member| member.modified),
        created: None,
    }
}

impl Tree for ZipTree {
    fn title(&self) -> &str {
        &self.title
    }

    fn nodes(&self) -> &[Node] {
        &self.listed().nodes
    }

    fn open(&self, node: usize) -> Result<Box<dyn Bytes + Send + '_>, ReadFailure> {
        let failed = |why: &str| ReadFailure(why.to_owned());
        let listed = self.listed();
        let is_file = listed.nodes.get(node).is_some_and(Node::is_file);
        let member = listed.members.get(node).filter(|_| is_file).and_then(Option::as_ref);
        let (archive, member) = member.ok_or_else(|| failed("it is no file"))?;
        if member.method == Method::Encrypted {
            return Err(failed("it is encrypted with a password in its archive"));
        }
        if let Method::Other(number) = member.method {
            return Err(ReadFailure(format!("it is compressed by method {number}")));
        }
        if is_inflating(member) {
            return Err(failed("its archive says that it is thousands of times its bytes there"));
        }
        if is_too_long(member) {
            return Err(failed(
                "its archive says that it has more than 64 GiB, and no more are unpacked",
            ));
        }
        let archive = self.archives.get(*archive).ok_or_else(|| failed("there is no such part"))?;
        let bytes = Shared::from(self.tree.open(*archive)?);
        let span = local::span(bytes.as_ref(), member);
        let span = span.ok_or_else(|| failed("its header in the archive is damaged"))?;
        let packed = Slice::new(bytes, span);
        if member.method == Method::Stored {
            return Ok(Box::new(packed.of_len(member.len)));
        }
        let inflated = Inflated::recent(self.id, node, packed, member.len);
        let inflated = inflated.map_err(|error| ReadFailure(error.to_string()))?;
        Ok(Box::new(inflated))
    }
}
