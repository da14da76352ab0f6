//! Which files the report lists, and in what order.

use std::collections::BTreeMap;

use super::copies::copies;
use super::live_photos::pair;
use crate::claims::{Standing, by_offset, outermost};
use crate::ledger::{IndexEntry, Ledger, NONE};

/// What the report lists.
#[derive(Debug)]
pub struct ReportOrder {
    /// Positions in the index, in the order of the report: by source, offset and format. The
    /// number of a file is its position here, counted from 1.
    pub order: Vec<u32>,
    /// For each of `order`: the position in the index of the file it lies in, or [`NONE`].
    pub parent: Vec<u32>,
    /// For each of `order`: whether it is only listed, since it is still there itself or lies in a file
    /// that is.
    pub left: Vec<bool>,
    /// For each of `order`: the position in `order` of the file that stands for its bytes, or
    /// [`NONE`].
    pub copy_of: Vec<u32>,
    /// For positions in `order`: that of the other half of a Live Photo.
    pub pair_of: BTreeMap<u32, u32>,
    /// For each entry of the index: its position in `order`, or [`NONE`].
    pub position: Vec<u32>,
    /// How many files of their own were left out by size or pixels.
    pub filtered: u64,
}

/// Which files are asked for, and which of them are written.
#[derive(Clone, Copy, Debug)]
pub struct Filter<'a> {
    /// Which formats, by position in the registry.
    pub wanted: &'a [bool],
    /// Files are not smaller, in bytes.
    pub min_size: u64,
    /// Pictures have no fewer pixels, where their dimensions are known.
    pub min_pixels: u64,
    /// Whether files that are still there are written too.
    pub all: bool,
    /// Whether pictures inside pictures are written too.
    pub embedded: bool,
}

/// Settles which files there are.
pub fn settle(ledger: &Ledger, standings: &[Standing], filter: Filter<'_>) -> ReportOrder {
    let entries = &ledger.entries;
    let mut order = by_offset(entries);
    let (mut filtered, mut own) = (0, vec![false; entries.len()]);
    for (index, entry) in entries.iter().enumerate() {
        let is_own = standings[index] == Standing::Own;
        // What no format recognises was asked for by its name.
        let is_wanted = filter.wanted.get(usize::from(entry.format)).is_none_or(|wanted| *wanted);
        let is_asked = is_own && is_wanted && entry.chosen;
        let is_kept = entry.len >= filter.min_size && entry.pixels >= filter.min_pixels;
        filtered += u64::from(is_asked && !is_kept);
        own[index] = is_asked && is_kept;
    }
    let root = |index: u32| outermost(standings, index);
    order.retain(|index| root(*index).is_some_and(|root| own[root]));
    let is_left = |index: &u32| root(*index).is_some_and(|root| entries[root].live);
    let left: Vec<bool> = order.iter().map(|index| !filter.all && is_left(index)).collect();
    let parent: Vec<u32> = order
        .iter()
        .map(|index| match standings[*index as usize] {
            Standing::In(parent) => parent,
            Standing::Own | Standing::Nowhere => NONE,
        })
        .collect();
    let is_late = |at: usize| left[at] || (!filter.embedded && parent[at] != NONE);
    let copy_of = copies(entries, &order, is_late);
    let position = positions(entries, &order);
    let pair_of = pair(&ledger.halves, &position, &copy_of);
    ReportOrder { order, parent, left, copy_of, pair_of, position, filtered }
}

/// For each of the entries its position in `order`, or [`NONE`].
fn positions(entries: &[IndexEntry], order: &[u32]) -> Vec<u32> {
    let mut position = vec![NONE; entries.len()];
    for (at, index) in (0..).zip(order) {
        position[*index as usize] = at;
    }
    position
}
