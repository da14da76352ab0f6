//! The small picture in a HEIC photo.

use heifer::Image;
use heifer::color::{ColorParams, frame_to_rgba_sized};
use heifer::heifer_hevc_dec::decoder::{DecodeOptions, decode_picture};
use heifer::heifer_isobmff::boxes::{ColorInfo, Property};
use heifer::heifer_isobmff::{HeifFile, ItemId};
use image::{DynamicImage, RgbaImage};

use super::small;

/// Pixels of a picture that counts as a small one: those of phones have a tenth of that.
pub const MOST_PIXELS: u64 = 1 << 20;

/// A small JPEG of the picture that lies in a photo as its small one; nothing where there is none, or it is no coded
/// picture, or too large to be called small.
pub fn picture(heic: &[u8]) -> Option<Vec<u8>> {
    let file = HeifFile::parse(heic).ok()?;
    let small = file.referencing_items(file.primary_id, b"thmb");
    let pixels = |id: &ItemId| {
        let size = file.image_size(*id).ok().flatten();
        size.map_or(u64::MAX, |(width, height)| u64::from(width) * u64::from(height))
    };
    let id = small.into_iter().min_by_key(pixels)?;
    let image = turned(decoded(&file, id)?, file.item_properties(id).ok()?);
    let image = RgbaImage::from_raw(image.width, image.height, image.data)?;
    small::jpeg(DynamicImage::ImageRgba8(image)).ok()
}

/// The pixels of a coded picture. The library's own door to it has no limit.
fn decoded(file: &HeifFile<'_>, id: ItemId) -> Option<Image<u8>> {
    if file.item(id).ok()?.item_type.0 != *b"hvc1" {
        return None;
    }
    let options = DecodeOptions { max_pixels: MOST_PIXELS, ..DecodeOptions::default() };
    let frame = decode_picture(&file.hevc_bitstream(id).ok()?, options).ok()?;
    let said = file.item_properties(id).ok()?.find_map(|property| match property {
        Property::Color(ColorInfo::Nclx { matrix, full_range, .. }) => {
            Some(ColorParams { matrix: *matrix, full_range: *full_range })
        }
        _ => None,
    });
    let colours = said.unwrap_or_else(|| ColorParams::from_frame(&frame));
    let size = file.image_size(id).ok()?;
    let (width, height) = size.unwrap_or((frame.widths[0], frame.heights[0]));
    Some(frame_to_rgba_sized(&frame, colours, width, height))
}

/// A picture as its properties turn it, in their order.
fn turned<'p>(mut image: Image<u8>, properties: impl Iterator<Item = &'p Property>) -> Image<u8> {
    for property in properties {
        image = match *property {
            Property::Rotation(quarters) if quarters != 0 => image.rotate_ccw(quarters),
            Property::Mirror(top_bottom) => image.mirror(top_bottom),
            _ => image,
        };
    }
    image
}
