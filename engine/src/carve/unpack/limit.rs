//! What inflating may cost: a source full of false headers, or of archives that are made to burst, costs no more than
//! some times its bytes.
//!
//! As what other candidates cost, it is counted by the region that members begin in, so that what is left out
//! never depends on threads or chunks.

/// So many bytes may come out of what turns out to hold no photo, in one region.
const MOST_IN_VAIN: u64 = 1 << 20;

/// What each header counts for at least.
const ASKED: u64 = 2 << 10;

/// What one counts for at least after which there are no deflated data, or not those whose checksum is told: it is none.
const FALSE: u64 = 4 << 10;

/// So many bytes may come out of the members of one region, whatever they are packed in.
const MOST_OUT: u64 = 16 << 20;

/// And so many times their packed bytes: no photo shrinks to less, but for pages of one colour.
const RATIO: u64 = 64;

/// What was inflated of the members that begin in one region.
#[derive(Debug, Default)]
pub struct UnpackLimit {
    in_vain: u64,
    out: u64,
    /// Bytes that may come out for packed ones which no member before had.
    credit: u64,
    /// The end of the packed data of the members so far.
    reach: u64,
}

impl UnpackLimit {
    /// Whether another header may be asked.
    pub fn may_ask(&self) -> bool {
        self.in_vain < MOST_IN_VAIN
    }

    /// Counts a header of which `made` bytes came out that were no photo; whether it is a false one.
    pub(super) fn charge_in_vain(&mut self, made: u64, is_false: bool) {
        self.in_vain += made.max(if is_false { FALSE } else { ASKED });
    }

    /// How many more bytes may come out of a member whose packed bytes reach to `end` so far and begin at `start`.
    pub(super) fn left(&self, start: u64, end: u64) -> u64 {
        let fresh = end.saturating_sub(start.max(self.reach));
        let most = MOST_OUT.saturating_add(self.credit).saturating_add(fresh.saturating_mul(RATIO));
        most.saturating_sub(self.out)
    }

    /// Counts `made` bytes that come out of the packed ones from `start` to `end`.
    pub(super) fn charge(&mut self, start: u64, end: u64, made: u64) {
        let fresh = end.saturating_sub(start.max(self.reach));
        self.credit = self.credit.saturating_add(fresh.saturating_mul(RATIO));
        self.reach = self.reach.max(end);
        self.out = self.out.saturating_add(made);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_tightly_comes_to_a_limit_and_photos_do_not() {
        let mut limit = UnpackLimit::default();
        assert_eq!(limit.left(100, 100), MOST_OUT);
        limit.charge(100, 1100, MOST_OUT);
        assert_eq!(limit.left(2000, 2000), 1000 * RATIO);
        limit.charge(2000, 2000, 1000 * RATIO);
        assert_eq!(limit.left(500, 1100), 0, "those bytes had their share");
        for at in (1 << 20..2 << 20).step_by(1 << 10) {
            assert!(limit.left(at, at + 1024) >= 1024);
            limit.charge(at, at + 1024, 2048);
        }
    }

    #[test]
    fn false_headers_use_up_what_is_spent_in_vain() {
        for (is_false, least) in [(false, ASKED), (true, FALSE)] {
            let mut limit = UnpackLimit::default();
            let asked = (0..10_000).take_while(|_| {
                let may_ask = limit.may_ask();
                limit.charge_in_vain(0, is_false);
                may_ask
            });
            assert_eq!(asked.count() as u64, MOST_IN_VAIN / least);
        }
    }
}
