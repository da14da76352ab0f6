//! Numbers as SQLite stores them.

/// The variable-length number at the start of `bytes`, and its length in bytes.
///
/// Seven bits a byte, the highest first, while the top bit is set; the ninth byte gives all its eight.
///
/// Source: <https://sqlite.org/fileformat2.html>, section 1.6 "B-tree Pages", "A variable-length integer".
pub(super) fn varint(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut number = 0_u64;
    for (at, &byte) in bytes.iter().take(8).enumerate() {
        number = number << 7 | u64::from(byte & 0x7f);
        if byte < 0x80 {
            return Some((number, at + 1));
        }
    }
    bytes.get(8).map(|&last| (number << 8 | u64::from(last), 9))
}

/// A two's-complement number of `bytes`, big-endian, at most eight of them.
pub(super) fn signed(bytes: &[u8]) -> i64 {
    let negative = bytes.first().is_some_and(|first| first & 0x80 != 0);
    let start = if negative { -1 } else { 0 };
    bytes.iter().fold(start, |number, &byte| number << 8 | i64::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_varint_ends_where_its_top_bit_ends_or_after_nine_bytes() {
        assert_eq!(varint(&[0x7f, 1]), Some((127, 1)));
        assert_eq!(varint(&[0x81, 0]), Some((128, 2)));
        assert_eq!(varint(&[0xff; 9]), Some((u64::MAX, 9)));
        assert_eq!(varint(&[0xff; 8]), None);
        assert_eq!(varint(&[]), None);
    }

    #[test]
    fn numbers_have_a_sign() {
        assert_eq!(signed(&[0xff, 0xfe]), -2);
        assert_eq!(signed(&[0x7f, 0xff, 0xff]), 0x7f_ffff);
        assert_eq!(signed(&[]), 0);
        assert_eq!(signed(&i64::MIN.to_be_bytes()), i64::MIN);
    }
}
