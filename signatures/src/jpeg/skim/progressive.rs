//! Bands of AC coefficients in a progressive picture.
//!
//! Source: ITU-T T.81 (1992), G.1.2.2 "First scan of AC coefficients" and G.1.2.3 "Subsequent
//! scans".

use super::bits::Bits;
use super::history::History;
use super::plan::{Ac, Plan};
use super::scan::{Coder, State};

/// A band goes on behind its last coefficient.
const TOO_MANY: &str = "more coefficients than the band has";

/// A run of blocks without further coefficients is longer than what is left.
const RUN_TOO_LONG: &str = "run of blocks past the end of the scan";

/// Length of the run of blocks that the symbol begins, this one included.
#[inline(always)]
fn run_of_blocks(bits: &mut Bits<'_>, exponent: u8, left: u64) -> Result<u32, &'static str> {
    let exponent = u32::from(exponent);
    let run = (1 << exponent) + bits.take(exponent);
    if u64::from(run) > left { Err(RUN_TOO_LONG) } else { Ok(run) }
}

/// Which band of which component a scan codes.
#[derive(Clone, Copy)]
struct Band {
    component: usize,
    first: u32,
    last: u32,
}

impl Band {
    fn new(plan: &Plan) -> Self {
        let component = plan.blocks.first().map_or(0, |block| block.component & 3);
        Band { component, first: plan.scan.first.into(), last: u32::from(plan.scan.last).min(63) }
    }

    /// The coefficients of `block` from `at` to the end of the band.
    fn rest(self, block: u64, at: u32) -> u64 {
        let to = u64::MAX >> (63 - self.last);
        if at > 63 { 0 } else { block & to & (u64::MAX << at) }
    }
}

/// Reads the upper bits of a band.
pub struct AcFirst<'s> {
    ac: &'s Ac,
    band: Band,
    history: &'s mut History,
    /// The coefficients of this block.
    found: u64,
}

impl<'s> AcFirst<'s> {
    /// The coder of a plan that has an AC code.
    pub fn new(plan: &Plan, ac: &'s Ac, history: &'s mut History) -> Self {
        AcFirst { ac, band: Band::new(plan), history, found: 0 }
    }
}

impl Coder for AcFirst<'_> {
    #[inline(always)]
    fn unit(
        &mut self,
        bits: &mut Bits<'_>,
        state: &mut State,
        left: u64,
    ) -> Result<(), &'static str> {
        self.found = 0;
        let mut at = self.band.first;
        while at <= self.band.last {
            bits.refill();
            let symbol = self.ac.code.take(bits)?;
            match (symbol >> 4, symbol & 15) {
                (15, 0) => at += 16,
                (exponent, 0) => {
                    state.run = run_of_blocks(bits, exponent, left)?;
                    return Ok(());
                }
                (_, size) if size > self.ac.most_size => return Err("coefficient out of range"),
                (run, size) => {
                    bits.skip(size.into());
                    at += u32::from(run);
                    if at > self.band.last {
                        return Err(TOO_MANY);
                    }
                    self.found |= 1 << at;
                    at += 1;
                }
            }
            if at > self.band.last + 1 {
                return Err(TOO_MANY);
            }
        }
        Ok(())
    }

    fn passed(&mut self, state: &mut State, unit: u64) -> u64 {
        self.history.add(self.band.component, unit, self.found);
        u64::from(std::mem::take(&mut state.run)).max(1)
    }
}

/// Reads one more bit of a band.
pub struct AcRefine<'s> {
    ac: &'s Ac,
    band: Band,
    history: &'s mut History,
    /// The block that comes next.
    next: u64,
    /// The coefficients that became something other than zero in this block.
    found: u64,
}

impl<'s> AcRefine<'s> {
    /// The coder of a plan that has an AC code, from block `next` on.
    pub fn new(plan: &Plan, ac: &'s Ac, history: &'s mut History, next: u64) -> Self {
        AcRefine { ac, band: Band::new(plan), history, next, found: 0 }
    }

    /// Passes the bits that correct what `block` had from `at` on.
    #[inline(always)]
    fn correct(&self, bits: &mut Bits<'_>, block: u64, at: u32) {
        let mut count = self.band.rest(block, at).count_ones();
        while count > 0 {
            bits.refill();
            let some = count.min(32);
            bits.skip(some);
            count -= some;
        }
    }

    /// Passes `zeros` coefficients that were zero and the bits that correct the others between
    /// them; tells where the next one that was zero stands.
    #[inline(always)]
    fn pass(&self, bits: &mut Bits<'_>, block: u64, at: u32, zeros: u8) -> Option<u32> {
        let (mut at, mut zeros) = (at, zeros);
        while at <= self.band.last {
            if block >> at & 1 == 1 {
                bits.refill();
                bits.skip(1);
            } else if zeros == 0 {
                return Some(at);
            } else {
                zeros -= 1;
            }
            at += 1;
        }
        None
    }
}

impl Coder for AcRefine<'_> {
    #[inline(always)]
    fn unit(
        &mut self,
        bits: &mut Bits<'_>,
        state: &mut State,
        left: u64,
    ) -> Result<(), &'static str> {
        self.found = 0;
        let block = self.history.get(self.band.component, self.next);
        let mut at = self.band.first;
        while at <= self.band.last && state.run == 0 {
            bits.refill();
            let symbol = self.ac.code.take(bits)?;
            let (run, size) = (symbol >> 4, symbol & 15);
            if size == 0 && run < 15 {
                state.run = run_of_blocks(bits, run, left)?;
                break;
            }
            if size > 1 {
                return Err("refinement by more than one bit");
            }
            bits.skip(size.into());
            at = self.pass(bits, block, at, run).ok_or(TOO_MANY)?;
            self.found |= u64::from(size) << at;
            at += 1;
        }
        if state.run > 0 {
            if !self.history.visit() {
                return Err("more runs of blocks than a picture has");
            }
            self.correct(bits, block, at);
            state.run -= 1;
        }
        Ok(())
    }

    fn passed(&mut self, state: &mut State, unit: u64) -> u64 {
        let component = self.band.component;
        self.history.add(component, unit, self.found);
        let mut passed = 1;
        while state.run > 0 {
            let empty = self.history.empty(component, unit + passed).min(state.run.into());
            if empty == 0 {
                break;
            }
            state.run -= empty as u32;
            passed += empty;
        }
        self.next = unit + passed;
        passed
    }
}
