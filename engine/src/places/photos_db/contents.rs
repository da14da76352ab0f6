//! Databases that lie in a tree.

use afterimage_signatures::verdict::Span;

use crate::places::tree::{ReadFailure, Tree};

/// The longest database that is read: it is held in memory.
const MOST: u64 = 2 << 30;

/// A database and its write-ahead log, as they lie in a tree.
#[derive(Clone, Debug)]
pub(in crate::places) struct Contents {
    /// The database file; what cannot be read of it is zeros.
    pub(in crate::places) main: Vec<u8>,
    /// Its log, when there is one.
    pub(in crate::places) log: Option<Vec<u8>>,
    /// Whether some of it cannot be read.
    pub(in crate::places) is_torn: bool,
}

impl Contents {
    /// Reads the database at `node`; its log lies beside it, with `-wal` at the end of its name.
    pub(in crate::places) fn read(tree: &dyn Tree, node: usize) -> Result<Self, ReadFailure> {
        let (main, is_torn) = read(tree, node)?;
        let log = tree.at(&format!("{}-wal", tree.nodes()[node].path));
        let log =
            log.filter(|log| tree.nodes()[*log].is_file()).and_then(|log| read(tree, log).ok());
        let is_torn = is_torn || log.as_ref().is_some_and(|(_, is_torn)| *is_torn);
        Ok(Contents { main, log: log.map(|(log, _)| log), is_torn })
    }
}

fn read(tree: &dyn Tree, node: usize) -> Result<(Vec<u8>, bool), ReadFailure> {
    let bytes = tree.open(node)?;
    let len = bytes.len();
    if len > MOST {
        return Err(ReadFailure(format!("it is longer than {} GiB", MOST >> 30)));
    }
    let room = usize::try_from(len).map_err(|_| ReadFailure("it is too long".to_owned()))?;
    let mut content = vec![0; room];
    bytes.read_at(0, &mut content);
    let is_torn = bytes.unreadable_in(Span { at: 0, len }).is_some();
    Ok((content, is_torn))
}
