//! JPEG files laid out as cameras, phones and programs lay them out.

use crate::exif::Exif;
use crate::ifd::{Ifd, Order};
use crate::jpeg::{Jpeg, Process, Sampling, Segment, segment};
use crate::random::Random;
use crate::scene::Picture;
use crate::trailers::{Block, samsung};

/// What to take, with which camera, when.
#[derive(Clone, Debug)]
pub struct Shot {
    /// Seed of the scene.
    pub seed: u64,
    /// Width and height in pixels.
    pub pixels: (usize, usize),
    /// Model, as Exif stores it.
    pub model: String,
    /// When, such as `2024:05:17 18:03:22`.
    pub taken: String,
}

impl Shot {
    /// A shot.
    pub fn new(seed: u64, pixels: (usize, usize), model: &str, taken: &str) -> Self {
        Shot { seed, pixels, model: model.into(), taken: taken.into() }
    }

    /// What the camera sees.
    pub fn picture(&self) -> Picture {
        Picture::scene(self.seed, self.pixels.0, self.pixels.1)
    }

    fn exif(&self, make: &str) -> Exif {
        let mut exif = Exif::new(make, &self.model, &self.taken, self.pixels);
        exif.thumbnail = thumbnail(&self.picture());
        exif
    }

    /// As compact and reflex cameras by Canon do: Exif with a thumbnail, colour at half width,
    /// the standard's Huffman tables.
    pub fn canon(&self) -> Vec<u8> {
        let mut exif = self.exif("Canon");
        exif.note = Random::new(self.seed).bytes(600);
        let jpeg = Jpeg { quality: 88, sampling: Sampling::S422, ..Jpeg::default() };
        assemble(&[exif.segment()], &jpeg.encode(&self.picture()))
    }

    /// As cameras by Nikon do: big-endian Exif whose maker note is a TIFF structure of its own,
    /// and restart markers.
    pub fn nikon(&self) -> Vec<u8> {
        let mut exif = self.exif("NIKON CORPORATION");
        exif.order = Order::Big;
        exif.note = b"Nikon\0\x02\x11\0\0".to_vec();
        exif.note.extend(Order::Big.header());
        exif.note.extend(Ifd::new(Order::Big).opaque(1, b"0211").ascii(4, "FINE").at(8, 0));
        let jpeg = Jpeg { quality: 90, restart: 8, ..Jpeg::default() };
        assemble(&[exif.segment()], &jpeg.encode(&self.picture()))
    }

    /// As cameras by Sony do: a preview behind the main picture, announced by MPF.
    pub fn sony(&self) -> Vec<u8> {
        let picture = self.picture();
        let preview = picture.shrunk(self.pixels.0 / 2, self.pixels.1 / 2);
        let jpeg = Jpeg { quality: 88, sampling: Sampling::S422, ..Jpeg::default() };
        let preview = Jpeg { quality: 75, ..jpeg.clone() }.encode(&preview);
        with_second(
            &[self.exif("SONY").segment()],
            &jpeg.encode(&picture),
            &preview,
            MpfKind::Preview,
        )
    }

    /// As phones with Ultra HDR do: a grey gain map behind the main picture, announced by MPF
    /// and by XMP. Source: Android, "Ultra HDR Image Format v1.1".
    pub fn ultra_hdr(&self) -> Vec<u8> {
        let picture = self.picture();
        let gains = picture.shrunk(self.pixels.0 / 4, self.pixels.1 / 4);
        let gains = Jpeg { sampling: Sampling::Grey, ..Jpeg::default() }.encode(&gains);
        let gains = assemble(&[xmp(r#"hdrgm:Version="1.0" hdrgm:GainMapMax="2.3""#, &[])], &gains);
        let items = [("Primary", "image/jpeg", 0), ("GainMap", "image/jpeg", gains.len())];
        let mut exif = self.exif("Google");
        exif.offset = Some("+02:00".into());
        exif.position = Some((4_726_921, 1_140_412));
        let segments = [exif.segment(), xmp(r#"hdrgm:Version="1.0""#, &items)];
        let jpeg = Jpeg { quality: 90, optimised: true, ..Jpeg::default() };
        with_second(&segments, &jpeg.encode(&picture), &gains, MpfKind::GainMap)
    }

    /// As Android's camera does a motion photo: an MP4 behind the picture, announced by XMP.
    /// Source: Android, "Motion Photo format 1.0".
    pub fn motion(&self, video: &[u8]) -> Vec<u8> {
        let items = [("Primary", "image/jpeg", 0), ("MotionPhoto", "video/mp4", video.len())];
        let camera = r#"GCamera:MotionPhoto="1" GCamera:MotionPhotoVersion="1""#;
        let segments = [self.exif("Google").segment(), xmp(camera, &items)];
        let jpeg = assemble(&segments, &Jpeg::default().encode(&self.picture()));
        [&jpeg, video].concat()
    }

    /// As phones by Samsung do: blocks behind the picture that end with `SEFT`.
    pub fn samsung(&self, video: Option<&[u8]>) -> Vec<u8> {
        let mut exif = self.exif("samsung");
        exif.offset = Some("+01:00".into());
        let jpeg = assemble(&[exif.segment()], &Jpeg::default().encode(&self.picture()));
        let mut blocks = vec![Block::new(0x0a01, "Image_UTC_Data", b"1715961802000")];
        blocks.extend(video.map(|video| Block::new(0x0a30, "MotionPhoto_Data", video)));
        [jpeg, samsung(&blocks)].concat()
    }

    /// As a program exports for the web: JFIF, progressive, nothing known of the camera.
    pub fn web(&self) -> Vec<u8> {
        let comment = Segment { marker: 0xfe, data: b"made for the web".to_vec() };
        let jpeg = Jpeg { quality: 78, process: Process::Progressive, ..Jpeg::default() };
        assemble(&[Segment::jfif(), comment], &jpeg.encode(&self.picture()))
    }
}

/// The picture as an Exif thumbnail: 160 pixels wide.
pub fn thumbnail(picture: &Picture) -> Vec<u8> {
    let height = (160 * picture.height / picture.width).max(1);
    Jpeg { quality: 70, ..Jpeg::default() }.encode(&picture.shrunk(160, height))
}

/// Puts segments behind the SOI of a JPEG.
pub fn assemble(segments: &[Segment], jpeg: &[u8]) -> Vec<u8> {
    let mut out = jpeg[..2].to_vec();
    for Segment { marker, data } in segments {
        segment(&mut out, *marker, data);
    }
    out.extend(&jpeg[2..]);
    out
}

/// What the second picture of an MPF file is.
#[derive(Clone, Copy)]
enum MpfKind {
    Preview,
    GainMap,
}

/// A JPEG with a second one right behind it, which MPF announces.
fn with_second(segments: &[Segment], jpeg: &[u8], second: &[u8], kind: MpfKind) -> Vec<u8> {
    let mut before = segments.to_vec();
    let base = assemble(&before, &jpeg[..2]).len() + 8;
    // The segment's length does not depend on the numbers in it.
    let empty = mpf(0, 0, 0, kind);
    let first_len = jpeg.len() + base - 2 - 8 + 4 + empty.data.len();
    before.push(mpf(first_len, first_len - base, second.len(), kind));
    [&assemble(&before, jpeg), second].concat()
}

/// An MPF index of two pictures. Source: CIPA DC-007 (2009), 5.2.3.
fn mpf(first_len: usize, second_at: usize, second_len: usize, kind: MpfKind) -> Segment {
    let order = Order::Big;
    let (first, second) = match kind {
        MpfKind::Preview => (0x2003_0000, 0x4001_0002),
        MpfKind::GainMap => (0x0003_0000, 0),
    };
    let entry = |attribute: u32, len: usize, at: usize| {
        let numbers = [attribute, len as u32, at as u32, 0];
        numbers.into_iter().flat_map(|number| order.long(number)).collect::<Vec<u8>>()
    };
    let entries = [entry(first, first_len, 0), entry(second, second_len, second_at)].concat();
    let ifd = Ifd::new(order)
        .opaque(0xb000, b"0100")
        .long(0xb001, 2)
        .opaque(0xb002, &entries);
    Segment::app(2, b"MPF\0", &[order.header(), ifd.at(8, 0)].concat())
}

/// An XMP segment with `attributes` and a GContainer directory of `items`: semantic, type, length.
fn xmp(attributes: &str, items: &[(&str, &str, usize)]) -> Segment {
    let item = |&(semantic, mime, len): &(&str, &str, usize)| {
        format!(
            "<rdf:li rdf:parseType=\"Resource\"><Container:Item Item:Semantic=\"{semantic}\" \
             Item:Mime=\"{mime}\" Item:Length=\"{len}\"/></rdf:li>"
        )
    };
    let directory = if items.is_empty() {
        String::new()
    } else {
        let items: String = items.iter().map(item).collect();
        format!("<Container:Directory><rdf:Seq>{items}</rdf:Seq></Container:Directory>")
    };
    let packet = format!(
        "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF \
         xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><rdf:Description \
         xmlns:hdrgm=\"http://ns.adobe.com/hdr-gain-map/1.0/\" \
         xmlns:GCamera=\"http://ns.google.com/photos/1.0/camera/\" \
         xmlns:Container=\"http://ns.google.com/photos/1.0/container/\" \
         xmlns:Item=\"http://ns.google.com/photos/1.0/container/item/\" \
         {attributes}>{directory}</rdf:Description></rdf:RDF></x:xmpmeta>"
    );
    Segment::app(1, b"http://ns.adobe.com/xap/1.0/\0", packet.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mpf_points_at_the_second_picture() {
        let shot = Shot::new(1, (96, 64), "ILCE-0", "2024:01:01 12:00:00");
        for file in [shot.sony(), shot.ultra_hdr()] {
            let base = file.windows(4).position(|w| w == b"MPF\0").unwrap() + 4;
            // The entries follow a directory of three: 8 + 2 + 36 + 4.
            let number = |at: usize| {
                u32::from_be_bytes(file[base + at..base + at + 4].try_into().unwrap()) as usize
            };
            let (first_len, second_len, second_at) = (number(54), number(70), number(74));
            assert_eq!(base + second_at, first_len);
            assert_eq!(first_len + second_len, file.len());
            assert_eq!(file[first_len..first_len + 3], [0xff, 0xd8, 0xff]);
            assert_eq!(file[first_len - 2..first_len], [0xff, 0xd9]);
        }
    }

    #[test]
    fn a_decoder_reads_every_layout() {
        let shot = Shot::new(4, (96, 64), "Model", "2024:01:01 12:00:00");
        let video = crate::video::mp4(1, 3);
        let files = [
            shot.canon(),
            shot.nikon(),
            shot.sony(),
            shot.ultra_hdr(),
            shot.motion(&video),
            shot.samsung(Some(&video)),
            shot.web(),
        ];
        for file in files {
            let cursor = zune_jpeg::zune_core::bytestream::ZCursor::new(&file);
            let pixels = zune_jpeg::JpegDecoder::new(cursor).decode().unwrap();
            assert_eq!(pixels.len(), 96 * 64 * 3);
        }
    }
}
