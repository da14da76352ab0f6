//! Bytes that look like ten thousand photos and hold none: what hostile or unlucky disks are full of.

use crate::png::chunk;
use crate::random::Random;

/// One kind of storm.
#[derive(Clone, Copy, Debug)]
pub struct Storm {
    /// What it is, in a few words.
    pub name: &'static str,
    /// A false beginning that comes again and again; the argument says how many bytes are left.
    head: fn(u64) -> Vec<u8>,
    /// From the start of one to the next, in bytes.
    step: usize,
    /// What lies between them.
    between: Between,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Between {
    Zeros,
    Noise,
}

use Between::{Noise, Zeros};

/// Every storm, noise first: what the others are compared with.
pub static ALL: &[Storm] = &[
    storm("noise", |_| Vec::new(), 1 << 16, Noise),
    storm("JPEG heads", |_| jfif(), 512, Noise),
    storm("JPEG heads up to their scan, 65,535 x 65,535", |_| jpeg(), 1024, Noise),
    storm("the same before zeros", |_| jpeg(), 1024, Zeros),
    storm("nested MPF", |_| mpf(), 2048, Zeros),
    storm("PNG, chunk of 2 GiB", |_| png(1000, b"tEXt", 0x7fff_ffff), 512, Zeros),
    storm("PNG, IDAT of 2 GiB", |_| png(1000, b"IDAT", 0x7fff_ffff), 512, Noise),
    storm("PNG, 65,535 x 65,535, all one IDAT", |left| png(65_535, b"IDAT", left), 512, Noise),
    storm("TIFF headers", |_| b"II*\0\x08\0\0\0".to_vec(), 8, Zeros),
    storm("TIFF, cyclic directories", |_| cyclic(), 512, Zeros),
    storm("TIFF, chained directories", |_| chained(), 512, Zeros),
    storm("TIFF, 65,535 entries", |_| many_entries(), 1 << 16, Zeros),
    storm("TIFF, 30,000 strips", |_| many_strips(), 512, Zeros),
    storm("boxes of size 0", |_| heic(0), 512, Zeros),
    storm("boxes of size 1", |_| heic(1), 512, Zeros),
    storm("boxes of 8 bytes", |_| empty_boxes(), 88, Zeros),
    storm("GIF, 65,535 x 65,535", |_| gif(), 512, Noise),
    storm("WebP, lossless, 16,384 x 16,384", |left| webp(b"VP8L", VP8L, left), 512, Noise),
    storm("WebP, lossy, 16,383 x 16,383", |left| webp(b"VP8 ", VP8, left), 512, Noise),
    storm("BMP in each other", |_| bmp(), 64, Zeros),
    storm("PSD, 30,000 x 30,000", |_| psd(), 512, Zeros),
    storm("JPEG XL codestreams", |_| b"\xff\x0a".to_vec(), 2, Zeros),
    storm("JPEG XL codestreams in noise", |_| b"\xff\x0a".to_vec(), 16, Noise),
    storm("JPEG 2000 codestreams", |_| j2k(), 512, Zeros),
    storm("AVI heads", |_| b"RIFF\xff\xff\xff\x7fAVI LIST\x10\0\0\0hdrl".to_vec(), 512, Zeros),
    storm("MPEG-TS packets", |_| vec![0x47, 0x40, 0, 0x10], 188, Zeros),
];

const fn storm(
    name: &'static str,
    head: fn(u64) -> Vec<u8>,
    step: usize,
    between: Between,
) -> Storm {
    Storm { name, head, step, between }
}

impl Storm {
    /// The `len` bytes of it that come before `left` others.
    pub fn bytes(&self, random: &mut Random, len: usize, left: u64) -> Vec<u8> {
        let mut bytes = match self.between {
            Zeros => vec![0; len],
            Noise => random.bytes(len),
        };
        for at in (0..len).step_by(self.step) {
            let head = (self.head)(left + (len - at) as u64);
            let end = (at + head.len().min(self.step)).min(len);
            bytes[at..end].copy_from_slice(&head[..end - at]);
        }
        bytes
    }
}

fn jfif() -> Vec<u8> {
    b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0".to_vec()
}

/// A head with everything before the picture data, one code of one bit in each table.
fn jpeg() -> Vec<u8> {
    let mut bytes = jfif();
    bytes.extend(b"\xff\xdb\0\x43\0");
    bytes.extend([1; 64]);
    bytes.extend(b"\xff\xc0\0\x0b\x08\xff\xff\xff\xff\x01\x01\x11\0");
    for class in [0, 0x10] {
        bytes.extend(b"\xff\xc4\0\x15");
        bytes.push(class);
        bytes.extend([2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    }
    bytes.extend(b"\xff\xda\0\x08\x01\x01\0\0\x3f\0");
    bytes
}

/// A picture whose index lists 65,535 others.
fn mpf() -> Vec<u8> {
    let version = Entry { tag: 0xb000, kind: 7, count: 4, value: 0x3030_3130 };
    let pictures = Entry { tag: 0xb002, kind: 7, count: 16 * 65_535, value: 50 };
    let mut bytes = b"\xff\xd8\xff\xe2\0\x38MPF\0".to_vec();
    bytes.extend(tiff(&[version, long(0xb001, 65_535), pictures], 0));
    bytes.extend(&jpeg()[20..]);
    bytes
}

fn png(side: u32, kind: &[u8; 4], len: u64) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = [side.to_be_bytes(), side.to_be_bytes()].concat();
    header.extend([8, 2, 0, 0, 0]);
    chunk(&mut bytes, b"IHDR", &header);
    let len = u32::try_from(len.saturating_sub(200)).unwrap_or(0x7fff_ffff);
    bytes.extend(len.to_be_bytes());
    bytes.extend(kind);
    bytes.extend(b"\x78\x01");
    bytes
}

/// An entry of a directory, whose value may be a place in the file.
#[derive(Clone, Copy)]
struct Entry {
    tag: u16,
    kind: u16,
    count: u32,
    value: u32,
}

impl Entry {
    fn bytes(self) -> Vec<u8> {
        let numbers = [self.tag.to_le_bytes(), self.kind.to_le_bytes()].concat();
        [&numbers[..], &self.count.to_le_bytes(), &self.value.to_le_bytes()].concat()
    }
}

/// A header and a directory, before the one at `next`.
fn tiff(entries: &[Entry], next: u32) -> Vec<u8> {
    let mut bytes = b"II*\0\x08\0\0\0".to_vec();
    bytes.extend((entries.len() as u16).to_le_bytes());
    entries.iter().for_each(|entry| bytes.extend(entry.bytes()));
    bytes.extend(next.to_le_bytes());
    bytes
}

fn long(tag: u16, value: u32) -> Entry {
    Entry { tag, kind: 4, count: 1, value }
}

fn cyclic() -> Vec<u8> {
    let side = [long(256, 65_535), long(257, 65_535), long(273, 8), long(279, 100)];
    tiff(&[&side[..], &[long(330, 8), long(0x8769, 8)]].concat(), 8)
}

fn chained() -> Vec<u8> {
    tiff(&[long(256, 100), long(257, 100), long(273, 8), long(279, 100)], 512 + 8)
}

fn many_entries() -> Vec<u8> {
    let mut bytes = b"II*\0\x08\0\0\0\xff\xff".to_vec();
    bytes.extend(long(256, 1).bytes().repeat(5000));
    bytes
}

fn many_strips() -> Vec<u8> {
    let strips = |tag| Entry { tag, kind: 4, count: 30_000, value: 4096 };
    let coding = [long(258, 8), long(259, 5), long(262, 1)];
    let side = [long(256, 65_535), long(257, 65_535)];
    tiff(&[&side[..], &coding, &[strips(273), long(278, 1), strips(279)]].concat(), 0)
}

fn heic(size: u8) -> Vec<u8> {
    let mut bytes = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic\0\0\0".to_vec();
    bytes.push(size);
    bytes.extend(b"mdat\0\0\0\0\0\0\0\x10");
    bytes
}

fn empty_boxes() -> Vec<u8> {
    let mut bytes = b"\0\0\0\x18ftypisom\0\0\0\0mif1heic".to_vec();
    bytes.extend(b"\0\0\0\x08free".repeat(8));
    bytes
}

fn gif() -> Vec<u8> {
    b"GIF89a\xff\xff\xff\xff\0\0\0\x2c\0\0\0\0\xff\xff\xff\xff\0\x08".to_vec()
}

const VP8L: &[u8] = b"\x2f\xff\xff\xff\x0f";
const VP8: &[u8] = b"\x30\x01\0\x9d\x01\x2a\xff\x3f\xff\x3f";

fn webp(kind: &[u8; 4], head: &[u8], left: u64) -> Vec<u8> {
    let len = u32::try_from(left.saturating_sub(200)).unwrap_or(u32::MAX).max(100);
    let sizes = [len.to_le_bytes(), (len - 50).to_le_bytes()];
    [b"RIFF", &sizes[0][..], b"WEBP", kind, &sizes[1], head].concat()
}

fn bmp() -> Vec<u8> {
    let mut bytes = b"BM".to_vec();
    for field in [54 + 4096 * 30, 0, 54, 40, 1024, 120] {
        bytes.extend(u32::to_le_bytes(field));
    }
    bytes.extend([1, 0, 8 * 3, 0]);
    bytes.resize(54, 0);
    bytes
}

fn psd() -> Vec<u8> {
    let mut bytes = b"8BPS\0\x01\0\0\0\0\0\0\0\x03".to_vec();
    bytes.extend([30_000u32.to_be_bytes(), 30_000u32.to_be_bytes()].concat());
    bytes.extend([0, 8, 0, 3]);
    bytes.extend([0; 12]);
    bytes.extend([0, 1]);
    bytes
}

fn j2k() -> Vec<u8> {
    let mut bytes = b"\xff\x4f\xff\x51\0\x2f\0\0\0\0\xff\xff\0\0\xff\xff".to_vec();
    bytes.extend([0; 8]);
    bytes.extend([0, 0, 0, 1, 0, 0, 0, 1]);
    bytes.extend([0; 8]);
    bytes.extend(b"\0\x03\x07\x01\x01\x07\x01\x01\x07\x01\x01");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_storm_fills_every_step_and_never_changes() {
        for storm in ALL {
            let bytes = storm.bytes(&mut Random::new(1), 3 << 16, 1 << 30);
            assert_eq!(bytes.len(), 3 << 16, "{}", storm.name);
            assert_eq!(bytes, storm.bytes(&mut Random::new(1), 3 << 16, 1 << 30));
            let steps = bytes.chunks(storm.step).filter(|step| step.len() == storm.step);
            let again = steps.map(|step| &step[..2]).filter(|start| *start == &bytes[..2]).count();
            assert!(again == bytes.len() / storm.step || storm.name == "noise", "{}", storm.name);
        }
    }
}
