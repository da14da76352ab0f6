//! A small BMP writer: rows of every depth from both sides, runs, and OS/2's headers.
//!
//! Source: Windows SDK, "Bitmap Storage" and "Bitmap Compression".

use crate::Sample;
use crate::scene::Picture;

/// What a BMP is written with.
#[derive(Clone, Copy, Debug)]
struct Bmp {
    /// Length of the second header: 12, 40, 64, 108 or 124.
    header: u32,
    /// Bits of a pixel: 1, 4, 8, 24 or 32.
    bits: u16,
    /// Whether pixels of 4 or 8 bits are coded as runs.
    runs: bool,
    /// Whether the first row is the upper one.
    top_down: bool,
    /// What the header has as the length of the file; none for the true one.
    declared: Option<u32>,
}

const PLAIN: Bmp = Bmp { header: 40, bits: 24, runs: false, top_down: false, declared: None };

impl Bmp {
    fn encode(self, picture: &Picture) -> Vec<u8> {
        let (width, height) = (picture.width as u32, picture.height as u32);
        let colours = if self.bits <= 8 { 1u32 << self.bits } else { 0 };
        let entry = if self.header == 12 { 3 } else { 4 };
        let offset = 14 + self.header + colours * entry;
        let pixels = self.pixels(picture);
        let len = self.declared.unwrap_or(offset + pixels.len() as u32);
        let mut out = b"BM".to_vec();
        out.extend([len, 0, offset, self.header].iter().flat_map(|value| value.to_le_bytes()));
        if self.header == 12 {
            let fields = [width as u16, height as u16, 1, self.bits];
            out.extend(fields.iter().flat_map(|value| value.to_le_bytes()));
        } else {
            let rows = if self.top_down { (height as i32).wrapping_neg() as u32 } else { height };
            out.extend([width, rows].iter().flat_map(|value| value.to_le_bytes()));
            out.extend([1u16, self.bits].iter().flat_map(|value| value.to_le_bytes()));
            let coding = match (self.runs, self.bits) {
                (true, 8) => 1,
                (true, _) => 2,
                _ => 0u32,
            };
            let fields = [coding, pixels.len() as u32, 2835, 2835, colours, 0];
            out.extend(fields.iter().flat_map(|value| value.to_le_bytes()));
            out.resize(14 + self.header as usize, 0);
        }
        for index in 0..colours {
            let grey = (index * 255 / (colours - 1)) as u8;
            out.extend(&[grey, grey, grey, 0][..entry as usize]);
        }
        out.extend(pixels);
        out
    }

    fn pixels(self, picture: &Picture) -> Vec<u8> {
        let mut out = Vec::new();
        for row in 0..picture.height {
            let y = if self.top_down { row } else { picture.height - 1 - row };
            let packed = self.row(picture, y);
            if self.runs {
                out.extend(self.row_of_runs(picture, y));
            } else {
                out.extend(&packed);
                out.resize(out.len().next_multiple_of(4), 0);
            }
        }
        if self.runs {
            out.extend([0, 1]);
        }
        out
    }

    fn index(self, picture: &Picture, x: usize, y: usize) -> u8 {
        picture.luma(x, y) >> (8 - self.bits)
    }

    fn row(self, picture: &Picture, y: usize) -> Vec<u8> {
        let width = picture.width;
        if self.bits > 8 {
            let alpha = if self.bits == 32 { &[255][..] } else { &[] };
            let pixel = |x| {
                let [red, green, blue] = picture.pixel(x, y);
                [&[blue, green, red], alpha].concat()
            };
            return (0..width).flat_map(pixel).collect();
        }
        let each = 8 / usize::from(self.bits);
        let byte = |first: usize| {
            let bits = (first..first + each).map(|x| {
                let index = if x < width { self.index(picture, x, y) } else { 0 };
                u32::from(index) << (self.bits as usize * (each - 1 - (x - first)))
            });
            bits.sum::<u32>() as u8
        };
        (0..width).step_by(each).map(byte).collect()
    }

    /// Runs where two pixels or more are alike, else a literal pair; the end of the row.
    fn row_of_runs(self, picture: &Picture, y: usize) -> Vec<u8> {
        let value = |x: usize| {
            let index = self.index(picture, x, y);
            if self.bits == 4 { index << 4 | index } else { index }
        };
        let (mut out, mut x) = (Vec::new(), 0);
        while x < picture.width {
            let alike = (x..picture.width).take(255).take_while(|&other| value(other) == value(x));
            let count = alike.count();
            if count == 1 && self.bits == 8 && x + 3 <= picture.width {
                out.extend([0, 3, value(x), value(x + 1), value(x + 2), 0]);
                x += 3;
            } else {
                out.extend([count as u8, value(x)]);
                x += count;
            }
        }
        out.extend([0, 0]);
        out
    }
}

/// The picture as it lies in memory and in icons, without the file header; of 4, 8, 24 or 32 bits a
/// pixel.
pub fn dib(picture: &Picture, bits: u16) -> Vec<u8> {
    Bmp { bits, ..PLAIN }.encode(picture).split_off(14)
}

/// Bitmaps of all depths, headers and codings.
pub fn samples() -> Vec<Sample> {
    let encode = |bmp: Bmp, seed| bmp.encode(&Picture::scene(seed, 75, 50));
    let samples = [
        ("rgb", encode(PLAIN, 40)),
        ("rgb-top-down", encode(Bmp { top_down: true, ..PLAIN }, 41)),
        ("rgb32-v5", encode(Bmp { bits: 32, header: 124, ..PLAIN }, 42)),
        ("grey8", encode(Bmp { bits: 8, ..PLAIN }, 43)),
        ("grey4-v4", encode(Bmp { bits: 4, header: 108, ..PLAIN }, 44)),
        ("black-and-white", encode(Bmp { bits: 1, ..PLAIN }, 45)),
        ("runs8", encode(Bmp { bits: 8, runs: true, ..PLAIN }, 46)),
        ("runs4", encode(Bmp { bits: 4, runs: true, ..PLAIN }, 47)),
        ("os2-core", encode(Bmp { bits: 24, header: 12, ..PLAIN }, 48)),
        ("os2-core-black-and-white", encode(Bmp { bits: 1, header: 12, ..PLAIN }, 49)),
        ("os2-header-length-for-all", encode(Bmp { header: 64, declared: Some(78), ..PLAIN }, 50)),
        ("length-missing", encode(Bmp { declared: Some(0), ..PLAIN }, 51)),
    ];
    samples.into_iter().map(|(name, bytes)| Sample::new("bmp", name, bytes)).collect()
}
