//! A table that tells one code of a scan that refines AC, with the sign after it.
//!
//! Source: ITU-T T.81 (1992), G.1.2.3 "Coding model for subsequent scans of successive
//! approximation".

use super::code::Code;
use super::looks::with_code;

/// Bits that a look sees.
const SEEN: u32 = 9;

/// What one code does: the low byte counts the bits to pass, the high byte the coefficients to go over that were zero.
/// The last of these is zero no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step(u16);

impl Step {
    /// The code is longer, is none, or does something else.
    const NONE: Step = Step(0);

    fn of(symbol: u8, len: u32) -> Self {
        let (run, size) = (u16::from(symbol >> 4), u16::from(symbol & 15));
        match (run, size) {
            (0, 0) => Step(len as u16),
            (_, 1) => Step((run + 1) << 8 | (len as u16 + size)),
            _ => Step::NONE,
        }
    }

    /// Bits to pass, in the low six bits.
    #[inline(always)]
    pub fn passes(self) -> u32 {
        self.0.into()
    }

    /// Coefficients to go over: none where the block ends, or where nothing is told.
    #[inline(always)]
    pub fn over(self) -> u32 {
        u32::from(self.0) >> 8
    }

    /// Whether anything is told.
    #[inline(always)]
    pub fn tells(self) -> bool {
        self != Step::NONE
    }
}

/// An entry for each value of the next [`SEEN`] bits.
#[derive(Debug)]
pub struct Steps([Step; 1 << SEEN]);

impl Steps {
    /// The entries of a code of runs and sizes.
    pub fn new(code: &Code) -> Self {
        let mut steps = [Step::NONE; 1 << SEEN];
        for (value, len, symbol) in code.all().take_while(|&(_, len, _)| len <= SEEN) {
            with_code(&mut steps, SEEN, value, len).fill(Step::of(symbol, len));
        }
        Steps(steps)
    }

    /// What the highest of `bits` tell.
    #[inline(always)]
    pub fn look(&self, bits: u64) -> Step {
        self.0[(bits >> (64 - SEEN)) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jpeg::tables::Huffman;

    #[test]
    fn a_step_is_told_with_its_sign() {
        // 0: end of block; 10: 2 zeros and a coefficient; 110: 16 zeros; 1110: two bits; 11110: a run of blocks.
        let (mut counts, symbols) = ([0; 16], vec![0x00, 0x21, 0xf0, 0x02, 0x20]);
        counts[..5].fill(1);
        let steps = Steps::new(&Code::new(&Huffman { counts, symbols }));
        let told = |bits: &str| {
            let step = steps.look(u64::from_str_radix(&format!("{bits:0<64}"), 2).expect("bits"));
            (step.tells(), step.passes() & 63, step.over())
        };
        assert_eq!(told("0"), (true, 1, 0));
        assert_eq!(told("10"), (true, 3, 3));
        for bits in ["110", "1110", "11110", "11111"] {
            assert!(!told(bits).0, "{bits}");
        }
    }
}
