//! Units of scans that code whole blocks, DC, or samples: no history is needed.
//!
//! Source: ITU-T T.81 (1992), F.2.2 "Baseline Huffman decoding procedures", G.1.2.1 "DC
//! coefficients" and H.1.2 "Lossless Huffman coding".

use super::bits::Bits;
use super::block::{Ac, Block};
use super::code::Code;
use super::coder::{Coder, State};
use super::plan::Plan;
use super::surface::Surface;

/// A coefficient or difference of more bits than samples of this precision can give.
const TOO_LARGE: &str = "coefficient out of range";

/// A block goes on after its last coefficient.
const TOO_MANY: &str = "more than 64 coefficients in a block";

/// Reads units of DC differences and, where the scan has them, the AC coefficients after.
pub struct Sequential<'p> {
    /// The blocks of a unit.
    pub blocks: &'p [Block],
    /// The most bits of a DC difference.
    pub most_dc_size: u8,
    /// Takes DC of each unit.
    pub surface: &'p mut Surface,
}

impl Coder for Sequential<'_> {
    fn mark(&mut self, at: u64, is_joint: bool) {
        self.surface.mark(at, is_joint);
    }

    #[inline(always)]
    fn passed(&mut self, state: &mut State, _: u64) -> u64 {
        self.surface.push(std::mem::take(&mut state.sums));
        1
    }

    #[inline(always)]
    fn unit(&mut self, bits: &mut Bits<'_>, state: &mut State, _: u64) -> Result<(), &'static str> {
        for block in self.blocks {
            bits.refill();
            difference(bits, block, self.most_dc_size, state)?;
            let Some(ac) = block.ac.as_deref() else { continue };
            let mut at = 1;
            while at < 64 {
                bits.refill();
                at = next_coefficient(bits, at, ac)?;
            }
        }
        Ok(())
    }
}

/// Passes the difference of DC that a block begins with, of at most `most_size` bits.
#[inline(always)]
pub fn difference(
    bits: &mut Bits<'_>,
    block: &Block,
    most_size: u8,
    state: &mut State,
) -> Result<(), &'static str> {
    let Some(dc) = block.dc.as_deref() else { return Ok(()) };
    let size = dc.take(bits)?;
    if size > most_size {
        return Err(TOO_LARGE);
    }
    let predictor = &mut state.predictors[block.component & 3];
    *predictor += bits.take_signed(size.into());
    state.sums[block.component & 3] += *predictor;
    if predictor.abs() > block.most_dc { Err("DC out of range") } else { Ok(()) }
}

/// Passes the code for coefficient `at` and on, for which enough bits are held; tells which comes
/// next, 64 at the block's end.
#[inline(always)]
pub fn next_coefficient(bits: &mut Bits<'_>, at: u32, ac: &Ac) -> Result<u32, &'static str> {
    let symbol = ac.code.take(bits)?;
    let (run, size) = (u32::from(symbol >> 4), symbol & 15);
    let next = match (run, size) {
        (0, 0) => return Ok(64),
        (15, 0) => at + 16,
        (_, 0) => return Err("zeros before no coefficient"),
        _ if size > ac.most_size => return Err(TOO_LARGE),
        _ => at + run + 1,
    };
    bits.skip(size.into());
    if next > 64 { Err(TOO_MANY) } else { Ok(next) }
}

/// Passes the differences of lossless samples.
pub struct Lossless<'p> {
    codes: Vec<&'p Code>,
}

impl<'p> Lossless<'p> {
    /// The coder of a plan.
    pub fn new(plan: &'p Plan) -> Self {
        Lossless { codes: plan.blocks.iter().filter_map(|block| block.dc.as_deref()).collect() }
    }
}

impl Coder for Lossless<'_> {
    #[inline(always)]
    fn unit(&mut self, bits: &mut Bits<'_>, _: &mut State, _: u64) -> Result<(), &'static str> {
        for code in &self.codes {
            bits.refill();
            match code.take(bits)? {
                size @ 0..16 => bits.skip(size.into()),
                // A difference of 32768 has no further bits (T.81, H.1.2.2).
                16 => {}
                _ => return Err(TOO_LARGE),
            }
        }
        Ok(())
    }
}
