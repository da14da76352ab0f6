//! What may be read for files that entries of a file system promise and that are not there: a source full of
//! false entries costs no more than some times its bytes.
//!
//! Entries are counted in their order, batch by batch, so that what is left out never depends on threads.

/// Bytes that may be read for nothing, in lengths of the source.
const MOST_TIMES: u64 = 16;

/// Bytes that may be read for nothing of any source.
const LEAST: u64 = 1 << 30;

/// A photo is read some times: to walk it, to prove it, to look for what lies in it, in each layout.
const READS: u64 = 64;

/// Bytes that may be read for any entry.
pub const LEAST_ALLOWANCE: u64 = 4 << 20;

/// Entries that are measured before their cost is counted.
pub const MOST_BATCH: usize = 256;

/// What a run of a layout counts for, in bytes.
pub const RUN_COST: u64 = 512;

/// How many bytes may be read for an entry of that size.
pub fn allowance(size: u64) -> u64 {
    size.saturating_mul(READS).saturating_add(LEAST_ALLOWANCE)
}

/// What may still be read for nothing.
#[derive(Debug)]
pub struct ReadLimit {
    left: u64,
}

impl ReadLimit {
    /// What may be read for nothing of a source of `len` bytes.
    pub fn of(len: u64) -> Self {
        ReadLimit { left: len.saturating_mul(MOST_TIMES).saturating_add(LEAST) }
    }

    /// Counts what was read for an entry whose file is not there.
    pub fn charge(&mut self, cost: u64) {
        self.left = self.left.saturating_sub(cost);
    }

    /// Whether nothing more may be read.
    pub fn is_spent(&self) -> bool {
        self.left == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn false_entries_are_read_some_times_and_no_more() {
        let len = 32 << 30;
        let mut limit = ReadLimit::of(len);
        let tried = (0..).take_while(|_| {
            let open = !limit.is_spent();
            limit.charge(1 << 20);
            open
        });
        let most = (len * MOST_TIMES + LEAST) >> 20;
        assert_eq!(tried.count() as u64, most);
        assert_eq!(allowance(u64::MAX), u64::MAX);
    }
}
