//! WebP files of drawn scenes, encoded once by libwebp 1.2.4 and kept.
//!
//! The still ones were made of `Picture::scene(60, 96, 64)`, written as PNG, by `cwebp -q 60`,
//! `cwebp -lossless -m 6` and, with its alpha channel, `cwebp -q 60 -alpha_q 80`; the animation of
//! this crate's GIF of that name by `gif2webp`; the one with Exif of the JPEG `canon` by
//! `cwebp -q 60 -metadata all`.

use crate::Sample;

/// Lossy, lossless, with alpha, with Exif, moving; and with chunks that nobody knows.
pub fn samples() -> Vec<Sample> {
    let lossy = include_bytes!("../files/scene-lossy.webp");
    let lossless = include_bytes!("../files/scene-lossless.webp");
    let samples = [
        ("lossy", lossy.to_vec()),
        ("lossless", lossless.to_vec()),
        ("alpha", include_bytes!("../files/scene-alpha.webp").to_vec()),
        ("animation", include_bytes!("../files/scene-animation.webp").to_vec()),
        ("exif", include_bytes!("../files/scene-exif.webp").to_vec()),
        ("lossy-unknown-chunk", with_chunk(lossy, b"ODD ", b"of odd length, with padding")),
        ("lossless-xmp", with_chunk(lossless, b"XMP ", b"<x:xmpmeta xmlns:x='adobe:ns:meta/'/>")),
    ];
    samples.into_iter().map(|(name, bytes)| Sample::new("webp", name, bytes)).collect()
}

/// The file with one more chunk at its end.
fn with_chunk(file: &[u8], name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut out = file.to_vec();
    out.extend(name);
    out.extend((data.len() as u32).to_le_bytes());
    out.extend(data);
    out.resize(out.len().next_multiple_of(2), 0);
    let len = out.len() as u32 - 8;
    out[4..8].copy_from_slice(&len.to_le_bytes());
    out
}
