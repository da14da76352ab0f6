//! The allocation file: a bit for each block, the highest of a byte first.

use afterimage_signatures::verdict::Span;
use afterimage_signatures::{Bytes, Runs};

use super::header::HfsHeader;
use crate::model::{ClusterGrid, SpanSet};
use crate::volumes::filesystem::{Entry, Location};
use crate::volumes::read;

/// Bytes of the file that are read at once.
const PIECE: u64 = 64 << 10;

/// Free extents that are kept; with more of them the map is of no use.
const MOST_FREE_EXTENTS: usize = 8 << 20;

/// The blocks that are free, and how many.
pub(crate) fn free(bytes: &dyn Bytes, header: &HfsHeader) -> Option<(SpanSet, u64)> {
    let runs = Runs::new(header.runs(&header.allocation.extents));
    let len = header.blocks.div_ceil(8);
    let (mut free, mut count): (Vec<Span>, u64) = (Vec::new(), 0);
    let mut piece = vec![0; PIECE.min(len) as usize];
    for at in (0..len).step_by(PIECE as usize) {
        let piece = &mut piece[..PIECE.min(len - at) as usize];
        let here = runs.slice(at, piece.len() as u64);
        read::runs_into(bytes, &here, piece)?;
        read::as_used(bytes, &here, piece);
        for (index, &used) in
            (at * 8..).step_by(8).zip(piece.iter()).filter(|(_, used)| **used != 255)
        {
            for bit in (0..8).filter(|bit| used & (0x80 >> bit) == 0) {
                let block = index + bit;
                if block >= header.blocks {
                    break;
                }
                count += 1;
                let at = header.at.saturating_add(block * header.block);
                match free.last_mut() {
                    Some(last) if last.end() == at => last.len += header.block,
                    _ => free.push(Span { at, len: header.block }),
                }
            }
        }
        if free.len() > MOST_FREE_EXTENTS {
            return None;
        }
    }
    Some((free.into(), count))
}

/// Whether no live file lies in what is said to be free.
pub(crate) fn agrees(free: &SpanSet, entries: &[Entry]) -> bool {
    let live = entries.iter().filter(|entry| !entry.deleted);
    let mut runs = live.flat_map(|entry| &entry.locations).flat_map(|location| match location {
        Location::Runs(runs) => runs.as_slice(),
        Location::Start(_) => &[],
    });
    runs.all(|run| !free.meets(*run))
}

/// Whole blocks that are allocated to live files beyond their bytes: a writer takes some ahead.
pub(crate) fn taken_ahead(header: &HfsHeader, entries: &[Entry]) -> Vec<Span> {
    let grid = ClusterGrid::new(header.at, header.block);
    let live = entries.iter().filter(|entry| !entry.deleted);
    let slack = live.flat_map(|entry| entry.slack().as_slice().to_vec());
    let whole = slack.map(|run| Span::between(grid.next_from(run.at), run.end()));
    whole.filter(|run| run.len > 0).collect()
}
