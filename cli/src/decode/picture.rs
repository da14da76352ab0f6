//! Decoding of common formats.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use super::budget::{ALONE, Budget};
use super::frame;

/// The longest side of a picture that is decoded, in pixels; what JPEG can have.
const LONGEST_SIDE: u32 = 65_535;

/// So many times a compressed file lies in memory while it is decoded: as it was read, and as its decoder keeps it.
const TIMES_FILE: u64 = 2;

/// The decoder for a format of the report, by its name there.
pub fn format(name: &str) -> Option<ImageFormat> {
    Some(match name {
        "jpeg" => ImageFormat::Jpeg,
        "png" | "apng" => ImageFormat::Png,
        "gif" => ImageFormat::Gif,
        "webp" => ImageFormat::WebP,
        "tiff" => ImageFormat::Tiff,
        "bmp" => ImageFormat::Bmp,
        _ => return None,
    })
}

/// A picture, no larger than it is to be shown, upright: by `orientation` (1 to 8 as in Exif) or else by its own word.
/// `read` gives its `len` bytes; it is called again where other pictures had to be waited for.
///
/// # Errors
///
/// Why it cannot be read or decoded, in words.
pub fn decode(
    read: impl Fn() -> Result<Vec<u8>, String>,
    len: u64,
    format: ImageFormat,
    orientation: Option<u16>,
    memory: &Budget,
) -> Result<DynamicImage, String> {
    let file = len.saturating_mul(TIMES_FILE);
    let (bytes, share) = memory.read(file, read, |bytes| decoded(bytes, format))?;
    let mut decoder = decoder(&bytes, format)?;
    let told = orientation.and_then(|turn| Orientation::from_exif(u8::try_from(turn).ok()?));
    let turn = told.or_else(|| decoder.orientation().ok()).unwrap_or(Orientation::NoTransforms);
    let image = DynamicImage::from_decoder(decoder).map_err(|error| failed(&error))?;
    let mut image = super::small::scaled(image);
    drop(share);
    image.apply_orientation(turn);
    Ok(image)
}

fn failed(error: &image::ImageError) -> String {
    error.to_string().replace('\n', " ")
}

fn decoder(bytes: &[u8], format: ImageFormat) -> Result<impl ImageDecoder + '_, String> {
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(ALONE);
    reader.limits(limits);
    reader.into_decoder().map_err(|error| failed(&error))
}

/// Bytes of memory that decoding takes, beside the file: the pixels, and what the decoder keeps until it has them all.
fn decoded(bytes: &[u8], format: ImageFormat) -> Result<u64, String> {
    let pixels = decoder(bytes, format)?.total_bytes();
    let kept = match format {
        // Two bytes for each coefficient, of which there are as many as samples.
        ImageFormat::Jpeg if frame::is_kept_whole(bytes) => pixels.saturating_mul(2),
        // A canvas, or planes, beside what they become; a strip of a TIFF may be all of it.
        ImageFormat::Gif | ImageFormat::WebP | ImageFormat::Tiff => pixels,
        _ => 0,
    };
    Ok(pixels.saturating_add(kept))
}
