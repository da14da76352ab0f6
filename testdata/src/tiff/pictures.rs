//! TIFF and DNG whose strips, tiles or previews are whole picture files.

use super::writer::{Value, Writer, add_exif, later, long, short};
use crate::Sample;
use crate::jpeg::Jpeg;
use crate::png::Png;
use crate::scene::Picture;
use crate::{isobmff, jpeg2000, jpegxl, webp};

/// Width and height of a tile in pixels.
const TILE: u32 = 256;

/// A file of each coding.
pub fn samples() -> Vec<Sample> {
    let scene = |seed| Picture::scene(seed, 96, 64);
    let png = Png::default().encode(&scene(80));
    let jpeg = Jpeg::default().encode(&scene(81));
    let jxl = |name| find(&jpegxl::samples(), "jxl", name);
    let webp = |name| find(&webp::samples(), "webp", name);
    let jp2 = |format, name| find(&jpeg2000::samples(), format, name);
    let heic = find(&isobmff::samples(), "heic", "lake");
    vec![
        Sample::new("dng", "jxl-tiles", dng(52546, &vec![jxl("codestream"); 4], None)),
        Sample::new(
            "dng",
            "jxl-files",
            dng(52546, &vec![jxl("boxes"); 4], Some((50002, jxl("boxes")))),
        ),
        Sample::new("dng", "jpeg-preview", dng(52546, &vec![jxl("parts"); 2], Some((7, jpeg)))),
        Sample::new("dng", "png-preview", dng(7, &tiles(), Some((34933, png.clone())))),
        Sample::new("tiff", "webp-strips", strips(50001, &[webp("lossy"), webp("exif")])),
        Sample::new("tiff", "png-strips", strips(34933, &[png.clone(), png])),
        Sample::new("tiff", "codestreams", strips(34712, &vec![jp2("j2k", "tiles"); 3])),
        Sample::new("tiff", "jp2-strips", strips(34712, &vec![jp2("jp2", "xml-behind"); 2])),
        Sample::new("tiff", "jxl-strips", strips(50002, &vec![jxl("metadata-behind"); 2])),
        Sample::new("tiff", "unknown-coding", strips(60001, &[heic.clone(), heic])),
    ]
}

fn tiles() -> Vec<Vec<u8>> {
    [41, 42].map(|seed| super::jpeg::lossless_noise(48, 32, seed)).to_vec()
}

fn find(samples: &[Sample], format: &str, name: &str) -> Vec<u8> {
    let found = samples.iter().find(|one| one.format == format && one.name == name);
    found.map(|one| one.bytes.clone()).expect("there is such a sample")
}

/// A DNG of tiles so coded, with a preview in a directory of its own.
fn dng(coding: u16, tiles: &[Vec<u8>], preview: Option<(u16, Vec<u8>)>) -> Vec<u8> {
    let mut writer = Writer::new(b"II*\0");
    let count = tiles.len();
    let (width, height) = if coding == 7 { (48, 32) } else { (TILE, TILE) };
    let first = writer.directory(&[
        (0xFE, long(0)),
        (0x100, long(width * count as u32)),
        (0x101, long(height)),
        (0x102, Value::Short(vec![10, 10, 10])),
        (0x103, short(coding)),
        (0x106, short(34892)),
        (0x10F, Value::Text("Apple")),
        (0x110, Value::Text("iPhone 16 Pro")),
        (0x115, short(3)),
        (0x142, long(width)),
        (0x143, long(height)),
        (0x144, Value::Long(vec![0; count])),
        (0x145, Value::Long(tiles.iter().map(|tile| tile.len() as u32).collect())),
        (0x14A, later()),
        (0x8769, later()),
        (0x8825, later()),
        (0xC612, Value::Byte(vec![1, 7, 1, 0])),
    ]);
    add_exif(&mut writer, &first, Vec::new());
    if let Some((coding, preview)) = preview {
        let sub = writer.directory(&[
            (0xFE, long(1)),
            (0x100, long(96)),
            (0x101, long(64)),
            (0x103, short(coding)),
            (0x106, short(6)),
            (0x111, later()),
            (0x117, long(preview.len() as u32)),
        ]);
        let at = writer.append(&preview);
        writer.set(&sub, 0x111, at);
        writer.set(&first, 0x14A, sub.at as u32);
    }
    let offsets: Vec<u32> = tiles.iter().map(|tile| writer.append(tile)).collect();
    writer.set_list(&first, 0x144, &offsets);
    writer.out
}

/// A TIFF of strips so coded.
fn strips(coding: u16, strips: &[Vec<u8>]) -> Vec<u8> {
    let mut writer = Writer::new(b"II*\0");
    let count = strips.len();
    let first = writer.directory(&[
        (0x100, long(160)),
        (0x101, long(120 * count as u32)),
        (0x102, Value::Short(vec![8, 8, 8])),
        (0x103, short(coding)),
        (0x106, short(2)),
        (0x111, Value::Long(vec![0; count])),
        (0x115, short(3)),
        (0x116, short(120)),
        (0x117, Value::Long(strips.iter().map(|strip| strip.len() as u32).collect())),
    ]);
    let offsets: Vec<u32> = strips.iter().map(|strip| writer.append(strip)).collect();
    writer.set_list(&first, 0x111, &offsets);
    writer.out
}
