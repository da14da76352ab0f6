//! PackBits, followed without its samples.
//!
//! Source: TIFF 6.0, section 9 "PackBits Compression".

use super::decoder::{Decoder, Step};

/// The runs of one strip.
pub struct PackBits {
    /// Bytes of the run at hand that are still to come.
    due: usize,
    /// Bytes decoded.
    out: u64,
    /// Bytes that the strip decodes to.
    own: u64,
    /// Bytes that it decodes to at most, where the last rows are padding.
    most: u64,
    /// Whether the run at hand gives more than that: it must be the last.
    over: bool,
}

impl PackBits {
    /// The runs of a strip that decodes to `own` bytes, or `most` with padding.
    pub fn new(own: u64, most: u64) -> Self {
        PackBits { due: 0, out: 0, own, most, over: false }
    }
}

impl Decoder for PackBits {
    fn feed(&mut self, bytes: &[u8]) -> (usize, Step) {
        let mut at = 0;
        while at < bytes.len() {
            if self.due > 0 {
                let here = self.due.min(bytes.len() - at);
                self.due -= here;
                at += here;
            } else {
                let (due, run) = match bytes[at] as i8 {
                    -128 => (0, 0),
                    literals @ 0.. => (literals as usize + 1, literals as u64 + 1),
                    repeat => (1, u64::from(repeat.unsigned_abs()) + 1),
                };
                if self.out == self.most && run > 0 {
                    return (at, Step::Wrong("PackBits runs of more than the strip"));
                }
                self.over = run > self.most - self.out;
                self.due = due;
                self.out = self.most.min(self.out + run);
                at += 1;
            }
            if self.due == 0 && (self.out == self.own || self.over) {
                return (at, Step::Done);
            }
        }
        (at, Step::More)
    }

    fn decoded(&self) -> u64 {
        self.out
    }

    fn odd(&self) -> Option<&'static str> {
        self.over.then_some("the last run of a strip reaches over its last row")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_give_the_strip_exactly() {
        // The example of Apple's technical note, in two pieces.
        let packed = [0xFE, 0xAA, 0x02, 0x80, 0x00, 0x2A, 0xFD, 0xAA, 0x80, 0x01, 0x22, 0x23];
        let mut runs = PackBits::new(12, 12);
        assert_eq!(runs.feed(&packed[..4]), (4, Step::More));
        assert_eq!(runs.feed(&packed[4..]), (8, Step::Done));
        assert_eq!(runs.decoded(), 12);
        let mut over = PackBits::new(11, 11);
        assert_eq!((over.feed(&packed), over.odd().is_some()), ((12, Step::Done), true));
        let mut longer = PackBits::new(11, 11);
        assert_eq!(longer.feed(&[&packed[..], &[0, 1]].concat()), (12, Step::Done));
        let mut padded = PackBits::new(10, 10);
        assert_eq!((padded.feed(&packed), padded.odd()), ((8, Step::Done), None));
    }
}
