//! TIFF as programs write it.

use super::jpeg;
use super::noise;
use super::writer::{Directory, Value, Writer, add_exif, later, long, short};
use crate::Sample;

/// Width and height in pixels.
const SIZE: (u32, u32) = (80, 60);

/// Rows of a strip.
const ROWS: u32 = 20;

/// A file of each kind.
pub fn samples() -> Vec<Sample> {
    vec![
        Sample::new("tiff", "strips", strips(Writer::new(b"II*\0"), "camera")),
        Sample::new("tiff", "big-endian", strips(Writer::new(b"MM\0*"), "camera")),
        Sample::new("tiff", "bigtiff", strips(Writer::big(), "camera")),
        // A developed picture that still names the camera is no RAW.
        Sample::new("tiff", "developed", strips(Writer::new(b"II*\0"), "NIKON CORPORATION")),
        Sample::new("tiff", "directory-last", directory_last()),
        Sample::new("tiff", "pages", pages()),
        Sample::new("tiff", "jpeg", jpeg_strip()),
    ]
}

fn picture(make: &'static str, offsets: Vec<u32>) -> Vec<(u16, Value)> {
    let lens = offsets.iter().map(|_| (SIZE.0 * 3 * ROWS) as u16).collect();
    vec![
        (0x100, long(SIZE.0)),
        (0x101, long(SIZE.1)),
        (0x102, Value::Short(vec![8, 8, 8])),
        (0x103, short(1)),
        (0x106, short(2)),
        (0x10F, Value::Text(make)),
        (0x110, Value::Text("Model")),
        (0x111, Value::Long(offsets)),
        (0x115, short(3)),
        (0x116, short(ROWS as u16)),
        (0x117, Value::Short(lens)),
        (0x132, Value::Text("2023:11:14 15:42:13")),
        (0x8769, later()),
        (0x8825, later()),
    ]
}

/// Three strips at the end.
fn strips(empty: Writer, make: &'static str) -> Vec<u8> {
    let attempt = |offsets: &[u32]| {
        let mut writer = empty.clone();
        let first = writer.directory(&picture(make, offsets.to_vec()));
        add_exif(&mut writer, &first, Vec::new());
        let len = (SIZE.0 * 3 * ROWS) as usize;
        let offsets = [1, 2, 3].map(|seed| writer.append(&noise(seed, len)));
        (offsets, writer.out)
    };
    // The first attempt shows where the strips come to lie.
    let (offsets, _) = attempt(&[0; 3]);
    attempt(&offsets).1
}

/// The directory behind the strips, as streaming writers do.
fn directory_last() -> Vec<u8> {
    let mut writer = Writer::new(b"II*\0");
    let len = (SIZE.0 * 3 * ROWS) as usize;
    let offsets = (1..=3).map(|index| writer.append(&noise(index, len))).collect();
    let first = writer.directory(&picture("camera", offsets));
    add_exif(&mut writer, &first, Vec::new());
    writer.out
}

fn page(writer: &mut Writer, seed: u64) -> Directory {
    let len = 1000 + seed as usize;
    let at = writer.append(&noise(seed, len));
    writer.directory(&[
        (0x100, short(640)),
        (0x101, short(480)),
        (0x102, short(1)),
        (0x103, short(4)),
        (0x106, short(0)),
        (0x111, long(at)),
        (0x117, long(len as u32)),
    ])
}

/// A fax of three pages.
fn pages() -> Vec<u8> {
    let mut writer = Writer::new(b"MM\0*");
    let pages = [1, 2, 3].map(|seed| page(&mut writer, seed));
    writer.chain(&pages[0], &pages[1]);
    writer.chain(&pages[1], &pages[2]);
    writer.out
}

/// One strip that is a JPEG.
fn jpeg_strip() -> Vec<u8> {
    let mut writer = Writer::new(b"II*\0");
    let strip = jpeg::baseline(&[], 0);
    let at = writer.append(&strip);
    writer.directory(&[
        (0x100, short(8)),
        (0x101, short(8)),
        (0x102, short(8)),
        (0x103, short(7)),
        (0x106, short(1)),
        (0x111, long(at)),
        (0x115, short(1)),
        (0x117, long(strip.len() as u32)),
    ]);
    writer.out
}
