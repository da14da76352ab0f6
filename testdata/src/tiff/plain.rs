//! TIFF as programs write it.

use super::jpeg;
use super::noise;
use super::writer::{Directory, Value, Writer, add_exif, later, long, short};
use crate::Sample;
use miniz_oxide::deflate::compress_to_vec_zlib;

/// Width and height in pixels.
pub(super) const SIZE: (u32, u32) = (80, 60);

/// Rows of a strip.
pub(super) const ROWS: u32 = 20;

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
        Sample::new("tiff", "lzw", coded(5, lzw)),
        Sample::new("tiff", "deflate", coded(8, |rows| compress_to_vec_zlib(rows, 6))),
        Sample::new("tiff", "packbits", coded(32773, packbits)),
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

/// Three strips of that coding behind the directories.
fn coded(compression: u16, code: fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let len = (SIZE.0 * 3 * ROWS) as usize;
    let strips = [1, 2, 3].map(|seed| code(&noise(seed, len)));
    let attempt = |offsets: Vec<u32>| {
        let mut writer = Writer::new(b"II*\0");
        let mut fields = picture("camera", offsets);
        for (tag, value) in &mut fields {
            match tag {
                0x103 => *value = short(compression),
                0x117 => *value = Value::Short(strips.iter().map(|it| it.len() as u16).collect()),
                _ => {}
            }
        }
        let first = writer.directory(&fields);
        add_exif(&mut writer, &first, Vec::new());
        let offsets: Vec<u32> = strips.iter().map(|strip| writer.append(strip)).collect();
        (offsets, writer.out)
    };
    let (offsets, _) = attempt(vec![0; 3]);
    attempt(offsets).1
}

/// LZW codes of one byte each, in a table that is emptied before it needs codes of 10 bits.
///
/// Source: TIFF 6.0, section 13 "LZW Compression".
pub(super) fn lzw(bytes: &[u8]) -> Vec<u8> {
    let mut codes = Vec::new();
    for some in bytes.chunks(250) {
        codes.push(256);
        codes.extend(some.iter().map(|&byte| u32::from(byte)));
    }
    codes.push(257);
    let (mut out, mut bits, mut held) = (Vec::new(), 0u32, 0);
    for code in codes {
        bits = bits << 9 | code;
        held += 9;
        while held >= 8 {
            held -= 8;
            out.push((bits >> held) as u8);
        }
    }
    if held > 0 {
        out.push((bits << (8 - held)) as u8);
    }
    out
}

/// Runs of literal bytes, each row on its own.
///
/// Source: TIFF 6.0, section 9 "PackBits Compression".
pub(super) fn packbits(bytes: &[u8]) -> Vec<u8> {
    let rows = bytes.chunks((SIZE.0 * 3) as usize);
    let runs = rows.flat_map(|row| row.chunks(128));
    runs.flat_map(|run| std::iter::once(run.len() as u8 - 1).chain(run.iter().copied())).collect()
}
