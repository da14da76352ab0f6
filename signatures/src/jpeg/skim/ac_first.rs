//! The upper bits of a band of AC coefficients in a progressive picture.
//!
//! Source: ITU-T T.81 (1992), G.1.2.2 "First scan of AC coefficients".

use super::band::{Band, Looked, Stretch, TOO_MANY, Wrong, run_of_blocks};
use super::band_looks::BandLooks;
use super::bits::Bits;
use super::block::Ac;
use super::history::Window;

/// Reads the upper bits of a band.
pub struct AcFirst<'s> {
    /// The code.
    pub ac: &'s Ac,
    /// Larger tables for it, where they pay.
    pub looks: Option<&'s BandLooks>,
    /// Which coefficients.
    pub band: Band,
}

impl AcFirst<'_> {
    /// Reads as many blocks as the first `available` bits of `data` have whole, and adds to the window which
    /// coefficients they have.
    #[inline(never)]
    pub fn read(
        &self,
        data: &[u8],
        available: usize,
        stretch: &mut Stretch,
        window: &mut Window<'_>,
    ) -> Result<(), Wrong> {
        let mut bits = Bits::new(data, stretch.bit);
        while stretch.left > 0 {
            let mut found = 0;
            let passed = self.block(&mut bits, stretch.left, &mut found);
            let position = bits.position();
            if position > available {
                break;
            }
            let passed = passed.map_err(|what| Wrong { position, what })?;
            window.add(stretch.units, found);
            stretch.pass(passed.into(), position);
        }
        Ok(())
    }

    /// Reads a block; tells how many have no further coefficients, this one included.
    #[inline(always)]
    fn block(&self, bits: &mut Bits<'_>, left: u64, found: &mut u64) -> Result<u32, &'static str> {
        let mut at = self.band.first;
        while at <= self.band.last {
            bits.refill();
            if let Some(looks) = self.looks {
                match self.band.look(looks, bits, &mut at, found) {
                    Looked::Ended | Looked::Full => return Ok(1),
                    Looked::On => continue,
                    Looked::Nothing => {}
                }
            }
            let symbol = self.ac.code.take(bits)?;
            match (symbol >> 4, symbol & 15) {
                (15, 0) => at += 16,
                (exponent, 0) => return run_of_blocks(bits, exponent, left),
                (_, size) if size > self.ac.most_size => return Err("coefficient out of range"),
                (run, size) => {
                    bits.skip(size.into());
                    at += u32::from(run);
                    if at > self.band.last {
                        return Err(TOO_MANY);
                    }
                    *found |= 1 << at;
                    at += 1;
                }
            }
            if at > self.band.last + 1 {
                return Err(TOO_MANY);
            }
        }
        Ok(1)
    }
}
