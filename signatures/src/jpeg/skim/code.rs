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

    /// Takes the next symbol; at least 16 bits must be held.
    #[inline(always)]
    pub fn take(&self, bits: &mut Bits<'_>) -> Result<u8, &'static str> {
        let mut entry = self.first[(bits.held() >> (64 - FIRST)) as usize];
        if entry == 0 {
            entry = self.look_further(bits.held());
            if entry == 0 {
                bits.skip(LONGEST);
                return Err(BAD_CODE);
            }
        }
        bits.skip(u32::from(entry >> 8));
        Ok(entry as u8)
    }

    /// Length and symbol of a longer code that `bits` begin with; 0 for none.
    #[cold]
    fn look_further(&self, bits: u64) -> u16 {
        let value = (bits >> (64 - LONGEST)) as u32;
        for len in FIRST + 1..=LONGEST {
            let (beyond, place) = self.longer[len as usize];
            if value < beyond {
                let at = (value >> (LONGEST - len)) as i32 + place;
                let symbol = usize::try_from(at).ok().and_then(|at| self.symbols.get(at));
                return symbol.map_or(0, |&symbol| (len as u16) << 8 | u16::from(symbol));
            }
        }
        0
    }

    /// All codes, shorter ones first: value, length in bits and symbol of each.
    pub fn all(&self) -> impl Iterator<Item = (u32, u32, u8)> {
        (1..=LONGEST).flat_map(move |len| {
            let [(beyond_shorter, _), (beyond, place)] =
                [len - 1, len].map(|len| self.longer[len as usize]);
            let values = beyond_shorter >> (LONGEST - len)..beyond >> (LONGEST - len);
            values.filter_map(move |value| {
                let at = usize::try_from(value as i32 + place).ok()?;
                Some((value, len, *self.symbols.get(at)?))
            })
        })
    }

    /// The symbol of the code of nothing but zeros, which is the first.
    pub fn of_zeros(&self) -> Option<u8> {
        self.symbols.first().copied()
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

    #[track_caller]
    fn check(code: &Code, next: u16, expected: Result<u8, &'static str>, len: usize) {
        let next = next.to_be_bytes();
        let mut bits = Bits::new(&next, 0);
        assert_eq!((code.take(&mut bits), bits.position()), (expected, len));
    }

    #[test]
    fn codes_are_told_by_their_first_bits() {
        // 0, 10, 1100
        let code = Code::new(&table(&[(1, 1), (2, 1), (4, 1)], &[7, 8, 9]));
        check(&code, 0, Ok(7), 1);
        check(&code, 0x8000, Ok(8), 2);
        check(&code, 0xc000, Ok(9), 4);
        check(&code, 0xd000, Err(BAD_CODE), 16);
        let long = Code::new(&table(&[(1, 1), (12, 2), (16, 1)], &[1, 2, 3, 4]));
        check(&long, 0x8000, Ok(2), 12);
        check(&long, 0x801f, Ok(3), 12);
        check(&long, 0x8020, Ok(4), 16);
        check(&long, 0x8021, Err(BAD_CODE), 16);
        let all: Vec<_> = long.all().collect();
        assert_eq!(all, [(0, 1, 1), (0x800, 12, 2), (0x801, 12, 3), (0x8020, 16, 4)]);
    }
}
