//! What candidates that lead nowhere may cost: a source full of false beginnings costs no more than
//! some times its bytes.
//!
//! Candidates are counted by the parcel of the source that they begin in, in order of offset, so that
//! what is left out never depends on threads or chunks. Photos that prove themselves, side by side, are
//! never charged: the budget bites only where hundreds of false beginnings stand in one parcel.

use crate::record::Record;
use crate::report::Grade;

/// Bytes of a parcel. Chunks are whole parcels.
pub const PARCEL: u64 = 64 << 10;

/// So many bytes may be read in vain for the candidates of one parcel.
const WASTE: u64 = 1 << 20;

/// What a candidate that leads nowhere counts for at least, in bytes: the cost of asking at all.
const ASKED: u64 = 512;

/// So many candidates of one parcel must lead nowhere before any is left out: one photo that breaks off
/// late may cost all of the bytes, and its neighbours are innocent.
const MOST_VAIN: u32 = 16;

/// Bytes that may be read for each of them, once the budget is spent.
const INNOCENT: u64 = 64 << 20;

/// A photo is read some times: to walk it, to prove it, to look for what follows it.
const READS: u64 = 4;

/// When the budget is spent, so many bytes may still be read for a candidate that begins a sector.
const LEAST: u64 = 8 << 10;

/// Where files begin on nearly every disk, in bytes.
const SECTOR: u64 = 512;

/// What was spent in the parcel at hand.
#[derive(Debug, Default)]
pub struct Budget {
    parcel: u64,
    spent: u64,
    /// How many candidates led nowhere.
    vain: u32,
    /// The end of the photo in this parcel that reaches farthest.
    reach: u64,
}

impl Budget {
    /// How many bytes may be read for the candidate at `offset` of the source; nothing where it is to be
    /// left out. Offsets come in order.
    pub fn allowance(&mut self, offset: u64) -> Option<u64> {
        if offset / PARCEL != self.parcel {
            *self = Budget { parcel: offset / PARCEL, ..Budget::default() };
        }
        match (self.spent < WASTE, self.vain < MOST_VAIN) {
            (true, _) => Some(u64::MAX),
            (false, true) => Some(INNOCENT),
            (false, false) => offset.is_multiple_of(SECTOR).then_some(LEAST),
        }
    }

    /// Counts what a candidate cost: `read` bytes for the file that was found, if one was.
    pub fn charge(&mut self, read: u64, found: Option<&Record>) {
        let mut cost = read.saturating_add(ASKED);
        if let Some(record) = found.filter(|record| shows(record)) {
            let (start, len) = (record.offset(), record.source_len());
            let end = start.saturating_add(len);
            let fresh = end.saturating_sub(start.max(self.reach));
            self.reach = self.reach.max(end);
            // What lies in another photo is measured and hashed for its sake.
            cost = cost.saturating_add(len - fresh);
            cost = cost.saturating_sub(fresh.saturating_mul(READS).saturating_add(ASKED));
        }
        self.spent = self.spent.saturating_add(cost);
        self.vain += u32::from(cost > 0);
    }
}

/// Whether there is something to look at in a file, so that reading it was worth its while.
fn shows(record: &Record) -> bool {
    record.file.grade > Grade::Partial || record.file.share.is_some_and(|share| share > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn photo(offset: u64, len: u64, grade: &str) -> Record {
        let run = json!({ "offset": offset, "length": len, "origin": "source" });
        let file = serde_json::from_value(json!({
            "id": 0, "source": 0, "origin": "carved", "status": "unknown", "format": "jpeg",
            "mime": "", "size": len, "end": "exact", "grade": grade, "proof": "",
            "runs": [run], "blake3": ""
        }));
        Record { file: file.unwrap(), extension: String::new(), roles: Vec::new() }
    }

    #[test]
    fn one_photo_that_breaks_off_late_costs_its_neighbours_nothing() {
        let mut budget = Budget::default();
        for offset in 0..u64::from(MOST_VAIN) {
            assert!(budget.allowance(offset) >= Some(INNOCENT));
            budget.charge(WASTE, None);
        }
        assert_eq!(budget.allowance(100), None);
    }

    #[test]
    fn photos_side_by_side_cost_nothing() {
        let mut budget = Budget::default();
        for offset in (0..PARCEL).step_by(64) {
            assert_eq!(budget.allowance(offset), Some(u64::MAX));
            budget.charge(200, Some(&photo(offset, 64, "verified")));
        }
        budget.charge(3 << 30, Some(&photo(PARCEL - 1, 1 << 30, "structural")));
        assert_eq!(budget.allowance(PARCEL - 1), Some(u64::MAX));
    }

    #[test]
    fn what_leads_nowhere_uses_up_the_budget_of_its_parcel_only() {
        for (read, found) in [
            (0, None),
            (70_000, None),
            (70_000, Some(photo(0, 70_000, "partial"))),
            (10, Some(photo(0, 90_000, "structural"))),
        ] {
            let mut budget = Budget::default();
            let asked = (0..PARCEL).filter(|&offset| {
                let allowance = budget.allowance(offset);
                allowance.inspect(|_| budget.charge(read, found.as_ref()));
                allowance >= Some(INNOCENT)
            });
            assert!(
                (u64::from(MOST_VAIN)..=WASTE / ASKED).contains(&(asked.count() as u64)),
                "{read}"
            );
            assert_eq!(budget.allowance(PARCEL - SECTOR), Some(LEAST), "a sector begins there");
            assert_eq!(budget.allowance(PARCEL - SECTOR + 1), None);
            assert_eq!(budget.allowance(PARCEL), Some(u64::MAX));
        }
    }
}
