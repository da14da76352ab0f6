//! Bits of a VP8L picture, the lowest of each byte first.

use crate::view::View;

/// Bytes that are fetched at once.
const FETCHED: usize = 4096;

/// A reader of bits that gives zeros beyond the end.
pub(super) struct Bits {
    /// Where the next bytes are fetched.
    at: u64,
    end: u64,
    fetched: Vec<u8>,
    next: usize,
    value: u64,
    held: u32,
    /// Zeros that were read beyond the end, in bytes.
    beyond: u64,
}

impl Bits {
    /// The bytes between `at` and `end`.
    pub(super) fn new(at: u64, end: u64) -> Self {
        Bits { at, end, fetched: Vec::new(), next: 0, value: 0, held: 0, beyond: 0 }
    }

    /// The first byte of which no bit was read.
    pub(super) fn position(&self) -> u64 {
        let unread = (self.fetched.len() - self.next) as u64;
        (self.at + self.beyond).saturating_sub(unread + u64::from(self.held / 8))
    }

    /// Whether bits beyond the end were read.
    pub(super) fn is_overrun(&self) -> bool {
        self.beyond > 0 && self.position() > self.end
    }

    fn byte(&mut self, view: &mut View<'_>) -> u8 {
        if self.next == self.fetched.len() {
            let most = usize::try_from(self.end - self.at).unwrap_or(usize::MAX).min(FETCHED);
            self.fetched.clear();
            self.fetched.extend_from_slice(view.up_to(self.at, most));
            self.at += self.fetched.len() as u64;
            self.next = 0;
        }
        let byte = self.fetched.get(self.next).copied();
        if byte.is_some() {
            self.next += 1;
        } else {
            self.beyond += 1;
        }
        byte.unwrap_or(0)
    }

    /// A number of `len` bits, at most 24.
    pub(super) fn read(&mut self, view: &mut View<'_>, len: u32) -> u32 {
        while self.held < len {
            self.value |= u64::from(self.byte(view)) << self.held;
            self.held += 8;
        }
        let value = (self.value & ((1 << len) - 1)) as u32;
        self.value >>= len;
        self.held -= len;
        value
    }
}
