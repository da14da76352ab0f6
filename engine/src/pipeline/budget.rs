//! What candidates that lead nowhere may cost: a source full of false beginnings costs no more than
//! some times its bytes.
//!
//! Candidates are counted by the parcel of the source that they begin in, in order of offset, so that
//! what is left out never depends on threads or chunks. Photos that prove themselves, side by side, are
//! never charged: the budget bites only where many false beginnings stand in one parcel.

use crate::model::record::Record;
use crate::output::report::Grade;

/// Bytes of a parcel. Chunks are whole parcels.
pub const PARCEL: u64 = 64 << 10;

/// What may be spent on the candidates of one parcel.
#[derive(Debug)]
struct Limits {
    /// So many bytes may be read in vain.
    waste: i64,
    /// So many candidates must lead nowhere before any is left out: one photo that breaks off late
    /// may cost all of the bytes, and its neighbours are innocent.
    vain: u32,
    /// What a candidate that leads nowhere counts for at least, in bytes: the cost of asking at all.
    asked: u64,
}

/// Where photos lie, even broken ones of the size of a thumbnail.
const USUAL: Limits = Limits { waste: 1 << 20, vain: 16, asked: 512 };

/// In a crowd of candidates: were they photos, they would be the smallest there are.
const CROWDED: Limits = Limits { waste: 128 << 10, vain: 4, asked: 16 << 10 };

/// Bytes that may be read for each candidate while few have led nowhere.
const INNOCENT: u64 = 64 << 20;

/// A beginning is read some times: to walk it, to prove it, to look for what follows it.
const READS: u64 = 4;

/// So many times the bytes of a whole photo may be read for it and for what begins in it.
const WORTH: u64 = 16;

/// The most of that which is left for others, in bytes.
const MOST_SAVED: i64 = 256 << 10;

/// When the budget is spent, so many bytes may still be read for a candidate that begins a sector and
/// is in no crowd.
const LEAST: u64 = 8 << 10;

/// A picture of which no more is there is no sign of photos.
const LEAST_SHARE: f32 = 0.01;

/// A beginning that is longer may show something even where nothing tells how much, in bytes.
const LEAST_PART: u64 = 2 << 10;

/// The beginning of a picture is asked for at so small a part of the cost: where photos broke off, others
/// lie beside them.
const BROKEN: u64 = 4;

/// Where files begin on nearly every disk, in bytes.
pub const SECTOR: u64 = 512;

/// What was spent in a parcel.
#[derive(Debug, Default)]
pub struct Budget {
    /// On candidates in no crowd, and on those in crowds.
    accounts: [Account; 2],
    /// The end of the photo in this parcel that reaches farthest.
    reach: u64,
}

#[derive(Debug, Default)]
struct Account {
    /// Bytes, less what photos are worth.
    spent: i64,
    /// How many candidates led nowhere.
    vain: u32,
}

impl Account {
    fn add(&mut self, cost: u64, worth: u64) {
        let [cost, worth] = [cost, worth].map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX));
        self.spent = self.spent.saturating_add(cost).saturating_sub(worth).max(-MOST_SAVED);
    }
}

/// Which limits hold for a candidate, and what may still be read once they are reached.
const fn limits(crowded: bool) -> (&'static Limits, Option<u64>) {
    if crowded { (&CROWDED, None) } else { (&USUAL, Some(LEAST)) }
}

impl Budget {
    /// How many bytes may be read for the candidate at `offset` of the source; nothing where it is to
    /// be left out. Offsets come in order.
    pub fn allowance(&self, offset: u64, crowded: bool) -> Option<u64> {
        let (limits, least) = limits(crowded);
        let account = &self.accounts[usize::from(crowded)];
        match (account.spent < limits.waste, account.vain < limits.vain) {
            (true, _) => Some(u64::MAX),
            (false, true) => Some(INNOCENT),
            (false, false) => least.filter(|_| offset.is_multiple_of(SECTOR)),
        }
    }

    /// Counts what the candidate at `offset` cost: `read` bytes for the file that was found, if one was.
    pub fn charge(&mut self, offset: u64, crowded: bool, read: u64, found: Option<&Record>) {
        let inside = offset < self.reach;
        let (cost, worth) = match found {
            Some(record) if record.file.grade > Grade::Partial => self.whole(offset, read, record),
            Some(record) if shows(record) => {
                let fresh = self.fresh(offset, record.source_len());
                (read.saturating_add(limits(crowded).0.asked / BROKEN), fresh.saturating_mul(READS))
            }
            // In photos, others begin as a matter of course.
            _ if inside => (read, 0),
            _ => (read.saturating_add(limits(crowded).0.asked), 0),
        };
        self.accounts[usize::from(crowded)].vain += u32::from(cost > worth);
        self.accounts[usize::from(crowded)].add(cost, 0);
        self.accounts.iter_mut().for_each(|account| account.add(0, worth));
    }

    /// Cost and worth of a whole file. One that is new costs nothing, however often its bytes were read;
    /// one in another is measured and hashed for that one's sake.
    fn whole(&mut self, offset: u64, read: u64, record: &Record) -> (u64, u64) {
        let len = record.source_len();
        let fresh = self.fresh(offset, len);
        match fresh >= len.div_ceil(2) {
            true => (0, fresh.saturating_mul(WORTH)),
            false => (len.max(read / WORTH), 0),
        }
    }

    /// How much of the `len` bytes at `offset` lies in no photo before; from now on all does.
    fn fresh(&mut self, offset: u64, len: u64) -> u64 {
        let end = offset.saturating_add(len);
        let fresh = end.saturating_sub(offset.max(self.reach));
        self.reach = self.reach.max(end);
        fresh
    }
}

/// Whether there is something to look at in a file, so that reading it was worth its while.
fn shows(record: &Record) -> bool {
    let part = record.file.share.is_some_and(|share| share > LEAST_SHARE);
    record.file.grade > Grade::Partial || part
}

/// Whether a file is a mere beginning that shows nothing: in a crowd, it is not worth a word.
pub fn is_scrap(record: &Record) -> bool {
    !shows(record) && record.source_len() < LEAST_PART
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

    /// Asks for the candidates at `offsets`, each of which costs `read` bytes and is `found`: how many
    /// are looked at.
    fn asked(
        budget: &mut Budget,
        crowded: bool,
        offsets: impl Iterator<Item = u64>,
        read: u64,
        found: Option<&Record>,
    ) -> usize {
        let looked = offsets.filter(|&offset| {
            let allowance = budget.allowance(offset, crowded);
            allowance.inspect(|_| budget.charge(offset, crowded, read, found));
            allowance >= Some(INNOCENT)
        });
        looked.count()
    }

    #[test]
    fn one_photo_that_breaks_off_late_costs_its_neighbours_nothing() {
        for crowded in [false, true] {
            let ((limits, _), mut budget) = (limits(crowded), Budget::default());
            let looked = asked(&mut budget, crowded, 0..100, limits.waste as u64, None);
            assert_eq!(looked, limits.vain as usize);
            assert_eq!(budget.allowance(100, crowded), None);
            assert_eq!(budget.allowance(100, !crowded), Some(u64::MAX));
        }
    }

    #[test]
    fn photos_side_by_side_and_what_begins_in_them_cost_nothing() {
        let mut budget = Budget::default();
        for offset in (0..PARCEL).step_by(64) {
            assert_eq!(budget.allowance(offset, true), Some(u64::MAX));
            budget.charge(offset, true, 9000, Some(&photo(offset, 64, "verified")));
            budget.charge(offset + 12, true, 8, None);
        }
        let long = photo(PARCEL - 1, 1 << 30, "structural");
        budget.charge(PARCEL - 1, true, 3 << 30, Some(&long));
        assert_eq!(budget.allowance(PARCEL - 1, true), Some(u64::MAX));
    }

    #[test]
    fn what_leads_nowhere_uses_up_the_budget() {
        for (read, found) in [
            (0, None),
            (70_000, None),
            (70_000, Some(photo(0, 1000, "partial"))),
            (10, Some(photo(0, 90_000, "structural"))),
        ] {
            for crowded in [false, true] {
                let ((limits, least), mut budget) = (limits(crowded), Budget::default());
                let looked = asked(&mut budget, crowded, 0..PARCEL, read, found.as_ref()) as u64;
                let most = (limits.waste as u64 / limits.asked).max(u64::from(limits.vain)) + 1;
                assert!((u64::from(limits.vain)..=most).contains(&looked), "{read}: {looked}");
                let sector = budget.allowance(PARCEL - SECTOR, crowded);
                assert_eq!(sector, least, "a sector begins there");
                assert_eq!(budget.allowance(PARCEL - SECTOR + 1, crowded), None);
            }
        }
    }
}
