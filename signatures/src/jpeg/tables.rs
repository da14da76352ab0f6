//! The tables that scans refer to.
//!
//! Source: ITU-T T.81 (1992), B.2.4 "Table-specification and miscellaneous marker segment syntax".

use std::sync::Arc;

use super::frame::{Coding, Component, Frame, Scan};

/// The tables that are in force.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tables {
    /// The quantiser of DC in each quantisation table.
    quantisation: [Option<u16>; 4],
    /// Class 0, for DC differences, and class 1, for AC coefficients.
    huffman: [[Option<Arc<Huffman>>; 4]; 2],
}

/// A Huffman table as DHT holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Huffman {
    /// How many codes there are of each length from 1 to 16 bits; they obey Kraft's inequality.
    pub counts: [u8; 16],
    /// What the codes stand for, in order of code.
    pub symbols: Vec<u8>,
}

/// DC differences of lossless pictures have up to 16 bits (T.81, H.1.2.2), others fewer.
const MOST_DC_BITS: u8 = 16;

impl Tables {
    /// Takes the content of a DQT segment, or names what is wrong with it.
    pub fn quantise(&mut self, mut content: &[u8]) -> Result<(), &'static str> {
        while let Some((&head, rest)) = content.split_first() {
            let (precision, id) = (head >> 4, usize::from(head & 15));
            let len = if precision == 0 { 64 } else { 128 };
            if precision > 1 || id > 3 || rest.len() < len {
                return Err("quantisation table");
            }
            let first = if precision == 0 { 0 } else { rest[0] };
            let second = rest[usize::from(precision)];
            self.quantisation[id] = Some(u16::from_be_bytes([first, second]));
            content = &rest[len..];
        }
        Ok(())
    }

    /// Takes the content of a DHT segment, or names what is wrong with it.
    pub fn huffman(&mut self, mut content: &[u8]) -> Result<(), &'static str> {
        while let Some((&head, rest)) = content.split_first() {
            let (class, id) = (usize::from(head >> 4), usize::from(head & 15));
            let Some((counts, rest)) = rest.split_first_chunk::<16>() else {
                return Err("Huffman table");
            };
            let total = codes(counts).ok_or("Huffman code lengths")?;
            if class > 1 || id > 3 || total > rest.len() {
                return Err("Huffman table");
            }
            let (symbols, rest) = rest.split_at(total);
            if class == 0 && symbols.iter().any(|&symbol| symbol > MOST_DC_BITS) {
                return Err("Huffman symbol");
            }
            let table = Huffman { counts: *counts, symbols: symbols.to_vec() };
            self.huffman[class][id] = Some(Arc::new(table));
            content = rest;
        }
        Ok(())
    }

    /// Checks the content of a DAC segment.
    pub fn condition(content: &[u8]) -> Result<(), &'static str> {
        let (pairs, rest) = content.as_chunks::<2>();
        let good = pairs.iter().all(|&[head, _]| head >> 4 <= 1 && head & 15 <= 3);
        if good && rest.is_empty() { Ok(()) } else { Err("arithmetic conditioning") }
    }

    /// The quantiser of DC in the table `id`.
    pub fn quantiser(&self, id: u8) -> Option<u16> {
        self.quantisation.get(usize::from(id)).copied().flatten()
    }

    /// The Huffman table `id` for DC differences.
    pub fn dc(&self, id: u8) -> Option<&Arc<Huffman>> {
        self.huffman[0].get(usize::from(id))?.as_ref()
    }

    /// The Huffman table `id` for AC coefficients.
    pub fn ac(&self, id: u8) -> Option<&Arc<Huffman>> {
        self.huffman[1].get(usize::from(id))?.as_ref()
    }

    /// Whether no Huffman table has been defined, as in frames of Motion JPEG.
    pub fn lacks_huffman(&self) -> bool {
        self.huffman.iter().flatten().all(Option::is_none)
    }

    /// Names the table that `scan` refers to and that is not there. That no Huffman table is
    /// there at all is left to the caller.
    pub fn missing(&self, frame: &Frame, scan: &Scan) -> Option<&'static str> {
        let quantised = frame.coding != Coding::Lossless;
        let huffman = !frame.arithmetic && !self.lacks_huffman();
        let lacks = |class: usize, id: u8| {
            self.huffman[class].get(usize::from(id)).is_none_or(Option::is_none)
        };
        for part in &scan.parts {
            let Component { table, .. } = frame.components[part.component];
            if quantised && self.quantisation[usize::from(table)].is_none() {
                return Some("reference to a quantisation table");
            }
            if huffman && scan.reads_dc(frame) && lacks(0, part.dc) {
                return Some("reference to a DC table");
            }
            if huffman && scan.reads_ac(frame) && lacks(1, part.ac) {
                return Some("reference to an AC table");
            }
        }
        None
    }
}

/// How many codes there are of the sixteen lengths, or nothing when they are more than there can
/// be (the inequality of Kraft).
fn codes(counts: &[u8; 16]) -> Option<usize> {
    let mut free = 1u32;
    let mut total = 0usize;
    for &count in counts {
        free = (free << 1).checked_sub(u32::from(count))?;
        total += usize::from(count);
    }
    (total <= 256).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_lengths_obey_kraft() {
        let counts = |pairs: &[(usize, u8)]| {
            let mut counts = [0u8; 16];
            pairs.iter().for_each(|&(len, count)| counts[len - 1] = count);
            codes(&counts)
        };
        assert_eq!(counts(&[(1, 1), (2, 1), (3, 2)]), Some(4));
        assert_eq!(counts(&[(1, 2)]), Some(2));
        assert_eq!(counts(&[(1, 3)]), None);
        assert_eq!(counts(&[(1, 2), (16, 1)]), None);
        assert_eq!(counts(&[(15, 255), (16, 2)]), None);
    }

    #[test]
    fn a_segment_holds_whole_tables_only() {
        let table = [&[0x00][..], &[0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], &[3, 4]];
        let table = table.concat();
        let mut tables = Tables::default();
        assert_eq!(tables.huffman(&[&table[..], &table[..]].concat()), Ok(()));
        assert!(!tables.lacks_huffman());
        assert!(tables.huffman(&table[..18]).is_err());
        assert!(tables.huffman(&[&table[..], &[0]].concat()).is_err());
        let loud = [&table[..18], &[17]].concat();
        assert_eq!(tables.huffman(&loud), Err("Huffman symbol"));
        assert_eq!(tables.quantise(&[1; 65]), Ok(()));
        assert_eq!(tables.quantise(&[0x11; 129]), Ok(()));
        for bad in [&[1u8; 64][..], &[4; 65], &[0x21; 129]] {
            assert!(tables.quantise(bad).is_err(), "{} bytes", bad.len());
        }
    }
}
