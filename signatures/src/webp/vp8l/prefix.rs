//! Prefix codes.
//!
//! Source: RFC 9649, 6.2 "Details".

use super::bits::Bits;
use super::stop::Stop;
use crate::view::View;

/// Longest code in bits.
const MOST_BITS: usize = 15;

/// The order in which lengths of the codes for lengths are stored. Source: RFC 9649, 6.2.1.
const ORDER: [usize; 19] = [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/// Symbols by their codes.
pub(super) struct Prefix {
    /// How many codes have each length.
    counts: [u16; MOST_BITS + 1],
    /// The symbols in the order of their codes.
    symbols: Vec<u16>,
}

impl Prefix {
    /// The code of an alphabet as it is stored.
    pub(super) fn read(
        view: &mut View<'_>,
        bits: &mut Bits,
        alphabet: usize,
    ) -> Result<Self, Stop> {
        if bits.read(view, 1) == 1 {
            return Self::simple(view, bits, alphabet);
        }
        let mut lens = [0; ORDER.len()];
        let count = 4 + bits.read(view, 4) as usize;
        for &symbol in ORDER.get(..count).ok_or(Stop::Flaw("too many lengths of codes"))? {
            lens[symbol] = bits.read(view, 3) as u8;
        }
        let code = Self::new(&lens)?;
        let lens = lengths(view, bits, &code, alphabet)?;
        Self::new(&lens)
    }

    /// One or two symbols.
    fn simple(view: &mut View<'_>, bits: &mut Bits, alphabet: usize) -> Result<Self, Stop> {
        let two = bits.read(view, 1) == 1;
        let first_len = if bits.read(view, 1) == 1 { 8 } else { 1 };
        let mut symbols = vec![bits.read(view, first_len) as u16];
        let mut counts = [0; MOST_BITS + 1];
        if two {
            symbols.push(bits.read(view, 8) as u16);
            symbols.sort_unstable();
            counts[1] = 2;
        }
        if symbols.iter().any(|&symbol| usize::from(symbol) >= alphabet) {
            return Err(Stop::Flaw("a symbol that its alphabet does not have"));
        }
        Ok(Prefix { counts, symbols })
    }

    /// The canonical code of these lengths, which must leave no bits without a symbol.
    fn new(lens: &[u8]) -> Result<Self, Stop> {
        let mut counts = [0u16; MOST_BITS + 1];
        for &len in lens {
            counts[usize::from(len)] += 1;
        }
        counts[0] = 0;
        let mut symbols: Vec<u16> = Vec::new();
        symbols.extend((0..).zip(lens).filter(|&(_, &len)| len > 0).map(|(symbol, _)| symbol));
        symbols.sort_by_key(|&symbol| lens[usize::from(symbol)]);
        if symbols.len() == 1 {
            // A lone symbol takes no bits.
            return Ok(Prefix { counts: [0; MOST_BITS + 1], symbols });
        }
        let used = (1..=MOST_BITS).map(|len| u32::from(counts[len]) << (MOST_BITS - len));
        if used.sum::<u32>() != 1 << MOST_BITS {
            return Err(Stop::Flaw("codes that do not fit each other"));
        }
        Ok(Prefix { counts, symbols })
    }

    /// The next symbol.
    pub(super) fn symbol(&self, view: &mut View<'_>, bits: &mut Bits) -> u16 {
        if let &[only] = &self.symbols[..] {
            return only;
        }
        let (mut code, mut first, mut index) = (0u32, 0u32, 0u32);
        for &count in &self.counts[1..] {
            let count = u32::from(count);
            code |= bits.read(view, 1);
            if code < first + count {
                return self.symbols.get((index + code - first) as usize).copied().unwrap_or(0);
            }
            index += count;
            first = (first + count) << 1;
            code <<= 1;
        }
        0
    }
}

/// Lengths of the codes of an alphabet, themselves coded. Source: RFC 9649, 6.2.1.
fn lengths(
    view: &mut View<'_>,
    bits: &mut Bits,
    code: &Prefix,
    alphabet: usize,
) -> Result<Vec<u8>, Stop> {
    let mut stored = alphabet;
    if bits.read(view, 1) == 1 {
        let len = 2 + 2 * bits.read(view, 3);
        stored = 2 + bits.read(view, len) as usize;
        if stored > alphabet {
            return Err(Stop::Flaw("more lengths of codes than symbols"));
        }
    }
    let (mut lens, mut last) = (Vec::new(), 8);
    while lens.len() < alphabet && stored > 0 {
        stored -= 1;
        let (len, times) = match code.symbol(view, bits) {
            16 => (last, 3 + bits.read(view, 2)),
            17 => (0, 3 + bits.read(view, 3)),
            18 => (0, 11 + bits.read(view, 7)),
            len => (len as u8, 1),
        };
        if len > 0 {
            last = len;
        }
        lens.resize(lens.len() + times as usize, len);
        if lens.len() > alphabet {
            return Err(Stop::Flaw("more lengths of codes than symbols"));
        }
    }
    Ok(lens)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_complete_codes_are_codes() {
        assert!(Prefix::new(&[1, 2, 2]).is_ok());
        assert!(Prefix::new(&[0, 0, 5]).is_ok());
        for lens in [&[1, 2, 3][..], &[1, 1, 1], &[0, 0]] {
            assert!(Prefix::new(lens).is_err(), "{lens:?}");
        }
    }
}
