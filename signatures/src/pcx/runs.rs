//! Lines coded in runs: a byte stands for itself, or tells how often the next one comes.

use crate::view::View;

/// The two upper bits that tell a count.
const COUNT: u8 = 0xc0;

/// So many equal bytes that stand for themselves are nothing that an encoder writes: it is what
/// runs are for.
const MOST_ALIKE: u32 = 64;

/// Coded bytes are read in pieces of this size.
const PIECE: usize = 64 << 10;

/// Lines that were decoded.
pub(super) struct Decoded {
    /// The first byte after the last whole line.
    pub(super) end: u64,
    /// How many whole lines there are.
    pub(super) lines: u64,
    /// Where and why it ended before the last line.
    pub(super) broken: Option<(u64, &'static str)>,
}

/// The line at hand.
#[derive(Default)]
struct Line {
    /// Bytes that it has.
    filled: u64,
    /// How often the next byte comes, once that is known.
    count: Option<u8>,
    /// The byte that stood for itself last, and how many like it before.
    alike: (u8, u32),
}

impl Line {
    /// Takes a byte; tells what is wrong with it.
    fn take(&mut self, byte: u8) -> Result<(), &'static str> {
        if let Some(count) = self.count.take() {
            self.filled += u64::from(count);
            self.alike = (byte, 0);
        } else if byte >= COUNT {
            if byte == COUNT {
                return Err("a run of nothing");
            }
            self.count = Some(byte - COUNT);
        } else {
            self.filled += 1;
            self.alike = (byte, if self.alike.0 == byte { self.alike.1 + 1 } else { 0 });
            if self.alike.1 >= MOST_ALIKE {
                return Err("equal bytes that are not a run");
            }
        }
        Ok(())
    }
}

/// Decodes `lines` lines of `len` bytes from `start` on. A run ends with its line.
pub(super) fn decode(view: &mut View<'_>, start: u64, len: u64, lines: u64) -> Decoded {
    let mut decoded = Decoded { end: start, lines: 0, broken: None };
    let (mut at, mut line) = (start, Line::default());
    while decoded.lines < lines {
        let piece = view.up_to(at, PIECE);
        if piece.is_empty() {
            decoded.broken = Some((at, "the source ends before the last line"));
            break;
        }
        for &byte in piece {
            let wrong = line.take(byte).err();
            let over = (line.filled > len).then_some("a run longer than its line");
            if let Some(what) = wrong.or(over) {
                decoded.broken = Some((at, what));
                return decoded;
            }
            at += 1;
            if line.filled == len {
                line = Line::default();
                (decoded.end, decoded.lines) = (at, decoded.lines + 1);
                if decoded.lines == lines {
                    break;
                }
            }
        }
    }
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{Buffer, Runs};

    #[track_caller]
    fn check(coded: &[u8], end: u64, lines: u64, broken: Option<u64>) {
        let (runs, mut buffer) = (Runs::whole(0, coded.len() as u64), Buffer::default());
        let decoded = decode(&mut View::new(&coded, &runs, &mut buffer), 0, 4, 2);
        let found = (decoded.end, decoded.lines, decoded.broken.map(|(at, _)| at));
        assert_eq!(found, (end, lines, broken), "{coded:02x?}");
    }

    #[test]
    fn lines_end_where_their_runs_end() {
        check(&[0xc4, 7, 1, 2, 3, 4, 9], 6, 2, None);
        check(&[0xc3, 0xff, 1, 0xc1, 0xc1, 0xc3, 0], 7, 2, None);
        check(&[0xc5, 7, 1, 2, 3, 4], 0, 0, Some(1));
        check(&[0xc4, 7, 1, 0xc4, 1], 2, 1, Some(4));
        check(&[0xc4, 7, 0xc0, 7], 2, 1, Some(2));
        check(&[0xc4, 7, 0xc2], 2, 1, Some(3));
        check(&[], 0, 0, Some(0));
    }

    #[test]
    fn equal_bytes_one_by_one_are_no_line() {
        let zeros = [0; 100];
        let (runs, mut buffer) = (Runs::whole(0, 100), Buffer::default());
        let bytes = zeros.as_slice();
        let decoded = decode(&mut View::new(&bytes, &runs, &mut buffer), 0, 100, 1);
        assert!(decoded.lines == 0 && decoded.broken.is_some());
    }
}
