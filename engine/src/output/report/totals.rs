//! What files come to: every number that is said of a run is made here.

use std::collections::BTreeMap;

use super::report::Summary;
use crate::formats::Registry;
use crate::ledger::{IndexEntry, Ledger, NONE};
use crate::model::{Grade, Kinds, Origin};
use crate::settle::{Disposition, LostRow, ReportOrder};

/// What files come to.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    /// What the report says.
    pub summary: Summary,
    /// Files of their own that are recovered, by grade, best first.
    pub photos: Vec<(Grade, Kinds)>,
    /// The same files by name of their format.
    pub formats: Vec<(&'static str, u64)>,
    /// Files of their own that are still there and only listed.
    pub live: Kinds,
}

impl Totals {
    /// Counts photos that are known to have existed, by what is left of them.
    pub(super) fn count_lost(&mut self, lost: &[LostRow]) {
        self.summary.lost_known = lost.len() as u64;
        for row in lost {
            *self.summary.lost_by_state.entry(word(row.state)).or_default() += 1;
        }
    }

    /// What the files of a report come to. Of those
    /// that are to be recovered, `is_written` tells by position which are, or would be.
    pub(super) fn of(
        listing: &ReportOrder,
        ledger: &Ledger,
        registry: &Registry,
        is_written: impl Fn(usize) -> bool,
    ) -> Self {
        let (mut totals, mut grades) = (Totals::default(), BTreeMap::<Grade, Kinds>::new());
        let mut formats = BTreeMap::<&'static str, u64>::new();
        for (position, &index) in listing.order.iter().enumerate() {
            let entry = &ledger.entries[index as usize];
            let format = usize::from(entry.format);
            let is_inner = listing.parent[position] != NONE;
            let is_video = registry.is_video(format);
            let summary = &mut totals.summary;
            add(summary, entry, registry.name(format), is_inner);
            summary.duplicates += u64::from(listing.copy_of[position] != NONE);
            let disposition = listing.dispositions[position];
            if is_inner {
                summary.inside += 1;
                let is_recovered = disposition == Disposition::Recovered && is_written(position);
                summary.embedded += u64::from(is_recovered);
                continue;
            }
            match disposition {
                Disposition::Copy => summary.copies += 1,
                Disposition::Unseen => summary.unseen += 1,
                Disposition::Surpassed => summary.surpassed += 1,
                Disposition::Live => {
                    summary.live += 1;
                    totals.live.add(is_video);
                }
                Disposition::Recovered if !is_written(position) => summary.unwritten += 1,
                Disposition::Recovered => {
                    *(if is_video { &mut summary.videos } else { &mut summary.photos }) += 1;
                    grades.entry(entry.grade).or_default().add(is_video);
                    *formats.entry(registry.name(format)).or_default() += 1;
                }
            }
        }
        totals.photos = grades.into_iter().rev().collect();
        totals.formats = formats.into_iter().collect();
        totals
    }
}

/// Counts a file, whatever becomes of it.
fn add(summary: &mut Summary, entry: &IndexEntry, format: &str, is_inner: bool) {
    let origin = if is_inner { Origin::Embedded } else { entry.origin };
    summary.files += 1;
    summary.bytes += entry.len + u64::from(entry.fill);
    *summary.by_format.entry(format.to_owned()).or_default() += 1;
    *summary.by_grade.entry(word(entry.grade)).or_default() += 1;
    *summary.by_origin.entry(word(origin)).or_default() += 1;
}

/// The word that a value has in the report.
fn word(value: impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        other => unreachable!("a unit variant is a word, not {other:?}"),
    }
}
