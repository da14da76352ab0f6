//! What options left out that would be recovered without them.

use std::collections::HashSet;

use super::filter::Filter;
use crate::claims::Standing;
use crate::ledger::{IndexEntry, Shown};
use crate::model::Kinds;

/// Files of their own that would be recovered but for an option, without copies; each is counted for
/// the first of these that it fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Of formats that were not asked for.
    pub by_format: Kinds,
    /// By path, date or camera.
    pub by_choice: Kinds,
    /// By size or pixels.
    pub by_size: Kinds,
}

impl LeftOut {
    /// Counts them among all that was found.
    pub(super) fn of(entries: &[IndexEntry], standings: &[Standing], filter: &Filter<'_>) -> Self {
        let would_be_recovered = |(entry, standing): &(&IndexEntry, &Standing)| {
            **standing == Standing::Own
                && entry.shown != Shown::Nothing
                && (filter.all || !entry.live)
                && !entry.known
        };
        let all = || entries.iter().zip(standings).filter(would_be_recovered);
        let recovered = all().filter(|(entry, _)| filter.wants(entry));
        let mut known: HashSet<[u8; 32]> =
            recovered.filter_map(|(entry, _)| entry.hash).map(|hash| *hash.as_bytes()).collect();
        let mut left_out = LeftOut::default();
        for (entry, _) in all() {
            let Some(counter) = left_out.counter(entry, filter) else { continue };
            if entry.hash.is_none_or(|hash| known.insert(*hash.as_bytes())) {
                counter.add(filter.registry.is_video(usize::from(entry.format)));
            }
        }
        left_out
    }

    /// The count of the option that leaves a file out, if one does.
    fn counter(&mut self, entry: &IndexEntry, filter: &Filter<'_>) -> Option<&mut Kinds> {
        if !filter.is_wanted(entry) {
            Some(&mut self.by_format)
        } else if !entry.chosen {
            Some(&mut self.by_choice)
        } else if !filter.is_large(entry) {
            Some(&mut self.by_size)
        } else {
            None
        }
    }
}
