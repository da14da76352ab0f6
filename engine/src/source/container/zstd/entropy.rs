//! What the blocks of a frame leave to those after them besides bytes: tables of codes, and the last three offsets.
//!
//! The decoder that unpacks them does not give it away, so that it is read once more here, as far as it takes: the
//! descriptions of tables and the sequences, and no literals. A decoder takes it as a dictionary.
//!
//! Source: RFC 8878, 3.1.1.3 to 3.1.1.5, 4.1 and 5.

mod bits;
mod codes;
mod literals;
mod table;

use super::frame::{Block, Kind};
use bits::Bits;
use codes::{Codes, LENGTHS, MATCHES, OFFSETS};
use table::{Entry, Table};

/// What a dictionary begins with, and the number that it is known by, which no frame asks for.
const MAGIC: u32 = 0xEC30_A437;
const ID: u32 = 1;

/// The description of a table of literals with two of them, which stands where none was told.
const ANY_WEIGHTS: &[u8] = &[128, 0x10];

/// How a table of codes was told last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Told {
    /// Not yet.
    #[default]
    Never,
    /// It is the one that the format begins with.
    Predefined,
    /// All codes are one.
    Same,
    /// It is described by these bytes.
    Described(Box<[u8]>),
}

/// What is left by the blocks so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct EntropyState {
    /// The description of the table of literals.
    weights: Option<Box<[u8]>>,
    lengths: Told,
    offsets: Told,
    matches: Told,
    /// The last offsets, the last one first.
    last: [u32; 3],
}

impl Default for EntropyState {
    fn default() -> Self {
        let (lengths, offsets, matches) = Default::default();
        EntropyState { weights: None, lengths, offsets, matches, last: [1, 4, 8] }
    }
}

/// Reads what blocks leave, one after the other.
#[derive(Default)]
pub(super) struct Reader {
    pub(super) entropy: EntropyState,
    lengths: Table,
    offsets: Table,
    matches: Table,
}

/// The modes by which the sequences of a block tell their tables: of lengths, of offsets, of matches.
struct Modes([u8; 3]);

impl Modes {
    /// The table before is used again.
    const SAME_TABLE: u8 = 3;

    fn of(byte: u8) -> Self {
        Modes([6, 4, 2].map(|shift| byte >> shift & 3))
    }
}

/// Takes in how a table is told at the start of `bytes`, and tells how many bytes that takes.
fn take_in(
    told: &mut Told,
    table: &mut Table,
    mode: u8,
    bytes: &[u8],
    codes: &Codes,
) -> Option<usize> {
    match mode {
        0 if *told == Told::Predefined => Some(0),
        0 => {
            (*told, *table) = (Told::Predefined, Table::read(codes.first, codes)?.0);
            Some(0)
        }
        1 => {
            let code = *bytes.first().filter(|code| **code <= codes.most_code)?;
            (*told, *table) = (Told::Same, Table::of_one(code));
            Some(1)
        }
        2 => {
            let (read, taken) = Table::read(bytes, codes)?;
            (*told, *table) = (Told::Described(bytes.get(..taken)?.into()), read);
            Some(taken)
        }
        _ => Some(0),
    }
}

impl Reader {
    /// Takes in a block, all of which is `bytes`, and tells how many bytes come out of it.
    pub(super) fn block(&mut self, block: &Block, bytes: &[u8]) -> Option<u64> {
        match block.kind {
            Kind::Raw | Kind::Repeated => Some(block.size),
            Kind::Compressed => self.compressed(Block::content(bytes)),
        }
    }

    fn compressed(&mut self, content: &[u8]) -> Option<u64> {
        let literals = literals::read(content)?;
        if let Some(weights) = literals.weights {
            self.entropy.weights = Some(weights.into());
        }
        if literals.uses_former && self.entropy.weights.is_none() {
            return None;
        }
        let (count, rest) = count(literals.rest)?;
        let matched = if count > 0 { self.sequences(count, rest)? } else { 0 };
        Some(literals.len + matched)
    }

    /// Goes through `count` sequences: bytes that all their matches come to.
    fn sequences(&mut self, count: u32, rest: &[u8]) -> Option<u64> {
        let (modes, mut rest) = rest.split_first()?;
        let Modes([lengths, offsets, matches]) = Modes::of(*modes);
        let Reader { entropy, .. } = self;
        let tables = [
            (&mut entropy.lengths, &mut self.lengths, lengths, &LENGTHS),
            (&mut entropy.offsets, &mut self.offsets, offsets, &OFFSETS),
            (&mut entropy.matches, &mut self.matches, matches, &MATCHES),
        ];
        for (told, table, mode, codes) in tables {
            rest = rest.get(take_in(told, table, mode, rest, codes)?..)?;
        }
        let mut bits = Bits::new(rest)?;
        let mut lengths = self.lengths.first(&mut bits)?;
        let mut offsets = self.offsets.first(&mut bits)?;
        let mut matches = self.matches.first(&mut bits)?;
        let mut matched = 0;
        for left in (0..count).rev() {
            let offset = (1 << offsets.code) + bits.take(offsets.code);
            let (base, extra) = codes::match_len(matches.code)?;
            matched += u64::from(base) + bits.take(extra);
            let (base, extra) = codes::literal_len(lengths.code)?;
            let has_literals = u64::from(base) + bits.take(extra) > 0;
            turn(&mut self.entropy.last, u32::try_from(offset).ok()?, has_literals);
            if left > 0 {
                lengths = self.lengths.next(lengths, &mut bits)?;
                matches = self.matches.next(matches, &mut bits)?;
                offsets = self.offsets.next(offsets, &mut bits)?;
            }
        }
        bits.is_over().then_some(matched)
    }
}

impl Table {
    fn first(&self, bits: &mut Bits<'_>) -> Option<Entry> {
        self.entries.get(bits.take(self.log) as usize).copied()
    }

    fn next(&self, entry: Entry, bits: &mut Bits<'_>) -> Option<Entry> {
        self.entries.get(usize::from(entry.base) + bits.take(entry.bits) as usize).copied()
    }
}

/// The number of sequences, and what stands after it.
fn count(bytes: &[u8]) -> Option<(u32, &[u8])> {
    match *bytes {
        [255, low, high, ref rest @ ..] => {
            Some((u32::from(u16::from_le_bytes([low, high])) + 0x7F00, rest))
        }
        [first, ref rest @ ..] if first < 128 => Some((u32::from(first), rest)),
        [first, second, ref rest @ ..] if first < 255 => {
            Some((u32::from(first - 128) << 8 | u32::from(second), rest))
        }
        _ => None,
    }
}

/// Puts the offset that a value stands for first.
fn turn(last: &mut [u32; 3], value: u32, has_literals: bool) {
    // Without literals each of the first three stands for the one after it, and the third for something else.
    let place = if has_literals { value.wrapping_sub(1) } else { value };
    match place {
        _ if value > 3 => *last = [value - 3, last[0], last[1]],
        0 => {}
        1 => last.swap(0, 1),
        2 => *last = [last[2], last[0], last[1]],
        _ => *last = [last[0].saturating_sub(1), last[0], last[1]],
    }
}

impl EntropyState {
    /// Whether a decoder can go on with `block`, all of which is `bytes`: not where it uses a table again in which all codes
    /// are one, since no dictionary holds such a table.
    pub(super) fn reaches(&self, block: &Block, bytes: &[u8]) -> bool {
        let told = [&self.lengths, &self.offsets, &self.matches];
        if told.iter().all(|told| **told != Told::Same) {
            return true;
        }
        let modes = || {
            let literals = literals::read(Block::content(bytes))?;
            let (_, rest) = count(literals.rest).filter(|(count, _)| *count > 0)?;
            rest.first().map(|byte| Modes::of(*byte))
        };
        let modes = if block.kind == Kind::Compressed { modes() } else { None };
        // A block without sequences leaves the question to the next one.
        modes.is_some_and(|Modes(modes)| {
            let mut pairs = told.into_iter().zip(modes);
            pairs.all(|(told, mode)| *told != Told::Same || mode != Modes::SAME_TABLE)
        })
    }

    /// A dictionary by which a decoder goes on, without the bytes that it looks back at, which come after it.
    ///
    /// Source: RFC 8878, 5.
    pub(super) fn dictionary(&self) -> Vec<u8> {
        let mut made = [MAGIC.to_le_bytes(), ID.to_le_bytes()].concat();
        made.extend(self.weights.as_deref().unwrap_or(ANY_WEIGHTS));
        for (told, codes) in
            [(&self.offsets, &OFFSETS), (&self.matches, &MATCHES), (&self.lengths, &LENGTHS)]
        {
            made.extend(match told {
                Told::Described(bytes) => bytes,
                Told::Never | Told::Predefined | Told::Same => codes.first,
            });
        }
        made.extend(self.last.iter().flat_map(|offset| offset.to_le_bytes()));
        made
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_turn_as_the_format_says() {
        let after = |value, has_literals| {
            let mut last = [10, 20, 30];
            turn(&mut last, value, has_literals);
            last
        };
        assert_eq!(after(1, true), [10, 20, 30]);
        assert_eq!(after(2, true), [20, 10, 30]);
        assert_eq!(after(3, true), [30, 10, 20]);
        assert_eq!(after(103, true), [100, 10, 20]);
        assert_eq!(after(1, false), [20, 10, 30]);
        assert_eq!(after(2, false), [30, 10, 20]);
        assert_eq!(after(3, false), [9, 10, 20]);
        assert_eq!(after(4, false), [1, 10, 20]);
    }

    #[test]
    fn numbers_of_sequences_have_up_to_three_bytes() {
        assert_eq!(count(&[0, 9]), Some((0, &[9][..])));
        assert_eq!(count(&[127]), Some((127, &[][..])));
        assert_eq!(count(&[129, 2]), Some((258, &[][..])));
        assert_eq!(count(&[255, 1, 2]), Some((0x7F00 + 513, &[][..])));
        for short in [&[][..], &[128], &[255, 1]] {
            assert_eq!(count(short), None, "{short:?}");
        }
    }
}
