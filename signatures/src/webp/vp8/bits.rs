//! The boolean entropy decoder.
//!
//! Source: RFC 6386, 7 "Boolean Entropy Decoder".

use crate::view::View;

/// Bytes that are fetched at once.
const FETCHED: usize = 4096;

/// How far, in bytes, a decoder may read beyond the last byte that the encoder had to write: it
/// looks ahead by two.
const MOST_OVERRUN: i64 = 2;

/// How many bytes an encoder may leave after the last one that is needed: libvpx flushes 32 bits.
const MOST_LEFT: i64 = 8;

/// Bits that are read ahead at the most; with those of a byte more and the eight that decide they fill a
/// word.
const MOST_AHEAD: i32 = 40;

/// Booleans out of one partition.
pub(super) struct Bits {
    /// Where the next bytes are fetched.
    at: u64,
    end: u64,
    fetched: Vec<u8>,
    next: usize,
    /// The bits that are looked at, of which `ahead` come after the eight that decide.
    value: u64,
    ahead: i32,
    range: u32,
    /// Zeros that were read beyond the end, in bytes.
    beyond: i64,
}

impl Bits {
    /// The partition that lies between `at` and `end`.
    pub(super) fn new(at: u64, end: u64) -> Self {
        Bits { at, end, fetched: Vec::new(), next: 0, value: 0, ahead: -8, range: 255, beyond: 0 }
    }

    /// Where the partition ends.
    pub(super) fn end(&self) -> u64 {
        self.end
    }

    /// Bytes of the partition that were not needed; negative when more were.
    fn left(&self) -> i64 {
        let unread = (self.end - self.at) as i64 + (self.fetched.len() - self.next) as i64;
        unread - self.beyond + i64::from(self.ahead + 8) / 8
    }

    /// Whether it went on beyond its end.
    pub(super) fn is_overrun(&self) -> bool {
        self.left() < -MOST_OVERRUN
    }

    /// Whether it ended where it should.
    pub(super) fn is_used_up(&self) -> bool {
        !self.is_overrun() && self.left() <= MOST_LEFT
    }

    fn byte(&mut self, view: &mut View<'_>) -> u8 {
        if self.next == self.fetched.len() {
            let most = usize::try_from(self.end - self.at).unwrap_or(usize::MAX).min(FETCHED);
            self.fetched.clear();
            self.fetched.extend_from_slice(view.up_to(self.at, most));
            self.at += self.fetched.len() as u64;
            self.next = 0;
        }
        match self.fetched.get(self.next) {
            Some(&byte) => {
                self.next += 1;
                byte
            }
            None => {
                self.beyond += 1;
                0
            }
        }
    }

    #[cold]
    fn fill(&mut self, view: &mut View<'_>) {
        while self.ahead < MOST_AHEAD {
            self.value = self.value << 8 | u64::from(self.byte(view));
            self.ahead += 8;
        }
    }

    /// One boolean, which is false with a probability of `chance` in 256.
    #[inline]
    pub(super) fn bool(&mut self, view: &mut View<'_>, chance: u8) -> bool {
        if self.ahead < 0 {
            self.fill(view);
        }
        let split = 1 + (((self.range - 1) * u32::from(chance)) >> 8);
        let bound = u64::from(split) << self.ahead;
        let bit = self.value >= bound;
        if bit {
            self.value -= bound;
            self.range -= split;
        } else {
            self.range = split;
        }
        let shift = (self.range as u8).leading_zeros();
        self.range <<= shift;
        self.ahead -= shift as i32;
        bit
    }

    /// A boolean that is as often true as false.
    pub(super) fn flag(&mut self, view: &mut View<'_>) -> bool {
        self.bool(view, 128)
    }

    /// A number of `len` bits.
    pub(super) fn literal(&mut self, view: &mut View<'_>, len: u32) -> u32 {
        (0..len).fold(0, |value, _| value << 1 | u32::from(self.flag(view)))
    }

    /// A number of `len` bits and its sign, where a flag says that there is one.
    pub(super) fn optional(&mut self, view: &mut View<'_>, len: u32) {
        if self.flag(view) {
            self.literal(view, len + 1);
        }
    }
}
