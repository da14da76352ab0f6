//! Tables that tell several codes of a band of AC coefficients by one look, and which coefficients they are.
//!
//! Source: ITU-T T.81 (1992), G.1.2.2 "First scan of AC coefficients" and G.1.2.3 "Subsequent scans".

use super::code::Code;
use super::looks::{MOST_PASSED, SEEN, with_code};

/// Coefficients that a look goes over at most: the places of those that it finds fit in 32 bits.
const MOST_OVER: u32 = 32;

/// What one look tells: the bits to pass, the coefficients that they go over, and which of those are not zero.
///
/// From the low end: 8 bits to count bits, 8 to count coefficients, one that says that the block ends after them,
/// and from bit 32 on a bit for each coefficient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BandEntry(u64);

impl BandEntry {
    /// Nothing can be told: it goes over more coefficients than a block has.
    const NONE: BandEntry = BandEntry(255 << 8);

    const ENDS: u64 = 1 << 16;

    fn new(passed: u32, over: u32, ends: bool, found: u32) -> Self {
        let ends = if ends { Self::ENDS } else { 0 };
        BandEntry(u64::from(found) << 32 | ends | u64::from(over << 8 | passed))
    }

    /// Bits to pass, in the low six bits.
    #[inline(always)]
    pub fn passes(self) -> u32 {
        self.0 as u32
    }

    /// Coefficients that are gone over.
    #[inline(always)]
    pub fn over(self) -> u32 {
        (self.0 >> 8) as u32 & 0xff
    }

    /// Whether no code before the next block's follows: 1, or 0.
    #[inline(always)]
    pub fn ends(self) -> u32 {
        (self.0 >> 16) as u32 & 1
    }

    /// Those of the coefficients that are not zero, the first one lowest.
    #[inline(always)]
    pub fn found(self) -> u64 {
        self.0 >> 32
    }
}

/// An entry for each value of the next [`SEEN`] bits.
#[derive(Debug)]
pub struct BandLooks(Box<[BandEntry; 1 << SEEN]>);

impl BandLooks {
    /// The entries of a code of runs and sizes of at most `most_size` bits. Larger ones are not told, nor are runs of
    /// several blocks.
    pub fn new(code: &Code, most_size: u8) -> Self {
        let mut one = vec![None; 1 << SEEN];
        for (value, len, symbol) in code.all().take_while(|&(_, len, _)| len <= SEEN) {
            with_code(&mut one, SEEN, value, len).fill(Step::of(symbol, len, most_size));
        }
        let mut entries = Box::new([BandEntry::NONE; 1 << SEEN]);
        for (bits, entry) in entries.iter_mut().enumerate() {
            *entry = several(&one, bits);
        }
        BandLooks(entries)
    }

    /// What the highest of `bits` tell.
    #[inline(always)]
    pub fn look(&self, bits: u64) -> BandEntry {
        self.0[(bits >> (64 - SEEN)) as usize]
    }
}

/// What one code does.
#[derive(Clone, Copy)]
struct Step {
    /// Bits of the code, and those with what follows it.
    len: u32,
    passed: u32,
    /// Coefficients that it goes over.
    over: u32,
    /// Whether the last of them is not zero.
    finds: bool,
    ends: bool,
}

impl Step {
    fn of(symbol: u8, len: u32, most_size: u8) -> Option<Self> {
        let (run, size) = (u32::from(symbol >> 4), symbol & 15);
        let step =
            |over, finds, ends| Step { len, passed: len + u32::from(size), over, finds, ends };
        match (run, size) {
            (15, 0) => Some(step(16, false, false)),
            (0, 0) => Some(step(0, false, true)),
            (_, 0) => None,
            _ if size > most_size => None,
            _ => Some(step(run + 1, true, false)),
        }
    }
}

/// The entry of the codes, each told by its first bits in `one`, that `bits` begin with.
fn several(one: &[Option<Step>], bits: usize) -> BandEntry {
    let (mut entry, mut passed, mut over, mut found) = (BandEntry::NONE, 0, 0, 0u32);
    while passed < SEEN {
        let next = (bits << passed) & ((1 << SEEN) - 1);
        let Some(step) = one[next] else { break };
        let fits = passed + step.len <= SEEN
            && passed + step.passed <= MOST_PASSED
            && over + step.over <= MOST_OVER;
        if !fits {
            break;
        }
        passed += step.passed;
        over += step.over;
        if step.finds {
            found |= 1 << (over - 1);
        }
        entry = BandEntry::new(passed, over, step.ends, found);
        if step.ends {
            break;
        }
    }
    entry
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jpeg::tables::Huffman;

    #[test]
    fn a_look_tells_several_codes_and_their_places() {
        // 0: end of block; 10: a coefficient of one bit; 110: 3 zeros and one of 2 bits; 1110: a run of blocks.
        let (mut counts, symbols) = ([0; 16], vec![0x00, 0x01, 0x32, 0x20]);
        counts[..4].fill(1);
        let looks = BandLooks::new(&Code::new(&Huffman { counts, symbols }), 2);
        let told = |bits: &str| {
            let bits = u64::from_str_radix(&format!("{bits:0<64}"), 2).expect("bits");
            let entry = looks.look(bits);
            (entry.passes() & 63, entry.over(), entry.ends(), entry.found())
        };
        assert_eq!(told("0"), (1, 0, 1, 0));
        assert_eq!(told("1001010"), (7, 2, 1, 0b11));
        assert_eq!(told("11000101"), (9, 5, 1, 0b11000));
        // Bits after a code need not be seen.
        assert_eq!(told("1001100011011"), (13, 9, 0, 0b1_0001_0001));
        assert_eq!(told("1001110"), (3, 1, 0, 1));
        assert_eq!(told("1110").1, 255);
        // Nothing begins with ones alone.
        assert_eq!(told("1111").1, 255);
    }
}
