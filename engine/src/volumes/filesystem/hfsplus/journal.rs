//! The journal, which has copies of nodes of the catalog as they were.

use afterimage_signatures::Bytes;

use super::catalog::Catalog;
use super::header::HfsHeader;
use super::{record, tree};
use crate::volumes::fields::{be32, be64};
use crate::volumes::filesystem::SECTOR;
use crate::volumes::read;

/// Bytes of a journal that are searched; macOS makes 8 MiB for each 100 GiB.
const MOST: u64 = 512 << 20;

/// Bytes that are read at once.
const PIECE: u64 = 1 << 20;

/// Adds the records in the journal's copies of nodes to those that are left.
pub(crate) fn add(bytes: &dyn Bytes, header: &HfsHeader, catalog: &mut Catalog) {
    let Some((at, len)) = place(bytes, header) else { return };
    for piece in (0..len).step_by(PIECE as usize) {
        // A node that begins in this piece may end in the next.
        let most = (PIECE + tree::LONGEST_NODE as u64).min(len - piece);
        let Some(bytes) = read::exact(bytes, at + piece, most as usize) else { return };
        let mut from = 0;
        while from + SECTOR <= bytes.len() && (from as u64) < PIECE {
            let rest = &bytes[from..];
            if !tree::is_leaf(rest) {
                from += SECTOR;
                continue;
            }
            let node = tree::node_len(rest);
            let found = record::left(&rest[..node], tree::DESCRIPTOR);
            let start = at + piece + from as u64;
            catalog.add_left(found, |at| start + at as u64);
            from += node.max(SECTOR) / SECTOR * SECTOR;
        }
    }
}

/// Where the journal lies, when it lies in the volume, and how much of it is searched.
fn place(bytes: &dyn Bytes, header: &HfsHeader) -> Option<(u64, u64)> {
    let block = u64::from(header.journal_block);
    if block == 0 || block >= header.blocks {
        return None;
    }
    let info = read::exact(bytes, header.at.checked_add(block * header.block)?, 52)?;
    let (offset, len) = (be64(&info, 36)?, be64(&info, 44)?);
    let inside = be32(&info, 0)? & 1 == 1 && offset < header.len;
    let len = len.min(header.len.checked_sub(offset)?).min(MOST);
    inside.then(|| (header.at.saturating_add(offset), len))
}
