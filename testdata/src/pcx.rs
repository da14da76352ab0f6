//! A small PCX writer: one plane or several, of every depth, with and without a palette behind.
//!
//! Source: ZSoft, "Technical Reference Manual" for PC Paintbrush, revision 5 (1991).

use crate::Sample;
use crate::scene::Picture;

/// What a PCX is written with.
#[derive(Clone, Copy, Debug)]
struct Pcx {
    version: u8,
    /// Bits of a pixel in one plane: 1, 2, 4 or 8.
    bits: u8,
    planes: u8,
    /// Whether a palette stands behind a picture that needs none.
    spare: bool,
}

impl Pcx {
    fn encode(self, picture: &Picture) -> Vec<u8> {
        let plane_len = (picture.width * usize::from(self.bits)).div_ceil(8).next_multiple_of(2);
        let mut out = vec![10, self.version, 1, self.bits, 0, 0, 0, 0];
        let fields = [picture.width as u16 - 1, picture.height as u16 - 1, 300, 300];
        out.extend(fields.iter().flat_map(|value| value.to_le_bytes()));
        out.extend((0..48).map(|index| index / 3 * 17));
        out.extend([0, self.planes]);
        out.extend([plane_len as u16, 1].iter().flat_map(|value| value.to_le_bytes()));
        out.resize(128, 0);
        for y in 0..picture.height {
            for plane in 0..self.planes {
                let mut line = self.line(picture, plane, y);
                line.resize(plane_len, 0);
                out.extend(runs(&line));
            }
        }
        if (self.bits, self.planes) == (8, 1) {
            out.push(12);
            out.extend((0..=255u8).flat_map(|grey| [grey; 3]));
        } else if self.spare {
            out.extend([12, 0, 0, 0, 255, 255, 255]);
            out.resize(out.len() + 254 * 3, 0);
        }
        out
    }

    fn line(self, picture: &Picture, plane: u8, y: usize) -> Vec<u8> {
        let sample = |x: usize| match (self.bits, self.planes) {
            (8, 3 | 4) => picture.pixel(x, y).get(usize::from(plane)).copied().unwrap_or(255),
            // One bit of the grey in each plane, the lowest first.
            (bits, planes) => picture.luma(x, y) >> (8 - bits * planes) >> plane,
        };
        let each = 8 / usize::from(self.bits);
        let byte = |first: usize| {
            (first..first + each).fold(0, |byte: u32, x| {
                let value = if x < picture.width { u32::from(sample(x)) } else { 0 };
                byte << self.bits | value & ((1 << self.bits) - 1)
            }) as u8
        };
        (0..picture.width).step_by(each).map(byte).collect()
    }
}

/// Bytes from 0xc0 on are runs even where they are alone.
fn runs(line: &[u8]) -> Vec<u8> {
    let same = line.chunk_by(|a, b| a == b).flat_map(|run| run.chunks(63));
    let code = |run: &[u8]| match (run.len(), run[0]) {
        (1, value @ ..0xc0) => vec![value],
        (len, value) => vec![0xc0 | len as u8, value],
    };
    same.flat_map(code).collect()
}

/// Pictures of every depth.
pub fn samples() -> Vec<Sample> {
    let encode = |version, bits, planes, seed| {
        Pcx { version, bits, planes, spare: false }.encode(&Picture::scene(seed, 93, 61))
    };
    let spare = Pcx { version: 5, bits: 1, planes: 1, spare: true };
    let samples = [
        ("black-and-white", encode(2, 1, 1, 70)),
        ("version-0", encode(0, 1, 1, 71)),
        ("eight-colours", encode(3, 1, 3, 72)),
        ("sixteen-colours", encode(5, 1, 4, 73)),
        ("cga", encode(5, 2, 1, 74)),
        ("sixteen-in-one-plane", encode(5, 4, 1, 75)),
        ("palette", encode(5, 8, 1, 76)),
        ("rgb", encode(5, 8, 3, 77)),
        ("rgba", encode(5, 8, 4, 78)),
        ("spare-palette", spare.encode(&Picture::scene(79, 93, 61))),
    ];
    samples.into_iter().map(|(name, bytes)| Sample::new("pcx", name, bytes)).collect()
}
