//! Bands of AC coefficients in a progressive picture.
//!
//! Source: ITU-T T.81 (1992), G.1.2.2 "First scan of AC coefficients" and G.1.2.3 "Subsequent
//! scans".

use std::hint::select_unpredictable;

use super::band_looks::BandLooks;
use super::bits::Bits;
use super::block::Ac;
use super::coder::{Coder, State};
use super::history::History;
use super::plan::Plan;

/// A band goes on after its last coefficient.
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

/// What came of looking on in a block.
#[derive(Clone, Copy)]
enum Looked {
    /// It ends before its last coefficient.
    Ended,
    /// It has all its coefficients.
    Full,
    /// It goes on.
    On,
    /// Its next code is not told so.
    Nothing,
}

/// Which band of which component a scan codes.
#[derive(Clone, Copy)]
struct Band {
    component: usize,
    first: u32,
    last: u32,
    /// The coefficients of the band and those before it.
    up_to_last: u64,
}

impl Band {
    fn new(plan: &Plan) -> Self {
        let component = plan.blocks.first().map_or(0, |block| block.component & 3);
        let last = u32::from(plan.scan.last).min(63);
        let up_to_last = u64::MAX >> (63 - last);
        Band { component, first: plan.scan.first.into(), last, up_to_last }
    }

    /// Goes on by up to three looks from coefficient `at` on, and adds what is found; at least 56 bits are held.
    /// What a look cannot tell for certain is left.
    #[inline(always)]
    fn look(self, looks: &BandLooks, bits: &mut Bits<'_>, at: &mut u32, found: &mut u64) -> Looked {
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

    /// The coefficients of `block` from `at` to the end of the band.
    #[inline(always)]
    fn rest(self, block: u64, at: u32) -> u64 {
        block & self.up_to_last & u64::MAX.checked_shl(at).unwrap_or(0)
    }
}

/// Reads the upper bits of a band.
pub struct AcFirst<'s> {
    ac: &'s Ac,
    looks: Option<&'s BandLooks>,
    band: Band,
    history: &'s mut History,
    /// The coefficients of this block.
    found: u64,
}

impl<'s> AcFirst<'s> {
    /// The coder of a plan that has an AC code, and larger tables for it where they pay.
    pub fn new(
        plan: &Plan,
        ac: &'s Ac,
        looks: Option<&'s BandLooks>,
        history: &'s mut History,
    ) -> Self {
        AcFirst { ac, looks, band: Band::new(plan), history, found: 0 }
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
            if let Some(looks) = self.looks {
                match self.band.look(looks, bits, &mut at, &mut self.found) {
                    Looked::Ended => {
                        state.run = 1;
                        return Ok(());
                    }
                    Looked::Full => return Ok(()),
                    Looked::On => continue,
                    Looked::Nothing => {}
                }
            }
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
    looks: Option<&'s BandLooks>,
    band: Band,
    history: &'s mut History,
    /// The block that comes next.
    next: u64,
    /// The coefficients that became something other than zero in this block.
    found: u64,
}

impl<'s> AcRefine<'s> {
    /// The coder of a plan that has an AC code, and larger tables for it where they pay, from block `next` on.
    pub fn new(
        plan: &Plan,
        ac: &'s Ac,
        looks: Option<&'s BandLooks>,
        history: &'s mut History,
        next: u64,
    ) -> Self {
        AcRefine { ac, looks, band: Band::new(plan), history, next, found: 0 }
    }

    /// Passes `zeros` coefficients of `block` that were zero and the bits that correct the others
    /// up to the next one that was zero, and tells where that stands; at least 32 bits are held.
    #[inline(always)]
    fn pass(&self, bits: &mut Bits<'_>, block: u64, at: u32, zeros: u8) -> Option<u32> {
        let mut open = self.band.rest(!block, at);
        for _ in 0..zeros / 4 {
            open = (0..4).fold(open, |open, _| without_first(open));
        }
        // What is left of the run is as good as random: no processor could foresee a branch.
        let two = without_first(without_first(open));
        open = select_unpredictable(zeros & 2 > 0, two, open);
        open = select_unpredictable(zeros & 1 > 0, without_first(open), open);
        if open == 0 {
            correct(bits, self.band.rest(block, at).count_ones());
            return None;
        }
        let next = open.trailing_zeros();
        correct(bits, next - at - u32::from(zeros));
        Some(next)
    }
}

/// The coefficients but the first.
#[inline(always)]
fn without_first(coefficients: u64) -> u64 {
    coefficients & coefficients.wrapping_sub(1)
}

/// Passes the bits that correct so many coefficients, at most 64; at least 32 bits are held.
#[inline(always)]
fn correct(bits: &mut Bits<'_>, mut count: u32) {
    if count > 32 {
        bits.skip(32);
        bits.refill();
        count -= 32;
    }
    bits.skip(count);
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
            // Where no coefficient is left that would be corrected, codes follow each other as in a first scan.
            if let Some(looks) = self.looks
                && self.band.rest(block, at) == 0
            {
                match self.band.look(looks, bits, &mut at, &mut self.found) {
                    Looked::Ended => {
                        state.run = 1;
                        break;
                    }
                    Looked::Full => break,
                    Looked::On => continue,
                    Looked::Nothing => {}
                }
            }
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
            bits.refill();
            correct(bits, self.band.rest(block, at).count_ones());
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jpeg::skim::standard;
    use crate::jpeg::tables::Huffman;

    fn noise(seed: &mut u64) -> u64 {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        *seed >> 32
    }

    /// A unit, what it left, and where the reading stands.
    type Read = (Result<(), &'static str>, u32, u64, usize);

    fn first(ac: &Ac, looks: Option<&BandLooks>, band: Band, bits: Bits<'_>) -> Read {
        let (mut bits, mut state) = (bits, State::default());
        let mut coder = AcFirst { ac, looks, band, history: &mut History::default(), found: 0 };
        let done = coder.unit(&mut bits, &mut state, 1000);
        (done, state.run, coder.found, bits.position())
    }

    fn refine(ac: &Ac, looks: Option<&BandLooks>, band: Band, bits: Bits<'_>, block: u64) -> Read {
        let (mut bits, mut state, mut history) = (bits, State::default(), History::default());
        history.add(band.component, 0, block);
        let mut coder = AcRefine { ac, looks, band, history: &mut history, next: 0, found: 0 };
        let done = coder.unit(&mut bits, &mut state, 1000);
        (done, state.run, coder.found, bits.position())
    }

    #[test]
    fn looks_tell_of_a_band_what_single_codes_do() {
        let mut seed = 1;
        // Short codes for what such scans have most: small runs of ones, ends, runs of blocks, and too large ones.
        let symbols = vec![0x01, 0x00, 0x11, 0x02, 0x21, 0x10, 0xf0, 0x31, 0x03, 0x20, 0x0b, 0xe1];
        let mut counts = [0; 16];
        counts[1..8].copy_from_slice(&[1, 2, 2, 3, 1, 1, 2]);
        let drawn = Ac::new(&Huffman { counts, symbols }, 10);
        let standard = Ac::new(&standard::ac(0), 10);
        let data: Vec<u8> = (0..40_000).map(|_| noise(&mut seed) as u8).collect();
        for ac in [&drawn, &standard] {
            let [wide, narrow] = [ac.most_size, 1].map(|most| BandLooks::new(&ac.code, most));
            let mut tally = [0; 4];
            for number in 0..60_000 {
                let ends = [noise(&mut seed) % 63 + 1, noise(&mut seed) % 63 + 1];
                let (from, last) = (ends[0].min(ends[1]) as u32, ends[0].max(ends[1]) as u32);
                let band =
                    Band { component: 1, first: from, last, up_to_last: u64::MAX >> (63 - last) };
                let at = noise(&mut seed) as usize % (data.len() * 8 - 4000);
                let bits = Bits::new(&data[at / 8..], at % 8);
                let expected = first(ac, None, band, bits);
                assert_eq!(first(ac, Some(&wide), band, bits), expected, "first, {number}");
                tally[usize::from(expected.0.is_err())] += 1;
                let dense = noise(&mut seed) << 32 | noise(&mut seed);
                let block = match number % 3 {
                    0 => 0,
                    1 => dense & noise(&mut seed) & noise(&mut seed),
                    _ => dense,
                };
                let expected = refine(ac, None, band, bits, block);
                assert_eq!(refine(ac, Some(&narrow), band, bits, block), expected, "{number}");
                tally[2 + usize::from(expected.0.is_err())] += 1;
            }
            assert!(tally.iter().all(|&count| count > 1000), "{tally:?}");
        }
    }
}
