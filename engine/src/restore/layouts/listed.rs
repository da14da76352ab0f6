//! Files of ext2 and ext3, which hold lists of their own blocks.
//!
//! An inode names twelve blocks. The numbers of the others stand in blocks between those of the file: after
//! the twelfth lies a list of its next blocks, after the last of these a list of lists, and then one of lists
//! of lists. Where the allocator found room, a list lies right before the first block that it names: so its
//! first number is one more than its own, whatever became of inode and superblock.
//!
//! Source: Linux kernel documentation, "ext4 Data Structures and Algorithms", Direct/Indirect Block Addressing.

use afterimage_signatures::verdict::Span;
use afterimage_signatures::{Bytes, Runs};

use crate::volumes::filesystem::MOST_RUNS;
use crate::volumes::recorded::joined;

/// Bytes that a block of ext2 or ext3 may have.
pub const BLOCKS: [u64; 3] = [1024, 2048, 4096];

/// Blocks that an inode names itself.
pub const DIRECT: u64 = 12;

/// Levels of lists.
const LEVELS: u32 = 3;

/// Of so many numbers in a list one may be of a block elsewhere.
const MOST_GAPS: usize = 8;

/// Bytes of a block's number.
const NUMBER: usize = 4;

/// Where a file lies by the lists in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedLayout {
    /// The runs of all its blocks.
    pub runs: Runs,
    /// Blocks of the file that lists name.
    pub named: u64,
}

/// The file that begins at `start` in blocks of `block` bytes, if the first list is where it must be.
pub fn listed(bytes: &dyn Bytes, start: u64, block: u64) -> Option<ListedLayout> {
    let direct = Span { at: start, len: DIRECT.checked_mul(block)? };
    let lists = Lists::at(bytes, direct.end(), block)?;
    let (mut runs, mut named, mut next) = (vec![direct], 0, lists.first);
    for level in 1..=LEVELS {
        let full = lists.tree(next, level, &mut runs, &mut named);
        match runs.last().map(|last| lists.number(last.end())) {
            Some(after) if full => next = after,
            _ => break,
        }
    }
    let runs = Runs::new(joined(runs));
    (named > 0).then_some(ListedLayout { runs, named })
}

/// The file that begins at `start` if its lists were wiped: blocks of zeros where they would lie. Nothing
/// where the first one is not.
pub fn wiped(bytes: &dyn Bytes, start: u64, block: u64) -> Option<Runs> {
    let each = block / NUMBER as u64;
    let mut at = start.checked_add(DIRECT.checked_mul(block)?)?;
    let (mut runs, mut count) = (vec![Span { at: start, len: DIRECT * block }], 0u64);
    // Before the second list lies the list of lists, and before the first of those the next higher one.
    while is_wiped(bytes, at, block) && runs.len() < MOST_RUNS {
        let lists = match count {
            0 => 1,
            1 => 2,
            _ if (count - 1).is_multiple_of(each) => 2 + u64::from(count == each + 1),
            _ => 1,
        };
        at = at.checked_add(lists * block)?;
        let len = (each * block).min(bytes.len().saturating_sub(at));
        runs.push(Span { at, len });
        (at, count) = (at.saturating_add(len), count + 1);
    }
    (count > 0).then(|| Runs::new(joined(runs)))
}

fn is_wiped(bytes: &dyn Bytes, at: u64, block: u64) -> bool {
    read(bytes, at, block).is_some_and(|data| data.iter().all(|&byte| byte == 0))
}

/// The block of so many bytes at `at`.
fn read(bytes: &dyn Bytes, at: u64, block: u64) -> Option<Vec<u8>> {
    if at.checked_add(block)? > bytes.len() {
        return None;
    }
    let mut data = vec![0; usize::try_from(block).ok()?];
    bytes.read_at(at, &mut data);
    Some(data)
}

/// The lists of one volume.
struct Lists<'b> {
    bytes: &'b dyn Bytes,
    /// Bytes of a block.
    block: u64,
    /// Where the volume begins, by the first list.
    at: u64,
    /// The number of that list.
    first: u64,
}

impl<'b> Lists<'b> {
    /// Those of the volume of which the block at `at` is a list.
    fn at(bytes: &'b dyn Bytes, at: u64, block: u64) -> Option<Self> {
        let mut start = [0; NUMBER];
        if at.checked_add(block)? > bytes.len() {
            return None;
        }
        bytes.read_at(at, &mut start);
        let first = u64::from(u32::from_le_bytes(start)).checked_sub(1).filter(|&own| own > 0)?;
        let before = first.checked_mul(block)?;
        Some(Lists { bytes, block, at: at.checked_sub(before)?, first })
    }

    /// The number of the block at an offset.
    fn number(&self, at: u64) -> u64 {
        at.saturating_sub(self.at) / self.block
    }

    /// Adds the blocks that the list in a block names, or its lists below do; whether all of them are full.
    fn tree(&self, block: u64, level: u32, runs: &mut Vec<Span>, named: &mut u64) -> bool {
        // Lists that are still to be read with their levels, the next one last.
        let (mut waiting, mut full) = (vec![(block, level)], true);
        while let Some((block, level)) = waiting.pop() {
            let list = self.list(block).filter(|_| runs.len() < MOST_RUNS);
            let Some(numbers) = list.filter(|list| level > 1 || are_close(list)) else {
                return false;
            };
            full &= numbers.len() as u64 == self.block / NUMBER as u64;
            if level > 1 {
                waiting.extend(numbers.iter().rev().map(|&below| (below, level - 1)));
                continue;
            }
            *named += numbers.len() as u64;
            for number in numbers {
                let at = self.at.saturating_add(number * self.block);
                match runs.last_mut() {
                    Some(last) if last.end() == at => last.len += self.block,
                    _ => runs.push(Span { at, len: self.block }),
                }
            }
        }
        full
    }

    /// The numbers in a block, when it is a list: they ascend from the next block on, lie in the source, and
    /// are followed by zeros.
    fn list(&self, block: u64) -> Option<Vec<u64>> {
        let at = self.at.checked_add(block.checked_mul(self.block)?)?;
        let data = read(self.bytes, at, self.block)?;
        let all = data.as_chunks::<NUMBER>().0;
        let numbers: Vec<u64> = all
            .iter()
            .map(|&number| u64::from(u32::from_le_bytes(number)))
            .take_while(|&number| number > 0)
            .collect();
        let ascend = numbers.windows(2).all(|pair| pair[0] < pair[1]);
        let ends = all[numbers.len()..].iter().all(|number| *number == [0; NUMBER]);
        let last = *numbers.last()?;
        let end = last.checked_add(1)?.checked_mul(self.block)?.checked_add(self.at)?;
        let is_list = numbers[0] == block + 1 && ascend && ends && end <= self.bytes.len();
        is_list.then_some(numbers)
    }
}

/// Whether nearly all numbers in a list are of blocks side by side.
fn are_close(list: &[u64]) -> bool {
    let gaps = list.windows(2).filter(|pair| pair[1] > pair[0] + 1).count();
    gaps * MOST_GAPS < list.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use afterimage_testdata::ext::lists;

    /// The bytes of a file and where they lie after `before` bytes of a volume that begins at `at`.
    fn laid(len: usize, block: usize, at: usize, before: usize) -> (Vec<u8>, Vec<u8>) {
        let file: Vec<u8> = (0..len).map(|index| (index * 7 % 251 + 1) as u8).collect();
        let mut image = vec![0; at + before];
        lists::append(&mut image, at, block, &file);
        image.extend([0xee; 64]);
        (image, file)
    }

    fn joined_bytes(image: &[u8], runs: &Runs, len: usize) -> Vec<u8> {
        let runs = runs.slice(0, len as u64);
        let part = |run: &Span| image[run.at as usize..run.end() as usize].to_vec();
        runs.as_slice().iter().flat_map(part).collect()
    }

    #[test]
    fn lists_of_all_levels_are_left_out() {
        // Blocks of 16 bytes hold four numbers: 12 + 4 + 16 + 64 blocks need all three levels.
        for blocks in [13, 14, 16, 17, 20, 21, 32, 33, 36, 48, 49, 96] {
            for (at, before) in [(0, 32), (48, 160)] {
                let (image, file) = laid(blocks * 16 - 3, 16, at, before);
                let layout = listed(&image.as_slice(), (at + before) as u64, 16).unwrap();
                assert_eq!(layout.named, blocks as u64 - DIRECT, "{blocks} blocks at {at}");
                assert_eq!(joined_bytes(&image, &layout.runs, file.len()), file);
            }
        }
    }

    #[test]
    fn a_wiped_list_is_a_block_of_zeros() {
        for blocks in [13, 16, 17, 33, 36, 48] {
            let (mut image, file) = laid(blocks * 16, 16, 0, 32);
            let layout = listed(&image.as_slice(), 32, 16).unwrap();
            let runs: Vec<Span> = layout.runs.as_slice().to_vec();
            for gap in runs.windows(2) {
                image[gap[0].end() as usize..gap[1].at as usize].fill(0);
            }
            assert_eq!(listed(&image.as_slice(), 32, 16), None);
            let found = wiped(&image.as_slice(), 32, 16).unwrap();
            assert_eq!(joined_bytes(&image, &found, file.len()), file, "{blocks} blocks");
        }
    }

    #[test]
    fn what_only_looks_like_a_list_is_none() {
        let (image, _) = laid(20 * 16, 16, 0, 32);
        let list = 32 + 12 * 16;
        for (at, value) in [(0, 0), (0, 9), (4, 3), (8, 200), (12, 0xffff_ffff_u32)] {
            let mut image = image.clone();
            image[list + at..list + at + 4].copy_from_slice(&value.to_le_bytes());
            assert_eq!(listed(&image.as_slice(), 32, 16), None, "{value} at {at}");
        }
        assert_eq!(listed(&image.as_slice(), 48, 16), None);
        assert_eq!(listed(&image.as_slice(), u64::MAX - 20, 16), None);
        assert_eq!(listed(&[1u8; 100].as_slice(), 0, 16), None);
    }
}
