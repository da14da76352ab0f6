//! Tables of codes, by the descriptions that blocks give of them.

use super::codes::Codes;

/// The least logarithm of the length of a table.
const LEAST_LOG: u8 = 5;

/// An entry of a table of codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// The least state that follows.
    pub(super) base: u16,
    /// How many bits are added to it.
    pub(super) bits: u8,
    pub(super) code: u8,
}

/// A table of codes, by its states. One that was never told has none.
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) entries: Vec<Entry>,
    /// Bits of the first state.
    pub(super) log: u8,
}

impl Table {
    /// The table in which all codes are `code`.
    pub(super) fn of_one(code: u8) -> Self {
        Table { entries: vec![Entry { base: 0, bits: 0, code }], log: 0 }
    }

    /// The table that is described at the start of `bytes`, and how many of them describe it.
    pub(super) fn read(bytes: &[u8], codes: &Codes) -> Option<(Self, usize)> {
        let (counts, log, taken) = counts(bytes, codes)?;
        Some((Table { entries: entries(&counts, log)?, log }, taken))
    }
}

/// Bits of a description, the lowest ones first.
struct Description<'b> {
    bytes: &'b [u8],
    taken: usize,
}

impl Description<'_> {
    /// The next bits, 16 at the most, which stay: zeros after the last byte.
    fn look(&self, count: u32) -> u32 {
        let rest = self.bytes.get(self.taken / 8..).unwrap_or_default();
        let word = rest.iter().take(4).rev().fold(0, |word, byte| word << 8 | u32::from(*byte));
        word >> (self.taken % 8) & ((1 << count) - 1)
    }

    fn take(&mut self, count: u32) -> u32 {
        let bits = self.look(count);
        self.taken += count as usize;
        bits
    }
}

/// How often each code stands in a table, -1 for less than once; the logarithm of its length, and bytes of the description.
///
/// Source: RFC 8878, 4.1.1.
fn counts(bytes: &[u8], codes: &Codes) -> Option<(Vec<i32>, u8, usize)> {
    let mut bits = Description { bytes, taken: 0 };
    let log = LEAST_LOG + bits.take(4) as u8;
    if log > codes.most_log {
        return None;
    }
    let (mut left, mut counts) = (1i32 << log, Vec::new());
    while left > 0 {
        let most = left.cast_unsigned() + 1;
        let len = most.ilog2() + 1;
        let short = (1 << len) - 1 - most;
        let low = (1 << (len - 1)) - 1;
        let value = match bits.look(len) {
            value if value & low < short => bits.take(len - 1),
            value => {
                bits.taken += len as usize;
                if value > low { value - short } else { value }
            }
        };
        let count = value.cast_signed() - 1;
        left -= count.abs();
        counts.push(count);
        if count == 0 {
            zeros(&mut bits, &mut counts, codes);
        }
        if counts.len() > usize::from(codes.most_code) + 1 {
            return None;
        }
    }
    let taken = bits.taken.div_ceil(8);
    (left == 0 && taken <= bytes.len()).then_some((counts, log, taken))
}

/// Takes in how many codes follow one that never stands in a table, and do not either.
fn zeros(bits: &mut Description<'_>, counts: &mut Vec<i32>, codes: &Codes) {
    while counts.len() <= usize::from(codes.most_code) {
        let zeros = bits.take(2);
        counts.extend((0..zeros).map(|_| 0));
        if zeros < 3 {
            break;
        }
    }
}

/// Source: RFC 8878, 4.1.1, "from normalized distribution to decoding tables".
fn entries(counts: &[i32], log: u8) -> Option<Vec<Entry>> {
    let len = 1usize << log;
    let mut places = vec![0u8; len];
    let mut end = len;
    let mut codes = (0u8..).zip(counts);
    for (code, _) in codes.clone().filter(|(_, count)| **count < 0) {
        end = end.checked_sub(1)?;
        places[end] = code;
    }
    let step = (len >> 1) + (len >> 3) + 3;
    let mut place = 0;
    for (code, count) in codes.by_ref() {
        for _ in 0..(*count).max(0) {
            places[place] = code;
            place = (place + step) & (len - 1);
            while place >= end {
                place = (place + step) & (len - 1);
            }
        }
    }
    let mut next: Vec<u16> = counts.iter().map(|count| count.unsigned_abs() as u16).collect();
    let mut entry = |code: &u8| {
        let state = next.get_mut(usize::from(*code))?;
        let bits = log.checked_sub(state.checked_ilog2()? as u8)?;
        let base = (u32::from(*state) << bits) - (1 << log);
        *state += 1;
        Some(Entry { base: u16::try_from(base).ok()?, bits, code: *code })
    };
    places.iter().map(&mut entry).collect()
}

#[cfg(test)]
mod tests {
    use super::super::codes::{LENGTHS, MATCHES, OFFSETS};
    use super::*;

    /// How often each code stands in the tables that the format begins with.
    ///
    /// Source: RFC 8878, 3.1.1.3.2.2.1 to 3.1.1.3.2.2.3.
    const FIRST_LENGTHS: &[i32] = &[
        4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1,
        1, 1, -1, -1, -1, -1,
    ];
    const FIRST_MATCHES: &[i32] = &[
        1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
        1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1,
    ];
    const FIRST_OFFSETS: &[i32] = &[
        1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1,
    ];

    #[test]
    fn the_first_tables_are_those_of_the_format() {
        for (codes, first, log) in [
            (&LENGTHS, FIRST_LENGTHS, 6),
            (&MATCHES, FIRST_MATCHES, 6),
            (&OFFSETS, FIRST_OFFSETS, 5),
        ] {
            let expected = Some((first.to_vec(), log, codes.first.len()));
            assert_eq!(counts(codes.first, codes), expected);
        }
    }

    #[test]
    fn a_table_leads_to_states_as_the_format_says() {
        let (table, _) = Table::read(LENGTHS.first, &LENGTHS).unwrap();
        let entry = |base, bits, code| Entry { base, bits, code };
        // Source: RFC 8878, appendix A.
        assert_eq!(table.entries[0], entry(0, 4, 0));
        assert_eq!(table.entries[1], entry(16, 4, 0));
        assert_eq!(table.entries[2], entry(32, 5, 1));
        assert_eq!(table.entries[63], entry(0, 6, 32));
        let (table, _) = Table::read(OFFSETS.first, &OFFSETS).unwrap();
        assert_eq!(table.entries[1], entry(0, 4, 6));
        assert_eq!(table.entries[31], entry(0, 5, 24));
    }

    #[test]
    fn no_description_is_believed_that_does_not_add_up() {
        let mut seed = 1u64;
        for round in 0..20_000usize {
            let bytes: Vec<u8> = (0..round % 24)
                .map(|_| {
                    seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    // The log is one that is allowed, mostly.
                    (seed >> 56) as u8 & if round % 3 == 0 { 0xF3 } else { 0xFF }
                })
                .collect();
            for codes in [&LENGTHS, &MATCHES, &OFFSETS] {
                let Some((table, taken)) = Table::read(&bytes, codes) else { continue };
                assert!(taken <= bytes.len() && table.entries.len() == 1 << table.log);
                let most = |entry: &Entry| usize::from(entry.base) + (1 << entry.bits);
                assert!(table.entries.iter().all(|entry| most(entry) <= table.entries.len()));
                assert!(table.entries.iter().all(|entry| entry.code <= codes.most_code));
            }
        }
    }
}
