//! What the blocks of a frame leave to those after them besides bytes: tables of codes, and the last three offsets.
//!
//! The decoder that unpacks them does not give it away, so that it is read once more here, as far as it takes: the
//! descriptions of tables and the sequences, and no literals.
//!
//! Source: RFC 8878, 3.1.1.3 to 3.1.1.5 and 4.1.

mod bits;
mod codes;
mod literals;

use ruzstd::decoding::Dictionary;

use super::frame::{Block, Kind};
use bits::Bits;
use codes::{LENGTHS, MATCHES, OFFSETS};

/// How a table of codes was told last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Told {
    /// Not yet.
    #[default]
    Never,
    /// It is the one that the format begins with.
    Default,
    /// All codes are this one.
    Same(u8),
    /// It is described by these bytes, before the last one.
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

/// An entry of a table of codes.
#[derive(Clone, Copy)]
struct Entry {
    base: u32,
    bits: u8,
    code: u8,
}

/// A table of codes, by its states. What was never told has none.
#[derive(Default)]
struct Table {
    entries: Vec<Entry>,
    /// Bits of the first state.
    log: u8,
}

/// Reads what blocks leave, one after the other.
pub(super) struct Reader {
    pub(super) entropy: EntropyState,
    lengths: Table,
    offsets: Table,
    matches: Table,
    /// What builds tables.
    builder: Dictionary,
}

/// Takes in how a table is told at the start of `rest`, and tells how many bytes that takes. The types of the decoder
/// have no names outside of it.
macro_rules! take_in {
    ($reader:ident.$field:ident, $built:ident, $mode:expr, $rest:expr, $of:expr) => {{
        let rest: &[u8] = $rest;
        let builder = &mut $reader.builder.fse.$built;
        let (taken, log) = match $mode {
            0 if $reader.entropy.$field == Told::Default => (0, None),
            0 => {
                builder.build_from_probabilities($of.default_log, $of.default).ok()?;
                $reader.entropy.$field = Told::Default;
                (0, Some($of.default_log))
            }
            1 => {
                let code = *rest.first().filter(|code| **code <= $of.most_code)?;
                $reader.entropy.$field = Told::Same(code);
                $reader.$field = Table { entries: vec![Entry { base: 0, bits: 0, code }], log: 0 };
                (1, None)
            }
            2 => {
                let taken = builder.build_decoder(rest, $of.most_log).ok()?;
                // Whoever reads it looks at some bits after its end.
                let bytes = [rest.get(..taken)?, &[0]].concat();
                $reader.entropy.$field = Told::Described(bytes.into());
                (taken, Some(builder.accuracy_log))
            }
            _ => (0, None),
        };
        if let Some(log) = log {
            let entries = builder.decode.iter();
            let entries = entries.map(|entry| Entry {
                base: entry.base_line,
                bits: entry.num_bits,
                code: entry.symbol,
            });
            $reader.$field = Table { entries: entries.collect(), log };
        }
        rest.get(taken..)?
    }};
}

impl Reader {
    pub(super) fn new() -> Self {
        Reader {
            entropy: EntropyState::default(),
            lengths: Table::default(),
            offsets: Table::default(),
            matches: Table::default(),
            builder: dictionary(&[], [1, 4, 8]),
        }
    }

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
        let (count, rest) = count(literals.rest)?;
        let matched = if count > 0 { self.sequences(count, rest)? } else { 0 };
        Some(literals.len + matched)
    }

    /// Goes through `count` sequences: bytes that all their matches come to.
    fn sequences(&mut self, count: u32, rest: &[u8]) -> Option<u64> {
        let (modes, mut rest) = rest.split_first()?;
        let mode = |shift: u8| modes >> shift & 3;
        rest = take_in!(self.lengths, literal_lengths, mode(6), rest, LENGTHS);
        rest = take_in!(self.offsets, offsets, mode(4), rest, OFFSETS);
        rest = take_in!(self.matches, match_lengths, mode(2), rest, MATCHES);
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
        self.entries.get(entry.base as usize + bits.take(entry.bits) as usize).copied()
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

/// A dictionary without tables.
fn dictionary(content: &[u8], last: [u32; 3]) -> Dictionary {
    Dictionary {
        id: ID,
        fse: Default::default(),
        huf: Default::default(),
        dict_content: content.to_vec(),
        offset_hist: last,
    }
}

/// What the decoder knows a dictionary by.
pub(super) const ID: u32 = 1;

/// Gives a field of a dictionary the table that was told.
macro_rules! built {
    ($told:expr, $table:expr, $rle:expr, $of:expr) => {
        match $told {
            Told::Never => {}
            Told::Default => $table.build_from_probabilities($of.default_log, $of.default).ok()?,
            Told::Same(code) => $rle = Some(*code),
            Told::Described(bytes) => {
                $table.build_decoder(bytes, $of.most_log).ok()?;
            }
        }
    };
}

impl EntropyState {
    /// A dictionary by which a decoder goes on after `window`.
    pub(super) fn dictionary(&self, window: &[u8]) -> Option<Dictionary> {
        let mut made = dictionary(window, self.last);
        if let Some(weights) = &self.weights {
            made.huf.table.build_decoder(weights).ok()?;
        }
        built!(&self.lengths, made.fse.literal_lengths, made.fse.ll_rle, LENGTHS);
        built!(&self.offsets, made.fse.offsets, made.fse.of_rle, OFFSETS);
        built!(&self.matches, made.fse.match_lengths, made.fse.ml_rle, MATCHES);
        Some(made)
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
