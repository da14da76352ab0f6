//! From rows and stored files to the files of a phone.

use std::collections::{HashMap, HashSet};

use data_encoding::HEXLOWER;

use super::crypto::{ClassKeys, FileKey, content_length};
use super::files::Stored;
use super::guess::guess;
use super::location::Location;
use super::manifest::{Row, RowKind, digest_of};
use crate::places::place::Context;
use crate::places::tree::{Node, NodeKind, Tree};

/// The folder of files that no row lists.
pub const ORPHANS: &str = "orphans";

/// Bytes of the longest path that is shown as one; longer ones are no phone's.
const MOST_PATH: usize = 4096;

/// Folders inside each other that are made for paths.
const MOST_DEPTH: usize = 64;

/// Bytes of all folders that are made for paths, with what is kept of each: files of a hostile list lie each in folders
/// of its own. After that none are made.
const MOST_MADE: usize = 256 << 20;

/// What became of the rows and the stored files.
#[derive(Debug, Default)]
pub struct Assembled {
    /// The files of the phone by their paths.
    pub files: Vec<(Node, Option<Stored>)>,
    /// Rows of files with content.
    pub rows: usize,
    /// Rows whose file is there.
    pub there: usize,
    /// Rows whose file is missing, or cannot be decrypted, for that reason.
    pub lost: Vec<(Row, String)>,
    /// Files that no row lists.
    pub orphans: usize,
    /// Orphans whose names were found by trying those of the camera roll.
    pub named: usize,
    /// Files with an odd length, and what is odd.
    pub odd: Vec<(String, &'static str)>,
    /// Rows whose details could not be read.
    pub unclear: usize,
}

/// Puts rows and stored files together. In an encrypted backup what no row lists has no key, and is only counted.
pub fn assemble(
    tree: &dyn Tree,
    location: &Location,
    rows: Vec<Row>,
    keys: Option<&ClassKeys>,
    context: &Context<'_>,
) -> Assembled {
    let blobs: HashMap<&str, usize> =
        location.blobs.iter().map(|(id, node)| (id.as_str(), *node)).collect();
    let mut assembling = Assembling {
        tree,
        keys,
        blobs,
        used: HashSet::new(),
        paths: HashSet::new(),
        out: Assembled::default(),
    };
    for row in rows {
        if context.progress.stopped() {
            break;
        }
        assembling.row(row);
    }
    if !context.progress.stopped() {
        assembling.orphans(location, context);
    }
    let mut out = assembling.out;
    add_folders(&mut out.files);
    out
}

struct Assembling<'a> {
    tree: &'a dyn Tree,
    keys: Option<&'a ClassKeys>,
    blobs: HashMap<&'a str, usize>,
    used: HashSet<usize>,
    paths: HashSet<String>,
    out: Assembled,
}

impl Assembling<'_> {
    fn row(&mut self, row: Row) {
        self.out.unclear += usize::from(row.is_unclear && row.kind != RowKind::Other);
        let path = match row.path.is_empty() {
            true => row.domain.clone(),
            false => format!("{}/{}", row.domain, row.path),
        };
        if path.len() > MOST_PATH || path.is_empty() {
            return;
        }
        let kind = match &row.kind {
            RowKind::File => return self.file(row, path),
            RowKind::Folder => NodeKind::Folder,
            RowKind::Link(target) => NodeKind::Link(target.clone()),
            RowKind::Other => NodeKind::Other,
        };
        let node = node(&row, path, kind, 0);
        self.push(node, None);
    }

    fn file(&mut self, row: Row, path: String) {
        self.out.rows += 1;
        let at = self.blobs.get(row.id.as_str()).copied();
        let Some(at) = at else {
            match row.size {
                // Nothing is stored of some files without content.
                Some(0) => {
                    self.out.there += 1;
                    self.push(node(&row, path, NodeKind::File, 0), None);
                }
                _ => self.out.lost.push((row, "its file is missing in the backup".to_owned())),
            }
            return;
        };
        if self.used.contains(&at) && !is_by_its_path(&row) {
            // A thousand rows must not make a thousand files of one.
            let why = "its file is that of another path, and is not called by this one";
            self.out.lost.push((row, why.to_owned()));
            return;
        }
        let (content, odd) = match self.stored(&row, at) {
            Ok(content) => content,
            Err(why) => {
                self.used.insert(at);
                self.out.lost.push((row, why));
                return;
            }
        };
        if self.paths.contains(&path) {
            // Another row of the same path came first: this one's file is an orphan, if nothing else uses it.
            return;
        }
        self.used.insert(at);
        self.out.there += 1;
        self.out.odd.extend(odd.map(|odd| (path.clone(), odd)));
        let stored = Stored { node: at, key: content.key };
        self.push(node(&row, path, NodeKind::File, content.len), Some(stored));
    }

    /// The key and the length of what is stored, and what is odd about it.
    fn stored(&self, row: &Row, at: usize) -> Result<(Content, Option<&'static str>), String> {
        let total = self.tree.nodes()[at].len;
        let Some((keys, wrapped)) = self.keys.zip(row.key.as_deref()) else {
            let is_locked = self.keys.is_some() && row.is_unclear && total > 0;
            if is_locked {
                return Err("its key cannot be read".to_owned());
            }
            let odd = match row.size {
                Some(size) if size > total => Some("it is cut short"),
                Some(size) if size < total => Some("its database gives another length"),
                _ => None,
            };
            return Ok((Content { len: total, key: None }, odd));
        };
        let key = keys.file_key(wrapped).map_err(|fault| fault.to_string())?;
        let bytes = self.tree.open(at).map_err(|failure| failure.to_string())?;
        let length = content_length(bytes, &key, row.size);
        Ok((Content { len: length.len, key: Some(key) }, length.odd))
    }

    fn orphans(&mut self, location: &Location, context: &Context<'_>) {
        let others = location.blobs.iter().filter(|(_, node)| !self.used.contains(node));
        let others: Vec<(&str, usize)> = others.map(|(id, node)| (id.as_str(), *node)).collect();
        self.out.orphans = others.len();
        if others.is_empty() || self.keys.is_some() {
            return;
        }
        let names = guess(others.iter().map(|(id, _)| *id), context.progress);
        for (id, at) in others {
            let name = names.get(id).filter(|path| !self.paths.contains(*path));
            self.out.named += usize::from(name.is_some());
            let path = name.cloned().unwrap_or_else(|| format!("{ORPHANS}/{id}"));
            let Node { len, modified, created, .. } = self.tree.nodes()[at];
            let node = Node { path, kind: NodeKind::File, len, modified, created };
            self.push(node, Some(Stored { node: at, key: None }));
        }
    }

    fn push(&mut self, node: Node, stored: Option<Stored>) {
        if self.paths.insert(node.path.clone()) {
            self.out.files.push((node, stored));
        }
    }
}

/// Whether what is stored for a row is called by its path.
fn is_by_its_path(row: &Row) -> bool {
    HEXLOWER.encode(&digest_of(row.domain.as_bytes(), row.path.as_bytes())) == row.id
}

struct Content {
    len: u64,
    key: Option<FileKey>,
}

fn node(row: &Row, path: String, kind: NodeKind, len: u64) -> Node {
    let (modified, created) = (row.modified, row.born);
    Node { path, kind, len, modified, created }
}

/// Adds the folders that no row lists, and puts all into the order of their paths.
fn add_folders(files: &mut Vec<(Node, Option<Stored>)>) {
    let (mut folders, mut left) = (HashSet::new(), MOST_MADE);
    'files: for (node, _) in &*files {
        let above = |path: &str| path.rsplit_once('/').map(|(folder, _)| folder.to_owned());
        let mut folder = above(&node.path);
        for _ in 0..MOST_DEPTH {
            let Some(path) = folder.filter(|path| !path.is_empty()) else { break };
            folder = above(&path);
            let needed = path.len() + size_of::<(Node, Option<Stored>)>();
            if !folders.insert(path) {
                break;
            }
            left = left.saturating_sub(needed);
            if left == 0 {
                break 'files;
            }
        }
    }
    let known: HashSet<&str> = files.iter().map(|(node, _)| node.path.as_str()).collect();
    folders.retain(|path| !known.contains(path.as_str()));
    files.extend(folders.into_iter().map(|path| {
        let (kind, len, modified, created) = (NodeKind::Folder, 0, None, None);
        (Node { path, kind, len, modified, created }, None)
    }));
    files.sort_unstable_by(|(one, _), (other, _)| one.path.cmp(&other.path));
}
