//! Units of whole blocks, several codes by one look.
//!
//! Source: ITU-T T.81 (1992), F.2.2 "Baseline Huffman decoding procedures".

use std::sync::Arc;

use super::bits::Bits;
use super::looks::{Entry, Table, Tail, opening};
use super::plan::{Ac, Block};
use super::scan::{Coder, State};
use super::sequential::{difference, next_coefficient};

/// The tables of a block.
#[derive(Debug)]
pub struct Looks {
    /// What the block begins with.
    opening: Arc<Table>,
    /// What it goes on with, where it has AC.
    tail: Option<Arc<Table>>,
}

impl Looks {
    /// Tables for each of these blocks, of which at most so many bits code a difference of DC;
    /// fewer where some block codes none.
    pub fn all(blocks: &[Block], most_dc_size: u8) -> Vec<Self> {
        let mut all: Vec<Looks> = Vec::new();
        for (index, block) in blocks.iter().enumerate() {
            let earlier = blocks[..index].iter().position(|other| other.has_codes_of(block));
            let looks = match earlier.and_then(|earlier| all.get(earlier)) {
                Some(Looks { opening, tail }) => {
                    Looks { opening: Arc::clone(opening), tail: tail.clone() }
                }
                None => {
                    let Some(dc) = &block.dc else { break };
                    let tail = block.ac.as_ref().map(|ac| Tail::new(&ac.code, ac.most_size));
                    let opening = Arc::new(opening(dc, most_dc_size, tail.as_ref()));
                    Looks { opening, tail: tail.map(|tail| Arc::new(tail.table())) }
                }
            };
            all.push(looks);
        }
        all
    }
}

/// Reads units as [`Sequential`](super::sequential::Sequential) does, with larger tables.
pub struct Wide<'p> {
    /// The blocks of a unit.
    pub blocks: &'p [Block],
    /// The tables of each.
    pub looks: &'p [Looks],
    /// The most bits of a DC difference.
    pub most_dc_size: u8,
}

impl Coder for Wide<'_> {
    #[inline(always)]
    fn unit(&mut self, bits: &mut Bits<'_>, state: &mut State, _: u64) -> Result<(), &'static str> {
        for (block, looks) in self.blocks.iter().zip(self.looks) {
            bits.refill();
            let entry = looks.opening.look(bits.held());
            let mut behind_dc = *bits;
            let dc = difference(&mut behind_dc, block, self.most_dc_size, state);
            let mut has = entry.after(0);
            if dc.is_ok() && Entry::tells(has) {
                bits.skip_low(entry.passes());
            } else {
                *bits = behind_dc;
                has = 0;
                dc?;
            }
            if let (Some(ac), Some(tail)) = (block.ac.as_deref(), looks.tail.as_deref())
                && !Entry::is_whole(has)
            {
                // What a block opens with and one look need no more bits than are held at once,
                // nor do two looks.
                while !pass(bits, ac, tail, &mut has)? {
                    bits.refill();
                    if pass(bits, ac, tail, &mut has)? {
                        break;
                    }
                }
            }
        }
        Ok(())
    }
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

/// Passes one code that a look does not tell.
#[cold]
fn pass_one<'b>(mut bits: Bits<'b>, ac: &Ac, has: u32) -> (Bits<'b>, Result<u32, &'static str>) {
    bits.refill();
    let next = next_coefficient(&mut bits, (has >> 8) + 1, ac);
    (bits, next.map(|next| (next - 1) << 8))
}
