//! A small PSD and PSB writer: resources, a layer section, and the merged picture in every coding.
//!
//! Source: Adobe, "Photoshop File Formats Specification".

use miniz_oxide::deflate::compress_to_vec_zlib;

use crate::Sample;
use crate::exif::Exif;
use crate::jpeg::Jpeg;
use crate::scene::Picture;

/// How the rows of the picture are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coding {
    Raw,
    PackBits,
    Deflate,
}

/// What a document is written with.
#[derive(Clone, Copy, Debug)]
struct Psd {
    coding: Coding,
    large: bool,
    /// Bits of a sample: 1, 8 or 16.
    depth: u16,
    channels: u16,
    /// Whether thumbnail and Exif are among the resources.
    resources: bool,
    /// Bytes of the layer section.
    layers: usize,
    /// How far the last run of each packed row reaches over its end.
    spill: usize,
    /// Bytes of a run after the last of each packed row; 0 for none.
    beyond: usize,
}

const PLAIN: Psd = Psd {
    coding: Coding::PackBits,
    large: false,
    depth: 8,
    channels: 3,
    resources: false,
    layers: 0,
    spill: 0,
    beyond: 0,
};

impl Psd {
    fn encode(self, picture: &Picture) -> Vec<u8> {
        let mut out = b"8BPS\0".to_vec();
        out.extend([if self.large { 2 } else { 1 }, 0, 0, 0, 0, 0, 0]);
        out.extend(self.channels.to_be_bytes());
        out.extend((picture.height as u32).to_be_bytes());
        out.extend((picture.width as u32).to_be_bytes());
        let mode: u16 = match (self.depth, self.channels) {
            (1, _) => 0,
            (_, 1) => 1,
            _ => 3,
        };
        out.extend([self.depth.to_be_bytes(), mode.to_be_bytes()].concat());
        out.extend([0; 4]);
        let resources = if self.resources { resources(picture) } else { Vec::new() };
        out.extend((resources.len() as u32).to_be_bytes());
        out.extend(resources);
        if self.large {
            out.extend([0; 4]);
        }
        out.extend((self.layers as u32).to_be_bytes());
        out.extend((0..self.layers).map(|at| (at * 7) as u8));
        out.extend(self.picture(picture));
        out
    }

    fn picture(self, picture: &Picture) -> Vec<u8> {
        let rows: Vec<Vec<u8>> = (0..usize::from(self.channels))
            .flat_map(|channel| (0..picture.height).map(move |y| (channel, y)))
            .map(|(channel, y)| self.row(picture, channel, y))
            .collect();
        match self.coding {
            Coding::Raw => [&[0, 0][..], &rows.concat()].concat(),
            Coding::Deflate => [&[0, 2][..], &compress_to_vec_zlib(&rows.concat(), 6)].concat(),
            Coding::PackBits => {
                let rows: Vec<_> = rows.iter().map(|row| self.packed(row)).collect();
                let mut out = vec![0, 1];
                for row in &rows {
                    let len = (row.len() as u32).to_be_bytes();
                    out.extend(if self.large { &len } else { &len[2..] });
                }
                out.extend(rows.concat());
                out
            }
        }
    }

    fn packed(self, row: &[u8]) -> Vec<u8> {
        let mut out = spilled(row, self.spill);
        if self.beyond > 0 {
            out.extend([(257 - self.beyond) as u8, 0]);
        }
        out
    }

    fn row(self, picture: &Picture, channel: usize, y: usize) -> Vec<u8> {
        let sample = |x: usize| match self.channels {
            1 => picture.luma(x, y),
            _ => picture.pixel(x, y).get(channel).copied().unwrap_or(255),
        };
        let samples = (0..picture.width).map(sample);
        match self.depth {
            16 => samples.flat_map(|value| [value, value]).collect(),
            1 => {
                let bits: Vec<u8> = samples.map(|value| value >> 7).collect();
                let byte = |bits: &[u8]| {
                    bits.iter().zip((0..8).rev()).map(|(bit, shift)| bit << shift).sum()
                };
                bits.chunks(8).map(byte).collect()
            }
            _ => samples.collect(),
        }
    }
}

/// A packed row whose last run gives `spill` bytes too many.
fn spilled(row: &[u8], spill: usize) -> Vec<u8> {
    match row.split_last() {
        Some((&last, before)) if spill > 0 => {
            let mut out = pack(before);
            out.extend([(256 - spill) as u8, last]);
            out
        }
        _ => pack(row),
    }
}

/// A document whose packed rows reach over their ends, in the lengths that their table tells.
pub fn spilling() -> Vec<u8> {
    Psd { spill: 5, ..PLAIN }.encode(&Picture::scene(78, 90, 60))
}

/// A document whose packed rows go on with a run after their end, in the lengths that their table tells.
pub fn running_on() -> Vec<u8> {
    Psd { beyond: 32, ..PLAIN }.encode(&Picture::scene(79, 64, 64))
}

/// Source: Apple, Technical Note TN1023 "Understanding PackBits".
fn pack(row: &[u8]) -> Vec<u8> {
    let (mut out, mut at) = (Vec::new(), 0);
    while at < row.len() {
        let rest = &row[at..];
        let alike = rest.iter().take(128).take_while(|&&byte| byte == rest[0]).count();
        if alike > 1 {
            out.extend([(257 - alike) as u8, rest[0]]);
            at += alike;
            continue;
        }
        let literals = rest.windows(2).take(127).take_while(|pair| pair[0] != pair[1]).count();
        let literals = literals.max(1);
        out.push(literals as u8 - 1);
        out.extend(&rest[..literals]);
        at += literals;
    }
    out
}

fn resource(id: u16, name: &[u8], data: &[u8]) -> Vec<u8> {
    let mut out = [b"8BIM", &id.to_be_bytes()[..], &[name.len() as u8], name].concat();
    out.resize(out.len().next_multiple_of(2), 0);
    out.extend((data.len() as u32).to_be_bytes());
    out.extend(data);
    out.resize(out.len().next_multiple_of(2), 0);
    out
}

fn resources(picture: &Picture) -> Vec<u8> {
    let small = picture.shrunk(40, 30);
    let jpeg = Jpeg::default().encode(&small);
    let numbers = [1u32, 40, 30, 120, 3600, jpeg.len() as u32, 24 << 16 | 1];
    let head: Vec<u8> = numbers.iter().flat_map(|number| number.to_be_bytes()).collect();
    let size = (picture.width, picture.height);
    let exif = Exif::new("Afterimage", "Scene 70", "2024:05:17 18:03:22", size).block();
    [
        resource(0x03ed, b"", &[0, 72, 0, 0, 0, 1, 0, 1, 0, 72, 0, 0, 0, 1, 0, 1]),
        resource(0x040c, b"odd", &[&head[..], &jpeg].concat()),
        resource(0x0422, b"", &exif),
    ]
    .concat()
}

/// Documents in every coding.
pub fn samples() -> Vec<Sample> {
    let encode = |psd: Psd, seed| psd.encode(&Picture::scene(seed, 90, 60));
    let samples = [
        ("rgb", encode(PLAIN, 70)),
        ("resources", encode(Psd { resources: true, ..PLAIN }, 71)),
        ("layers", encode(Psd { layers: 5001, channels: 4, ..PLAIN }, 72)),
        ("raw", encode(Psd { coding: Coding::Raw, ..PLAIN }, 73)),
        ("rgb16", encode(Psd { depth: 16, ..PLAIN }, 74)),
        ("deflate", encode(Psd { coding: Coding::Deflate, ..PLAIN }, 75)),
        ("black-and-white", encode(Psd { depth: 1, channels: 1, ..PLAIN }, 76)),
        ("large", encode(Psd { large: true, layers: 300, ..PLAIN }, 77)),
    ];
    samples.into_iter().map(|(name, bytes)| Sample::new("psd", name, bytes)).collect()
}
