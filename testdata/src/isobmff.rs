//! Files made of boxes: HEIC, AVIF, HEIF and CR3.

mod cr3;
mod heif;

use crate::Sample;

/// A lake under hills with Exif and a thumbnail: libheif 1.15 (x265) and ExifTool made it of a
/// drawn picture.
const LAKE_HEIC: &[u8] = include_bytes!("../files/lake.heic");

/// The same lake by libheif 1.15 (aom).
const LAKE_AVIF: &[u8] = include_bytes!("../files/lake.avif");

/// A small file of each, and the orders of boxes that devices write.
pub fn samples() -> Vec<Sample> {
    let mut samples = vec![
        Sample::new("heic", "lake", LAKE_HEIC.to_vec()),
        Sample::new("avif", "lake", LAKE_AVIF.to_vec()),
        Sample::new("heif", "uncompressed", heif::uncompressed()),
        Sample::new("cr3", "made", cr3::made()),
    ];
    for (format, file) in [("heic", LAKE_HEIC), ("avif", LAKE_AVIF)] {
        let orders = heif::orders(file).into_iter();
        samples.extend(orders.map(|(name, bytes)| Sample::new(format, name, bytes)));
    }
    samples
}

/// A box of that type around `parts`.
fn boxed(kind: &[u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    let len: usize = parts.iter().map(|part| part.len()).sum();
    let mut out = u32::try_from(len + 8).unwrap_or(u32::MAX).to_be_bytes().to_vec();
    out.extend_from_slice(kind);
    parts.iter().for_each(|part| out.extend_from_slice(part));
    out
}

/// A box with version 0 and no flags.
fn full(kind: &[u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    boxed(kind, &[&[&[0; 4][..]], parts].concat())
}

/// Noise that is the same on every machine (xorshift).
fn noise(seed: u64, len: usize) -> Vec<u8> {
    let mut state = seed | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    (0..len).map(|_| next()).collect()
}
