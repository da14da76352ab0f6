//! The bitmaps of blocks: what no file owns.

use afterimage_signatures::verdict::Span;

use super::group::{self, Group};
use super::volume::Volume;

/// Stretches of free blocks that are kept; a volume with more is of no use to anybody.
const MOST_SPANS: usize = 1 << 24;

/// Collects stretches of blocks that come in order.
struct Stretches<'v, 'a> {
    volume: &'v Volume<'a>,
    spans: Vec<Span>,
}

impl Stretches<'_, '_> {
    /// Adds the blocks from one to before another.
    fn add(&mut self, first: u64, end: u64) {
        let len = self.volume.superblock.block_len;
        let (at, end) = (self.volume.at + first * len, self.volume.at + end * len);
        let (at, end) = (at.min(self.volume.end), end.min(self.volume.end));
        match self.spans.last_mut() {
            Some(last) if last.end() == at => last.len += end - at,
            _ if at < end => self.spans.push(Span::between(at, end)),
            _ => {}
        }
    }
}

/// The stretches of blocks that are free, in bytes of the source; nothing when a bitmap is missing
/// or does not have in use what it must have.
pub(super) fn read(volume: &Volume) -> Option<Vec<Span>> {
    let metadata = metadata(volume);
    let mut stretches = Stretches { volume, spans: Vec::new() };
    let mut bitmap = Vec::new();
    for (number, group) in (0..).zip(&volume.groups) {
        let first = volume.superblock.group_at(number);
        let end = first.saturating_add(volume.superblock.group_blocks).min(volume.superblock.blocks);
        let own = overlapping(&metadata, first, end);
        if group.no_bitmap {
            between(own, first, end, |first, end| stretches.add(first, end));
            continue;
        }
        if group.block_bitmap == 0 || !volume.read(group.block_bitmap, &mut bitmap) {
            return None;
        }
        if !holds(&bitmap, volume, own, first, end) {
            return None;
        }
        clear(&bitmap, volume.superblock.ratio, first, end, |first, end| stretches.add(first, end));
        if stretches.spans.len() > MOST_SPANS {
            return None;
        }
    }
    (volume.groups.len() as u64 == volume.superblock.groups()).then_some(stretches.spans)
}

/// What the volume itself owns, as stretches of blocks in order: copies of the superblock and of the
/// descriptors, bitmaps, inode tables.
fn metadata(volume: &Volume) -> Vec<(u64, u64)> {
    let superblock = &volume.superblock;
    let table = group::table_blocks(superblock);
    let tables = |group: &Group| {
        [(group.block_bitmap, 1), (group.inode_bitmap, 1), (group.inode_table, table)]
    };
    let mut all: Vec<(u64, u64)> = volume.groups.iter().flat_map(tables).collect();
    let descriptors = group::descriptor_blocks(superblock).min(superblock.first_meta);
    let base = 1 + descriptors + superblock.reserved_descriptors;
    let copies = (0..superblock.groups()).filter(|&group| superblock.has_copy(group));
    all.extend(copies.map(|group| (superblock.group_at(group), base)));
    all.retain(|&(block, _)| block > 0);
    all.sort_unstable();
    all
}

/// The stretches that begin in a group, cut to it.
fn overlapping(
    metadata: &[(u64, u64)],
    first: u64,
    end: u64,
) -> impl Iterator<Item = (u64, u64)> + Clone {
    let from = metadata.partition_point(|&(block, _)| block < first);
    let to = metadata.partition_point(|&(block, _)| block < end);
    metadata[from..to.max(from)].iter().map(move |&(block, len)| (block, (block + len).min(end)))
}

/// Shows what lies between stretches in order.
fn between(
    stretches: impl Iterator<Item = (u64, u64)>,
    first: u64,
    end: u64,
    mut each: impl FnMut(u64, u64),
) {
    let mut at = first;
    for (from, to) in stretches {
        if at < from {
            each(at, from);
        }
        at = at.max(to);
    }
    if at < end {
        each(at, end);
    }
}

/// Whether a bitmap has the first block of each stretch in use.
fn holds(
    bitmap: &[u8],
    volume: &Volume,
    own: impl Iterator<Item = (u64, u64)>,
    first: u64,
    end: u64,
) -> bool {
    let mut own = own.filter(|&(block, _)| (first..end).contains(&block));
    own.all(|(block, _)| is_set(bitmap, (block - first) / volume.superblock.ratio))
}

fn is_set(bitmap: &[u8], bit: u64) -> bool {
    let byte = bitmap.get((bit / 8) as usize).copied().unwrap_or(0);
    byte >> (bit % 8) & 1 == 1
}

/// Shows the stretches of clear bits, as blocks.
fn clear(bitmap: &[u8], ratio: u64, first: u64, end: u64, mut each: impl FnMut(u64, u64)) {
    let bits = (end - first).div_ceil(ratio).min(bitmap.len() as u64 * 8);
    let block = |bit: u64| (first + bit * ratio).min(end);
    let mut bit = 0;
    while bit < bits {
        let byte = bitmap[(bit / 8) as usize];
        if bit.is_multiple_of(8) && (byte == 0xff || byte == 0) {
            if byte == 0 {
                each(block(bit), block((bit + 8).min(bits)));
            }
            bit += 8;
            continue;
        }
        if byte >> (bit % 8) & 1 == 0 {
            each(block(bit), block(bit + 1));
        }
        bit += 1;
    }
}
