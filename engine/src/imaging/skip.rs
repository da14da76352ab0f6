//! How far copying jumps where a device fails or is slow.
//!
//! Source: GNU ddrescue manual 1.27, "--skip-size".

/// The first jump of a small device, in bytes.
const LEAST: u64 = 64 << 10;
/// A large device's first jump is its size divided by this.
const FIRST_SHARE: u64 = 100_000;
/// No jump is longer than the size of the device divided by this.
const LONGEST_SHARE: u64 = 100;

/// The next jump, in bytes.
#[derive(Clone, Debug)]
pub(super) struct Skip {
    first: u64,
    longest: u64,
    next: u64,
}

impl Skip {
    /// Jumps on a device of `len` bytes, in whole sectors.
    pub(super) fn new(len: u64, sector: u64) -> Self {
        let whole = |len: u64| len.next_multiple_of(sector);
        let first = whole((len / FIRST_SHARE).max(LEAST));
        Skip { first, longest: whole(len / LONGEST_SHARE).max(first), next: first }
    }

    /// How far to jump now; the next one is twice as far.
    pub(super) fn jump(&mut self) -> u64 {
        let now = self.next;
        self.next = now.saturating_mul(2).min(self.longest);
        now
    }

    /// Something could be read.
    pub(super) fn reset(&mut self) {
        self.next = self.first;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(len: u64, expected: [u64; 6]) {
        let mut skip = Skip::new(len, 512);
        assert_eq!([(); 6].map(|()| skip.jump() >> 10), expected);
        skip.reset();
        assert_eq!(skip.jump() >> 10, expected[0]);
    }

    #[test]
    fn jumps_double_up_to_a_hundredth_of_the_device() {
        check(200 << 20, [64, 128, 256, 512, 1024, 2048]);
        check(20 << 20, [64, 128, 205, 205, 205, 205]);
        check(1 << 20, [64; 6]);
        check(100_000 << 20, [1024, 2048, 4096, 8192, 16384, 32768]);
    }
}
