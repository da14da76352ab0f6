//! LZW as TIFF has it, followed without its samples.
//!
//! How long each string is tells whether codes are legal and whether they give exactly the strip:
//! so no string is ever built.
//!
//! Source: TIFF 6.0, section 13 "LZW Compression".

use super::decoder::{Decoder, Step};

/// Most bits of a code.
const MOST_BITS: u32 = 12;

/// Most codes that a table can hold.
const MOST_CODES: usize = 1 << MOST_BITS;

/// Bits of a code when the table is empty.
const FEWEST_BITS: u32 = 9;

/// The code that empties the table.
const CLEAR: usize = 256;

/// The code that ends the strip.
const END: usize = 257;

/// The codes of one strip.
pub struct Lzw {
    /// Bytes of the string of each code below `next`.
    lens: Box<[u16; MOST_CODES]>,
    width: u32,
    /// The code that the next string gets.
    next: usize,
    /// Bytes of the string before, unless the table was just emptied.
    last: Option<u16>,
    bits: u32,
    held: u32,
    /// Bytes decoded.
    out: u64,
    /// Bytes that the strip decodes to at most.
    most: u64,
}

impl Lzw {
    /// The codes of a strip that decodes to at most that many bytes.
    pub fn new(most: u64) -> Self {
        Lzw {
            lens: Box::new([1; MOST_CODES]),
            width: FEWEST_BITS,
            next: END + 1,
            last: None,
            bits: 0,
            held: 0,
            out: 0,
            most,
        }
    }

    fn code(&mut self, code: usize) -> Result<(), &'static str> {
        if code == CLEAR {
            self.width = FEWEST_BITS;
            self.next = END + 1;
            self.last = None;
            return Ok(());
        }
        let len = match self.last {
            None if code < CLEAR => 1,
            Some(_) if code < self.next => self.lens[code],
            Some(last) if code == self.next && code < MOST_CODES => last + 1,
            _ => return Err("an LZW code that the table does not have yet"),
        };
        self.out += u64::from(len);
        if self.out > self.most {
            return Err("LZW codes of more than the strip");
        }
        if let Some(last) = self.last
            && self.next < MOST_CODES
        {
            // No string is longer than the table has codes, so this cannot overflow.
            self.lens[self.next] = last + 1;
            self.next += 1;
            // Codes grow one string early.
            if self.next + 1 == 1 << self.width && self.width < MOST_BITS {
                self.width += 1;
            }
        }
        self.last = Some(len);
        Ok(())
    }
}

impl Decoder for Lzw {
    fn feed(&mut self, bytes: &[u8]) -> (usize, Step) {
        for (at, &byte) in bytes.iter().enumerate() {
            self.bits = self.bits << 8 | u32::from(byte);
            self.held += 8;
            if self.held < self.width {
                continue;
            }
            self.held -= self.width;
            let code = (self.bits >> self.held) as usize & ((1 << self.width) - 1);
            if code == END {
                return (at + 1, Step::Done);
            }
            if let Err(what) = self.code(code) {
                return (at, Step::Wrong(what));
            }
        }
        (bytes.len(), Step::More)
    }

    fn decoded(&self) -> u64 {
        self.out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of TIFF 6.0, section 13: 45 bytes would need more codes, these are its nine.
    fn packed(codes: &[u32]) -> Vec<u8> {
        let (mut out, mut bits, mut held) = (Vec::new(), 0u32, 0);
        for &code in codes {
            bits = bits << 9 | code;
            held += 9;
            while held >= 8 {
                held -= 8;
                out.push((bits >> held) as u8);
            }
        }
        out.push((bits << (8 - held)) as u8);
        out
    }

    fn run(codes: &[u32], most: u64) -> (Step, u64) {
        let mut lzw = Lzw::new(most);
        let (_, step) = lzw.feed(&packed(codes));
        (step, lzw.decoded())
    }

    #[test]
    fn strings_have_the_lengths_that_decoding_gives() {
        // 7, 7 7, 8, 8 7 7, 6 of the standard's example, and its end.
        assert_eq!(run(&[256, 7, 258, 8, 8, 258, 6, 6, 257], 10), (Step::Done, 9));
        // The string that the code itself defines.
        assert_eq!(run(&[256, 7, 258, 259, 257], 6), (Step::Done, 6));
    }

    #[test]
    fn codes_that_cannot_be_are_named() {
        let early = Step::Wrong("an LZW code that the table does not have yet");
        assert_eq!(run(&[256, 258], 9).0, early);
        assert_eq!(run(&[256, 7, 259], 9).0, early);
        assert_eq!(run(&[256, 7, 258], 2).0, Step::Wrong("LZW codes of more than the strip"));
    }
}
