//! A PNG encoder for tests: every colour type, every filter, Adam7, animations.
//!
//! Source: W3C PNG (Third Edition).

use crate::scene::Picture;
use miniz_oxide::deflate::compress_to_vec_zlib;

/// How pixels are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// Brightness.
    Grey,
    /// Red, green, blue.
    Rgb,
    /// Index into a palette of 216 colours, or of 16 and fewer greys.
    Palette,
    /// Brightness and opacity.
    GreyAlpha,
    /// Red, green, blue, opacity.
    Rgba,
}

/// How to encode a picture.
#[derive(Clone, Debug)]
pub struct Png {
    /// How pixels are stored.
    pub colour: Colour,
    /// Bits a sample: 8 with every colour; 16 with all but palettes; fewer with greys and palettes.
    pub depth: u8,
    /// Filter type of every row; rows take turns where there is none.
    pub filter: Option<u8>,
    /// Whether the rows come in Adam7's seven passes.
    pub interlaced: bool,
    /// Bytes of image data in one IDAT chunk.
    pub idat_len: usize,
    /// Chunks between IHDR and the image data.
    pub chunks: Vec<([u8; 4], Vec<u8>)>,
}

impl Default for Png {
    fn default() -> Self {
        Png {
            colour: Colour::Rgb,
            depth: 8,
            filter: None,
            interlaced: false,
            idat_len: 8192,
            chunks: Vec::new(),
        }
    }
}

/// First column and row, column and row step of each pass. Source: 8.1 "Interlace methods".
const ADAM7: [(usize, usize, usize, usize); 7] = [
    (0, 0, 8, 8),
    (4, 0, 8, 8),
    (0, 4, 4, 8),
    (2, 0, 4, 4),
    (0, 2, 2, 4),
    (1, 0, 2, 2),
    (0, 1, 1, 2),
];

/// What every PNG begins with.
const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Compression as most programs do it.
const LEVEL: u8 = 6;

impl Png {
    /// The picture as a PNG file.
    pub fn encode(&self, picture: &Picture) -> Vec<u8> {
        let mut out = self.head(picture, None);
        for piece in self.data(picture).chunks(self.idat_len) {
            chunk(&mut out, b"IDAT", piece);
        }
        chunk(&mut out, b"IEND", &[]);
        out
    }

    /// The pictures, all of one size, as an animation that shows each for a tenth of a second.
    /// With `hidden`, viewers that know no animations show a still picture that is no frame.
    pub fn animate(&self, hidden: Option<&Picture>, frames: &[Picture]) -> Vec<u8> {
        let mut out = self.head(hidden.unwrap_or(&frames[0]), Some(frames.len() as u32));
        let mut number = 0u32;
        let mut next = || {
            number += 1;
            (number - 1).to_be_bytes()
        };
        if let Some(still) = hidden {
            chunk(&mut out, b"IDAT", &self.data(still));
        }
        for (index, frame) in frames.iter().enumerate() {
            chunk(&mut out, b"fcTL", &frame_control(next(), frame));
            for piece in self.data(frame).chunks(self.idat_len) {
                if index == 0 && hidden.is_none() {
                    chunk(&mut out, b"IDAT", piece);
                } else {
                    chunk(&mut out, b"fdAT", &[&next()[..], piece].concat());
                }
            }
        }
        chunk(&mut out, b"IEND", &[]);
        out
    }

    fn head(&self, picture: &Picture, frames: Option<u32>) -> Vec<u8> {
        let mut out = SIGNATURE.to_vec();
        let mut header = Vec::new();
        header.extend((picture.width as u32).to_be_bytes());
        header.extend((picture.height as u32).to_be_bytes());
        header.extend([self.depth, self.colour_type(), 0, 0, u8::from(self.interlaced)]);
        chunk(&mut out, b"IHDR", &header);
        if let Some(frames) = frames {
            chunk(&mut out, b"acTL", &[frames.to_be_bytes(), [0; 4]].concat());
        }
        if self.colour == Colour::Palette {
            chunk(&mut out, b"PLTE", &self.palette());
        }
        for (kind, data) in &self.chunks {
            chunk(&mut out, kind, data);
        }
        out
    }

    fn colour_type(&self) -> u8 {
        match self.colour {
            Colour::Grey => 0,
            Colour::Rgb => 2,
            Colour::Palette => 3,
            Colour::GreyAlpha => 4,
            Colour::Rgba => 6,
        }
    }

    fn palette(&self) -> Vec<u8> {
        let levels = 1usize << self.depth;
        match self.depth {
            8 => (0..216).flat_map(|at| [at / 36, at / 6 % 6, at % 6].map(|c| c as u8 * 51)).collect(),
            _ => (0..levels).flat_map(|at| [(at * 255 / (levels - 1)) as u8; 3]).collect(),
        }
    }

    /// The zlib stream of all passes.
    fn data(&self, picture: &Picture) -> Vec<u8> {
        let passes: &[_] = if self.interlaced { &ADAM7 } else { &[(0, 0, 1, 1)] };
        let mut rows = Vec::new();
        for &(x, y, across, down) in passes {
            let mut above = Vec::new();
            for (number, row) in (y..picture.height).step_by(down).enumerate() {
                let pixels = (x..picture.width).step_by(across);
                let line = self.pack(pixels.map(|column| self.samples(picture, column, row)));
                if line.is_empty() {
                    continue;
                }
                above.resize(line.len(), 0);
                let filter = self.filter.unwrap_or((number % 5) as u8);
                rows.push(filter);
                rows.extend(filtered(filter, &line, &above, self.pixel_len()));
                above = line;
            }
        }
        compress_to_vec_zlib(&rows, LEVEL)
    }

    /// Bytes between a sample and the same sample of the pixel before, at least one.
    fn pixel_len(&self) -> usize {
        let samples = match self.colour {
            Colour::Grey | Colour::Palette => 1,
            Colour::GreyAlpha => 2,
            Colour::Rgb => 3,
            Colour::Rgba => 4,
        };
        (samples * usize::from(self.depth) / 8).max(1)
    }

    fn samples(&self, picture: &Picture, x: usize, y: usize) -> Vec<u16> {
        let [red, green, blue] = picture.pixel(x, y).map(u16::from);
        let grey = u16::from(picture.luma(x, y));
        let opacity = 255 - (x * 80 / picture.width) as u16;
        let samples = match self.colour {
            Colour::Grey => vec![grey],
            Colour::Rgb => vec![red, green, blue],
            Colour::Palette if self.depth == 8 => {
                return vec![(red + 25) / 51 * 36 + (green + 25) / 51 * 6 + (blue + 25) / 51];
            }
            Colour::Palette => vec![grey],
            Colour::GreyAlpha => vec![grey, opacity],
            Colour::Rgba => vec![red, green, blue, opacity],
        };
        let scaled = samples.into_iter().map(|value| match self.depth {
            16 => value * 257,
            depth => value >> (8 - depth),
        });
        scaled.collect()
    }

    /// Samples as the bytes of a row, the first in the upper bits.
    fn pack(&self, pixels: impl Iterator<Item = Vec<u16>>) -> Vec<u8> {
        let mut line = Vec::new();
        match self.depth {
            16 => pixels.flatten().for_each(|sample| line.extend(sample.to_be_bytes())),
            8 => line.extend(pixels.flatten().map(|sample| sample as u8)),
            depth => {
                let depth = usize::from(depth);
                for (at, sample) in pixels.flatten().enumerate() {
                    let bit = at * depth;
                    line.resize(bit / 8 + 1, 0);
                    line[bit / 8] |= (sample as u8) << (8 - depth - bit % 8);
                }
            }
        }
        line
    }
}

/// A length, a type, data and a CRC over type and data. Source: 5.3 "Chunk layout".
pub fn chunk(out: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    out.extend((data.len() as u32).to_be_bytes());
    let start = out.len();
    out.extend(kind);
    out.extend(data);
    let crc = crc32fast::hash(&out[start..]);
    out.extend(crc.to_be_bytes());
}

/// The data of `fcTL`: a whole frame, shown for a tenth of a second. Source: 11.3.6.2.
fn frame_control(number: [u8; 4], frame: &Picture) -> Vec<u8> {
    let (width, height) = (frame.width as u32, frame.height as u32);
    let mut data = number.to_vec();
    data.extend([width, height, 0, 0].map(u32::to_be_bytes).concat());
    data.extend([0, 1, 0, 10, 0, 0]);
    data
}

/// One row, filtered. Source: 9.2 "Filter types for filter method 0".
fn filtered(filter: u8, line: &[u8], above: &[u8], pixel_len: usize) -> Vec<u8> {
    let left = |row: &[u8], at: usize| at.checked_sub(pixel_len).map_or(0, |before| row[before]);
    let predicted = |at: usize| match filter {
        0 => 0,
        1 => left(line, at),
        2 => above[at],
        3 => ((u16::from(left(line, at)) + u16::from(above[at])) / 2) as u8,
        _ => paeth(left(line, at), above[at], left(above, at)),
    };
    line.iter().enumerate().map(|(at, byte)| byte.wrapping_sub(predicted(at))).collect()
}

/// Source: 9.4 "Filter type 4: Paeth".
fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let guess = i16::from(left) + i16::from(up) - i16::from(corner);
    let away = |value: u8| (guess - i16::from(value)).abs();
    if away(left) <= away(up) && away(left) <= away(corner) {
        left
    } else if away(up) <= away(corner) {
        up
    } else {
        corner
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    /// Decodes with an independent decoder and compares every sample.
    #[track_caller]
    fn check(png: &Png, picture: &Picture) {
        let bytes = png.encode(picture);
        let mut decoder = ::png::Decoder::new(Cursor::new(bytes));
        decoder.set_transformations(::png::Transformations::IDENTITY);
        let mut reader = decoder.read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut pixels).unwrap();
        reader.finish().unwrap();
        let expected: Vec<u8> = (0..picture.height)
            .flat_map(|y| png.pack((0..picture.width).map(|x| png.samples(picture, x, y))))
            .collect();
        assert_eq!(pixels, expected, "{png:?}");
    }

    #[test]
    fn an_independent_decoder_sees_the_picture() {
        use Colour::{Grey, GreyAlpha, Palette, Rgb, Rgba};
        let kinds = [
            (Grey, &[1, 2, 4, 8, 16][..]),
            (Palette, &[1, 2, 4, 8]),
            (Rgb, &[8, 16]),
            (GreyAlpha, &[8, 16]),
            (Rgba, &[8, 16]),
        ];
        let picture = Picture::scene(6, 37, 21);
        for (colour, depths) in kinds {
            for &depth in depths {
                let png = Png { colour, depth, idat_len: 100, ..Png::default() };
                check(&png, &picture);
                check(&Png { interlaced: true, ..png.clone() }, &picture);
                check(&Png { filter: Some(4), ..png }, &picture);
            }
        }
        check(&Png { interlaced: true, ..Png::default() }, &Picture::scene(1, 1, 1));
        check(&Png { interlaced: true, ..Png::default() }, &Picture::scene(1, 3, 2));
    }

    #[test]
    fn an_independent_decoder_sees_every_frame() {
        let frames = [1, 2, 3].map(|seed| Picture::scene(seed, 24, 16));
        for hidden in [None, Some(&frames[0])] {
            let bytes = Png { idat_len: 300, ..Png::default() }.animate(hidden, &frames);
            let mut reader = ::png::Decoder::new(Cursor::new(bytes)).read_info().unwrap();
            let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
            let expected = hidden.into_iter().chain(&frames);
            for frame in expected {
                reader.next_frame(&mut pixels).unwrap();
                assert!(pixels == frame.rgb);
            }
        }
    }
}
