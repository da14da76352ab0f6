//! The files of a phone, as a tree.

use std::sync::Arc;

use afterimage_signatures::Bytes;

use super::crypto::{Decrypted, FileKey};
use crate::places::tree::{Node, ReadFailure, Tree};

/// Where the content of a file lies.
#[derive(Debug)]
pub struct Stored {
    /// The node of the backup that holds it.
    pub node: usize,
    /// The key that decrypts it.
    pub key: Option<FileKey>,
}

/// The files of a phone by their domains and paths, read out of its backup, decrypted where need be.
pub struct PhoneFiles {
    backup: Arc<dyn Tree>,
    title: String,
    nodes: Vec<Node>,
    stored: Vec<Option<Stored>>,
}

impl std::fmt::Debug for PhoneFiles {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("PhoneFiles").field("title", &self.title).finish_non_exhaustive()
    }
}

impl PhoneFiles {
    /// The tree of these files, in the order of their paths, no path twice.
    pub fn new(backup: Arc<dyn Tree>, title: String, files: Vec<(Node, Option<Stored>)>) -> Self {
        let (nodes, stored) = files.into_iter().unzip();
        PhoneFiles { backup, title, nodes, stored }
    }
}

impl Tree for PhoneFiles {
    fn title(&self) -> &str {
        &self.title
    }

    fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    fn is_phone_backup(&self) -> bool {
        true
    }

    fn open(&self, node: usize) -> Result<Box<dyn Bytes + Send + '_>, ReadFailure> {
        let known = self.nodes.get(node).zip(self.stored.get(node).and_then(Option::as_ref));
        let (node, stored) = known.ok_or_else(|| ReadFailure("it is no file".to_owned()))?;
        if node.len == 0 {
            return Ok(Box::new(&[][..]));
        }
        let bytes = self.backup.open(stored.node)?;
        Ok(match &stored.key {
            Some(key) => Box::new(Decrypted::new(bytes, key, node.len)),
            None => bytes,
        })
    }
}
