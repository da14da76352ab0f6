//! A small GIF writer: LZW with a table that is emptied when it is full, interlaced or not, with
//! extensions, as one frame or many.
//!
//! Source: CompuServe, "Graphics Interchange Format, Version 89a".

use std::collections::HashMap;

use crate::Sample;
use crate::scene::Picture;

/// What a GIF is written with.
#[derive(Clone, Debug)]
pub struct Gif {
    /// Bits of a pixel, 1 to 8.
    pub depth: u8,
    /// Whether each frame brings a colour table.
    pub local_tables: bool,
    /// Whether the rows come in four passes.
    pub interlaced: bool,
    /// Text of a comment; none when empty.
    pub comment: &'static [u8],
    /// Bytes of a sub-block, 1 to 255.
    pub block_len: usize,
}

impl Default for Gif {
    fn default() -> Self {
        Gif { depth: 8, local_tables: false, interlaced: false, comment: b"", block_len: 255 }
    }
}

impl Gif {
    /// The frames as one file; all are as large as the first.
    pub fn encode(&self, frames: &[Picture]) -> Vec<u8> {
        let (width, height) = frames.first().map_or((1, 1), |frame| (frame.width, frame.height));
        let size = [(width as u16).to_le_bytes(), (height as u16).to_le_bytes()].concat();
        let table = self.table();
        let flags = 0x70 | (self.depth - 1) | if self.local_tables { 0 } else { 0x80 };
        let mut out = [b"GIF89a", &size[..], &[flags, 0, 0]].concat();
        if !self.local_tables {
            out.extend(&table);
        }
        if frames.len() > 1 {
            out.extend(b"\x21\xff\x0bNETSCAPE2.0\x03\x01\0\0\0");
        }
        if !self.comment.is_empty() {
            out.extend(b"\x21\xfe");
            out.extend(blocks(self.comment, 255));
        }
        for frame in frames {
            if frames.len() > 1 {
                out.extend(b"\x21\xf9\x04\x04\x0a\0\0\0");
            }
            out.extend([&b"\x2c\0\0\0\0"[..], &size].concat());
            let local = if self.local_tables { 0x80 | (self.depth - 1) } else { 0 };
            out.push(local | if self.interlaced { 0x40 } else { 0 });
            if self.local_tables {
                out.extend(&table);
            }
            let bits = self.depth.max(2);
            out.push(bits);
            out.extend(blocks(&lzw(&self.pixels(frame), bits), self.block_len));
        }
        out.push(b';');
        out
    }

    /// Greys for up to four bits, else three bits of red and green and two of blue.
    fn table(&self) -> Vec<u8> {
        let count = 1u32 << self.depth;
        let colour = |index: u32| match self.depth {
            8 => [index >> 5 << 5, (index >> 2 & 7) << 5, (index & 3) << 6],
            _ => [index * 255 / (count - 1); 3],
        };
        (0..count).flat_map(|index| colour(index).map(|value| value as u8)).collect()
    }

    fn pixels(&self, frame: &Picture) -> Vec<u8> {
        let rows: Vec<usize> = if self.interlaced {
            let passes = [(0, 8), (4, 8), (2, 4), (1, 2)];
            passes.iter().flat_map(|&(first, step)| (first..frame.height).step_by(step)).collect()
        } else {
            (0..frame.height).collect()
        };
        let pixel = |x: usize, y: usize| match self.depth {
            8 => {
                let [red, green, blue] = frame.pixel(x, y);
                red & 0xe0 | green >> 3 & 0x1c | blue >> 6
            }
            depth => frame.luma(x, y) >> (8 - depth),
        };
        rows.iter().flat_map(|&y| (0..frame.width).map(move |x| pixel(x, y))).collect()
    }
}

/// Data in sub-blocks and the empty one that ends them.
fn blocks(data: &[u8], len: usize) -> Vec<u8> {
    let blocks = data.chunks(len).flat_map(|block| [&[block.len() as u8], block].concat());
    blocks.chain([0]).collect()
}

/// Source: GIF89a, appendix F "Variable-Length-Code LZW Compression".
fn lzw(pixels: &[u8], bits: u8) -> Vec<u8> {
    let clear = 1u16 << bits;
    let (mut out, mut held, mut count) = (Vec::new(), 0u32, 0);
    let mut put = |code: u16, width: u8| {
        held |= u32::from(code) << count;
        count += width;
        while count >= 8 {
            out.push(held as u8);
            held >>= 8;
            count -= 8;
        }
        if code == clear + 1 && count > 0 {
            out.push(held as u8);
        }
    };
    let mut codes: HashMap<(u16, u8), u16> = HashMap::new();
    let (mut width, mut next) = (bits + 1, clear + 2);
    put(clear, width);
    let mut string: Option<u16> = None;
    for &pixel in pixels {
        let Some(before) = string else {
            string = Some(u16::from(pixel));
            continue;
        };
        if let Some(&longer) = codes.get(&(before, pixel)) {
            string = Some(longer);
            continue;
        }
        put(before, width);
        string = Some(u16::from(pixel));
        if next == 4096 {
            put(clear, width);
            codes.clear();
            (width, next) = (bits + 1, clear + 2);
            continue;
        }
        codes.insert((before, pixel), next);
        if next == 1 << width {
            width += 1;
        }
        next += 1;
    }
    if let Some(last) = string {
        put(last, width);
    }
    // The decoder has one string more by now.
    if next == 1 << width && width < 12 {
        width += 1;
    }
    put(clear + 1, width);
    out
}

/// Stills of several depths, and animations.
pub fn samples() -> Vec<Sample> {
    let still = |gif: Gif, seed| gif.encode(&[Picture::scene(seed, 150, 100)]);
    let frames = [32, 33, 34].map(|seed| Picture::scene(seed, 90, 60));
    let plain = Gif::default();
    let comment = b"GIF89a in a comment, and a semicolon;\0; and more";
    let samples = [
        ("plain", still(plain.clone(), 30)),
        ("interlaced", still(Gif { interlaced: true, ..plain.clone() }, 31)),
        ("grey4-local-table", still(Gif { depth: 4, local_tables: true, ..plain.clone() }, 32)),
        ("black-and-white", still(Gif { depth: 1, ..plain.clone() }, 33)),
        ("comment", still(Gif { comment, block_len: 254, ..plain.clone() }, 34)),
        ("animation", plain.encode(&frames)),
        ("animation-local-tables", Gif { local_tables: true, ..plain.clone() }.encode(&frames)),
        ("one-pixel", plain.encode(&[Picture::scene(35, 1, 1)])),
    ];
    samples.into_iter().map(|(name, bytes)| Sample::new("gif", name, bytes)).collect()
}
