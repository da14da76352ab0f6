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

/// When the limit is reached, so many bytes may still be read for a candidate that begins a sector.
const LEAST: u64 = 8 << 10;

/// So many may be spent so on the dense candidates of one format, in bytes.
const MOST_TRIED: u64 = 32 << 10;

/// What each of them counts for at least: all sectors of a region may be tried.
const LEAST_TRY: u64 = 256;

/// What is read for them counts so many times: one of which more is read takes longer for each byte, up to the tables of its
/// picture.
const TRY_READS: u64 = 4;

/// For candidates of one format for which [`LEAST`] is not enough, so many bytes may be read, and so many of them be false
/// before that counts.
const MOST_LOST: (u64, u32) = (128 << 10, 2);

/// Of dense files without a proof that lie in each other, of which one at the most is a photo, or that show nothing, so many
/// are listed in one region.
const MOST_DOUBTFUL: u32 = 2;

/// A picture of which no more is there is no sign of photos.
const LEAST_SHARE: f32 = 0.01;

/// A beginning that is longer may show something even where nothing tells how much, in bytes.
const LEAST_PART: u64 = 2 << 10;

/// The beginning of a picture is asked for at so small a part of the cost: where photos broke off, others
/// lie beside them.
const BROKEN: u64 = 4;

/// Where files begin on nearly every disk, in bytes.
pub const SECTOR: u64 = 512;

/// A candidate, as far as it matters what may be spent on it.
#[derive(Clone, Copy, Debug)]
pub struct CandidatePlace {
    /// Its first byte in the source.
    pub offset: u64,
    /// Whether it is one of many close together.
    pub is_dense: bool,
    /// The first of the formats that it may be of, by its position in the registry.
    pub format: usize,
}

/// How many bytes may be read for a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// At first; any number where it says [`u64::MAX`].
    pub first: u64,
    /// From the start again, where those were not enough to tell that it is none.
    pub then: Option<u64>,
}

impl Allowance {
    /// What may be read, one after the other until it is enough.
    pub fn steps(self) -> impl Iterator<Item = u64> {
        [Some(self.first), self.then].into_iter().flatten()
    }
}

/// What was spent in a region.
#[derive(Debug, Default)]
pub struct Budget {
    /// On candidates that are not dense, and on those that are.
    accounts: [Account; 2],
    /// By format, on what begins a sector after those were used up.
    tries: Vec<(usize, Tries)>,
    /// The end of the photo in this region that reaches farthest.
    reach: u64,
    /// How many dense files without a proof were found that lie in others or show nothing.
    doubtful: u32,
}

#[derive(Debug, Default)]
struct Account {
    /// Bytes, less what photos give credit for.
    spent: i64,
    /// How many candidates turned out to be false.
    rejected: u32,
}

/// What was spent on candidates of one format that begin a sector.
#[derive(Clone, Copy, Debug, Default)]
struct Tries {
    /// Bytes read for dense ones within [`LEAST`].
    tried: u64,
    /// Bytes read beyond, and for how many.
    lost: (u64, u32),
}

impl Account {
    fn add(&mut self, cost: u64, credit: u64) {
        let [cost, credit] = [cost, credit].map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX));
        self.spent = self.spent.saturating_add(cost).saturating_sub(credit).max(-MOST_SAVED);
    }

    fn is_used_up(&self, limits: &Limits) -> bool {
        self.spent >= limits.read && self.rejected >= limits.rejected
    }
}

/// Which limits hold for a candidate.
const fn limits(is_dense: bool) -> &'static Limits {
    if is_dense { &DENSE } else { &USUAL }
}

impl Budget {
    /// How many bytes may be read for a candidate; nothing where it is to be left out. Offsets come in order.
    pub fn allowance(&self, asked: CandidatePlace) -> Option<Allowance> {
        let CandidatePlace { offset, is_dense, format } = asked;
        let account = &self.accounts[usize::from(is_dense)];
        if account.spent < limits(is_dense).read {
            return Some(Allowance { first: u64::MAX, then: None });
        }
        if !account.is_used_up(limits(is_dense)) {
            return Some(Allowance { first: AT_FIRST, then: None });
        }
        if !offset.is_multiple_of(SECTOR) {
            return None;
        }
        let tries = self.tries.iter().find(|(known, _)| *known == format);
        let Tries { tried, lost } = tries.map(|(_, tries)| *tries).unwrap_or_default();
        let may_be_lost = lost.0 < MOST_LOST.0 || lost.1 < MOST_LOST.1;
        let then = may_be_lost.then_some(AT_FIRST);
        (!is_dense || tried < MOST_TRIED).then_some(Allowance { first: LEAST, then })
    }

    /// Counts what a candidate cost: `read` bytes for the file that was found, if one was. Whether that is worth to be
    /// listed.
    pub fn charge(&mut self, asked: CandidatePlace, read: u64, found: Option<&Record>) -> bool {
        let CandidatePlace { offset, is_dense, .. } = asked;
        let is_inside = offset < self.reach;
        let usual = limits(is_dense).asked;
        let mut is_listed = !is_dense || !found.is_some_and(is_scrap);
        if is_dense && found.is_some_and(|record| !shows(record) && !is_scrap(record)) {
            is_listed = self.is_one_of_few();
        }
        let (cost, credit) = match found.filter(|record| shows(record)) {
            Some(record) => {
                let len = record.source_len();
                let fresh = self.fresh(offset, len);
                let is_in_others = fresh < len.div_ceil(2);
                let (cost, credit) = match record.grade {
                    Grade::Partial => {
                        (read.saturating_add(usual / BROKEN), fresh.saturating_mul(READS))
                    }
                    // One that is new costs nothing, however often its bytes were read.
                    _ if !is_in_others => (0, fresh.saturating_mul(CREDIT)),
                    // One in another is measured and hashed for that one's sake.
                    _ => (len.max(read / CREDIT), 0),
                };
                if is_dense && is_in_others && record.grade < Grade::Verified {
                    is_listed &= self.is_one_of_few();
                    (cost.max(usual), credit)
                } else {
                    (cost, credit)
                }
            }
            // In photos, others begin as a matter of course.
            None if is_inside => (read, 0),
            None => (read.saturating_add(usual), 0),
        };
        if cost > credit {
            self.count_try(asked, read);
        }
        self.accounts[usize::from(is_dense)].rejected += u32::from(cost > credit);
        self.accounts[usize::from(is_dense)].add(cost, 0);
        self.accounts.iter_mut().for_each(|account| account.add(0, credit));
        is_listed
    }

    /// Counts a dense file that is not listed when there are many such.
    fn is_one_of_few(&mut self) -> bool {
        self.doubtful += 1;
        self.doubtful <= MOST_DOUBTFUL
    }

    /// Counts a candidate that was false after the accounts were used up.
    fn count_try(&mut self, asked: CandidatePlace, read: u64) {
        let CandidatePlace { offset, is_dense, format } = asked;
        let account = &self.accounts[usize::from(is_dense)];
        if !account.is_used_up(limits(is_dense)) || !offset.is_multiple_of(SECTOR) {
            return;
        }
        let index = self.tries.iter().position(|(known, _)| *known == format);
        let index = index.unwrap_or_else(|| {
            self.tries.push((format, Tries::default()));
            self.tries.len() - 1
        });
        let tries = &mut self.tries[index].1;
        if read > LEAST {
            tries.lost = (tries.lost.0.saturating_add(read), tries.lost.1.saturating_add(1));
        } else if is_dense {
            tries.tried = tries.tried.saturating_add(read.saturating_mul(TRY_READS).max(LEAST_TRY));
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
fn is_scrap(record: &Record) -> bool {
    !shows(record) && record.source_len() < LEAST_PART
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::build::record;

    fn photo(offset: u64, len: u64, grade: Grade) -> Record {
        Record { grade, ..record(offset, len) }
    }

    fn at(offset: u64, is_dense: bool) -> CandidatePlace {
        CandidatePlace { offset, is_dense, format: 0 }
    }

    const ANY: Option<Allowance> = Some(Allowance { first: u64::MAX, then: None });

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
            let allowance = budget.allowance(at(offset, is_dense));
            let is_any = allowance.is_some_and(|one| one.first >= AT_FIRST);
            if is_any {
                budget.charge(at(offset, is_dense), read, found);
            }
            is_any
        });
        looked.count()
    }

    #[test]
    fn one_photo_that_breaks_off_late_costs_its_neighbours_nothing() {
        for is_dense in [false, true] {
            let (limits, mut budget) = (limits(is_dense), Budget::default());
            let looked = asked(&mut budget, is_dense, 0..100, limits.read as u64, None);
            assert_eq!(looked, limits.rejected as usize);
            assert_eq!(budget.allowance(at(100, is_dense)), None);
            assert_eq!(budget.allowance(at(100, !is_dense)), ANY);
        }
    }

    #[test]
    fn photos_side_by_side_and_what_begins_in_them_cost_nothing() {
        let mut budget = Budget::default();
        for offset in (0..REGION).step_by(64) {
            assert_eq!(budget.allowance(at(offset, true)), ANY);
            budget.charge(at(offset, true), 9000, Some(&photo(offset, 64, Grade::Verified)));
            budget.charge(at(offset + 12, true), 8, None);
        }
        let long = photo(REGION - 1, 1 << 30, Grade::Structural);
        budget.charge(at(REGION - 1, true), 3 << 30, Some(&long));
        assert_eq!(budget.allowance(at(REGION - 1, true)), ANY);
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
                let (limits, mut budget) = (limits(is_dense), Budget::default());
                let looked = asked(&mut budget, is_dense, 0..REGION, read, found.as_ref()) as u64;
                let most = (limits.read as u64 / limits.asked).max(u64::from(limits.rejected)) + 1;
                assert!((u64::from(limits.rejected)..=most).contains(&looked), "{read}: {looked}");
                let sector = budget.allowance(at(REGION - SECTOR, is_dense)).unwrap();
                assert_eq!(sector.first, LEAST, "a sector begins there");
                assert_eq!(budget.allowance(at(REGION - SECTOR + 1, is_dense)), None);
            }
        }
    }

    #[test]
    fn where_a_sector_begins_each_format_has_tries_of_its_own() {
        let other = CandidatePlace { format: 1, ..at(REGION, true) };
        let sectors = |read| {
            let mut budget = Budget::default();
            asked(&mut budget, true, 0..REGION, 100, None);
            let mut tried = [0; 2];
            for offset in (0..4 * REGION).step_by(SECTOR as usize) {
                let Some(allowance) = budget.allowance(at(offset, true)) else { break };
                tried[0] += 1;
                tried[1] += u32::from(allowance.then.is_some());
                budget.charge(at(offset, true), read, None);
            }
            assert!(budget.allowance(other).is_some_and(|one| one.then.is_some()), "{read}");
            tried
        };
        assert_eq!(sectors(100), [82; 2]);
        assert_eq!(sectors(LEAST), [1; 2]);
        // What reads far is not asked to read on again; that it cannot tell costs a try.
        assert_eq!(sectors(100 << 10)[1], 2);
    }

    #[test]
    fn of_files_without_a_proof_that_lie_in_each_other_some_are_listed() {
        let mut budget = Budget::default();
        let listed = |budget: &mut Budget, grade| {
            let files = (0..20u64).map(|n| 64 * n);
            files.filter(|&n| budget.charge(at(n, true), 50, Some(&photo(n, 4000, grade)))).count()
        };
        assert_eq!(listed(&mut budget, Grade::Structural), 1 + MOST_DOUBTFUL as usize);
        assert_eq!(listed(&mut Budget::default(), Grade::Verified), 20);
        let mut beside = Budget::default();
        let own = (0..20).map(|n| photo(5000 * n, 4000, Grade::Structural));
        assert!(own.into_iter().all(|one| beside.charge(at(one.offset(), true), 50, Some(&one))));
    }
}
