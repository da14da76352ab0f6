//! Huffman tables and the bits of a scan.

use super::segment;

/// One step of a scan, before it is known which code each symbol gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// A symbol of one of the [`Tables`].
    Symbol { table: usize, symbol: u8 },
    /// Plain bits, at most 16.
    Bits { value: u16, count: u8 },
    /// The bits end here and RSTn follows.
    Restart(u8),
}

/// One Huffman table as DHT holds it.
#[derive(Clone)]
struct Table {
    counts: [u8; 16],
    symbols: Vec<u8>,
}

/// The tables of a scan: 0 and 1 for DC, 2 and 3 for AC; those it needs.
#[derive(Clone)]
pub(super) struct Tables([Option<Table>; 4]);

/// Number of codes of each length, and the differences' sizes. Source: T.81, tables K.3 and K.4.
const DC_COUNTS: [[u8; 16]; 2] = [
    [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0],
    [0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0],
];

/// Number of codes of each length. Source: T.81, tables K.5 and K.6.
const AC_COUNTS: [[u8; 16]; 2] = [
    [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125],
    [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 119],
];

/// Run and size by length of code. Source: T.81, table K.5.
const AC_LUMA: [u8; 162] = [
    0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0x05, 0x12, 0x21, 0x31, 0x41, 0x06, 0x13, 0x51, 0x61, 0x07,
    0x22, 0x71, 0x14, 0x32, 0x81, 0x91, 0xa1, 0x08, 0x23, 0x42, 0xb1, 0xc1, 0x15, 0x52, 0xd1, 0xf0,
    0x24, 0x33, 0x62, 0x72, 0x82, 0x09, 0x0a, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x25, 0x26, 0x27, 0x28,
    0x29, 0x2a, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3a, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49,
    0x4a, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5a, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69,
    0x6a, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7a, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89,
    0x8a, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9a, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7,
    0xa8, 0xa9, 0xaa, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6, 0xb7, 0xb8, 0xb9, 0xba, 0xc2, 0xc3, 0xc4, 0xc5,
    0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8, 0xd9, 0xda, 0xe1, 0xe2,
    0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8, 0xe9, 0xea, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8,
    0xf9, 0xfa,
];

/// Run and size by length of code. Source: T.81, table K.6.
const AC_CHROMA: [u8; 162] = [
    0x00, 0x01, 0x02, 0x03, 0x11, 0x04, 0x05, 0x21, 0x31, 0x06, 0x12, 0x41, 0x51, 0x07, 0x61, 0x71,
    0x13, 0x22, 0x32, 0x81, 0x08, 0x14, 0x42, 0x91, 0xa1, 0xb1, 0xc1, 0x09, 0x23, 0x33, 0x52, 0xf0,
    0x15, 0x62, 0x72, 0xd1, 0x0a, 0x16, 0x24, 0x34, 0xe1, 0x25, 0xf1, 0x17, 0x18, 0x19, 0x1a, 0x26,
    0x27, 0x28, 0x29, 0x2a, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3a, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48,
    0x49, 0x4a, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5a, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68,
    0x69, 0x6a, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79, 0x7a, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87,
    0x88, 0x89, 0x8a, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9a, 0xa2, 0xa3, 0xa4, 0xa5,
    0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6, 0xb7, 0xb8, 0xb9, 0xba, 0xc2, 0xc3,
    0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8, 0xd9, 0xda,
    0xe2, 0xe3, 0xe4, 0xe5, 0xe6, 0xe7, 0xe8, 0xe9, 0xea, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8,
    0xf9, 0xfa,
];

impl Tables {
    /// The standard's examples, which most cameras use.
    pub(super) fn standard(colour: bool) -> Self {
        let dc = |id: usize| Table { counts: DC_COUNTS[id], symbols: (0..12).collect() };
        let ac = |id: usize, symbols: &[u8]| Table {
            counts: AC_COUNTS[id],
            symbols: symbols.to_vec(),
        };
        Tables([
            Some(dc(0)),
            colour.then(|| dc(1)),
            Some(ac(0, &AC_LUMA)),
            colour.then(|| ac(1, &AC_CHROMA)),
        ])
    }

    /// Tables made for these tokens.
    pub(super) fn optimised(tokens: &[Token]) -> Self {
        let mut counts = [[0u32; 256]; 4];
        for token in tokens {
            if let Token::Symbol { table, symbol } = *token {
                counts[table][usize::from(symbol)] += 1;
            }
        }
        Tables(counts.map(|counts| counts.iter().any(|&count| count > 0).then(|| optimal(&counts))))
    }

    /// DHT, one segment for all tables. Source: T.81, B.2.4.2.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let mut data = Vec::new();
        for (id, table) in self.0.iter().enumerate() {
            if let Some(Table { counts, symbols }) = table {
                data.push((id as u8 >> 1) << 4 | id as u8 & 1);
                data.extend(counts);
                data.extend(symbols);
            }
        }
        if !data.is_empty() {
            segment(out, 0xc4, &data);
        }
    }
}

/// The code lengths that make these symbols shortest, none above 16 bits.
///
/// Source: T.81, K.2 "A procedure for generating the lists which specify a Huffman code table".
fn optimal(counts: &[u32; 256]) -> Table {
    // A symbol that never occurs takes the code of all ones, which is forbidden.
    let mut groups: Vec<(u32, Vec<usize>)> = vec![(1, vec![256])];
    let used = counts.iter().enumerate().filter(|(_, count)| **count > 0);
    groups.extend(used.map(|(symbol, &count)| (count, vec![symbol])));
    let mut lengths = [0usize; 257];
    while groups.len() > 1 {
        // The rarest last; among equals the highest symbol, so that the reserved one is longest.
        groups.sort_by_key(|(count, symbols)| {
            std::cmp::Reverse((*count, usize::MAX - symbols.iter().max().copied().unwrap_or(0)))
        });
        let last = groups.pop().into_iter().chain(groups.pop());
        let (count, symbols) = last.fold((0, Vec::new()), |(sum, all), (count, symbols)| {
            (sum + count, [all, symbols].concat())
        });
        symbols.iter().for_each(|&symbol| lengths[symbol] += 1);
        groups.push((count, symbols));
    }
    let mut by_length = [0u8; 258];
    lengths.iter().filter(|length| **length > 0).for_each(|&length| by_length[length] += 1);
    shorten(&mut by_length);
    let mut symbols: Vec<usize> = (0..256).filter(|&symbol| lengths[symbol] > 0).collect();
    symbols.sort_by_key(|&symbol| lengths[symbol]);
    let counts = std::array::from_fn(|index| by_length[index + 1]);
    Table { counts, symbols: symbols.into_iter().map(|symbol| symbol as u8).collect() }
}

/// Moves codes up until none is longer than 16 bits, and drops the reserved one.
///
/// Source: T.81, figure K.3 "Adjust_BITS".
fn shorten(by_length: &mut [u8; 258]) {
    for length in (17..258).rev() {
        while by_length[length] > 0 {
            let donor = (1..length - 1).rev().find(|&donor| by_length[donor] > 0);
            let donor = donor.expect("a code of more than 16 bits has shorter ones beside it");
            by_length[length] -= 2;
            by_length[length - 1] += 1;
            by_length[donor + 1] += 2;
            by_length[donor] -= 1;
        }
    }
    let longest = (1..=16).rev().find(|&length| by_length[length] > 0);
    by_length[longest.expect("the reserved symbol has a code")] -= 1;
}

impl Table {
    /// Code and length of every symbol. Source: T.81, annex C.
    fn codes(&self) -> [(u16, u8); 256] {
        let mut codes = [(0, 0); 256];
        let (mut code, mut at) = (0u16, 0);
        for (index, &count) in self.counts.iter().enumerate() {
            for &symbol in &self.symbols[at..at + usize::from(count)] {
                codes[usize::from(symbol)] = (code, index as u8 + 1);
                code += 1;
            }
            at += usize::from(count);
            code = code.wrapping_shl(1);
        }
        codes
    }
}

/// Writes the entropy-coded segments of a scan.
pub(super) fn write(out: &mut Vec<u8>, tokens: &[Token], tables: &Tables) {
    let codes = tables.0.each_ref().map(|table| table.as_ref().map(Table::codes));
    let mut bits = Bits { out, held: 0, count: 0 };
    for token in tokens {
        match *token {
            Token::Symbol { table, symbol } => {
                let codes = codes[table].as_ref().expect("the scan's tables cover its tokens");
                let (code, len) = codes[usize::from(symbol)];
                assert!(len > 0, "symbol {symbol:#x} has no code");
                bits.push(code, len);
            }
            Token::Bits { value, count } => bits.push(value, count),
            Token::Restart(number) => {
                bits.flush();
                bits.out.extend([0xff, 0xd0 + number % 8]);
            }
        }
    }
    bits.flush();
}

/// Bits, most significant first, with a zero stuffed behind each byte of ones.
struct Bits<'o> {
    out: &'o mut Vec<u8>,
    held: u32,
    count: u8,
}

impl Bits<'_> {
    fn push(&mut self, value: u16, count: u8) {
        let value = u32::from(value) & ((1 << count) - 1);
        self.held = self.held << count | value;
        self.count += count;
        while self.count >= 8 {
            self.count -= 8;
            let byte = (self.held >> self.count) as u8;
            self.out.push(byte);
            if byte == 0xff {
                self.out.push(0);
            }
        }
    }

    /// Fills the last byte up with ones. Source: T.81, F.1.2.3.
    fn flush(&mut self) {
        if self.count > 0 {
            self.push(0xff, 8 - self.count);
        }
        self.held = 0;
    }
}
