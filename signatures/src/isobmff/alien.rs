//! Bytes that coded pictures do not contain: traces of other files laid over them.
//!
//! Coded slices and tiles look like noise, so that most foreign bytes betray themselves: NAL units
//! keep three-byte patterns out of their payload, and text, programs, zeros and JPEG data have a
//! face that noise does not make by chance. Foreign noise goes unseen.

use memchr::{memchr, memchr_iter};

/// Bytes that are all text before they are taken for it, with so many different values.
const TEXT: (usize, usize) = (256, 16);

/// Bytes that are looked at together for zeros.
const BLOCK: usize = 1024;

/// Ranges of zeros in a block, and different values beside them, that make it a program or a
/// table: noise has four such ranges.
const TABLE: (usize, usize) = (48, 64);

/// Bytes 0xff in a row, each followed as the JPEG scan rules, and so many bytes apart at least on
/// the average, that make a JPEG. Noise follows one of 28 so.
const JPEG: (u32, u64) = (12, 16);

/// The last bytes of a unit, which writers may pad.
pub const PADDING: u64 = 64;

/// A range of coded data that cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trace {
    /// The first byte that shows it.
    pub at: u64,
    /// What it looks like.
    pub what: &'static str,
    /// The last byte that shows any.
    pub last: u64,
}

/// Looks through the payload of one unit.
#[derive(Debug)]
pub struct Alien {
    /// Whether patterns of three bytes are kept out.
    escapes: bool,
    /// Zeros just seen, at most two.
    zeros: u8,
    /// Whether they and an escape byte were just seen.
    escaped: bool,
    /// How many bytes 0xff were followed well, and where the first of them stood.
    stuffed: (u32, u64),
    found: Option<Trace>,
}

impl Alien {
    /// A fresh look; `escapes` says whether the unit is one of NAL.
    pub fn new(escapes: bool) -> Self {
        Alien { escapes, zeros: 0, escaped: false, stuffed: (0, 0), found: None }
    }

    /// What was found.
    pub fn found(&self) -> Option<Trace> {
        self.found
    }

    /// Looks at the next bytes, which lie at `at`.
    pub fn feed(&mut self, at: u64, bytes: &[u8]) {
        if self.escapes {
            self.nal(at, bytes);
        }
        self.jpeg(at, bytes);
        for (index, text) in bytes.chunks_exact(TEXT.0).enumerate() {
            if text.is_ascii() && text.iter().all(is_text) && values(text) >= TEXT.1 {
                self.note(at + (index * TEXT.0) as u64, "text inside coded data");
            }
        }
        // The tables of entry points in headers of slices look plain, and zeros break the rule
        // above.
        let blocks = if self.escapes { &[] } else { bytes };
        for (index, block) in blocks.chunks_exact(BLOCK).enumerate() {
            if let Some(what) = plain(block) {
                self.note(at + (index * BLOCK) as u64, what);
            }
        }
    }

    /// Source: ITU-T H.264 (V14), 7.4.1, and H.265 (V10), 7.4.2: no 00 00 00, 00 00 01 or
    /// 00 00 02 inside a NAL unit, and 00 00 03 only before a byte of 0 to 3.
    fn nal(&mut self, at: u64, bytes: &[u8]) {
        let mut index = 0;
        while index < bytes.len() {
            if self.zeros == 0 && !self.escaped {
                match memchr(0, &bytes[index..]) {
                    Some(skip) => index += skip,
                    None => return,
                }
            }
            if !self.step(bytes[index]) {
                self.note(at + index as u64, "a start code inside a NAL unit");
            }
            index += 1;
        }
    }

    /// Whether `byte` may come next in a NAL unit.
    fn step(&mut self, byte: u8) -> bool {
        let fits = match (self.escaped, self.zeros) {
            (true, _) => byte <= 3,
            (false, 2) => byte > 2,
            _ => true,
        };
        let before = if self.escaped { 0 } else { self.zeros };
        self.escaped = before == 2 && byte == 3;
        self.zeros = if byte == 0 { (before + 1).min(2) } else { 0 };
        fits
    }

    /// Source: ITU-T T.81 (1992), B.1.1.5 "Entropy-coded data segments": 0xff is followed by 0, or
    /// is a restart marker.
    fn jpeg(&mut self, at: u64, bytes: &[u8]) {
        for index in memchr_iter(0xff, bytes) {
            let here = at + index as u64;
            match bytes.get(index + 1) {
                None => {}
                Some(0 | 0xd0..=0xd7) => {
                    let (count, first) = self.stuffed;
                    let first = if count == 0 { here } else { first };
                    self.stuffed = (count.saturating_add(1), first);
                    let (count, _) = self.stuffed;
                    if count >= JPEG.0 && here - first >= u64::from(count) * JPEG.1 {
                        self.note(first, "JPEG data inside coded data");
                        self.note(here, "JPEG data inside coded data");
                    }
                }
                Some(_) => self.stuffed = (0, 0),
            }
        }
    }

    fn note(&mut self, at: u64, what: &'static str) {
        let known = self.found.unwrap_or(Trace { at, what, last: at });
        let first = if at < known.at { Trace { at, what, ..known } } else { known };
        self.found = Some(Trace { last: known.last.max(at), ..first });
    }
}

/// What a block is whose zeros are not those of noise.
fn plain(block: &[u8]) -> Option<&'static str> {
    let starts = block.windows(2).filter(|pair| pair[0] != 0 && pair[1] == 0).count();
    if starts >= TABLE.0 && values(block) >= TABLE.1 {
        return Some("plain data inside coded data");
    }
    (starts == 0 && block.iter().all(|&byte| byte == 0)).then_some("zeros inside coded data")
}

fn is_text(byte: &u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~')
}

/// How many different values the bytes have.
fn values(bytes: &[u8]) -> usize {
    let mut seen = [false; 256];
    bytes.iter().for_each(|&byte| seen[usize::from(byte)] = true);
    seen.iter().filter(|&&seen| seen).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(escapes: bool, bytes: &[u8], expected: Option<(u64, u64)>) {
        for piece in [1, 3, 4096] {
            // Blocks are looked at as they come: small pieces show what needs none.
            if piece < BLOCK && expected.is_some() && !escapes {
                continue;
            }
            let mut alien = Alien::new(escapes);
            for (index, bytes) in bytes.chunks(piece).enumerate() {
                alien.feed((index * piece) as u64, bytes);
            }
            let found = alien.found().map(|found| (found.at, found.last));
            assert_eq!(found, expected, "in pieces of {piece}");
        }
    }

    fn noise(len: u32) -> Vec<u8> {
        let mut state = 1u32;
        let mut next = |_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        (0..len).map(&mut next).collect()
    }

    #[test]
    fn start_codes_do_not_occur_in_nal_units() {
        check(true, b"a\0\0b\0\0\x03\0\0\x03\x01c\0\0\x04\0\0\x03", None);
        check(true, b"abc\0\0\x01d", Some((5, 5)));
        check(true, b"\0\0\0\0d", Some((2, 3)));
        check(true, b"\0\0\x03\x04\0\0\x02", Some((3, 6)));
        check(false, b"abc\0\0\x01d", None);
    }

    #[test]
    fn noise_is_what_coded_data_look_like() {
        check(false, &noise(1 << 18), None);
    }

    #[test]
    fn other_files_show() {
        let at = |foreign: &[u8]| [noise(4096), foreign.to_vec(), noise(4096)].concat();
        let text = b"It was the best of times, it was the worst of times. ".repeat(40);
        check(false, &at(&text), Some((4096, 4096 + 2048 - 256)));
        check(false, &at(&[0; 2048]), Some((4096, 5120)));
        let table: Vec<u8> = (0..2048u32).map(|n| if n % 8 < 4 { 0 } else { n as u8 }).collect();
        let words: Vec<u8> =
            table.iter().zip(noise(2048)).map(|(a, b)| if *a == 0 { 0 } else { b }).collect();
        check(false, &at(&words), Some((4096, 5120)));
        let stuffed: Vec<u8> = noise(2048)
            .iter()
            .flat_map(|&byte| if byte == 0xff { vec![0xff, 0] } else { vec![byte] })
            .chain([0xff, 0xd3])
            .collect();
        let mut alien = Alien::new(false);
        (0..8).for_each(|n| alien.feed(n * stuffed.len() as u64, &stuffed));
        assert!(alien.found().is_some());
    }
}
