//! Tables of where blocks lie.

/// Bytes of a sector, which the offsets of many formats count.
pub(super) const SECTOR: u64 = 512;

/// In place of the offset of a block that cannot be one.
pub(super) const LOST: u64 = u64::MAX;

/// In place of the offset of a block that there is not.
pub(super) const NONE: u64 = 0;

/// Loses the blocks of a table that lie outside of their file of `end` bytes, at no multiple of `unit` bytes, or in the `len` bytes
/// of another block: each part of a file is told once, which bounds what a short file can claim to hold.
///
/// A block whose beginning lies in the file is kept, although its end may be missing.
pub(super) fn lose_impossible(places: &mut [u64], end: u64, unit: u64, len: u64) {
    let is_told = |place: u64| place != NONE && place != LOST;
    let mut order: Vec<usize> = (0..places.len()).filter(|index| is_told(places[*index])).collect();
    order.sort_unstable_by_key(|index| (places[*index], *index));
    let mut free = 0;
    for index in order {
        let at = places[index];
        if at.is_multiple_of(unit) && at < end && at >= free {
            free = at.saturating_add(len);
        } else {
            places[index] = LOST;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_of_a_file_is_told_once() {
        let mut places = [40, NONE, 20, 25, 20, 90, 100, u64::MAX - 1, LOST, 33];
        lose_impossible(&mut places, 100, 1, 10);
        assert_eq!(places, [LOST, NONE, 20, LOST, LOST, 90, LOST, LOST, LOST, 33]);
        let mut places = [30, 35, 60];
        lose_impossible(&mut places, 100, 10, 10);
        assert_eq!(places, [30, LOST, 60]);
    }
}
