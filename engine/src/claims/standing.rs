//! Where each file belongs, now that all fates are settled.

use super::depth::MOST_OPEN;
use crate::ledger::{Fate, IndexEntry, NONE};

/// What is left of the chain of files that a file lies in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// A file of its own.
    Own,
    /// A picture inside the file at that position, which holds it whole.
    In(u32),
    /// Nothing: its bytes are another file's, or the file that held it ended before.
    Nowhere,
}

/// Where each of the entries belongs.
pub fn standings(entries: &[IndexEntry]) -> Vec<Standing> {
    (0..entries.len()).map(|index| standing(entries, index)).collect()
}

/// Where the entry at `index` belongs.
fn standing(entries: &[IndexEntry], index: usize) -> Standing {
    let (mut at, mut first) = (index, None);
    // Each step goes to a file that began before, or stands before in the index.
    for _ in 0..2 * MOST_OPEN {
        let entry = &entries[at];
        let parent = match (entry.parent, entry.fate) {
            (NONE, Fate::Top | Fate::Cut(_)) => return first.map_or(Standing::Own, Standing::In),
            (NONE, Fate::Inside(parent)) => parent,
            (NONE, _) => return Standing::Nowhere,
            (parent, _) => parent,
        };
        let holder = &entries[parent as usize];
        let reach = match holder.fate {
            Fate::Cut(kept) => kept,
            _ => holder.len,
        };
        if !holder.pieces && entry.end_offset() > holder.offset.saturating_add(reach) {
            return Standing::Nowhere;
        }
        first.get_or_insert(parent);
        at = parent as usize;
    }
    Standing::Nowhere
}

/// The file of its own that the entry at `index` is, or the outermost one that it lies in.
pub fn outermost(standings: &[Standing], index: u32) -> Option<usize> {
    let mut at = index as usize;
    loop {
        match standings[at] {
            Standing::Own => return Some(at),
            Standing::Nowhere => return None,
            // Every standing was found by following this chain to its end.
            Standing::In(parent) => at = parent as usize,
        }
    }
}
