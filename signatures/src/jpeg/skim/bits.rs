//! Bits of entropy-coded data, most significant first.
//!
//! Source: ITU-T T.81 (1992), F.2.2.5 "The NEXTBIT procedure".

/// Reads bits out of bytes without stuffing; after their end it delivers zeros.
///
/// How far it has read is told in bits, so that whoever reads on after the end finds out later
/// at no cost.
///
/// It is passed by value where a function is not inlined, so that it can stay in registers.
#[derive(Clone, Copy)]
pub struct Bits<'b> {
    /// What has not been loaded.
    rest: &'b [u8],
    /// Bytes up to its end, counting zeros that were loaded after it.
    end: usize,
    /// The next bits, from the highest.
    held: u64,
    /// How many of them count, in the low six bits; below those there may be more.
    count: u32,
}

impl<'b> Bits<'b> {
    /// Reads `bytes` from bit `at` on, which lies in the first bytes.
    pub fn new(bytes: &'b [u8], at: usize) -> Self {
        let rest = bytes.get(at / 8..).unwrap_or(&[]);
        let mut bits = Bits { rest, end: bytes.len().max(at / 8), held: 0, count: 0 };
        bits.refill();
        bits.skip((at % 8) as u32);
        bits
    }

    /// Holds at least 56 bits.
    #[inline(always)]
    pub fn refill(&mut self) {
        self.count &= 63;
        let len = ((63 - self.count) >> 3) as usize;
        let word = match self.rest.first_chunk() {
            Some(word) => {
                let word = u64::from_be_bytes(*word);
                self.rest = &self.rest[len..];
                word
            }
            None => {
                let (word, rest, beyond) = last_word(self.rest, len);
                (self.rest, self.end) = (rest, self.end + beyond);
                word
            }
        };
        self.held |= word >> self.count;
        self.count |= 56;
    }

    /// The bits held, from the highest.
    #[inline(always)]
    pub fn held(&self) -> u64 {
        self.held
    }

    /// Passes `len` bits, which are held.
    #[inline(always)]
    pub fn skip(&mut self, len: u32) {
        self.held <<= len;
        self.count = self.count.wrapping_sub(len);
    }

    /// Passes as many bits as the low six bits of `len` say, which are held.
    #[inline(always)]
    pub fn skip_low(&mut self, len: u32) {
        self.held = self.held.wrapping_shl(len);
        self.count = self.count.wrapping_sub(len);
    }

    /// The next `len` bits as a number; they are held, and at most 32.
    #[inline(always)]
    pub fn take(&mut self, len: u32) -> u32 {
        // Two shifts, since the length may be zero.
        let value = (self.held >> 1 >> (63 - len)) as u32;
        self.skip(len);
        value
    }

    /// The next `len` bits as T.81, F.2.2.1 EXTEND has them: without sign, numbers that begin with
    /// a zero are negative.
    #[inline(always)]
    pub fn take_signed(&mut self, len: u32) -> i32 {
        let positive = (self.held >> 63) as i32;
        let value = self.take(len) as i32;
        value + (positive - 1) * ((1 << len) - 1)
    }

    /// How many bits have been passed, from the first of the bytes.
    #[inline(always)]
    pub fn position(&self) -> usize {
        (self.end - self.rest.len()) * 8 - (self.count & 63) as usize
    }
}

/// Fewer than eight bytes and zeros after them; what is left after `len` of them, and how many of those were none.
#[cold]
fn last_word(rest: &[u8], len: usize) -> (u64, &[u8], usize) {
    let mut word = [0; 8];
    for (to, from) in word.iter_mut().zip(rest) {
        *to = *from;
    }
    let after = rest.get(len..).unwrap_or(&[]);
    (u64::from_be_bytes(word), after, len.saturating_sub(rest.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_come_in_order_and_zeros_after_them() {
        let bytes = [0xa5, 0x0f, 0xff, 0x00, 0x81, 0x42, 0x24, 0x18, 0x99, 0x77];
        let all = bytes.iter().fold(0u128, |all, &byte| all << 8 | u128::from(byte)) << 48;
        for step in [1, 3, 7, 11, 16, 27] {
            let mut bits = Bits::new(&bytes, 0);
            for at in (0..90).step_by(step) {
                bits.refill();
                assert_eq!(bits.position(), at);
                let expected = all << at >> (128 - step);
                assert_eq!(u128::from(bits.take(step as u32)), expected, "{step} bits at {at}");
            }
        }
        let mut bits = Bits::new(&bytes, 13);
        assert_eq!((bits.position(), bits.take(5)), (13, 0b11111));
    }

    #[test]
    fn signed_numbers_extend() {
        for (bits, len, expected) in
            [(0b0u8, 1, -1), (0b1, 1, 1), (0b00, 2, -3), (0b01, 2, -2), (0b11, 2, 3), (0, 0, 0)]
        {
            let bytes = [if len == 0 { 0xff } else { bits << (8 - len) }];
            assert_eq!(Bits::new(&bytes, 0).take_signed(len), expected, "{bits:b} of {len}");
        }
        assert_eq!(Bits::new(&[0], 0).take_signed(0), 0);
    }
}
