//! What the readers of bands of AC coefficients have in common.

use super::band_looks::BandLooks;
use super::bits::Bits;
use super::plan::Plan;

/// A band goes on after its last coefficient.
pub const TOO_MANY: &str = "more coefficients than the band has";

/// A run of blocks without further coefficients is longer than what is left.
const RUN_TOO_LONG: &str = "run of blocks past the end of the scan";

/// Length of the run of blocks that the symbol begins, this one included.
#[inline(always)]
pub fn run_of_blocks(bits: &mut Bits<'_>, exponent: u8, left: u64) -> Result<u32, &'static str> {
    let exponent = u32::from(exponent);
    let run = (1 << exponent) + bits.take(exponent);
    if u64::from(run) > left { Err(RUN_TOO_LONG) } else { Ok(run) }
}

/// How far a scan has come.
#[derive(Clone, Copy, Debug)]
pub struct Stretch {
    /// The first bit of the next block in the data at hand.
    pub bit: usize,
    /// Blocks that have come.
    pub units: u64,
    /// Blocks up to the next restart marker or the end.
    pub left: u64,
    /// Of these, those from the next one on that have no further coefficients in the band.
    pub run: u32,
}

impl Stretch {
    /// Passes blocks, and what was read for them up to a bit.
    #[inline(always)]
    pub fn pass(&mut self, units: u64, bit: usize) {
        self.bit = bit;
        self.units += units;
        self.left = self.left.saturating_sub(units);
    }
}

/// What cannot be, and the bit after it in the data at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Bits up to the end of what was read last.
    pub position: usize,
    /// What is wrong.
    pub what: &'static str,
}

/// What came of looking on in a block.
#[derive(Clone, Copy)]
pub enum Looked {
    /// It ends before its last coefficient.
    Ended,
    /// It has all its coefficients.
    Full,
    /// It goes on.
    On,
    /// Its next code is not told so.
    Nothing,
}

/// Which coefficients a scan codes.
#[derive(Clone, Copy)]
pub struct Band {
    /// The first of them.
    pub first: u32,
    /// The last.
    pub last: u32,
}

impl Band {
    /// The band of a plan.
    pub fn new(plan: &Plan) -> Self {
        Band { first: plan.scan.first.into(), last: u32::from(plan.scan.last).min(63) }
    }

    /// A bit for each coefficient of the band from `at` on.
    #[inline(always)]
    pub fn rest(self, at: u32) -> u64 {
        (u64::MAX >> (63 - self.last)) & u64::MAX.checked_shl(at).unwrap_or(0)
    }

    /// Goes on by up to three looks from coefficient `at` on, and adds what is found; at least 56 bits are held.
    /// What a look cannot tell for certain is left.
    #[inline(always)]
    pub fn look(
        self,
        looks: &BandLooks,
        bits: &mut Bits<'_>,
        at: &mut u32,
        found: &mut u64,
    ) -> Looked {
        let mut looked = Looked::Nothing;
        for _ in 0..3 {
            let entry = looks.look(bits.held());
            let next = *at + entry.over();
            if next + entry.ends() > self.last + 1 {
                break;
            }
            bits.skip_low(entry.passes());
            *found |= entry.found() << *at;
            *at = next;
            if entry.ends() > 0 {
                return Looked::Ended;
            }
            if next > self.last {
                return Looked::Full;
            }
            looked = Looked::On;
        }
        looked
    }
}
