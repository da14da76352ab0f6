//! Where fax data ends that says so itself: lines end with a code that no row holds, and two or
//! more of them without a row between end the page.
//!
//! Source: ITU-T T.4 (2003), 4.1.2 "End-of-line (EOL)" and 4.1.4 "Return to control"; ITU-T T.6
//! (1988), 2.4.1.1 "End-of-facsimile-block"; TIFF 6.0, section 11 "CCITT Bilevel Encodings".

use crate::view::View;

/// Zeros before the one of an end of line, at least.
const ZEROS: u32 = 11;

/// Ends of lines one after the other that no page has between two rows.
const LEAST_ENDS: u32 = 2;

/// More data is not searched, in bytes.
const MOST: u64 = 64 << 20;

/// Data is read in pieces of this many bytes.
const PIECE: usize = 16 << 10;

/// How a page is coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fax {
    /// Ends of lines at the end of the page: two in Group 4, six in Group 3.
    pub ends: u32,
    /// Whether a bit after each end of line says how the next row is coded.
    pub tagged: bool,
    /// Whether the bits of a byte come from the lowest.
    pub reversed: bool,
}

impl Fax {
    /// The first byte after the page that begins at `at` and ends before `limit`, if it says where.
    pub fn end(self, view: &mut View<'_>, at: u64, limit: u64) -> Option<u64> {
        let limit = limit.min(at.saturating_add(MOST));
        let mut page = Page { fax: self, zeros: 0, ends: 0, tag: false, end: 0 };
        let mut at = at;
        while at < limit {
            let piece = view.up_to(at, PIECE.min((limit - at) as usize));
            if piece.is_empty() {
                break;
            }
            for &byte in piece {
                let byte = if self.reversed { byte.reverse_bits() } else { byte };
                if page.byte(byte, at) {
                    return Some(page.end);
                }
                at += 1;
            }
        }
        (page.ends >= LEAST_ENDS).then_some(page.end)
    }
}

/// A page up to some bit.
struct Page {
    fax: Fax,
    /// Zeros since the last one.
    zeros: u32,
    /// Ends of lines with nothing but zeros between them.
    ends: u32,
    /// Whether the next bit tells how a row is coded.
    tag: bool,
    /// The first byte after the last end of line.
    end: u64,
}

impl Page {
    /// Takes the byte at `at`; tells whether the page ended before or in it.
    fn byte(&mut self, byte: u8, at: u64) -> bool {
        for shift in (0..8).rev() {
            if std::mem::take(&mut self.tag) {
                self.end = at + 1;
                continue;
            }
            if byte >> shift & 1 == 0 {
                self.zeros += 1;
            } else if std::mem::take(&mut self.zeros) >= ZEROS {
                self.ends += 1;
                (self.tag, self.end) = (self.fax.tagged, at + 1);
            } else if self.ends >= LEAST_ENDS {
                return true;
            } else {
                self.ends = 0;
            }
            if self.ends == self.fax.ends && !self.tag {
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::{Buffer, Runs};

    #[track_caller]
    fn check(fax: Fax, bits: &str, len: Option<u64>) {
        let digits: Vec<u8> = bits.bytes().filter(|byte| *byte != b' ').collect();
        let byte = |bits: &[u8]| {
            let sum = bits.iter().fold(0, |sum, bit| sum << 1 | (bit - b'0'));
            let byte = sum << (8 - bits.len());
            if fax.reversed { byte.reverse_bits() } else { byte }
        };
        let data: Vec<u8> = digits.chunks(8).map(byte).chain([0x5a; 9]).collect();
        let data = data.as_slice();
        let (runs, mut buffer) = (Runs::whole(0, data.len() as u64), Buffer::default());
        let found = fax.end(&mut View::new(&data, &runs, &mut buffer), 0, data.len() as u64);
        assert_eq!(found, len, "{bits}");
    }

    const G4: Fax = Fax { ends: 2, tagged: false, reversed: false };
    const G3: Fax = Fax { ends: 6, tagged: false, reversed: false };
    const EOL: &str = "000000000001";

    #[test]
    fn a_page_of_group_4_ends_with_two_ends_of_line() {
        check(G4, &format!("1010 0100 11 {EOL}{EOL}"), Some(5));
        check(G4, &format!("1010 0100 {EOL}{EOL}"), Some(4));
        check(G4, &format!("1010 0100 11 {EOL}1{EOL}"), None);
        check(Fax { reversed: true, ..G4 }, &format!("1010 0100 11 {EOL}{EOL}"), Some(5));
        check(G4, "1010", None);
    }

    #[test]
    fn a_page_of_group_3_ends_with_up_to_six() {
        let rows = format!("{EOL}1011{EOL}0011 01");
        check(G3, &format!("{rows}{}", EOL.repeat(6)), Some(14));
        check(G3, &format!("{rows}{}", EOL.repeat(3)), Some(9));
        check(G3, &rows, None);
        let tagged = Fax { tagged: true, ..G3 };
        let end = format!("{EOL}1").repeat(6);
        check(tagged, &format!("{EOL}1 1011 {EOL}0 11 {end}"), Some(14));
        let aligned = format!("0000{EOL}").repeat(6);
        check(G3, &format!("{EOL}1011 {aligned}"), Some(14));
    }
}
