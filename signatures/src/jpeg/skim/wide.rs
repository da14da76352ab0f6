//! Units of whole blocks, several codes by one look.
//!
//! Source: ITU-T T.81 (1992), F.2.2 "Baseline Huffman decoding procedures".

use super::bits::Bits;
use super::block::{Ac, Block};
use super::coder::{Coder, State};
use super::looks::{Entry, Looks, Table};
use super::sequential::{difference, next_coefficient};
use super::surface::Surface;

/// Reads units as [`Sequential`](super::sequential::Sequential) does, with larger tables.
pub struct Wide<'p> {
    /// The blocks of a unit.
    pub blocks: &'p [Block],
    /// The tables of each.
    pub looks: &'p [Looks],
    /// The most bits of a DC difference.
    pub most_dc_size: u8,
    /// Takes DC of each unit.
    pub surface: &'p mut Surface,
}

impl Coder for Wide<'_> {
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
        for (block, looks) in self.blocks.iter().zip(self.looks) {
            bits.refill();
            let opened = looks.opening.look(bits.held());
            let component = block.component & 3;
            let dc = state.predictors[component] + opened.difference();
            let mut has = opened.entry().after(0);
            if Entry::tells(has) && dc.abs() <= block.most_dc {
                bits.skip_low(opened.entry().passes());
                state.predictors[component] = dc;
                state.sums[component] += dc;
            } else {
                difference(bits, block, self.most_dc_size, state)?;
                bits.refill();
                has = 0;
            }
            if let (Some(ac), Some(tail)) = (&block.ac, &looks.tail)
                && !Entry::is_whole(has)
            {
                go_on(bits, ac, tail, has)?;
            }
        }
        Ok(())
    }
}

/// Passes the rest of a block that has `has` coefficients; enough bits for two looks are held.
#[inline(always)]
fn go_on(bits: &mut Bits<'_>, ac: &Ac, tail: &Table, mut has: u32) -> Result<(), &'static str> {
    while !pass(bits, ac, tail, &mut has)? && !pass(bits, ac, tail, &mut has)? {
        bits.refill();
        if pass(bits, ac, tail, &mut has)? {
            break;
        }
    }
    Ok(())
}

/// Passes what one look tells of a block that has `has` coefficients; tells whether it is whole.
#[inline(always)]
fn pass(bits: &mut Bits<'_>, ac: &Ac, tail: &Table, has: &mut u32) -> Result<bool, &'static str> {
    let entry = tail.look(bits.held());
    let sum = entry.after(*has);
    if !Entry::is_whole(sum) {
        bits.skip_low(entry.passes());
        *has = Entry::count(sum);
        Ok(false)
    } else if Entry::tells(sum) {
        bits.skip_low(entry.passes());
        Ok(true)
    } else {
        let (after, count) = pass_one(*bits, ac, *has);
        *bits = after;
        *has = count?;
        Ok(Entry::is_whole(*has))
    }
}

/// Passes one code that a look does not tell; then enough bits for two looks are held.
#[cold]
fn pass_one<'b>(mut bits: Bits<'b>, ac: &Ac, has: u32) -> (Bits<'b>, Result<u32, &'static str>) {
    bits.refill();
    let next = next_coefficient(&mut bits, (has >> 8) + 1, ac);
    bits.refill();
    (bits, next.map(|next| (next - 1) << 8))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::jpeg::skim::code::Code;
    use crate::jpeg::skim::sequential::Sequential;
    use crate::jpeg::skim::standard;
    use crate::jpeg::tables::Huffman;

    /// Blocks of 4:2:0 with these AC codes, or of DC alone.
    fn blocks(most_dc: i32, ac: Option<[Huffman; 2]>, most_size: u8) -> Vec<Block> {
        let dc = [0, 1].map(|id| Arc::new(Code::new(&standard::dc(id))));
        let ac = ac.map(|tables| tables.map(|table| Ac::new(&table, most_size)));
        let block = |component: usize| {
            let chroma = component.min(1);
            let ac = ac.as_ref().map(|ac| Arc::clone(&ac[chroma]));
            Block { component, dc: Some(Arc::clone(&dc[chroma])), ac, most_dc }
        };
        [0, 0, 0, 0, 1, 2].map(block).to_vec()
    }

    /// Checks that both coders say the same of noise, wherever it is read; tells how many units
    /// they liked and how many not.
    fn check(blocks: &[Block], most_dc_size: u8) -> [usize; 2] {
        let mut seed = 1u64;
        let noise = std::iter::repeat_with(|| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (seed >> 56) as u8
        });
        let noise: Vec<u8> = noise.take(60_000).collect();
        let looks = Looks::all(blocks, most_dc_size);
        let mut tally = [0; 2];
        let mut start = 0;
        while start < noise.len() * 8 {
            let mut one = (Bits::new(&noise, start), State::default());
            let mut several = (one.0, State::default());
            let expected = Sequential { blocks, most_dc_size, surface: &mut Surface::default() }
                .unit(&mut one.0, &mut one.1, 1);
            let mut surface = Surface::default();
            let mut wide = Wide { blocks, looks: &looks, most_dc_size, surface: &mut surface };
            assert_eq!(wide.unit(&mut several.0, &mut several.1, 1), expected, "bit {start}");
            assert_eq!(several.0.position(), one.0.position(), "{expected:?} from bit {start}");
            assert_eq!(several.1.predictors, one.1.predictors);
            tally[usize::from(expected.is_err())] += 1;
            start = one.0.position();
        }
        tally
    }

    #[test]
    fn wide_looks_tell_what_single_codes_do() {
        let standard = || Some([standard::ac(0), standard::ac(1)]);
        // Codes of one length for short runs of large coefficients, and one that ends.
        let even = || {
            let symbols = (0..255).map(|code| code >> 4 & 3 << 4 | code & 15).collect();
            let mut counts = [0; 16];
            counts[7] = 255;
            Huffman { counts, symbols }
        };
        for most_dc in [300, 1 << 20] {
            let [liked, wrong] = check(&blocks(most_dc, standard(), 10), 11);
            assert!(liked > 20 && wrong > 20, "{liked} {wrong}");
            let [liked, wrong] = check(&blocks(most_dc, Some([even(), even()]), 14), 15);
            assert!(liked + wrong > 100, "{liked} {wrong}");
            let [liked, wrong] = check(&blocks(most_dc, None, 0), 11);
            assert!(liked > 100 && wrong > 20, "{liked} {wrong}");
        }
    }
}
