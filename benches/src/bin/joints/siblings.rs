//! JPEGs of one encoder, all with the same Huffman tables.

use std::path::Path;

use afterimage_benches::photos;
use afterimage_testdata::jpeg::{Jpeg, Sampling, Segment};
use afterimage_testdata::random::Random;
use afterimage_testdata::scene::Picture;
use anyhow::ensure;
use rayon::prelude::*;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

/// Crops of each photo.
const CROPS: u64 = 12;

/// Landscapes that are drawn where there are no photos.
const SCENES: u64 = 400;

/// Widths of crops.
const WIDTHS: [usize; 5] = [320, 480, 640, 960, 1200];

/// The files, each as long as that of some photo on a small card.
///
/// # Errors
///
/// When the folder cannot be read, or holds no JPEG.
pub fn all(photos: Option<&Path>) -> anyhow::Result<Vec<Vec<u8>>> {
    let Some(folder) = photos else {
        let scene = |seed: u64| {
            let width = WIDTHS[seed as usize % WIDTHS.len()];
            encode(&Picture::scene(seed, width, width * 3 / 4), seed)
        };
        return Ok((0..SCENES).into_par_iter().map(scene).collect());
    };
    let pictures: Vec<Picture> =
        photos::below(folder)?.par_iter().filter_map(|bytes| decode(bytes)).collect();
    ensure!(!pictures.is_empty(), "no JPEG that decodes in {}", folder.display());
    let crops = pictures.par_iter().enumerate().flat_map_iter(|(index, picture)| {
        (0..CROPS).map(move |nth| crop(picture, index as u64 * CROPS + nth))
    });
    Ok(crops.collect())
}

/// The pixels of a JPEG, where it is a picture large enough to take crops of.
fn decode(bytes: &[u8]) -> Option<Picture> {
    let options = DecoderOptions::default().jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    let rgb = decoder.decode().ok()?;
    let (width, height) = decoder.dimensions()?;
    let is_whole = width >= 1200 && height >= 900 && rgb.len() == width * height * 3;
    is_whole.then(|| Picture { width, height, rgb }.shrunk(1200, 1200 * height / width))
}

/// A part of a picture.
fn crop(picture: &Picture, seed: u64) -> Vec<u8> {
    let mut random = Random::new(seed);
    let width = WIDTHS[random.below(WIDTHS.len())];
    let height = (width * 3 / 4).min(picture.height);
    let (x, y) =
        (random.below(picture.width - width + 1), random.below(picture.height - height + 1));
    let row = |y: usize| {
        let at = (y * picture.width + x) * 3;
        &picture.rgb[at..at + width * 3]
    };
    let rgb = (y..y + height).flat_map(|y| row(y).iter().copied()).collect();
    encode(&Picture { width, height, rgb }, seed)
}

fn encode(picture: &Picture, seed: u64) -> Vec<u8> {
    let mut random = Random::new(seed ^ 0x5eed);
    let quality = 72 + random.below(22) as u8;
    let segments = vec![Segment::jfif(), Segment::app(1, b"Serial\0", &seed.to_be_bytes())];
    Jpeg { quality, sampling: Sampling::S420, segments, ..Jpeg::default() }.encode(picture)
}
