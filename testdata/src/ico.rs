//! A small ICO writer: bitmaps of every depth with their masks, and PNGs.
//!
//! Source: Microsoft, "Icons" (J. Hornick, 1995).

use crate::Sample;
use crate::bmp;
use crate::png::{Colour, Png};
use crate::scene::Picture;

/// One picture of an icon.
#[derive(Clone, Copy, Debug)]
enum Entry {
    /// A bitmap of that many bits a pixel.
    Bitmap(u16),
    /// A bitmap of 32 bits a pixel whose mask is left out.
    Maskless,
    Png,
}

impl Entry {
    fn encode(self, picture: &Picture) -> Vec<u8> {
        let bits = match self {
            Entry::Png => return Png { colour: Colour::Rgba, ..Png::default() }.encode(picture),
            Entry::Maskless => 32,
            Entry::Bitmap(bits) => bits,
        };
        let mut out = bmp::dib(picture, bits);
        // The height counts pixels and mask.
        out[8..12].copy_from_slice(&(2 * picture.height as u32).to_le_bytes());
        if matches!(self, Entry::Bitmap(_)) {
            out.resize(out.len() + picture.width.div_ceil(32) * 4 * picture.height, 0);
        }
        out
    }

    fn bits(self) -> u16 {
        match self {
            Entry::Bitmap(bits) => bits,
            Entry::Maskless | Entry::Png => 32,
        }
    }
}

/// An icon of these pictures, given with their sides in pixels.
fn icon(seed: u64, entries: &[(Entry, usize)]) -> Vec<u8> {
    let mut out = vec![0, 0, 1, 0, entries.len() as u8, 0];
    let mut pictures = Vec::new();
    for &(entry, side) in entries {
        let picture = entry.encode(&Picture::scene(seed, side, side));
        let at = 6 + 16 * entries.len() + pictures.len();
        // 256 and more are written as zero.
        let byte = u8::try_from(side).unwrap_or(0);
        out.extend([byte, byte, 0, 0, 1, 0]);
        out.extend(entry.bits().to_le_bytes());
        out.extend([picture.len() as u32, at as u32].iter().flat_map(|value| value.to_le_bytes()));
        pictures.extend(picture);
    }
    [out, pictures].concat()
}

/// An icon for lists and buttons: too small to be a picture.
pub fn sign() -> Vec<u8> {
    icon(69, &[(Entry::Bitmap(32), 16), (Entry::Bitmap(8), 31)])
}

/// Icons of one and of many pictures.
pub fn samples() -> Vec<Sample> {
    use Entry::{Bitmap, Maskless, Png};
    let many = [4, 8, 24, 32].map(|bits| [16, 32, 48].map(|side| (Bitmap(bits), side)));
    let samples = [
        ("one-bitmap", icon(60, &[(Bitmap(32), 48)])),
        ("one-png", icon(61, &[(Png, 96)])),
        ("black-and-white", icon(62, &[(Bitmap(1), 32)])),
        ("without-mask", icon(63, &[(Maskless, 33), (Maskless, 16)])),
        ("all-depths", icon(64, many.as_flattened())),
        ("all-png", icon(65, &[(Png, 32), (Png, 48), (Png, 260)])),
        ("mixed", icon(66, &[(Bitmap(8), 16), (Bitmap(32), 64), (Png, 72)])),
        ("png-first", icon(67, &[(Png, 128), (Bitmap(24), 32)])),
        ("most-pictures", icon(68, &[(Bitmap(4), 32); 18])),
    ];
    samples.into_iter().map(|(name, bytes)| Sample::new("ico", name, bytes)).collect()
}
