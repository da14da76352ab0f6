//! What candidates that turn out to be no photos may cost: a source full of false headers costs no more than
//! some times its bytes.
//!
//! Candidates are counted by the region of the source that they begin in, in order of offset, so that
//! what is left out never depends on threads or chunks. Photos that prove themselves, side by side, are
//! never charged: the read limit bites only where many false headers stand in one region.

use crate::model::{Grade, Record, SHARD_GRAIN};

/// Bytes of a region. Chunks are whole regions.
pub const REGION: u64 = 64 << 10;

// A region is never divided among shards: what is spent in it is counted in one place.
const _: () = assert!(SHARD_GRAIN.is_multiple_of(REGION));

/// What may be spent on the candidates of one region.
#[derive(Debug)]
struct Limits {
    /// So many bytes may be read for false headers.
    read: i64,
    /// So many candidates must turn out to be false before any is left out: one photo that breaks off late
    /// may cost all of the bytes, and its neighbours may be whole.
    rejected: u32,
    /// What a false header counts for at least, in bytes: the cost of asking at all.
    asked: u64,
}

/// Where photos lie, even broken ones of the size of a thumbnail.
const USUAL: Limits = Limits { read: 1 << 20, rejected: 16, asked: 512 };

/// For dense candidates: were they photos, they would be the smallest there are.
const DENSE: Limits = Limits { read: 128 << 10, rejected: 4, asked: 16 << 10 };

/// Bytes that may be read for each candidate while few have turned out to be false.
const AT_FIRST: u64 = 64 << 20;

/// The beginning of a file is read some times: to walk it, to prove it, to look for what follows it.
const READS: u64 = 4;

/// So many times the bytes of a whole photo may be read for it and for what begins in it.
const CREDIT: u64 = 16;

/// The most of that which is left for others, in bytes.
const MOST_SAVED: i64 = 256 << 10;

/// When the limit is reached, so many bytes may still be read for a candidate that begins a sector and
/// is not dense.
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

/// What was spent in a region.
#[derive(Debug, Default)]
pub struct Budget {
    /// On candidates that are not dense, and on those that are.
    accounts: [Account; 2],
    /// The end of the photo in this region that reaches farthest.
    reach: u64,
}

#[derive(Debug, Default)]
struct Account {
    /// Bytes, less what photos give credit for.
    spent: i64,
    /// How many candidates turned out to be false.
    rejected: u32,
}

impl Account {
    fn add(&mut self, cost: u64, credit: u64) {
        let [cost, credit] = [cost, credit].map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX));
        self.spent = self.spent.saturating_add(cost).saturating_sub(credit).max(-MOST_SAVED);
    }
}

/// Which limits hold for a candidate, and what may still be read once they are reached.
const fn limits(is_dense: bool) -> (&'static Limits, Option<u64>) {
    if is_dense { (&DENSE, None) } else { (&USUAL, Some(LEAST)) }
}

impl Budget {
    /// How many bytes may be read for the candidate at `offset` of the source; nothing where it is to
    /// be left out. Offsets come in order.
    pub fn allowance(&self, offset: u64, is_dense: bool) -> Option<u64> {
        let (limits, least) = limits(is_dense);
        let account = &self.accounts[usize::from(is_dense)];
        if account.spent < limits.read {
            return Some(u64::MAX);
        }
        if account.rejected < limits.rejected {
            return Some(AT_FIRST);
        }
        if offset.is_multiple_of(SECTOR) { least } else { None }
    }

    /// Counts what the candidate at `offset` cost: `read` bytes for the file that was found, if one was.
    pub fn charge(&mut self, offset: u64, is_dense: bool, read: u64, found: Option<&Record>) {
        let is_inside = offset < self.reach;
        let (cost, credit) = match found {
            Some(record) if record.grade > Grade::Partial => self.whole(offset, read, record),
            Some(record) if shows(record) => {
                let fresh = self.fresh(offset, record.source_len());
                (
                    read.saturating_add(limits(is_dense).0.asked / BROKEN),
                    fresh.saturating_mul(READS),
                )
            }
            // In photos, others begin as a matter of course.
            _ if is_inside => (read, 0),
            _ => (read.saturating_add(limits(is_dense).0.asked), 0),
        };
        self.accounts[usize::from(is_dense)].rejected += u32::from(cost > credit);
        self.accounts[usize::from(is_dense)].add(cost, 0);
        self.accounts.iter_mut().for_each(|account| account.add(0, credit));
    }

    /// Cost and credit of a whole file. One that is new costs nothing, however often its bytes were read;
    /// one in another is measured and hashed for that one's sake.
    fn whole(&mut self, offset: u64, read: u64, record: &Record) -> (u64, u64) {
        let len = record.source_len();
        let fresh = self.fresh(offset, len);
        if fresh >= len.div_ceil(2) {
            (0, fresh.saturating_mul(CREDIT))
        } else {
            (len.max(read / CREDIT), 0)
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

/// Whether there is something to look at in a file, so that reading it was of use.
fn shows(record: &Record) -> bool {
    record.grade > Grade::Partial || record.share.is_some_and(|share| share > LEAST_SHARE)
}

/// Whether a file is a mere beginning that shows nothing: among dense candidates, it is not listed.
pub fn is_scrap(record: &Record) -> bool {
    !shows(record) && record.source_len() < LEAST_PART
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::build::record;

    fn photo(offset: u64, len: u64, grade: Grade) -> Record {
        Record { grade, ..record(offset, len) }
    }

    /// Asks for the candidates at `offsets`, each of which costs `read` bytes and is `found`: how many
    /// are looked at.
    fn asked(
        budget: &mut Budget,
        is_dense: bool,
        offsets: impl Iterator<Item = u64>,
        read: u64,
        found: Option<&Record>,
    ) -> usize {
        let looked = offsets.filter(|&offset| {
            let allowance = budget.allowance(offset, is_dense);
            allowance.inspect(|_| budget.charge(offset, is_dense, read, found));
            allowance >= Some(AT_FIRST)
        });
        looked.count()
    }

    #[test]
    fn one_photo_that_breaks_off_late_costs_its_neighbours_nothing() {
        for is_dense in [false, true] {
            let ((limits, _), mut budget) = (limits(is_dense), Budget::default());
            let looked = asked(&mut budget, is_dense, 0..100, limits.read as u64, None);
            assert_eq!(looked, limits.rejected as usize);
            assert_eq!(budget.allowance(100, is_dense), None);
            assert_eq!(budget.allowance(100, !is_dense), Some(u64::MAX));
        }
    }

    #[test]
    fn photos_side_by_side_and_what_begins_in_them_cost_nothing() {
        let mut budget = Budget::default();
        for offset in (0..REGION).step_by(64) {
            assert_eq!(budget.allowance(offset, true), Some(u64::MAX));
            budget.charge(offset, true, 9000, Some(&photo(offset, 64, Grade::Verified)));
            budget.charge(offset + 12, true, 8, None);
        }
        let long = photo(REGION - 1, 1 << 30, Grade::Structural);
        budget.charge(REGION - 1, true, 3 << 30, Some(&long));
        assert_eq!(budget.allowance(REGION - 1, true), Some(u64::MAX));
    }

    #[test]
    fn false_headers_use_up_the_budget() {
        for (read, found) in [
            (0, None),
            (70_000, None),
            (70_000, Some(photo(0, 1000, Grade::Partial))),
            (10, Some(photo(0, 90_000, Grade::Structural))),
        ] {
            for is_dense in [false, true] {
                let ((limits, least), mut budget) = (limits(is_dense), Budget::default());
                let looked = asked(&mut budget, is_dense, 0..REGION, read, found.as_ref()) as u64;
                let most = (limits.read as u64 / limits.asked).max(u64::from(limits.rejected)) + 1;
                assert!((u64::from(limits.rejected)..=most).contains(&looked), "{read}: {looked}");
                let sector = budget.allowance(REGION - SECTOR, is_dense);
                assert_eq!(sector, least, "a sector begins there");
                assert_eq!(budget.allowance(REGION - SECTOR + 1, is_dense), None);
            }
        }
    }
}
