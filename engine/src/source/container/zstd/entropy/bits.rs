//! Bits of a stream that is read from its end.

/// A stream of bits, the last ones first.
pub(super) struct Bits<'b> {
    bytes: &'b [u8],
    /// Bits that were not taken yet.
    left: usize,
    is_short: bool,
}

impl<'b> Bits<'b> {
    /// All of `bytes` before the highest bit of the last one, which marks the end.
    pub(super) fn new(bytes: &'b [u8]) -> Option<Self> {
        let last = bytes.last().filter(|byte| **byte != 0)?;
        let left = bytes.len() * 8 - last.leading_zeros() as usize - 1;
        Some(Bits { bytes, left, is_short: false })
    }

    /// The next bits, 32 at the most; zeros where there are not so many.
    pub(super) fn take(&mut self, count: u8) -> u64 {
        let Some(left) = self.left.checked_sub(usize::from(count)) else {
            (self.left, self.is_short) = (0, true);
            return 0;
        };
        self.left = left;
        let rest = &self.bytes[left / 8..];
        let word = match rest.first_chunk::<8>() {
            Some(word) => u64::from_le_bytes(*word),
            None => rest.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)),
        };
        word >> (left % 8) & ((1 << count) - 1)
    }

    /// Whether all were taken, and no more.
    pub(super) fn is_over(&self) -> bool {
        self.left == 0 && !self.is_short
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_come_from_the_end() {
        let bytes: Vec<u8> = (1..=9).chain([0b0001_0110]).collect();
        let mut bits = Bits::new(&bytes).unwrap();
        assert_eq!((bits.take(3), bits.take(0)), (0b011, 0));
        assert_eq!((bits.take(1), bits.take(8), bits.take(4)), (0, 9, 0));
        assert_eq!(bits.take(32), 0x8070_6050);
        assert!(!bits.is_over());
        assert_eq!((bits.take(28), bits.is_over()), (0x0403_0201, true));
        assert_eq!((bits.take(1), bits.is_over()), (0, false));
        assert!(Bits::new(&[1, 0]).is_none() && Bits::new(&[]).is_none());
    }
}
