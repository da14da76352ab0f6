//! One file of every kind that the tests hold the formats to.

use crate::cameras::{Shot, assemble};
use crate::exif::Exif;
use crate::jpeg::{Jpeg, Process, Sampling, Segment};
use crate::png::{Colour, Png};
use crate::scene::Picture;
use crate::trailers::{self, Block, samsung};
use crate::{
    Sample, avi, bmp, gif, ico, isobmff, jpeg2000, jpegxl, mts, pcx, psd, raw, tiff, video, webp,
};

/// Every sample of every format.
pub fn all() -> Vec<Sample> {
    let stills = [gif::samples(), bmp::samples(), webp::samples(), psd::samples()].concat();
    let simple = [ico::samples(), pcx::samples()].concat();
    let boxes = [isobmff::samples(), isobmff::videos()].concat();
    let modern = [jpeg2000::samples(), jpegxl::samples()].concat();
    let raws = [tiff::samples(), raw::samples()].concat();
    let videos = [avi::samples(), mts::samples()].concat();
    [jpegs(), pngs(), apngs(), stills, simple, raws, boxes, modern, videos].concat()
}

/// Files whose parts are whole picture files, and films with what cameras append.
pub fn containers() -> Vec<Sample> {
    [isobmff::of_pictures(), tiff::of_pictures(), trailers::behind_films()].concat()
}

/// JPEG as cameras, phones and programs write it, and its rarer forms.
pub fn jpegs() -> Vec<Sample> {
    let shot = |seed, model| Shot::new(seed, (240, 180), model, "2024:05:17 18:03:22");
    let video = video::mp4(5, 12);
    let mut samples = vec![
        ("canon", shot(0, "Canon EOS 0D").canon()),
        ("nikon-restart", shot(1, "NIKON Z 0").nikon()),
        ("sony-mpf-preview", shot(2, "ILCE-0").sony()),
        ("ultra-hdr", shot(3, "Pixel 0").ultra_hdr()),
        ("motion-photo", shot(4, "Pixel 0").motion(&video)),
        ("samsung", shot(5, "SM-S000").samsung(None)),
        ("samsung-motion-photo", shot(6, "SM-S000").samsung(Some(&video))),
        ("web-progressive", shot(7, "").web()),
    ];
    let plain = Jpeg { segments: vec![Segment::jfif()], ..Jpeg::default() };
    let encode = |jpeg: Jpeg, seed| jpeg.encode(&Picture::scene(seed, 201, 133));
    samples.extend([
        ("444", encode(Jpeg { sampling: Sampling::S444, ..plain.clone() }, 8)),
        ("grey", encode(Jpeg { sampling: Sampling::Grey, ..plain.clone() }, 9)),
        ("optimised", encode(Jpeg { optimised: true, ..plain.clone() }, 10)),
        ("restart-every-mcu", encode(Jpeg { restart: 1, ..plain.clone() }, 11)),
        ("late-height", encode(Jpeg { late_height: true, ..plain.clone() }, 12)),
        ("spectral", encode(Jpeg { process: Process::Spectral, ..plain.clone() }, 13)),
        ("progressive-restart", {
            encode(Jpeg { process: Process::Progressive, restart: 5, ..plain.clone() }, 14)
        }),
        ("no-segments", encode(Jpeg::default(), 15)),
        ("fill-bytes", fill_bytes(&encode(plain.clone(), 16))),
        ("many-segments", many_segments(&encode(Jpeg::default(), 17))),
        ("one-block", plain.encode(&Picture::scene(18, 8, 8))),
    ]);
    named("jpeg", samples)
}

/// The picture and the video of a Live Photo.
pub fn live_photo() -> [Sample; 2] {
    let mut exif = Exif::new("Apple", "iPhone 0", "2024:05:17 18:03:22", (240, 180));
    exif.note = isobmff::apple_note(isobmff::CONTENT_IDENTIFIER);
    let jpeg = Jpeg { segments: vec![exif.segment()], ..Jpeg::default() };
    let picture = jpeg.encode(&Picture::scene(19, 240, 180));
    let is_video = |sample: &Sample| sample.name == "live-photo";
    let video = isobmff::videos().into_iter().find(is_video);
    [
        Sample::new("jpeg", "live-photo", picture),
        video.unwrap_or_else(|| Sample::new("mov", "live-photo", Vec::new())),
    ]
}

/// PNG of every colour type.
pub fn pngs() -> Vec<Sample> {
    let picture = Picture::scene(20, 120, 80);
    let encode = |png: Png| png.encode(&picture);
    let plain = Png::default();
    let exif = Exif::new("Google", "Pixel 0", "2024:05:17 18:03:22", (120, 80)).block();
    let text = b"Comment\0A landscape that nobody saw".to_vec();
    let tagged = Png { chunks: vec![(*b"eXIf", exif), (*b"tEXt", text)], ..plain.clone() };
    let samples = vec![
        ("rgb", encode(plain.clone())),
        ("exif", encode(tagged)),
        ("rgb16", encode(Png { depth: 16, ..plain.clone() })),
        ("grey", encode(Png { colour: Colour::Grey, ..plain.clone() })),
        ("grey1-interlaced", {
            encode(Png { colour: Colour::Grey, depth: 1, interlaced: true, ..plain.clone() })
        }),
        ("grey-alpha16", encode(Png { colour: Colour::GreyAlpha, depth: 16, ..plain.clone() })),
        ("palette", encode(Png { colour: Colour::Palette, ..plain.clone() })),
        ("palette4", encode(Png { colour: Colour::Palette, depth: 4, ..plain.clone() })),
        ("rgba-interlaced", {
            encode(Png { colour: Colour::Rgba, interlaced: true, ..plain.clone() })
        }),
        ("one-idat", encode(Png { idat_len: usize::MAX, ..plain.clone() })),
        ("many-idats", encode(Png { idat_len: 61, ..plain.clone() })),
        ("samsung", {
            let block = Block::new(0x0a01, "Image_UTC_Data", b"1715961802000");
            [encode(plain.clone()), samsung(&[block])].concat()
        }),
        ("one-pixel", plain.encode(&Picture::scene(21, 1, 1))),
    ];
    named("png", samples)
}

/// Animations.
pub fn apngs() -> Vec<Sample> {
    let frames = [22, 23, 24].map(|seed| Picture::scene(seed, 80, 60));
    let png = Png::default();
    let small = Png { idat_len: 500, interlaced: true, ..Png::default() };
    let samples = vec![
        ("three-frames", png.animate(None, &frames)),
        ("hidden-still", small.animate(Some(&frames[2]), &frames[..2])),
    ];
    named("apng", samples)
}

fn named(format: &'static str, samples: Vec<(&str, Vec<u8>)>) -> Vec<Sample> {
    samples.into_iter().map(|(name, bytes)| Sample::new(format, name, bytes)).collect()
}

/// Any number of bytes of ones may precede a marker. Source: T.81, B.1.1.2 "Markers".
fn fill_bytes(jpeg: &[u8]) -> Vec<u8> {
    let (start, rest) = jpeg.split_at(2);
    let (rest, end) = rest.split_at(rest.len() - 2);
    [start, &[0xff; 3], rest, &[0xff; 2], end].concat()
}

/// Segments of full length and of none, and ones that hold what looks like other files.
fn many_segments(jpeg: &[u8]) -> Vec<u8> {
    let looks = [&jpeg[..64], b"\x89PNG\r\n\x1a\n\xff\xd9", &[0xff; 32]].concat();
    let segments = [
        Segment::app(1, b"Exif\0\0", &Exif::new("A", "B", "2024:05:17 18:03:22", (1, 1)).block()),
        Segment::app(13, b"Photoshop 3.0\0", &looks),
        Segment::app(2, b"ICC_PROFILE\0\x01\x01", &vec![0x5a; 65_533 - 14]),
        Segment { marker: 0xfe, data: Vec::new() },
        Segment::app(14, b"Adobe\0", &[100, 0, 0, 0, 0, 1]),
    ];
    assemble(&segments, jpeg)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_two_samples_have_one_name() {
        let samples = all();
        let names: BTreeSet<_> = samples.iter().map(|s| (s.format, s.name.as_str())).collect();
        assert_eq!(names.len(), samples.len());
    }
}
