//! Small pictures.

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, Rgb, RgbImage};

/// The longer side of a small picture, in pixels: sharp on a dense screen at half of that.
const SIDE: u32 = 320;

/// Quality of small pictures, of 100.
const QUALITY: u8 = 80;

/// The picture, no larger than small pictures are; it is never made larger.
pub fn scaled(image: DynamicImage) -> DynamicImage {
    if image.width().max(image.height()) <= SIDE { image } else { image.thumbnail(SIDE, SIDE) }
}

/// A small picture as JPEG; what can be seen through lies on white.
pub fn jpeg(image: DynamicImage) -> Result<Vec<u8>, String> {
    let (image, mut jpeg) = (on_white(scaled(image)), Vec::new());
    let encoder = JpegEncoder::new_with_quality(&mut jpeg, QUALITY);
    image.write_with_encoder(encoder).map_err(|error| error.to_string())?;
    Ok(jpeg)
}

fn on_white(image: DynamicImage) -> RgbImage {
    if !image.color().has_alpha() {
        return image.into_rgb8();
    }
    let image = image.into_rgba8();
    RgbImage::from_fn(image.width(), image.height(), |x, y| {
        let [red, green, blue, alpha] = image.get_pixel(x, y).0.map(u32::from);
        let over = |value: u32| ((value * alpha + 255 * (255 - alpha)) / 255) as u8;
        Rgb([red, green, blue].map(over))
    })
}
