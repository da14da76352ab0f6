//! Which files are copies of which.

use crate::ledger::{IndexEntry, NONE};

/// For each position in `order` that of the file that stands for its bytes, or [`NONE`]. Of those with the
/// same bytes it is one of the lowest in `rank`, which is asked by position; of these the one whose path tells
/// most, and one that is still there before others; and the first of equals.
pub(super) fn copies(
    entries: &[IndexEntry],
    order: &[u32],
    rank: impl Fn(usize) -> u8,
) -> Vec<u32> {
    let hash = |position: u32| entries[order[position as usize] as usize].hash;
    let key = |position: &u32| {
        let hash = hash(*position).map(|hash| *hash.as_bytes());
        let entry = &entries[order[*position as usize] as usize];
        (hash, rank(*position as usize), entry.path_rank, !entry.live, *position)
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
    use crate::model::build::record;
    use crate::model::{Digests, Status};

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

    #[test]
    fn the_one_with_the_better_path_stands_for_its_copies() {
        let entry = |path: Option<&str>, is_inferred, status| {
            let mut file = record(0, 1);
            file.digests = Some(Digests::of(b"a"));
            file.facts.path = path.map(str::to_owned);
            file.facts.is_inferred = is_inferred;
            file.status = status;
            IndexEntry::of(&file, NONE, LogPosition::default())
        };
        let first = |entries: &[IndexEntry]| {
            let order: Vec<u32> = (0..entries.len() as u32).collect();
            let copies = copies(entries, &order, |_| 0);
            copies.iter().position(|&copy| copy == NONE)
        };
        let nameless = entry(None, false, Status::Deleted);
        let lost = entry(Some("lost-folder-7/a.jpg"), false, Status::Deleted);
        let inferred = entry(Some("DCIM/_.jpg"), true, Status::Deleted);
        let named = entry(Some("DCIM/a.jpg"), false, Status::Deleted);
        let live = entry(Some("SORTED/a.jpg"), false, Status::Live);
        assert_eq!(first(&[nameless, lost, inferred, named, live]), Some(4));
        assert_eq!(first(&[nameless, lost, inferred, named]), Some(3));
        assert_eq!(first(&[nameless, lost, inferred, inferred]), Some(2));
        assert_eq!(first(&[nameless, lost, nameless]), Some(1));
    }
}
