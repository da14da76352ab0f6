//! Movies whose samples are whole pictures, and pictures whose items are.

use super::{boxed, full, heif, trak};
use crate::Sample;
use crate::jpeg::{Jpeg, Segment};
use crate::png::Png;
use crate::scene::Picture;
use crate::{gif, jpeg2000, jpegxl, samples, webp};

/// The content of the box that Motion JPEG 2000 begins with.
const SIGNATURE: &[u8] = b"\x0d\x0a\x87\x0a";

/// A file of each kind.
pub(super) fn samples() -> Vec<Sample> {
    let jpegs: Vec<Vec<u8>> = (60..63).map(|seed| jpeg(seed, (120, 90))).collect();
    let small: Vec<Vec<u8>> = (66..69).map(|seed| jpeg(seed, (16, 16))).collect();
    let pngs: Vec<Vec<u8>> = (63..66).map(png).collect();
    let streams = vec![bytes(&jpeg2000::samples(), "tiles", "j2k"); 3];
    let files = vec![bytes(&jpeg2000::samples(), "tiles", "jp2"); 2];
    let gifs: Vec<Vec<u8>> = gif::samples().into_iter().take(2).map(|one| one.bytes).collect();
    let with_thumbnails: Vec<Vec<u8>> =
        samples::jpegs().into_iter().take(2).map(|sample| sample.bytes).collect();
    let (quicktime, mp4) = (ftyp(b"qt  qt  "), ftyp(b"mp42isom"));
    let mjp2 = ftyp(b"mjp2mjp2");
    let signed = [boxed(b"jP  ", &[SIGNATURE]), mjp2.clone()].concat();
    let movie =
        |head: &[u8], kind, samples: &[Vec<u8>]| media_first(head, &entry(kind, &[]), samples);
    let object = |object| entry(b"mp4v", &esds(object));
    let item = |kind, bytes: &[u8]| heif::one_item(kind, bytes, (160, 120));
    vec![
        Sample::new("mov", "jpegs", movie(&quicktime, b"jpeg", &jpegs)),
        Sample::new("mov", "jpegs-with-thumbnails", movie(&quicktime, b"mjpa", &with_thumbnails)),
        Sample::new("mov", "pngs", movie(&quicktime, b"png ", &pngs)),
        Sample::new("mov", "gifs", movie(&quicktime, b"gif ", &gifs)),
        Sample::new("mov", "movie-first", movie_first(&quicktime, b"png ", &pngs)),
        Sample::new(
            "mov",
            "many-jpegs",
            movie(&quicktime, b"jpeg", &vec![small.clone(); 200].concat()),
        ),
        Sample::new("mp4", "codestreams", movie(&mjp2, b"mjp2", &streams)),
        Sample::new("mp4", "signature", movie(&signed, b"mjp2", &streams)),
        Sample::new("mp4", "jp2-files", movie(&mp4, b"mjp2", &files)),
        Sample::new("mp4", "png-cover", media_first(&mp4, &object(0x6d), &pngs[..1])),
        Sample::new("mp4", "jpeg-cover", media_first(&mp4, &object(0x6c), &jpegs[..1])),
        Sample::new("mp4", "unknown-coding", movie(&mp4, b"what", &pngs)),
        Sample::new("heif", "png-item", item(b"png ", &pngs[0])),
        Sample::new("heif", "codestream-item", item(b"j2k1", &streams[0])),
        Sample::new("heif", "webp-item", item(b"webp", &bytes(&webp::samples(), "exif", "webp"))),
        Sample::new("heif", "jxl-item", item(b"jxl ", &bytes(&jpegxl::samples(), "boxes", "jxl"))),
        Sample::new("heif", "jpeg-item", item(b"jpeg", &with_thumbnails[0])),
    ]
}

fn jpeg(seed: u64, (width, height): (usize, usize)) -> Vec<u8> {
    let plain = Jpeg { segments: vec![Segment::jfif()], ..Jpeg::default() };
    plain.encode(&Picture::scene(seed, width, height))
}

fn png(seed: u64) -> Vec<u8> {
    Png::default().encode(&Picture::scene(seed, 64, 48))
}

/// The sample of that name and format.
fn bytes(samples: &[Sample], name: &str, format: &str) -> Vec<u8> {
    let found = samples.iter().find(|one| one.name == name && one.format == format);
    found.map(|one| one.bytes.clone()).expect("there is such a sample")
}

fn ftyp(brands: &[u8]) -> Vec<u8> {
    boxed(b"ftyp", &[&brands[..4], &[0; 4], &brands[4..]])
}

/// A sample entry of 200 x 150 pixels with boxes in it.
fn entry(kind: &[u8; 4], boxes: &[u8]) -> Vec<u8> {
    let size = [&200u16.to_be_bytes()[..], &150u16.to_be_bytes()].concat();
    boxed(kind, &[&[0; 24], &size, &[0; 50], boxes])
}

/// The descriptors that name the type of an object.
fn esds(object: u8) -> Vec<u8> {
    let stream = [&[3, 21, 0, 1, 0, 4, 13, object, 0x11][..], &[0; 11], &[6, 1, 2]].concat();
    full(b"esds", &[&stream])
}

/// The track of samples that follow one another from `at`, each in a chunk of its own.
fn moov(at: usize, entry: &[u8], samples: &[Vec<u8>]) -> Vec<u8> {
    let mut at = at;
    let lens: Vec<[usize; 1]> = samples.iter().map(|sample| [sample.len()]).collect();
    let chunks: Vec<(usize, &[usize])> = lens
        .iter()
        .map(|len| {
            at += len[0];
            (at - len[0], &len[..])
        })
        .collect();
    boxed(b"moov", &[&full(b"mvhd", &[&[0; 96]]), &trak(b"vide", entry, &chunks)])
}

fn media_first(head: &[u8], entry: &[u8], samples: &[Vec<u8>]) -> Vec<u8> {
    let mdat = boxed(b"mdat", &[&samples.concat()]);
    [head, &mdat, &moov(head.len() + 8, entry, samples)].concat()
}

fn movie_first(head: &[u8], kind: &[u8; 4], samples: &[Vec<u8>]) -> Vec<u8> {
    let entry = entry(kind, &[]);
    let at = head.len() + moov(0, &entry, samples).len() + 8;
    [head, &moov(at, &entry, samples), &boxed(b"mdat", &[&samples.concat()])].concat()
}
