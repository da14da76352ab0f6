//! Exif blocks, as cameras write them.
//!
//! Source: CIPA DC-008 (Exif 2.32), 4.5 and 4.6.

use crate::ifd::{Ifd, Order};
use crate::jpeg::Segment;

/// What a camera says of a photo.
#[derive(Clone, Debug)]
pub struct Exif {
    /// Byte order of the block.
    pub order: Order,
    /// Maker, as it is stored.
    pub make: String,
    /// Model, as it is stored.
    pub model: String,
    /// When it was taken, such as `2024:05:17 18:03:22`.
    pub taken: String,
    /// Offset from UTC, such as `+02:00`.
    pub offset: Option<String>,
    /// Orientation, from 1 to 8.
    pub orientation: u16,
    /// Width and height in pixels.
    pub pixels: (u32, u32),
    /// Latitude and longitude in hundred-thousandths of a degree, north and east positive.
    pub position: Option<(i32, i32)>,
    /// Maker note.
    pub note: Vec<u8>,
    /// A small JPEG.
    pub thumbnail: Vec<u8>,
}

impl Exif {
    /// A photo of that camera and time and size, the right way up, taken nowhere.
    pub fn new(make: &str, model: &str, taken: &str, pixels: (usize, usize)) -> Self {
        Exif {
            order: Order::Little,
            make: make.into(),
            model: model.into(),
            taken: taken.into(),
            offset: None,
            orientation: 1,
            pixels: (pixels.0 as u32, pixels.1 as u32),
            position: None,
            note: Vec::new(),
            thumbnail: Vec::new(),
        }
    }

    /// The block: a TIFF structure.
    pub fn block(&self) -> Vec<u8> {
        let photo = self.photo();
        let place = self.position.map(|position| self.place(position));
        // Directories refer to each other by offset, so their lengths are needed first.
        let primary = |photo_at, place_at| self.primary(photo_at, place_at);
        let start = self.order.header().len();
        let photo_at = start + primary(0, place.as_ref().map(|_| 0)).len();
        let place_at = photo_at + photo.len();
        let thumb_at = place_at + place.as_ref().map_or(0, Ifd::len);
        let mut out = self.order.header();
        let next = if self.thumbnail.is_empty() { 0 } else { thumb_at };
        out.extend(primary(photo_at, place.as_ref().map(|_| place_at)).at(start, next));
        out.extend(photo.at(photo_at, 0));
        out.extend(place.map(|place| place.at(place_at, 0)).unwrap_or_default());
        if !self.thumbnail.is_empty() {
            let data_at = thumb_at + self.small(0).len();
            out.extend(self.small(data_at).at(thumb_at, 0));
            out.extend(&self.thumbnail);
        }
        out
    }

    /// The block in an APP1 segment.
    pub fn segment(&self) -> Segment {
        Segment::app(1, b"Exif\0\0", &self.block())
    }

    fn primary(&self, photo_at: usize, place_at: Option<usize>) -> Ifd {
        let ifd = Ifd::new(self.order)
            .ascii(0x10f, &self.make)
            .ascii(0x110, &self.model)
            .shorts(0x112, &[self.orientation])
            .rationals(0x11a, &[(72, 1)])
            .rationals(0x11b, &[(72, 1)])
            .shorts(0x128, &[2])
            .ascii(0x132, &self.taken)
            .shorts(0x213, &[2])
            .long(0x8769, photo_at as u32);
        match place_at {
            Some(at) => ifd.long(0x8825, at as u32),
            None => ifd,
        }
    }

    fn photo(&self) -> Ifd {
        let mut ifd = Ifd::new(self.order)
            .rationals(0x829a, &[(1, 250)])
            .rationals(0x829d, &[(56, 10)])
            .shorts(0x8827, &[200])
            .raw(0x9000, 7, 4, b"0232".to_vec())
            .ascii(0x9003, &self.taken)
            .ascii(0x9004, &self.taken)
            .rationals(0x920a, &[(35, 1)])
            .raw(0xa000, 7, 4, b"0100".to_vec())
            .shorts(0xa001, &[1])
            .long(0xa002, self.pixels.0)
            .long(0xa003, self.pixels.1);
        if let Some(offset) = &self.offset {
            ifd = ifd.ascii(0x9010, offset).ascii(0x9011, offset);
        }
        if !self.note.is_empty() {
            ifd = ifd.opaque(0x927c, &self.note);
        }
        ifd
    }

    fn place(&self, (latitude, longitude): (i32, i32)) -> Ifd {
        let degrees = |value: i32| {
            let value = value.unsigned_abs();
            let (whole, rest) = (value / 100_000, value % 100_000 * 60);
            [(whole, 1), (rest / 100_000, 1), (rest % 100_000 * 60 / 1000, 100)]
        };
        Ifd::new(self.order)
            .raw(0, 1, 4, vec![2, 3, 0, 0])
            .ascii(1, if latitude < 0 { "S" } else { "N" })
            .rationals(2, &degrees(latitude))
            .ascii(3, if longitude < 0 { "W" } else { "E" })
            .rationals(4, &degrees(longitude))
    }

    /// The directory of the thumbnail, which lies at `at`.
    fn small(&self, at: usize) -> Ifd {
        Ifd::new(self.order)
            .shorts(0x103, &[6])
            .rationals(0x11a, &[(72, 1)])
            .rationals(0x11b, &[(72, 1)])
            .shorts(0x128, &[2])
            .long(0x201, at as u32)
            .long(0x202, self.thumbnail.len() as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use exif::{In, Tag};

    #[test]
    fn an_independent_reader_finds_every_field() {
        for order in [Order::Little, Order::Big] {
            let mut made = Exif::new("Canon", "EOS 0D", "2024:05:17 18:03:22", (640, 480));
            made.order = order;
            made.orientation = 6;
            made.offset = Some("+02:00".into());
            made.position = Some((-4_768_123, 1_312_345));
            made.thumbnail = vec![0xff, 0xd8, 0xff, 0xd9];
            let read = exif::Reader::new().read_raw(made.block()).unwrap();
            let text = |tag, place| {
                read.get_field(tag, place).unwrap().display_value().to_string()
            };
            assert_eq!(text(Tag::Make, In::PRIMARY), "\"Canon\"");
            assert_eq!(text(Tag::Model, In::PRIMARY), "\"EOS 0D\"");
            assert_eq!(text(Tag::DateTimeOriginal, In::PRIMARY), "2024-05-17 18:03:22");
            assert_eq!(text(Tag::OffsetTimeOriginal, In::PRIMARY), "\"+02:00\"");
            assert_eq!(text(Tag::PixelXDimension, In::PRIMARY), "640");
            assert_eq!(text(Tag::GPSLatitudeRef, In::PRIMARY), "S");
            assert_eq!(text(Tag::GPSLatitude, In::PRIMARY), "47 deg 40 min 52.42 sec");
            assert_eq!(text(Tag::JPEGInterchangeFormatLength, In::THUMBNAIL), "4");
            let at = read.get_field(Tag::JPEGInterchangeFormat, In::THUMBNAIL).unwrap();
            let at = at.value.get_uint(0).unwrap() as usize;
            assert_eq!(read.buf()[at..at + 4], made.thumbnail);
        }
    }
}
