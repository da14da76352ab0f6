//! Which files the report lists, and in what order.

use std::collections::BTreeMap;

use super::copies::copies;
use super::disposition::{Disposition, Place, dispositions};
use super::filter::Filter;
use super::left_out::LeftOut;
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
    /// For each of `order`: what becomes of it.
    pub dispositions: Vec<Disposition>,
    /// For each of `order`: the position in `order` of the file that stands for its bytes, or
    /// [`NONE`].
    pub copy_of: Vec<u32>,
    /// For positions in `order`: that of the other half of a Live Photo.
    pub pair_of: BTreeMap<u32, u32>,
    /// For each entry of the index: its position in `order`, or [`NONE`].
    pub position: Vec<u32>,
    /// What options left out.
    pub left_out: LeftOut,
}

/// Settles which files there are.
pub fn settle(ledger: &Ledger, standings: &[Standing], filter: Filter<'_>) -> ReportOrder {
    let entries = &ledger.entries;
    let mut order = by_offset(entries);
    let is_own = |(entry, standing): (&IndexEntry, &Standing)| {
        *standing == Standing::Own && filter.wants(entry)
    };
    let own: Vec<bool> = entries.iter().zip(standings).map(is_own).collect();
    let root = |index: u32| outermost(standings, index);
    order.retain(|index| root(*index).is_some_and(|root| own[root]));
    let parent: Vec<u32> = order
        .iter()
        .map(|index| match standings[*index as usize] {
            Standing::In(parent) => parent,
            Standing::Own | Standing::Nowhere => NONE,
        })
        .collect();
    let is_live = |index: u32| root(index).is_some_and(|root| entries[root].live);
    let is_known = |index: u32| {
        let own = &entries[index as usize];
        own.known || root(index).is_some_and(|root| entries[root].known)
    };
    let place = |(index, parent): (&u32, &u32)| Place {
        is_inner: *parent != NONE,
        is_left: !filter.all && is_live(*index),
        is_known: is_known(*index),
        live_first: filter.live_first,
    };
    let places: Vec<Place> = order.iter().zip(&parent).map(place).collect();
    let copy_of = copies(entries, &order, |at| places[at].rank());
    let entry = |position: usize| &entries[order[position] as usize];
    let dispositions = dispositions(&places, &copy_of, entry);
    let position = positions(entries, &order);
    let pair_of = pair(&ledger.halves, &position, &copy_of);
    let left_out = LeftOut::of(entries, standings, &filter);
    ReportOrder { order, parent, dispositions, copy_of, pair_of, position, left_out }
}

/// For each of the entries its position in `order`, or [`NONE`].
fn positions(entries: &[IndexEntry], order: &[u32]) -> Vec<u32> {
    let mut position = vec![NONE; entries.len()];
    for (at, index) in (0..).zip(order) {
        position[*index as usize] = at;
    }
    position
}
