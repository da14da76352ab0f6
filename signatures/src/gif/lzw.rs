//! GIF's LZW codes, followed without their pixels.
//!
//! How many pixels a string has is all that it takes to tell whether codes are legal and whether
//! they give exactly the picture: so no string is ever built.

/// Most codes that a table can hold. Source: GIF89a, appendix F.
const MOST_CODES: usize = 1 << MOST_BITS;

/// Most bits of a code. Source: GIF89a, appendix F.
const MOST_BITS: u8 = 12;

/// A string that gives more pixels than are left.
pub(super) const TOO_MANY_PIXELS: &str = "more pixels than the frame has";

/// The codes of one frame.
#[derive(Clone)]
pub(super) struct Lzw {
    /// Pixels of the string of each code below `next`.
    lens: Box<[u16; MOST_CODES]>,
    /// The code that empties the table; the one after it ends the data.
    clear: u16,
    /// Bits of a code when the table is empty.
    first_width: u8,
    width: u8,
    /// The code that the next string gets.
    next: usize,
    /// Pixels of the string before, unless the table was just emptied.
    last: Option<u16>,
    bits: u32,
    held: u8,
    /// Pixels that are still to come.
    left: u64,
    ended: bool,
    /// Bytes that came after the last pixel.
    surplus: u64,
}

impl Lzw {
    /// The codes of a frame of that many pixels, each of which needs `pixel_bits` (1 to 8) bits.
    pub(super) fn new(pixel_bits: u8, pixels: u64) -> Self {
        let clear = 1u16 << pixel_bits.clamp(1, 8);
        let first_width = pixel_bits.clamp(1, 8) + 1;
        Lzw {
            lens: Box::new([1; MOST_CODES]),
            clear,
            first_width,
            width: first_width,
            next: usize::from(clear) + 2,
            last: None,
            bits: 0,
            held: 0,
            left: pixels,
            ended: false,
            surplus: 0,
        }
    }

    /// Bytes that came after the last pixel and that viewers pass over.
    pub(super) fn surplus(&self) -> u64 {
        self.surplus
    }

    /// Whether the codes have ended, by a code of their own or with the last pixel.
    pub(super) fn is_over(&self) -> bool {
        self.ended || self.left == 0
    }

    /// Takes all pixels that were still to come as given.
    pub(super) fn fill(&mut self) {
        self.left = 0;
    }

    /// Passes over a byte after the end.
    pub(super) fn pass_over(&mut self) {
        self.surplus += 1;
    }

    /// Pixels that are still to come.
    pub(super) fn left(&self) -> u64 {
        self.left
    }

    /// Goes on with one byte, or says what is wrong with it.
    pub(super) fn feed(&mut self, byte: u8) -> Result<(), &'static str> {
        if self.ended {
            return Err("image data goes on after its end code");
        }
        self.bits |= u32::from(byte) << self.held;
        self.held += 8;
        while self.held >= self.width && !self.ended {
            let code = (self.bits & ((1 << self.width) - 1)) as u16;
            self.bits >>= self.width;
            self.held -= self.width;
            self.code(code)?;
        }
        Ok(())
    }

    fn code(&mut self, code: u16) -> Result<(), &'static str> {
        if code == self.clear {
            self.width = self.first_width;
            self.next = usize::from(self.clear) + 2;
            self.last = None;
            return Ok(());
        }
        if code == self.clear + 1 {
            self.ended = true;
            return if self.left == 0 { Ok(()) } else { Err("the frame ends before its last row") };
        }
        let len = match (usize::from(code), self.last) {
            (index, Some(_)) if index < self.next => self.lens[index],
            (index, Some(last)) if index == self.next && index < MOST_CODES => last + 1,
            (_, None) if code < self.clear => 1,
            _ => return Err("a code that the table does not have yet"),
        };
        self.left = self.left.checked_sub(u64::from(len)).ok_or(TOO_MANY_PIXELS)?;
        if let Some(last) = self.last
            && self.next < MOST_CODES
        {
            // No string is longer than the table has codes, so this cannot overflow.
            self.lens[self.next] = last + 1;
            self.next += 1;
            if self.next == 1 << self.width && self.width < MOST_BITS {
                self.width += 1;
            }
        }
        self.last = Some(len);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture of 10 x 10 pixels in 36 codes of 3 to 6 bits.
    const TEN: [u8; 22] = [
        0x8c, 0x2d, 0x99, 0x87, 0x2a, 0x1c, 0xdc, 0x33, 0xa0, 0x02, 0x75, 0xec, 0x95, 0xfa, 0xa8,
        0xde, 0x60, 0x8c, 0x04, 0x91, 0x4c, 0x01,
    ];

    fn run(bytes: &[u8], pixels: u64) -> Result<u64, &'static str> {
        let mut lzw = Lzw::new(2, pixels);
        bytes.iter().try_for_each(|&byte| lzw.feed(byte))?;
        Ok(lzw.left())
    }

    #[test]
    fn strings_have_the_lengths_that_decoding_gives() {
        assert_eq!(run(&TEN, 100), Ok(0));
    }

    #[test]
    fn codes_that_cannot_be_are_named() {
        assert_eq!(run(&[0x3c], 9), Err("a code that the table does not have yet"));
        assert_eq!(run(&TEN, 99), Err("more pixels than the frame has"));
        assert_eq!(run(&TEN, 101), Err("the frame ends before its last row"));
        let longer = [&TEN[..], &[0]].concat();
        assert_eq!(run(&longer, 100), Err("image data goes on after its end code"));
    }
}
