//! The order in which files are listed, whatever order workers found them in.

use crate::ledger::{IndexEntry, NONE};

/// Positions of the entries by source, offset and format. What begins at one offset in several
/// files is ordered by the outermost of them, and then by its position in it.
pub fn by_offset(entries: &[IndexEntry]) -> Vec<u32> {
    let root = |index: u32| {
        let mut at = index;
        while entries[at as usize].parent != NONE {
            at = entries[at as usize].parent;
        }
        at
    };
    let mut order: Vec<u32> = (0..entries.len() as u32).collect();
    order.sort_unstable_by_key(|&index| {
        let (entry, root) = (&entries[index as usize], root(index));
        let outer = entries[root as usize].offset;
        (entry.source, entry.offset, entry.parent != NONE, entry.format, outer, index - root, index)
    });
    order
}
