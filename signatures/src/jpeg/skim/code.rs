//! Huffman codes, made ready for looking up.
//!
//! Source: ITU-T T.81 (1992), annex C and F.2.2.3 "The decode procedure".

use super::bits::Bits;
use crate::jpeg::tables::Huffman;

/// Bits that the first look sees: all but the rarest codes are no longer.
const FIRST: u32 = 9;

/// The longest code, in bits.
const LONGEST: u32 = 16;

/// What no code of the table begins with.
pub const BAD_CODE: &str = "Huffman code that the table does not have";

/// A Huffman code: the shortest codes by one look, the others by their length.
#[derive(Debug)]
pub struct Code {
    /// Length and symbol of the code that the next [`FIRST`] bits begin with; 0 for none.
    first: [u16; 1 << FIRST],
    /// By length: the first value of 16 bits that is beyond all codes of that length, and what to
    /// add to a code for its place among the symbols.
    longer: [(u32, i32); LONGEST as usize + 1],
    symbols: Vec<u8>,
}

impl Code {
    /// The code of a table.
    pub fn new(table: &Huffman) -> Self {
        let symbols = table.symbols.clone();
        let mut code =
            Code { first: [0; 1 << FIRST], longer: [(0, 0); LONGEST as usize + 1], symbols };
        let (mut next, mut place) = (0u32, 0usize);
        for (len, &count) in (1..).zip(&table.counts) {
            let after = next + u32::from(count);
            code.longer[len as usize] = (after << (LONGEST - len), place as i32 - next as i32);
            let symbols = code.symbols.get(place..place + usize::from(count)).unwrap_or(&[]);
            if len <= FIRST {
                for (value, &symbol) in (next..).zip(symbols) {
                    let at = (value << (FIRST - len)) as usize;
                    let entry = (len as u16) << 8 | u16::from(symbol);
                    code.first[at..at + (1 << (FIRST - len))].fill(entry);
                }
            }
            place += usize::from(count);
            next = after << 1;
        }
        code
    }

    /// Length and symbol of the code that `bits` begin with; a length of 0 for none.
    #[inline(always)]
    pub fn look(&self, bits: u64) -> (u32, u8) {
        let entry = self.first[(bits >> (64 - FIRST)) as usize];
        if entry != 0 { (u32::from(entry >> 8), entry as u8) } else { self.look_further(bits) }
    }

    #[cold]
    fn look_further(&self, bits: u64) -> (u32, u8) {
        let value = (bits >> (64 - LONGEST)) as u32;
        for len in FIRST + 1..=LONGEST {
            let (beyond, place) = self.longer[len as usize];
            if value < beyond {
                let at = (value >> (LONGEST - len)) as i32 + place;
                let symbol = usize::try_from(at).ok().and_then(|at| self.symbols.get(at));
                return symbol.map_or((0, 0), |&symbol| (len, symbol));
            }
        }
        (0, 0)
    }

    /// Takes the next symbol; at least 16 bits must be held.
    #[inline(always)]
    pub fn take(&self, bits: &mut Bits<'_>) -> Result<u8, &'static str> {
        let (len, symbol) = self.look(bits.held());
        if len == 0 {
            bits.skip(LONGEST);
            return Err(BAD_CODE);
        }
        bits.skip(len);
        Ok(symbol)
    }

    /// The symbol of the code of nothing but zeros, which is the first.
    pub fn of_zeros(&self) -> Option<u8> {
        self.symbols.first().copied()
    }
}

/// Bits that the wide look sees.
const WIDE: u32 = 12;

/// Bits that a wide look passes at most, so that two of them need no more than are held, nor one
/// behind a difference of DC.
const MOST_PASSED: u32 = 25;

/// The coefficients of a block, as far as the next bits tell without their values: several codes
/// by one look.
///
/// An entry holds in its low five bits how many bits to pass, above that how many coefficients
/// they hold; [`Wide::END`] is added when the last code ends the block. It is [`Wide::NONE`] where
/// not even the first code can be told.
pub struct Wide(Box<[u16; 1 << WIDE]>);

impl Wide {
    /// The end of the block, which counts as a coefficient besides.
    pub const END: u32 = 128;

    /// Not one code: more than any entry has.
    const NONE: u16 = !31;

    /// The entries for a code of runs and sizes, none of which may exceed `most_size`.
    pub fn new(code: &Code, most_size: u8) -> Self {
        let mut entries = Box::new([Self::NONE; 1 << WIDE]);
        for (index, entry) in entries.iter_mut().enumerate() {
            *entry = Self::entry(code, (index as u64) << (64 - WIDE), most_size);
        }
        Wide(entries)
    }

    fn entry(code: &Code, bits: u64, most_size: u8) -> u16 {
        let (mut passed, mut count) = (0, 0);
        while passed < WIDE {
            let (len, symbol) = code.look(bits << passed);
            let step = match (symbol >> 4, symbol & 15) {
                (0, 0) => Self::END + 1,
                (15, 0) => 16,
                (_, 0) => break,
                (_, size) if size > most_size => break,
                (run, _) => u32::from(run) + 1,
            };
            let after = passed + len + u32::from(symbol & 15);
            let known = len > 0 && passed + len <= WIDE && after <= MOST_PASSED;
            if !known || count + step % Self::END > 64 {
                break;
            }
            passed = after;
            count += step;
            if step > Self::END {
                break;
            }
        }
        if passed == 0 { Self::NONE } else { (count << 5 | passed) as u16 }
    }

    /// How many coefficients the next bits tell, and how many bits those are.
    #[inline(always)]
    pub fn look(&self, bits: u64) -> (u32, u32) {
        let entry = u32::from(self.0[(bits >> (64 - WIDE)) as usize]);
        (entry >> 5, entry & 31)
    }
}

impl std::fmt::Debug for Wide {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Wide({} entries)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(pairs: &[(usize, u8)], symbols: &[u8]) -> Huffman {
        let mut counts = [0; 16];
        pairs.iter().for_each(|&(len, count)| counts[len - 1] = count);
        Huffman { counts, symbols: symbols.to_vec() }
    }

    #[test]
    fn codes_are_told_by_their_first_bits() {
        // 0, 10, 1100, 1111_1111_1110
        let code = Code::new(&table(&[(1, 1), (2, 1), (4, 1)], &[7, 8, 9]));
        assert_eq!(code.look(0), (1, 7));
        assert_eq!(code.look(0b10 << 62), (2, 8));
        assert_eq!(code.look(0b1100 << 60), (4, 9));
        assert_eq!(code.look(0b1101 << 60), (0, 0));
        let long = Code::new(&table(&[(1, 1), (12, 2), (16, 1)], &[1, 2, 3, 4]));
        assert_eq!(long.look(0x8000 << 48), (12, 2));
        assert_eq!(long.look(0x801f << 48), (12, 3));
        assert_eq!(long.look(0x8020 << 48), (16, 4));
        assert_eq!(long.look(0x8021 << 48), (0, 0));
    }

    #[test]
    fn a_wide_look_tells_several_codes() {
        // 0: end of block; 10: a coefficient of one bit; 110: 3 zeros and one of 4 bits.
        let code = Code::new(&table(&[(1, 1), (2, 1), (3, 1), (4, 1)], &[0x00, 0x01, 0x34, 0x3c]));
        let wide = Wide::new(&code, 10);
        assert_eq!(wide.look(0), (Wide::END + 1, 1));
        // One, one, end; four and one; what does not end.
        assert_eq!(wide.look(0b0101_1000 << 57), (Wide::END + 3, 7));
        assert_eq!(wide.look(0b11_0111_1110_0000 << 50), (8, 14));
        assert_eq!(wide.look(0b1110 << 60).0, u32::from(Wide::NONE >> 5));
        assert_eq!(wide.look(u64::MAX).0, u32::from(Wide::NONE >> 5));
    }
}
