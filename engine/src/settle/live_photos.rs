//! Live Photos: a picture and a video that carry the same identifier.

use std::collections::BTreeMap;

use crate::ledger::{LivePhotoHalf, NONE};

/// For the position in the report of each half that has another: the position of that one. `position`
/// gives those of entries of the index; `copy_of` tells which of the report are copies.
///
/// Every half, a copy too, names the nearest other half that is no copy, the earlier of two that
/// are equally near. Depends only on the order of the report, not on that in which halves came.
pub(super) fn pair(
    halves: &[LivePhotoHalf],
    position: &[u32],
    copy_of: &[u32],
) -> BTreeMap<u32, u32> {
    let listed = |half: &LivePhotoHalf| {
        let at = position.get(half.entry as usize).copied().unwrap_or(NONE);
        (at != NONE).then_some((half.key, half.is_video, at))
    };
    let mut listed: Vec<_> = halves.iter().filter_map(listed).collect();
    listed.sort_unstable();
    let mut pairs = BTreeMap::new();
    for same in listed.chunk_by(|a, b| a.0 == b.0) {
        let (pictures, videos) = same.split_at(same.partition_point(|&(_, video, _)| !video));
        let first = |&(_, _, at): &(_, _, u32)| is_first(copy_of, at).then_some(at);
        let [sole_pictures, sole_videos]: [Vec<u32>; 2] =
            [pictures, videos].map(|half| half.iter().filter_map(first).collect());
        for (half, others) in [(pictures, &sole_videos), (videos, &sole_pictures)] {
            pairs.extend(half.iter().filter_map(|&(_, _, at)| Some((at, nearest(others, at)?))));
        }
    }
    pairs
}

fn is_first(copy_of: &[u32], at: u32) -> bool {
    copy_of.get(at as usize) == Some(&NONE)
}

/// The number in `others`, which are in order, that is nearest to `at`.
fn nearest(others: &[u32], at: u32) -> Option<u32> {
    let index = others.partition_point(|&other| other < at);
    let before = index.checked_sub(1).and_then(|index| others.get(index));
    before.into_iter().chain(others.get(index)).copied().min_by_key(|&other| other.abs_diff(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_name_the_nearest_that_is_no_copy() {
        // Entries 0 to 6 are listed in turn, but for entry 5; the video at 4 is a copy of that at 1.
        let position = [0, 1, 2, 3, 4, NONE, 5];
        let copy_of = [NONE, NONE, NONE, NONE, 1, NONE];
        let kinds = [("a", false), ("a", true), ("b", true), ("a", false), ("a", true)];
        let mut halves: Vec<LivePhotoHalf> = (0..)
            .zip(kinds)
            .map(|(entry, (key, video))| LivePhotoHalf::new(entry, key, video))
            .collect();
        halves.push(LivePhotoHalf::new(5, "b", false));
        halves.push(LivePhotoHalf::new(6, "c", false));
        let expected = BTreeMap::from([(0, 1), (1, 0), (3, 1), (4, 3)]);
        assert_eq!(pair(&halves, &position, &copy_of), expected);
        halves.reverse();
        assert_eq!(pair(&halves, &position, &copy_of), expected);
    }
}
