//! JPEG XL of a lake that was drawn, by libjxl 0.7: in boxes and bare.

use crate::Sample;
use crate::exif::Exif;
use crate::video::mp4_box;

/// 704 x 528 pixels, a codestream with six groups.
const LAKE: &[u8] = include_bytes!("../files/lake.jxl");

/// 64 x 48 pixels without loss, a codestream too small to be found by its first three bytes.
const SMALL: &[u8] = include_bytes!("../files/lake-small.jxl");

/// 64 x 48 pixels in boxes.
const BOXES: &[u8] = include_bytes!("../files/lake-boxes.jxl");

/// Where the codestream begins in the file of boxes: signature, file type, header of its box.
const START: usize = 40;

/// The files as they were made, and what other writers make of them.
pub fn samples() -> Vec<Sample> {
    let (head, codestream) = (&BOXES[..START - 8], &BOXES[START..]);
    let mut open = BOXES.to_vec();
    open[START - 8..START - 4].fill(0);
    let (first, second) = codestream.split_at(90);
    let partial = |number: u32, part: &[u8]| mp4_box(b"jxlp", &[&number.to_be_bytes(), part]);
    let exif = Exif::new("Afterimage", "Scene 1", "2024:05:17 18:03:22", (64, 48)).block();
    let exif = mp4_box(b"Exif", &[&[0; 4], &exif]);
    let xml = mp4_box(b"xml ", &[b"<lake></lake>"]);
    let parts = [
        head,
        &mp4_box(b"jxll", &[&[5]]),
        &partial(0, first),
        &exif,
        &partial(1 << 31 | 1, second),
    ];
    vec![
        Sample::new("jxl", "boxes", BOXES.to_vec()),
        Sample::new("jxl", "no-size", open),
        Sample::new("jxl", "parts", parts.concat()),
        Sample::new("jxl", "metadata-behind", [BOXES, &exif, &xml].concat()),
        Sample::new("jxl", "codestream", LAKE.to_vec()),
    ]
}

/// A codestream whose first bytes are too common to look for.
pub fn small() -> Sample {
    Sample::new("jxl", "small", SMALL.to_vec())
}
