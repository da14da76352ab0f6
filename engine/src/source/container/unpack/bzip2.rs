//! bzip2, block by block.
//!
//! Source: J. Tsai, "BZIP2: Format Specification" (2016).

/// What blocks, and the end, begin with.
const BLOCK: u64 = 0x3141_5926_5359;
const END: u64 = 0x1772_4538_5090;

/// Bytes of a block for each level, and levels.
const LEVEL: usize = 100_000;

/// Symbols that one table of a group serves.
const GROUP: usize = 50;

/// Codes at the longest, in bits.
const MOST_BITS: usize = 20;

/// Symbols at the most: 256 bytes but one, two for runs, and the end.
const MOST_SYMBOLS: usize = 258;

/// Fills `out`; whether all of it came out, and the checksums of its blocks held.
pub(super) fn unpack(packed: &[u8], out: &mut [u8]) -> bool {
    stream(packed, out) == Some(out.len())
}

fn stream(packed: &[u8], out: &mut [u8]) -> Option<usize> {
    let level = match packed.first_chunk()? {
        [b'B', b'Z', b'h', level @ b'1'..=b'9'] => usize::from(level - b'0'),
        _ => return None,
    };
    let mut bits = Bits { bytes: packed, at: 4, buffer: 0, count: 0 };
    let (mut made, mut symbols) = (0, Vec::new());
    while made < out.len() {
        match bits.take(48)? {
            BLOCK => {}
            END => return Some(made),
            _ => return None,
        }
        let said = bits.take(32)? as u32;
        // Blocks in random order have not been made since 1999.
        if bits.take(1)? != 0 {
            return None;
        }
        let first = bits.take(24)? as usize;
        symbols.clear();
        block(&mut bits, level * LEVEL, &mut symbols)?;
        let len = restore(&mut symbols, first, &mut out[made..])?;
        if checksum(&out[made..made + len]) != said {
            return None;
        }
        made += len;
    }
    Some(made)
}

/// Decodes one block to the last column of its sorted rotations.
fn block(bits: &mut Bits<'_>, most: usize, out: &mut Vec<u32>) -> Option<()> {
    let used = bits.take(16)?;
    let mut bytes = Vec::with_capacity(256);
    for high in (0..16).filter(|high| used >> (15 - high) & 1 == 1) {
        let row = bits.take(16)?;
        let low = (0..16).filter(|low| row >> (15 - low) & 1 == 1);
        bytes.extend(low.map(|low| (high * 16 + low) as u8));
    }
    let symbols = bytes.len() + 2;
    let tables = bits.take(3)? as usize;
    let count = bits.take(15)? as usize;
    if bytes.is_empty() || !(2..=6).contains(&tables) || count == 0 {
        return None;
    }
    let selectors = selectors(bits, tables, count)?;
    let tables: Option<Vec<Table>> = (0..tables).map(|_| Table::read(bits, symbols)).collect();
    let tables = tables?;
    let (mut run, mut weight) = (0usize, 1usize);
    for selector in selectors {
        let table = tables.get(selector)?;
        for _ in 0..GROUP {
            let symbol = table.symbol(bits)?;
            if symbol < 2 {
                // Lengths of runs are numbers of the digits 1 and 2.
                run = run.checked_add(weight << symbol)?;
                weight = weight.checked_mul(2).filter(|_| run <= most)?;
                continue;
            }
            if run > 0 {
                let byte = u32::from(*bytes.first()?);
                (out.len() + run <= most).then(|| out.resize(out.len() + run, byte))?;
                (run, weight) = (0, 1);
            }
            if symbol == symbols - 1 {
                return Some(());
            }
            bytes.get(..symbol)?;
            bytes[..symbol].rotate_right(1);
            (out.len() < most).then(|| out.push(u32::from(bytes[0])))?;
        }
    }
    None
}

/// Which table serves which group: their numbers, moved to the front.
fn selectors(bits: &mut Bits<'_>, tables: usize, count: usize) -> Option<Vec<usize>> {
    let mut order: Vec<usize> = (0..tables).collect();
    let mut selectors = Vec::with_capacity(count);
    for _ in 0..count {
        let mut index = 0;
        while bits.take(1)? == 1 {
            index += 1;
        }
        order.get(..=index)?;
        order[..=index].rotate_right(1);
        selectors.push(order[0]);
    }
    Some(selectors)
}

/// Undoes the sorting and the runs of a block; tells how many bytes it made.
fn restore(column: &mut [u32], first: usize, out: &mut [u8]) -> Option<usize> {
    column.get(first)?;
    let mut starts = [0u32; 256];
    column.iter().for_each(|byte| starts[*byte as usize] += 1);
    let mut sum = 0;
    for start in &mut starts {
        (*start, sum) = (sum, sum + *start);
    }
    for at in 0..column.len() {
        let byte = (column[at] & 0xFF) as usize;
        column[starts[byte] as usize] |= (at as u32) << 8;
        starts[byte] += 1;
    }
    let mut next = column[first] >> 8;
    let (mut made, mut last, mut same) = (0, None, 0);
    for _ in 0..column.len() {
        let entry = *column.get(next as usize)?;
        next = entry >> 8;
        let byte = (entry & 0xFF) as u8;
        if same == 4 {
            // After four of a kind comes how many more there are.
            let more = usize::from(byte);
            out.get_mut(made..made + more)?.fill(last?);
            (made, same, last) = (made + more, 0, None);
            continue;
        }
        same = if last == Some(byte) { same + 1 } else { 1 };
        last = Some(byte);
        *out.get_mut(made)? = byte;
        made += 1;
    }
    Some(made)
}

/// The CRC-32 of bzip2, whose bits go the other way round.
fn checksum(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| crc << 8 ^ CRC[((crc >> 24) as u8 ^ byte) as usize])
}

const CRC: [u32; 256] = crc_table();

const fn crc_table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let (mut value, mut bit) = ((byte as u32) << 24, 0);
        while bit < 8 {
            value = if value >> 31 == 1 { value << 1 ^ 0x04C1_1DB7 } else { value << 1 };
            bit += 1;
        }
        table[byte] = value;
        byte += 1;
    }
    table
}

/// Codes of symbols.
struct Table {
    /// For each length, the first code after those of that length, and what to add to a code for its place.
    limits: [(u32, i32); MOST_BITS + 1],
    /// Symbols in the order of their codes.
    symbols: Vec<u16>,
}

impl Table {
    fn read(bits: &mut Bits<'_>, symbols: usize) -> Option<Self> {
        let mut lengths = [0u8; MOST_SYMBOLS];
        let mut len = bits.take(5)? as usize;
        for length in lengths.get_mut(..symbols)? {
            while bits.take(1)? == 1 {
                len = if bits.take(1)? == 0 { len + 1 } else { len.checked_sub(1)? };
            }
            (1..=MOST_BITS).contains(&len).then_some(())?;
            *length = len as u8;
        }
        let (mut limits, mut order) = ([(0, 0); MOST_BITS + 1], Vec::with_capacity(symbols));
        let mut code = 0u32;
        for (len, limit) in limits.iter_mut().enumerate().skip(1) {
            let place = order.len() as i32 - code as i32;
            let of_len = (0..symbols).filter(|symbol| usize::from(lengths[*symbol]) == len);
            order.extend(of_len.map(|symbol| symbol as u16));
            code = (order.len() as i32 - place) as u32;
            *limit = (code, place);
            code <<= 1;
        }
        Some(Table { limits, symbols: order })
    }

    fn symbol(&self, bits: &mut Bits<'_>) -> Option<usize> {
        let mut code = 0;
        for len in 1..=MOST_BITS {
            code = code << 1 | bits.take(1)? as u32;
            let (limit, place) = self.limits[len];
            if code < limit {
                let symbol = self.symbols.get((code as i32 + place) as usize)?;
                return Some(usize::from(*symbol));
            }
        }
        None
    }
}

/// Bits of a stream, the highest of a byte first.
struct Bits<'b> {
    bytes: &'b [u8],
    at: usize,
    buffer: u64,
    count: u32,
}

impl Bits<'_> {
    /// The next `count` bits, at most 48 of them.
    fn take(&mut self, count: u32) -> Option<u64> {
        while self.count < count {
            self.buffer = self.buffer << 8 | u64::from(*self.bytes.get(self.at)?);
            (self.at, self.count) = (self.at + 1, self.count + 8);
        }
        self.count -= count;
        Some(self.buffer >> self.count & ((1 << count) - 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `printf 'photo photo photo aaaaaaaaaaaaaaaaaaaa' | bzip2 -9`
    const PACKED: &[u8] =
        b"BZh91AY&SY\xd8\xfb\xad\xc9\x00\x00\x09\xb1\x80@\x00@\x00 @\xc4\x00 \x00\x22=F\
        \x8fP\x86\x034\xb2p\x89)O\x17rE8P\x90\xd8\xfb\xad\xc9";

    #[test]
    fn a_block_unpacks_to_what_was_packed() {
        let text = b"photo photo photo aaaaaaaaaaaaaaaaaaaa";
        let mut out = vec![0; text.len()];
        assert!(unpack(PACKED, &mut out) && out == text);
        assert!(!unpack(PACKED, &mut vec![0; text.len() + 1]));
        for at in 0..PACKED.len() {
            assert!(!unpack(&PACKED[..at], &mut out) || at >= PACKED.len() - 10, "{at}");
            let mut broken = PACKED.to_vec();
            broken[at] ^= 1;
            let mut out = vec![0; text.len()];
            assert!(!unpack(&broken, &mut out) || out == text, "{at}");
        }
    }
}
