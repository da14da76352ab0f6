//! Tables of where blocks lie.

use super::refusal::Refusal;

/// The offsets of many formats count sectors.
pub(super) use crate::source::disk_len::SECTOR;

/// In place of the offset of a block that cannot be one.
pub(super) const LOST: u64 = u64::MAX;

/// In place of the offset of a block that there is not.
pub(super) const NONE: u64 = 0;

/// Blocks of a disk that are read, at the most: 8 TiB in blocks of 1 MiB, of which there are no smaller ones on a long disk.
/// Each takes up to 16 bytes of memory, and 12 more while the table is looked through.
const MOST_BLOCKS: u64 = 8 << 20;

/// Refuses a table of more entries than are read.
pub(super) fn check_count(entries: u64) -> Result<(), Refusal> {
    match entries <= MOST_BLOCKS {
        true => Ok(()),
        false => Err(Refusal::new(format!(
            "in more than {MOST_BLOCKS} blocks, which is more than are read"
        ))),
    }
}

/// Puts [`LOST`] in place of the offsets that cannot be those of blocks: outside of the file, which has `end` bytes, not aligned to
/// `unit` bytes, or inside of the `len` bytes of a block that lies before. So no two blocks share bytes of the file, and a
/// short file cannot claim to hold a long disk.
///
/// A block whose beginning lies in the file is kept, although its end may be missing.
pub(super) fn lose_impossible(places: &mut [u64], end: u64, unit: u64, len: u64) {
    let is_told = |place: u64| place != NONE && place != LOST;
    let numbers = 0..u32::try_from(places.len()).unwrap_or(u32::MAX);
    let mut order: Vec<u32> = numbers.filter(|index| is_told(places[*index as usize])).collect();
    order.sort_unstable_by_key(|index| (places[*index as usize], *index));
    let mut free = 0;
    for index in order.into_iter().map(|index| index as usize) {
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
