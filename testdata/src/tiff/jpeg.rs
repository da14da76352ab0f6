//! The smallest JPEGs that decode: a grey block as preview, a lossless plane as CR2's sensor data.

use super::noise;

/// Appends a segment: marker, length, data.
fn segment(out: &mut Vec<u8>, marker: u8, data: &[u8]) {
    out.extend([0xFF, marker]);
    out.extend((data.len() as u16 + 2).to_be_bytes());
    out.extend(data);
}

/// A grey picture of 8 x 8 pixels, with an Exif block unless it is empty, padded with a comment to
/// at least `len` bytes, as previews differ from thumbnails by their length.
pub fn baseline(exif: &[u8], len: usize) -> Vec<u8> {
    let mut out = vec![0xFF, 0xD8];
    if !exif.is_empty() {
        segment(&mut out, 0xE1, &[b"Exif\0\0", exif].concat());
    }
    segment(&mut out, 0xDB, &[&[0][..], &[1; 64]].concat());
    segment(&mut out, 0xC0, &[8, 0, 8, 0, 8, 1, 1, 0x11, 0]);
    // One code of one bit each: no difference, and the end of the block.
    let mut counts = [0; 16];
    counts[0] = 1;
    segment(&mut out, 0xC4, &[&[0x00][..], &counts, &[0]].concat());
    segment(&mut out, 0xC4, &[&[0x10][..], &counts, &[0]].concat());
    while out.len() + 13 < len {
        let comment = (len - out.len() - 13).clamp(4, 0xFFFF) - 4;
        segment(&mut out, 0xFE, &vec![b' '; comment]);
        if comment == 0 {
            break;
        }
    }
    segment(&mut out, 0xDA, &[1, 1, 0x00, 0, 63, 0]);
    out.extend([0x3F, 0xFF, 0xD9]);
    out
}

/// Samples that are noise on an even ground.
pub fn lossless_noise(width: u16, height: u16, seed: u64) -> Vec<u8> {
    let noise = noise(seed, usize::from(width) * usize::from(height));
    let samples: Vec<u16> = noise.into_iter().map(|byte| 1000 + u16::from(byte)).collect();
    lossless(width, height, &samples)
}

/// One component of 12 bits, each sample predicted by its left neighbour.
///
/// Source: ITU-T T.81, Annex H "Lossless mode of operation".
pub fn lossless(width: u16, height: u16, samples: &[u16]) -> Vec<u8> {
    let mut out = vec![0xFF, 0xD8];
    // Thirteen categories, all with codes of four bits.
    let mut counts = [0; 16];
    counts[3] = 13;
    let categories: Vec<u8> = (0..13).collect();
    segment(&mut out, 0xC4, &[&[0x00][..], &counts, &categories].concat());
    let (h, w) = (height.to_be_bytes(), width.to_be_bytes());
    segment(&mut out, 0xC3, &[12, h[0], h[1], w[0], w[1], 1, 1, 0x11, 0]);
    segment(&mut out, 0xDA, &[1, 1, 0x00, 1, 0, 0]);
    let mut bits = Bits { out, pending: 0, len: 0 };
    let mut above = 1i32 << 11;
    for row in samples.chunks_exact(usize::from(width)) {
        let mut left = above;
        for &sample in row {
            let sample = i32::from(sample & 0xFFF);
            bits.difference(sample - left);
            left = sample;
        }
        above = i32::from(row[0] & 0xFFF);
    }
    bits.finish()
}

/// Entropy-coded data: bits, with a zero stuffed behind every 0xFF.
struct Bits {
    out: Vec<u8>,
    pending: u32,
    len: u32,
}

impl Bits {
    fn push(&mut self, value: u32, len: u32) {
        self.pending = self.pending << len | value;
        self.len += len;
        while self.len >= 8 {
            self.len -= 8;
            let byte = (self.pending >> self.len) as u8;
            self.out.push(byte);
            if byte == 0xFF {
                self.out.push(0);
            }
            self.pending &= (1 << self.len) - 1;
        }
    }

    /// Source: ITU-T T.81, F.1.2.1 "Huffman encoding of DC coefficients".
    fn difference(&mut self, value: i32) {
        let category = 32 - value.unsigned_abs().leading_zeros();
        self.push(category, 4);
        let low = if value < 0 { value - 1 } else { value };
        self.push(low as u32 & ((1 << category) - 1), category);
    }

    fn finish(mut self) -> Vec<u8> {
        if self.len > 0 {
            let fill = 8 - self.len;
            self.push((1 << fill) - 1, fill);
        }
        self.out.extend([0xFF, 0xD9]);
        self.out
    }
}
