//! Tables that tell several Huffman codes, and the bits after them, by one look.
//!
//! Source: ITU-T T.81 (1992), F.2.2.1 "Huffman decoding of DC coefficients" and F.2.2.2 "Huffman
//! decoding of AC coefficients".

use std::sync::Arc;

use super::block::Block;
use super::code::Code;

/// Bits that a look sees.
pub const SEEN: u32 = 12;

/// Bits that a look passes at most: three of them need no more than are held at once.
pub const MOST_PASSED: u32 = 18;

/// What one look tells: how many bits to pass, and how many AC coefficients they hold.
///
/// The low byte counts bits and the high byte coefficients, so that a sum of entries counts both.
/// [`Entry::END`] is added where the block ends before its last coefficient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry(u16);

impl Entry {
    /// One coefficient.
    const COEFFICIENT: u16 = 1 << 8;

    /// The end of a block, which counts as a coefficient besides: after the last one is none.
    const END: u16 = 129 << 8;

    /// The count of a block that has all of its AC coefficients.
    const ALL: u32 = 63 << 8;

    /// Nothing can be told. The bit that says so is set too in every sum that counts more
    /// coefficients than a block has, and in no other.
    const NONE: Entry = Entry(64 << 8);

    /// The entry of one code of `len` bits and `more` after it.
    fn one(len: u32, more: u8, count: u16) -> Entry {
        let passed = len + u32::from(more);
        if passed > MOST_PASSED { Entry::NONE } else { Entry(count | passed as u16) }
    }

    /// This and what follows, or this alone where both are too much.
    fn then(self, next: Entry) -> Entry {
        let sum = self.0.saturating_add(next.0);
        let fits = sum & Entry::NONE.0 == 0 && u32::from(sum & 0xff) <= MOST_PASSED;
        if fits { Entry(sum) } else { self }
    }

    /// Bits to pass, in the low six bits.
    #[inline(always)]
    pub fn passes(self) -> u32 {
        self.0.into()
    }

    /// The coefficients that a block has when it had `before` of them; low bits do not count.
    #[inline(always)]
    pub fn after(self, before: u32) -> u32 {
        before + u32::from(self.0)
    }

    /// The count alone.
    #[inline(always)]
    pub fn count(sum: u32) -> u32 {
        sum & 0xff00
    }

    /// Whether coefficients so counted may be taken for true.
    #[inline(always)]
    pub fn tells(sum: u32) -> bool {
        sum & u32::from(Entry::NONE.0) == 0
    }

    /// Whether a block with so many coefficients is whole.
    #[inline(always)]
    pub fn is_whole(sum: u32) -> bool {
        sum >= Entry::ALL
    }
}

/// An entry for each value of the next [`SEEN`] bits.
#[derive(Debug)]
pub struct Table([Entry; 1 << SEEN]);

impl Table {
    /// What the highest of `bits` tell.
    #[inline(always)]
    pub fn look(&self, bits: u64) -> Entry {
        self.0[(bits >> (64 - SEEN)) as usize]
    }
}

/// The entries of AC codes for looks that see any number of bits up to [`SEEN`]: those for `bits`
/// bits lie from index `1 << bits` on.
pub struct Tail(Vec<Entry>);

impl Tail {
    /// The entries of a code of runs and sizes, none of which may exceed `most_size`.
    pub fn new(code: &Code, most_size: u8) -> Self {
        let mut tail = vec![Entry::NONE; 2 << SEEN];
        for seen in 1..=SEEN {
            let (shorter, entries) = tail.split_at_mut(1 << seen);
            for (value, len, symbol) in code.all().take_while(|&(_, len, _)| len <= seen) {
                let size = symbol & 15;
                let count = match (symbol >> 4, size) {
                    (0, 0) => Entry::END,
                    (15, 0) => 16 * Entry::COEFFICIENT,
                    (_, 0) => continue,
                    _ if size > most_size => continue,
                    (run, _) => (u16::from(run) + 1) * Entry::COEFFICIENT,
                };
                let first = Entry::one(len, size, count);
                let ends = count == Entry::END;
                let left = seen.saturating_sub(len + u32::from(size));
                let rest: &[Entry] = if ends { &[] } else { shorter };
                fill(with_code(entries, seen, value, len), left, first, rest);
            }
        }
        Tail(tail)
    }

    /// The entries that see [`SEEN`] bits.
    pub fn table(&self) -> Table {
        let mut entries = [Entry::NONE; 1 << SEEN];
        entries.copy_from_slice(&self.0[1 << SEEN..]);
        Table(entries)
    }
}

/// What one look at the beginning of a block tells: the difference of DC besides, in the high half.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened(u32);

impl Opened {
    fn new(entry: Entry, difference: i32) -> Self {
        Opened((difference << 16) as u32 | u32::from(entry.0))
    }

    /// How many bits to pass, and how many AC coefficients they hold.
    #[inline(always)]
    pub fn entry(self) -> Entry {
        Entry(self.0 as u16)
    }

    /// The difference of DC.
    #[inline(always)]
    pub fn difference(self) -> i32 {
        self.0 as i32 >> 16
    }
}

/// What a block begins with, for each value of the next [`SEEN`] bits.
#[derive(Debug)]
pub struct Opening([Opened; 1 << SEEN]);

impl Opening {
    /// The entries that begin with a difference of DC, of at most `most_size` bits all of which are seen, and go on
    /// with AC codes; without any the block is whole.
    pub fn new(dc: &Code, most_size: u8, ac: Option<&Tail>) -> Self {
        let mut opening = [Opened::new(Entry::NONE, 0); 1 << SEEN];
        let mut entries = [Entry::NONE; 1 << SEEN];
        let count = if ac.is_some() { 0 } else { Entry::END };
        let shorter = ac.map_or(&[][..], |tail| &tail.0);
        for (value, len, size) in dc.all().take_while(|&(_, len, _)| len <= SEEN) {
            let Some(left) = SEEN.checked_sub(len + u32::from(size)) else { continue };
            if size > most_size {
                continue;
            }
            let entries = with_code(&mut entries, SEEN, value, len);
            fill(entries, left, Entry::one(len, size, count), shorter);
            let opening = with_code(&mut opening, SEEN, value, len);
            for (index, (opened, &entry)) in opening.iter_mut().zip(entries.iter()).enumerate() {
                *opened = Opened::new(entry, extend(index as i32 >> left, size));
            }
        }
        Opening(opening)
    }

    /// What the highest of `bits` tell.
    #[inline(always)]
    pub fn look(&self, bits: u64) -> Opened {
        self.0[(bits >> (64 - SEEN)) as usize]
    }
}

/// What so many bits stand for. Source: T.81, F.2.2.1 EXTEND.
fn extend(bits: i32, size: u8) -> i32 {
    let most = (1 << size) - 1;
    if 2 * bits > most { bits } else { bits - most }
}

/// Of entries that see `seen` bits, those that begin with a code of that value and length.
pub fn with_code<E>(entries: &mut [E], seen: u32, value: u32, len: u32) -> &mut [E] {
    let start = (value << (seen - len)) as usize;
    entries.get_mut(start..start + (1 << (seen - len))).unwrap_or_default()
}

/// Fills the entries of a code, of whose bits `left` are not its own: what `shorter` has for those is
/// added.
fn fill(entries: &mut [Entry], left: u32, first: Entry, shorter: &[Entry]) {
    match shorter.get(1 << left..2 << left) {
        Some(after) if left > 0 && first != Entry::NONE => {
            for entries in entries.chunks_exact_mut(1 << left) {
                for (entry, &next) in entries.iter_mut().zip(after) {
                    *entry = first.then(next);
                }
            }
        }
        _ => entries.fill(first),
    }
}

/// The tables of a block.
#[derive(Debug)]
pub struct Looks {
    /// What the block begins with.
    pub opening: Arc<Opening>,
    /// What it goes on with, where it has AC.
    pub tail: Option<Arc<Table>>,
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
                    let opening = Arc::new(Opening::new(dc, most_dc_size, tail.as_ref()));
                    Looks { opening, tail: tail.map(|tail| Arc::new(tail.table())) }
                }
            };
            all.push(looks);
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jpeg::tables::Huffman;

    fn code(pairs: &[(usize, u8)], symbols: &[u8]) -> Code {
        let mut counts = [0; 16];
        pairs.iter().for_each(|&(len, count)| counts[len - 1] = count);
        Code::new(&Huffman { counts, symbols: symbols.to_vec() })
    }

    #[track_caller]
    fn check(table: &Table, bits: &str, count: u16, len: u16) {
        let seen = format!("{bits:0<12}");
        let index = usize::from_str_radix(&seen[..12], 2).expect("bits");
        assert_eq!(table.0[index], Entry(count + len), "{bits}");
    }

    #[test]
    fn a_look_tells_several_codes() {
        // 0: end of block; 10: a coefficient of one bit; 110: 3 zeros and one of 4 bits.
        let ac = code(&[(1, 1), (2, 1), (3, 1), (4, 1)], &[0x00, 0x01, 0x34, 0x3c]);
        let tail = Tail::new(&ac, 10).table();
        let (one, end) = (Entry::COEFFICIENT, Entry::END);
        check(&tail, "0", end, 1);
        check(&tail, "1001010", 2 * one + end, 7);
        check(&tail, "11001111100110", 8 * one, 14);
        check(&tail, "100100100110", 7 * one, 16);
        check(&tail, "1110", Entry::NONE.0, 0);
        check(&tail, "101111", one, 3);
    }

    #[test]
    fn a_block_opens_with_dc() {
        let ac = code(&[(1, 1), (2, 1)], &[0x00, 0x01]);
        // 0: no difference; 10: one of 2 bits; 110: one of 12; 1110: one of 9.
        let dc = code(&[(1, 1), (2, 1), (3, 1), (4, 1)], &[0, 2, 12, 9]);
        let ac = Tail::new(&ac, 10);
        let told = |bits: &str, ac| {
            let bits = u64::from_str_radix(&format!("{bits:0<64}"), 2).expect("bits");
            let opened = Opening::new(&dc, 11, ac).look(bits);
            (opened.entry(), opened.difference())
        };
        assert_eq!(told("00", Some(&ac)), (Entry(Entry::END + 2), 0));
        let both = Entry(Entry::COEFFICIENT + Entry::END + 8);
        assert_eq!(told("10111000", Some(&ac)), (both, 3));
        assert_eq!(told("110", Some(&ac)), (Entry::NONE, 0));
        assert_eq!(told("1001", None), (Entry(Entry::END + 4), -2));
        // The difference is not seen whole.
        assert_eq!(told("1110", Some(&ac)), (Entry::NONE, 0));
    }

    #[test]
    fn sums_tell_whole_blocks_from_too_long_ones() {
        let (one, end) = (Entry::COEFFICIENT, Entry::END);
        for before in 0..63u16 {
            for count in 0..63u16 {
                let sum = Entry(count * one).after(u32::from(before) << 8 | 25);
                assert_eq!(Entry::tells(sum), before + count <= 63);
                let ended = Entry(count * one + end).after(u32::from(before) << 8);
                assert_eq!(Entry::tells(ended), before + count < 63);
                assert!(Entry::is_whole(ended) && Entry::is_whole(sum) == (before + count >= 63));
            }
            assert!(!Entry::tells(Entry::NONE.after(before.into())));
        }
    }
}
