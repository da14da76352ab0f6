//! What codes of sequences stand for, and the tables that the format begins with.
//!
//! Source: RFC 8878, 3.1.1.3.2.1.1 and 3.1.1.3.2.2.

/// What there is to know of one kind of codes.
pub(super) struct Codes {
    /// The largest one.
    pub(super) most_code: u8,
    /// The most that a table of them may have as the logarithm of its length.
    pub(super) most_log: u8,
    /// The description of the table that the format begins with.
    pub(super) first: &'static [u8],
}

pub(super) const LENGTHS: Codes = Codes {
    most_code: 35,
    most_log: 9,
    first: b"\x51\x10\x63\x8c\x31\xc6\x18\x63\x0c\x21\xc4\x18\x63\x66\x66\x86\x46\x92\x04\x00",
};

pub(super) const MATCHES: Codes = Codes {
    most_code: 52,
    most_log: 9,
    first: b"\x21\x14\xc4\x18\x63\x8c\x21\x84\x10\x42\x08\x21\x84\x10\x42\x08\x21\x44\x44\x44\x44\x44\x44\x44\
             \x44\x24\x09\x00\x00",
};

pub(super) const OFFSETS: Codes = Codes {
    most_code: 31,
    most_log: 8,
    first: b"\x20\x84\x10\x42\x66\x46\x44\x44\x44\x44\x24\x49\x02\x00",
};

/// The least length that a code of literals stands for, and how many bits say more.
pub(super) fn literal_len(code: u8) -> Option<(u32, u8)> {
    const LONG: [(u32, u8); 20] = [
        (16, 1),
        (18, 1),
        (20, 1),
        (22, 1),
        (24, 2),
        (28, 2),
        (32, 3),
        (40, 3),
        (48, 4),
        (64, 6),
        (128, 7),
        (256, 8),
        (512, 9),
        (1024, 10),
        (2048, 11),
        (4096, 12),
        (8192, 13),
        (16384, 14),
        (32768, 15),
        (65536, 16),
    ];
    match code.checked_sub(16) {
        None => Some((u32::from(code), 0)),
        Some(long) => LONG.get(usize::from(long)).copied(),
    }
}

/// The same for a code of matches.
pub(super) fn match_len(code: u8) -> Option<(u32, u8)> {
    const LONG: [(u32, u8); 21] = [
        (35, 1),
        (37, 1),
        (39, 1),
        (41, 1),
        (43, 2),
        (47, 2),
        (51, 3),
        (59, 3),
        (67, 4),
        (83, 4),
        (99, 5),
        (131, 7),
        (259, 8),
        (515, 9),
        (1027, 10),
        (2051, 11),
        (4099, 12),
        (8195, 13),
        (16387, 14),
        (32771, 15),
        (65539, 16),
    ];
    match code.checked_sub(32) {
        None => Some((u32::from(code) + 3, 0)),
        Some(long) => LONG.get(usize::from(long)).copied(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_follow_one_another() {
        for (len, most) in [(literal_len as fn(u8) -> _, 35), (match_len, 52)] {
            let all: Vec<(u32, u8)> = (0..=most).map(|code| len(code).unwrap()).collect();
            assert!(all.windows(2).all(|pair| pair[0].0 + (1 << pair[0].1) == pair[1].0));
            assert_eq!(len(most + 1), None);
        }
    }
}
