//! The parts of a chunk in which it is searched.

use std::ops::Range;

/// Whole blocks that fit into the nearest cache, in bytes.
const TILE: usize = 32 << 10;

/// The parts of a chunk that are looked at one after the other.
pub(crate) fn tiles(own: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let mut at = own.start;
    std::iter::from_fn(move || {
        let tile = at..(at + TILE - at % TILE).min(own.end);
        at = tile.end;
        (!tile.is_empty()).then_some(tile)
    })
}
