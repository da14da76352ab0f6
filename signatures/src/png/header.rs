//! The signature, IHDR, and what follows from it.

use crate::verdict::Reject;
use crate::view::{Endian::Big, View};

/// The signature, of eight bytes.
pub const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The picture's geometry.
///
/// Source: W3C PNG (Third Edition), 11.2.1 "IHDR Image header".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Bits a sample.
    pub depth: u8,
    /// Colour type.
    pub colour: u8,
    /// Whether the rows come in Adam7's seven passes.
    pub interlaced: bool,
}

/// Adam7: first column, first row, column step, row step of each pass.
///
/// Source: W3C PNG (Third Edition), 8.1 "Interlace methods".
const ADAM7: [(u32, u32, u32, u32); 7] = [
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
];

impl Header {
    /// Length of the chunk's data in bytes.
    pub const LEN: usize = 13;

    /// The header of the PNG at the view's start, its CRC included. It follows the signature, or
    /// Apple's `CgBI` chunk after it.
    pub fn read(view: &mut View<'_>) -> Result<Self, Reject> {
        let mut at = SIGNATURE.len() as u64;
        if &view.array::<8>(at)? == b"\0\0\0\x04CgBI" {
            at += 16;
        }
        if &view.array::<8>(at)? != b"\0\0\0\x0dIHDR" {
            return Err(view.malformed(at, "IHDR"));
        }
        let body: [u8; 4 + Self::LEN] = view.array(at + 4)?;
        let (stored, computed) = (view.u32(at + 21, Big)?, crc32fast::hash(&body));
        if stored != computed {
            return Err(Reject::Checksum { at: view.base() + at + 21, stored, computed });
        }
        Self::parse(&body[4..]).ok_or_else(|| view.malformed(at + 8, "IHDR"))
    }

    /// The header in the chunk's data, or nothing when a field has a forbidden value.
    pub fn parse(data: &[u8]) -> Option<Self> {
        let data: &[u8; Self::LEN] = data.try_into().ok()?;
        let [w0, w1, w2, w3, h0, h1, h2, h3, depth, colour, compression, filter, interlace] = *data;
        let (width, height) =
            (u32::from_be_bytes([w0, w1, w2, w3]), u32::from_be_bytes([h0, h1, h2, h3]));
        let legal = match colour {
            0 => matches!(depth, 1 | 2 | 4 | 8 | 16),
            3 => matches!(depth, 1 | 2 | 4 | 8),
            2 | 4 | 6 => matches!(depth, 8 | 16),
            _ => false,
        };
        let sized =
            (1..=i32::MAX as u32).contains(&width) && (1..=i32::MAX as u32).contains(&height);
        (legal && sized && compression == 0 && filter == 0 && interlace <= 1).then_some(Header {
            width,
            height,
            depth,
            colour,
            interlaced: interlace == 1,
        })
    }

    /// The same picture with other dimensions, as a frame of an animation has.
    pub fn resized(self, width: u32, height: u32) -> Self {
        Header { width, height, ..self }
    }

    /// Rows and bytes a row (without the filter byte) of each pass that has any.
    pub fn passes(&self) -> impl Iterator<Item = (u32, u64)> + use<> {
        let header = *self;
        let all: &'static [(u32, u32, u32, u32)] =
            if header.interlaced { &ADAM7 } else { &[(0, 0, 1, 1)] };
        all.iter().filter_map(move |&(x, y, dx, dy)| {
            let columns = header.width.saturating_sub(x).div_ceil(dx);
            let rows = header.height.saturating_sub(y).div_ceil(dy);
            (columns > 0 && rows > 0).then(|| (rows, header.row_len(columns)))
        })
    }

    /// All rows of all passes.
    pub fn rows(&self) -> u64 {
        self.passes().map(|(rows, _)| u64::from(rows)).sum()
    }

    fn row_len(&self, columns: u32) -> u64 {
        let samples: u64 = match self.colour {
            2 => 3,
            4 => 2,
            6 => 4,
            _ => 1,
        };
        (u64::from(columns) * samples * u64::from(self.depth)).div_ceil(8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(width: u32, height: u32, depth: u8, colour: u8, interlaced: bool) -> Header {
        Header { width, height, depth, colour, interlaced }
    }

    #[test]
    fn rows_of_a_plain_picture() {
        let passes: Vec<_> = header(10, 3, 1, 0, false).passes().collect();
        assert_eq!(passes, [(3, 2)]);
        assert_eq!(header(10, 3, 16, 6, false).passes().next(), Some((3, 80)));
    }

    #[test]
    fn adam7_leaves_out_empty_passes() {
        assert_eq!(header(1, 1, 8, 2, true).passes().collect::<Vec<_>>(), [(1, 3)]);
        let passes: Vec<_> = header(8, 8, 8, 0, true).passes().collect();
        assert_eq!(passes, [(1, 1), (1, 1), (1, 2), (2, 2), (2, 4), (4, 4), (4, 8)]);
        assert_eq!(header(8, 8, 8, 0, true).rows(), 15);
    }

    #[test]
    fn forbidden_values_are_no_header() {
        let good = [0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0];
        assert!(Header::parse(&good).is_some());
        for (at, value) in [(3, 0), (0, 0x80), (8, 3), (9, 1), (9, 7), (10, 1), (11, 1), (12, 2)] {
            let mut bad = good;
            bad[at] = value;
            assert_eq!(Header::parse(&bad), None, "byte {at} = {value}");
        }
    }
}
