//! Units of scans that code whole blocks, DC, or samples: no history is needed.
//!
//! Source: ITU-T T.81 (1992), F.2.2 "Baseline Huffman decoding procedures", G.1.2.1 "DC
//! coefficients" and H.1.2 "Lossless Huffman coding".

use super::bits::Bits;
use super::code::{Code, Wide};
use super::plan::{Ac, Plan};
use super::scan::{Coder, State};

/// A coefficient or difference of more bits than samples of this precision can give.
const TOO_LARGE: &str = "coefficient out of range";

/// A block goes on behind its last coefficient.
const TOO_MANY: &str = "more than 64 coefficients in a block";

/// A block of the unit, with what its codes need at hand.
struct Block<'p> {
    dc: &'p Code,
    ac: Option<(&'p Ac, Option<&'p Wide>)>,
    component: usize,
    most_dc: i32,
}

/// Reads units of DC differences and, where the scan has them, the AC coefficients behind.
pub struct Sequential<'p> {
    blocks: Vec<Block<'p>>,
    most_dc_size: u8,
}

impl<'p> Sequential<'p> {
    /// The coder of a plan; `wide` tells whether larger tables pay.
    pub fn new(plan: &'p Plan, wide: bool) -> Self {
        let blocks = plan.blocks.iter().filter_map(|block| {
            let ac = block.ac.as_deref().map(|ac| (ac, wide.then(|| ac.wide())));
            let dc = block.dc.as_deref()?;
            Some(Block { dc, ac, component: block.component, most_dc: block.most_dc })
        });
        Sequential { blocks: blocks.collect(), most_dc_size: plan.most_dc_size }
    }
}

impl Coder for Sequential<'_> {
    #[inline(always)]
    fn unit(&mut self, bits: &mut Bits<'_>, state: &mut State, _: u64) -> Result<(), &'static str> {
        for block in &self.blocks {
            bits.refill();
            let size = block.dc.take(bits)?;
            if size > self.most_dc_size {
                return Err(TOO_LARGE);
            }
            let predictor = &mut state.predictors[block.component & 3];
            *predictor += bits.take_signed(size.into());
            if predictor.abs() > block.most_dc {
                return Err("DC out of range");
            }
            match block.ac {
                Some((ac, Some(wide))) => pass_wide(bits, ac, wide)?,
                Some((ac, None)) => pass(bits, ac)?,
                None => {}
            }
        }
        Ok(())
    }
}

/// Passes the AC coefficients of a block, one code at a time.
fn pass(bits: &mut Bits<'_>, ac: &Ac) -> Result<(), &'static str> {
    let mut at = 1;
    while at < 64 {
        let (after, next) = pass_one(*bits, at, ac);
        *bits = after;
        at = next?;
    }
    Ok(())
}

/// Passes the AC coefficients of a block, several codes at a time where that can be.
///
/// A difference of DC and one look need no more bits than are held at once, nor do two looks.
#[inline(always)]
fn pass_wide(bits: &mut Bits<'_>, ac: &Ac, wide: &Wide) -> Result<(), &'static str> {
    let mut at = 1;
    let mut looks = 1;
    loop {
        while looks > 0 {
            let (count, len) = wide.look(bits.held());
            let next = at + count;
            if next < 64 {
                bits.skip(len);
                at = next;
                looks -= 1;
                continue;
            }
            // The end of a block counts as a coefficient too: it may be the last one.
            if next == 64 || (Wide::END..=Wide::END + 64).contains(&next) {
                bits.skip(len);
                return Ok(());
            }
            let (after, next) = pass_one(*bits, at, ac);
            *bits = after;
            at = next?;
            if at == 64 {
                return Ok(());
            }
            break;
        }
        bits.refill();
        looks = 2;
    }
}

/// Passes the code for coefficient `at` and on; tells which comes next, 64 at the block's end.
#[cold]
fn pass_one<'b>(mut bits: Bits<'b>, at: u32, ac: &Ac) -> (Bits<'b>, Result<u32, &'static str>) {
    bits.refill();
    let next = next_coefficient(&mut bits, at, ac);
    (bits, next)
}

#[inline(always)]
fn next_coefficient(bits: &mut Bits<'_>, at: u32, ac: &Ac) -> Result<u32, &'static str> {
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

/// Passes one more bit of DC for each block.
pub struct DcRefine {
    /// Blocks of a unit.
    pub blocks: u32,
}

impl Coder for DcRefine {
    fn unit(&mut self, bits: &mut Bits<'_>, _: &mut State, _: u64) -> Result<(), &'static str> {
        bits.refill();
        bits.skip(self.blocks);
        Ok(())
    }
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
