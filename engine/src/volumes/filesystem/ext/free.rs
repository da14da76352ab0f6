//! The bitmaps of blocks: what no file owns.

use std::ops::Range;

use afterimage_signatures::verdict::Span;

use super::group::{self, BlockGroup};
use super::layout::BlockExtent;
use super::volume::ExtVolume;

/// Free extents that are kept; a volume with more is of no use to anybody.
const MOST_SPANS: usize = 1 << 24;

/// Groups whose bitmaps are looked at to see whether a volume begins at some place.
const GROUPS_TRIED: usize = 64;

/// Collects free extents, whose blocks come in order.
struct FreeExtents<'v, 'a> {
    volume: &'v ExtVolume<'a>,
    spans: Vec<Span>,
}

impl FreeExtents<'_, '_> {
    /// Adds blocks.
    fn add(&mut self, blocks: Range<u64>) {
        let end = self.volume.blocks.end;
        let offset = |block: u64| {
            let inside = block.saturating_mul(self.volume.superblock.block_len);
            self.volume.blocks.at.saturating_add(inside).min(end)
        };
        let (at, end) = (offset(blocks.start), offset(blocks.end));
        match self.spans.last_mut() {
            Some(last) if last.end() == at => last.len += end - at,
            _ if at < end => self.spans.push(Span::between(at, end)),
            _ => {}
        }
    }
}

/// The free extents, in bytes of the source, and how many bitmaps are lost;
/// nothing when too many are. Where one is lost, what `used` does not have counts as free.
pub(super) fn read(
    volume: &ExtVolume,
    used: &dyn Fn() -> Vec<BlockExtent>,
) -> Option<(Vec<Span>, usize)> {
    let metadata = metadata(volume);
    let mut free = FreeExtents { volume, spans: Vec::new() };
    let (mut bitmap, mut lost, mut in_use) = (Vec::new(), 0, None);
    for (number, group) in (0..).zip(&volume.groups) {
        let range = volume.group_range(number);
        let own = overlapping(&metadata, &range);
        if group.no_bitmap || is_empty(volume, group, &range, own.clone()) {
            between(own, &range, |range| free.add(range));
        } else if read_bitmap(volume, group, &range, own, &mut bitmap) {
            clear(&bitmap, volume.superblock.ratio, &range, |range| free.add(range));
        } else {
            lost += 1;
            let in_use = in_use.get_or_insert_with(|| in_order(&metadata, used()));
            between(overlapping(in_use, &range), &range, |range| free.add(range));
        }
        if free.spans.len() > MOST_SPANS {
            return None;
        }
    }
    let complete = volume.groups.len() as u64 == volume.superblock.groups();
    (complete && lost * 2 <= volume.groups.len()).then_some((free.spans, lost))
}

/// Whether most bitmaps that were written have in use what they must: the volume does begin there.
pub(super) fn agree(volume: &ExtVolume) -> bool {
    let metadata = metadata(volume);
    let (mut good, mut bad) = (0, 0);
    let mut bitmap = Vec::new();
    for (number, group) in (0..).zip(&volume.groups).take(GROUPS_TRIED) {
        let range = volume.group_range(number);
        let own = overlapping(&metadata, &range);
        let written = volume.blocks.read(group.block_bitmap, &mut bitmap)
            && bitmap.iter().any(|&byte| byte > 0);
        if group.block_bitmap == 0 || !written || own.clone().next().is_none() {
            continue;
        }
        let agrees = holds(&bitmap, volume.superblock.ratio, &range, own);
        *if agrees { &mut good } else { &mut bad } += 1;
    }
    good > bad
}

/// Reads a bitmap, or the newest copy of it; false when none has in use what it must.
fn read_bitmap(
    volume: &ExtVolume,
    group: &BlockGroup,
    range: &Range<u64>,
    own: impl Iterator<Item = Range<u64>> + Clone,
    bitmap: &mut Vec<u8>,
) -> bool {
    let ratio = volume.superblock.ratio;
    if group.block_bitmap == 0 {
        return false;
    }
    let read = volume.read_or_restore(group.block_bitmap, bitmap).is_some();
    if read && holds(bitmap, ratio, range, own.clone()) {
        return true;
    }
    let newest = volume.copies.of(group.block_bitmap).last();
    newest.is_some_and(|copy| copy.read(&volume.blocks, bitmap) && holds(bitmap, ratio, range, own))
}

/// Whether nothing in a group is in use: its bitmap is all zeros and its descriptor agrees. That is no lost
/// bitmap: where groups share the place of their tables, most begin so.
fn is_empty(
    volume: &ExtVolume,
    group: &BlockGroup,
    range: &Range<u64>,
    mut own: impl Iterator<Item = Range<u64>>,
) -> bool {
    let clusters = (range.end - range.start).div_ceil(volume.superblock.ratio);
    let mut bitmap = Vec::new();
    own.next().is_none()
        && group.free == Some(clusters)
        && group.block_bitmap > 0
        && volume.copies.pending(group.block_bitmap).is_none()
        && volume.blocks.read(group.block_bitmap, &mut bitmap)
        && bitmap.iter().all(|&byte| byte == 0)
}

/// Ranges of blocks in order.
fn in_order(metadata: &[Range<u64>], files: Vec<BlockExtent>) -> Vec<Range<u64>> {
    let files = files.into_iter().map(|extent| extent.block..extent.block + extent.count);
    let mut all: Vec<Range<u64>> = metadata.iter().cloned().chain(files).collect();
    all.sort_unstable_by_key(|range| range.start);
    all
}

/// What the volume itself owns, as ranges of blocks in order: copies of the superblock and of the
/// descriptors, bitmaps, inode tables.
fn metadata(volume: &ExtVolume) -> Vec<Range<u64>> {
    let superblock = &volume.superblock;
    let table = group::table_blocks(superblock);
    let tables = |group: &BlockGroup| {
        [(group.block_bitmap, 1), (group.inode_bitmap, 1), (group.inode_table, table)]
    };
    let mut all: Vec<(u64, u64)> = volume.groups.iter().flat_map(tables).collect();
    let descriptors = group::descriptor_blocks(superblock).min(superblock.first_meta);
    let base = 1 + descriptors + superblock.reserved_descriptors;
    let copies = (0..superblock.groups()).filter(|&group| superblock.has_copy(group));
    all.extend(copies.map(|group| (superblock.group_at(group), base)));
    all.retain(|&(block, _)| block > 0);
    all.sort_unstable();
    all.into_iter().map(|(block, len)| block..block.saturating_add(len)).collect()
}

/// The ranges that begin in a group, cut to it.
fn overlapping(
    ranges: &[Range<u64>],
    group: &Range<u64>,
) -> impl Iterator<Item = Range<u64>> + Clone {
    let from = ranges.partition_point(|range| range.start < group.start);
    let to = ranges.partition_point(|range| range.start < group.end);
    let end = group.end;
    ranges[from..to.max(from)].iter().map(move |range| range.start..range.end.min(end))
}

/// Shows what lies between ranges in order.
fn between(
    ranges: impl Iterator<Item = Range<u64>>,
    group: &Range<u64>,
    mut each: impl FnMut(Range<u64>),
) {
    let mut at = group.start;
    for range in ranges {
        if at < range.start {
            each(at..range.start);
        }
        at = at.max(range.end);
    }
    if at < group.end {
        each(at..group.end);
    }
}

/// Whether a bitmap has the first block of each range in use.
fn holds(
    bitmap: &[u8],
    ratio: u64,
    group: &Range<u64>,
    mut own: impl Iterator<Item = Range<u64>>,
) -> bool {
    own.all(|range| is_set(bitmap, (range.start - group.start) / ratio))
        && bitmap.iter().any(|&byte| byte > 0)
}

fn is_set(bitmap: &[u8], bit: u64) -> bool {
    let byte = bitmap.get((bit / 8) as usize).copied().unwrap_or(0);
    byte >> (bit % 8) & 1 == 1
}

/// Shows the ranges of clear bits, as blocks.
fn clear(bitmap: &[u8], ratio: u64, group: &Range<u64>, mut each: impl FnMut(Range<u64>)) {
    let bits = (group.end - group.start).div_ceil(ratio).min(bitmap.len() as u64 * 8);
    let block = |bit: u64| (group.start + bit * ratio).min(group.end);
    for (byte, bit) in bitmap.iter().zip((0..bits).step_by(8)) {
        match byte {
            0 => each(block(bit)..block((bit + 8).min(bits))),
            0xff => {}
            _ => {
                let clear = (bit..(bit + 8).min(bits)).filter(|bit| byte >> (bit % 8) & 1 == 0);
                clear.for_each(|bit| each(block(bit)..block(bit + 1)));
            }
        }
    }
}
