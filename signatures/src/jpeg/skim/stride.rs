//! Many blocks of DC and AC at a time, without a question at the end of each.
//!
//! A first pass finds where the blocks begin: what a look tells decides which table the next one
//! goes to, by arithmetic instead of a branch that no processor could foresee. A second pass
//! reads the differences of DC there. Only units without fault are passed; whoever reads on behind
//! them one by one finds out what is wrong with the next.

use std::hint::select_unpredictable;
use std::sync::Arc;

use super::bits::Bits;
use super::looks::{Entry, SEEN, Tail, opening};
use super::plan::Block;
use super::scan::State;
use super::sequential::{difference, next_coefficient};

/// Blocks that are passed at a time; their places stay in the nearest cache.
const MOST: usize = 256;

/// Tables for a sequence of blocks.
#[derive(Debug)]
pub struct Stride {
    /// All tables, one behind the other.
    entries: Vec<Entry>,
    /// Where the table lies that the first block begins with.
    first: u32,
    /// For each of the blocks that are passed at a time: where the tables lie that it goes on
    /// with, and that the block behind it begins with.
    turns: Vec<(u32, u32)>,
    most_dc_size: u8,
}

/// Units that were passed.
pub struct Passed {
    /// How many.
    pub units: u64,
    /// Where the next one begins, in bits.
    pub bit: usize,
}

impl Stride {
    /// Tables for units of these blocks, of which at most so many bits code a difference of DC;
    /// nothing for blocks without any.
    pub fn new(blocks: &[Block], most_dc_size: u8) -> Option<Self> {
        let mut entries = Vec::new();
        let mut places: Vec<(u32, u32)> = Vec::new();
        for (index, block) in blocks.iter().enumerate() {
            if let Some(earlier) = blocks[..index].iter().position(|other| has_same(other, block)) {
                places.push(places[earlier]);
                continue;
            }
            let tail = block.ac.as_ref().map(|ac| Tail::new(&ac.code, ac.most_size));
            let begin = entries.len() as u32;
            entries.extend(opening(block.dc.as_ref()?, most_dc_size, tail.as_ref()));
            places.push((begin, entries.len() as u32));
            entries.extend(tail.iter().flat_map(|tail| tail.entries()));
        }
        let next = places.iter().cycle().skip(1);
        let turns = places.iter().cycle().zip(next).map(|(this, next)| (this.1, next.0));
        Some(Stride { entries, first: places.first()?.0, turns: turns.take(MOST).collect(), most_dc_size })
    }

    /// Passes at most `left` units from `bit` on, and keeps what the next ones need.
    pub fn pass(
        &self,
        blocks: &[Block],
        (bytes, len): (&[u8], usize),
        bit: usize,
        left: u64,
        state: &mut State,
    ) -> Passed {
        let mut passed = Passed { units: 0, bit };
        // One block more may begin than are due.
        let most = (MOST - 2) / blocks.len() * blocks.len();
        let mut starts = [0; MOST];
        while passed.units < left && most > 0 {
            let due = (left - passed.units).saturating_mul(blocks.len() as u64);
            let due = usize::try_from(due).map_or(most, |due| due.min(most));
            let whole = self.find(blocks, bytes, passed.bit, due, &mut starts);
            let before = passed.units;
            for starts in starts[..=whole].windows(blocks.len() + 1).step_by(blocks.len()) {
                let end = starts[blocks.len()] as usize;
                if end > len * 8 || !self.settle(blocks, bytes, starts, state) {
                    return passed;
                }
                passed = Passed { units: passed.units + 1, bit: end };
            }
            if passed.units == before || whole < due {
                break;
            }
        }
        passed
    }

    /// Finds where the next `due` blocks begin, and the one behind them; tells how many there are.
    fn find(
        &self,
        blocks: &[Block],
        bytes: &[u8],
        bit: usize,
        due: usize,
        starts: &mut [u32; MOST],
    ) -> usize {
        let mut bits = Bits::new(bytes, bit);
        let (mut table, mut at) = (self.first, 0);
        // Blocks that are whole, and those that have begun.
        let (mut whole, mut begun) = (0, 0);
        'all: while whole < due && bits.refill_whole() {
            for _ in 0..2 {
                starts[begun % MOST] = bits.position() as u32;
                let Some(turn) = self.turns.get(whole) else { break 'all };
                let place = u64::from(table) + (bits.held() >> (64 - SEEN));
                let Some(entry) = self.entries.get(place as usize) else { break 'all };
                let sum = entry.after(at);
                if !Entry::tells(sum) {
                    let block = &blocks[whole % blocks.len()];
                    let next = one(bits, block, self.most_dc_size, begun == whole, at);
                    let Some(next) = next else { break 'all };
                    (bits, at) = next;
                } else {
                    bits.skip(entry.len());
                    at = sum;
                }
                let done = Entry::is_whole(at);
                table = select_unpredictable(done, turn.1, turn.0);
                at = select_unpredictable(done, 0, at & 0xff00);
                begun = whole + 1;
                whole += usize::from(done);
            }
        }
        starts[begun % MOST] = bits.position() as u32;
        whole.min(due)
    }

    /// Reads the differences of DC of a unit; tells whether they are in range.
    fn settle(&self, blocks: &[Block], bytes: &[u8], starts: &[u32], state: &mut State) -> bool {
        let mut after = *state;
        for (block, &start) in blocks.iter().zip(starts) {
            let mut bits = Bits::new(bytes, start as usize);
            if difference(&mut bits, block, self.most_dc_size, &mut after).is_err() {
                return false;
            }
        }
        *state = after;
        true
    }
}

/// Whether two blocks are coded alike.
fn has_same(other: &Block, block: &Block) -> bool {
    let dc = match (&other.dc, &block.dc) {
        (Some(other), Some(dc)) => Arc::ptr_eq(other, dc),
        _ => false,
    };
    let ac = match (&other.ac, &block.ac) {
        (Some(other), Some(ac)) => Arc::ptr_eq(other, ac),
        (other, ac) => other.is_none() && ac.is_none(),
    };
    dc && ac
}

/// Passes one code that no table tells: the difference of DC that opens a block, or the next one
/// when it has `at` coefficients; tells how many it has then. Nothing for a fault.
#[cold]
fn one<'b>(
    mut bits: Bits<'b>,
    block: &Block,
    most_dc_size: u8,
    opens: bool,
    at: u32,
) -> Option<(Bits<'b>, u32)> {
    bits.refill();
    if opens {
        difference(&mut bits, block, most_dc_size, &mut State::default()).ok()?;
    }
    let after = match (opens, &block.ac) {
        (true, Some(_)) => 0,
        (true, None) => 63,
        (false, Some(ac)) => next_coefficient(&mut bits, (at >> 8) + 1, ac).ok()? - 1,
        (false, None) => return None,
    };
    Some((bits, after << 8))
}
