//! Carved files that would reach into live ones.

use crate::ledger::IndexEntry;
use crate::model::Grade;
use crate::volumes::live_map::LiveMap;

/// Ends a carved file that nothing proves before the first live file that it would reach into, from free space
/// or from another live file.
pub fn end_at_live(entry: &mut IndexEntry, live: &LiveMap) {
    let may_end = entry.grade < Grade::Verified && !entry.pieces;
    if may_end && let Some(first) = live.first_other(entry.offset, entry.end_offset()) {
        entry.cut(first);
    }
}
