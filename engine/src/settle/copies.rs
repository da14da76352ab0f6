//! Which files are copies of which.

use crate::ledger::{IndexEntry, NONE};

/// For each position in `order` that of the file that stands for its bytes, or [`NONE`]. Of those with the
/// same bytes it is the first among the lowest in `rank`, which is asked by position.
pub(super) fn copies(
    entries: &[IndexEntry],
    order: &[u32],
    rank: impl Fn(usize) -> u8,
) -> Vec<u32> {
    let hash = |position: u32| entries[order[position as usize] as usize].hash;
    let key = |position: &u32| {
        let hash = hash(*position).map(|hash| *hash.as_bytes());
        (hash, rank(*position as usize), *position)
    };
    let mut by_hash: Vec<u32> = (0..order.len() as u32).collect();
    by_hash.sort_unstable_by_key(key);
    let mut copy_of = vec![NONE; order.len()];
    for same in by_hash.chunk_by(|&a, &b| hash(a).is_some() && hash(a) == hash(b)) {
        for &copy in &same[1..] {
            copy_of[copy as usize] = same[0];
        }
    }
    copy_of
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::LogPosition;
    use crate::model::Digests;
    use crate::model::build::record;

    #[test]
    fn the_first_that_is_written_stands_for_all_with_its_bytes() {
        let entry = |content: Option<&[u8]>| {
            let mut file = record(0, 1);
            file.digests = content.map(Digests::of);
            IndexEntry::of(&file, NONE, LogPosition::default())
        };
        let contents: [Option<&[u8]>; 6] =
            [Some(b"a"), Some(b"b"), Some(b"a"), None, None, Some(b"a")];
        let entries = contents.map(entry);
        let order = [0, 1, 2, 3, 4, 5];
        assert_eq!(copies(&entries, &order, |_| 0), [NONE, NONE, 0, NONE, NONE, 0]);
        assert_eq!(
            copies(&entries, &order, |at| u8::from(at == 0)),
            [2, NONE, NONE, NONE, NONE, 2]
        );
    }
}
