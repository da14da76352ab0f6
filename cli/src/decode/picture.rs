//! Decoding of common formats.

use std::io::Cursor;
use std::sync::{Mutex, PoisonError};

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

/// The longest side of a picture that is decoded, in pixels; what JPEG can have.
const LONGEST_SIDE: u32 = 65_535;

/// Memory for one decoded picture, in bytes: 200 megapixels of some formats, 60 of all.
const MOST_MEMORY: u64 = 640 << 20;

/// Pictures with more pixels are decoded one at a time, whatever the number of workers.
const LARGE: u64 = 30_000_000;

/// Held while a large picture is in memory.
static LARGE_ONE: Mutex<()> = Mutex::new(());

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
pub fn decode(
    bytes: &[u8],
    format: ImageFormat,
    orientation: Option<u16>,
) -> Result<DynamicImage, String> {
    let failed = |error: image::ImageError| error.to_string().replace('\n', " ");
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(failed)?;
    let (width, height) = decoder.dimensions();
    if decoder.total_bytes() > MOST_MEMORY {
        return Err(format!("its {width} × {height} pixels are too many to be decoded"));
    }
    let is_large = u64::from(width) * u64::from(height) > LARGE;
    let _alone = is_large.then(|| LARGE_ONE.lock().unwrap_or_else(PoisonError::into_inner));
    let told = orientation.and_then(|turn| Orientation::from_exif(u8::try_from(turn).ok()?));
    let turn = told.or_else(|| decoder.orientation().ok()).unwrap_or(Orientation::NoTransforms);
    let mut image = super::small::scaled(DynamicImage::from_decoder(decoder).map_err(failed)?);
    image.apply_orientation(turn);
    Ok(image)
}
