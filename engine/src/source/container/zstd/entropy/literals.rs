//! The literals of a block, which are not unpacked here.

/// What there is to know of them.
pub(super) struct Literals<'b> {
    /// How many there are.
    pub(super) len: u64,
    /// The description of their table, where there is a new one.
    pub(super) weights: Option<&'b [u8]>,
    /// Whether they use the table of a block before.
    pub(super) uses_former: bool,
    /// What stands after them.
    pub(super) rest: &'b [u8],
}

/// The literals that a block begins with.
///
/// Source: RFC 8878, 3.1.1.3.1.
pub(super) fn read(content: &[u8]) -> Option<Literals<'_>> {
    let first = *content.first()?;
    let (kind, format) = (first & 3, first >> 2 & 3);
    let number = |bytes: usize| {
        let bytes = content.get(..bytes)?;
        Some(bytes.iter().rev().fold(0u64, |number, byte| number << 8 | u64::from(*byte)))
    };
    if kind < 2 {
        let (header, bits) = match format {
            1 => (2, 4),
            3 => (3, 4),
            _ => (1, 3),
        };
        let len = number(header)? >> bits;
        let stored = if kind == 1 { 1 } else { len };
        let rest = content.get(header.checked_add(usize::try_from(stored).ok()?)?..)?;
        return Some(Literals { len, weights: None, uses_former: false, rest });
    }
    let (header, bits) = match format {
        0 | 1 => (3, 10),
        2 => (4, 14),
        _ => (5, 18),
    };
    let sizes = number(header)? >> 4;
    let mask = (1 << bits) - 1;
    let (len, packed) = (sizes & mask, usize::try_from(sizes >> bits & mask).ok()?);
    let (packed, rest) = content.get(header..)?.split_at_checked(packed)?;
    let weights = if kind == 2 { Some(weights(packed)?) } else { None };
    Some(Literals { len, weights, uses_former: kind == 3, rest })
}

/// The description of a table that packed literals begin with.
///
/// Source: RFC 8878, 4.2.1.1.
fn weights(packed: &[u8]) -> Option<&[u8]> {
    let first = usize::from(*packed.first()?);
    let len = match first.checked_sub(128) {
        // Four bits a symbol, of which there is one more.
        Some(symbols) => (symbols + 1).div_ceil(2),
        None => first,
    };
    packed.get(..1 + len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(content: &[u8], expected: Option<(u64, Option<usize>, usize)>) {
        let found = read(content)
            .map(|found| (found.len, found.weights.map(<[u8]>::len), found.rest.len()));
        assert_eq!(found, expected, "{content:02x?}");
    }

    #[test]
    fn all_kinds_of_literals_are_measured() {
        check(&[2 << 3, 1, 2, 9], Some((2, None, 1)));
        check(&[3 << 3 | 1, 7, 9], Some((3, None, 1)));
        check(&[0x14, 0, 7, 9], Some((1, None, 1)));
        check(&[0x2D, 1, 0, 7], Some((0x12, None, 0)));
        // 20 literals in 4 bytes, the table of which has 2.
        check(&[0x42, 1, 1, 1, 9, 0, 0, 8], Some((20, Some(2), 1)));
        check(&[0x43, 1, 1, 1, 9, 0, 0, 8], Some((20, None, 1)));
        check(&[0x42, 1, 1, 129, 9, 0, 0, 8], Some((20, Some(2), 1)));
        for short in [&[][..], &[2 << 3, 1], &[0x42, 1], &[0x42, 1, 1, 1, 9]] {
            check(short, None);
        }
    }
}
