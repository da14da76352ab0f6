//! Files that are whole and that viewers show, although something inside them is not as it should be.

use crate::Sample;
use crate::gif::Gif;
use crate::jpeg::{Jpeg, Process, Segment};
use crate::scene::Picture;
use crate::{psd, samples, tiff};

/// Files of every kind, named by what is odd about them.
pub fn files() -> Vec<Sample> {
    let mut out = Vec::new();
    let mut add = |format, files: Vec<(String, Vec<u8>)>| {
        out.extend(files.into_iter().map(|(name, bytes)| Sample::new(format, name, bytes)));
    };
    add("jpeg", jpegs());
    add("tiff", tiff::untold::files());
    add("gif", gifs());
    add("webp", webps());
    let psds =
        [("runs over the ends of rows", psd::spilling()), ("runs after rows", psd::running_on())];
    add("psd", named(psds));
    out
}

/// TIFF in codings that nobody but a maker of cameras knows.
pub fn of_makers() -> Vec<Sample> {
    let files = tiff::untold::of_makers().into_iter();
    files.map(|(name, bytes)| Sample::new("tiff", name, bytes)).collect()
}

fn named(files: impl IntoIterator<Item = (&'static str, Vec<u8>)>) -> Vec<(String, Vec<u8>)> {
    files.into_iter().map(|(name, bytes)| (name.into(), bytes)).collect()
}

/// `bytes` with `more` put in at `at`.
fn with(bytes: &[u8], at: usize, more: &[u8]) -> Vec<u8> {
    [&bytes[..at], more, &bytes[at..]].concat()
}

fn segment(code: u8, content: &[u8]) -> Vec<u8> {
    let len = (content.len() as u16 + 2).to_be_bytes();
    [&[0xff, code][..], &len, content].concat()
}

/// Where the first marker with that second byte stands.
fn marker(bytes: &[u8], code: u8) -> usize {
    bytes.windows(2).position(|pair| pair == [0xff, code]).unwrap_or(bytes.len())
}

fn jpegs() -> Vec<(String, Vec<u8>)> {
    let picture = Picture::scene(60, 320, 240);
    let plain = Jpeg { segments: vec![Segment::jfif()], ..Jpeg::default() }.encode(&picture);
    let progressive = Jpeg { process: Process::Progressive, ..Jpeg::default() }.encode(&picture);
    let tables = marker(&plain, 0xdb);
    let end = plain.len() - 2;
    let exif = segment(0xe1, &[&b"Exif\0\0MM\0*\0\0\0\x08\0\0"[..], &[b'x'; 80]].concat());
    let mut short = exif.clone();
    short[3] -= 40;
    let all: Vec<u8> = (0..=254).collect();
    let mut torn = exif;
    torn[0] = 0;
    let mut files = named([
        ("a zero before the tables", with(&plain, tables, &[0])),
        ("a zero after SOI", with(&plain, 2, &[0])),
        ("bytes of all values", with(&plain, tables, &all)),
        ("stuffing and restarts before the tables", with(&plain, tables, b"a\xff\0b\xff\xd3c")),
        ("a segment with a broken marker", with(&plain, tables, &torn)),
        ("a segment with a broken marker first", with(&plain, 2, &torn)),
        ("a segment that is too short", with(&plain, tables, &short)),
        ("DNL first", with(&plain, 2, &segment(0xdc, &[7; 14]))),
        ("a reserved segment", with(&plain, tables, &segment(0xf5, b"anything"))),
        ("a zero in a progressive picture", with(&progressive, marker(&progressive, 0xdb), &[0])),
        ("a restart marker at the end", with(&plain, end, b"\xff\xd5")),
        ("a few bytes before EOI", with(&plain, end, b"\x12\x34\x56")),
        ("zeros before EOI", with(&plain, end, &[0; 3000])),
        ("EOI three times", [&plain[..], b"\xff\xd9\xff\xd9"].concat()),
    ]);
    files.extend(restarts(&picture));
    files
}

/// Pictures with restart intervals, too many of them or undefined ones.
fn restarts(picture: &Picture) -> Vec<(String, Vec<u8>)> {
    let bytes = Jpeg { restart: 10, ..Jpeg::default() }.encode(picture);
    let interval = marker(&bytes, 0xdd);
    let end = bytes.len() - 2;
    let marks: Vec<usize> = (interval..end)
        .filter(|&at| bytes[at] == 0xff && (0xd0..=0xd7).contains(&bytes[at + 1]))
        .collect();
    let last = marks.last().copied().unwrap_or(end);
    let mut surplus = Vec::new();
    for number in 0..12 {
        let code = 0xd0 | ((marks.len() + number) % 8) as u8;
        surplus.extend([&[0xff, code][..], &bytes[last + 2..end]].concat());
    }
    named([
        ("restart intervals after the last", with(&bytes, end, &surplus)),
        ("restarts without an interval", [&bytes[..interval], &bytes[interval + 6..]].concat()),
    ])
}

fn gifs() -> Vec<(String, Vec<u8>)> {
    let bytes = Gif::default().encode(&[Picture::scene(61, 150, 100)]);
    let frame = 13 + 3 * 256;
    let end = bytes.len() - 2;
    let patched = |at: usize, new: &[u8]| {
        let mut bytes = bytes.clone();
        bytes[at..at + new.len()].copy_from_slice(new);
        bytes
    };
    named([
        ("data after the last pixel", with(&bytes, end, b"\x05abcde")),
        ("a frame that is a little too high", patched(frame + 7, &[102, 0])),
        ("a screen without a size", patched(6, &[0; 4])),
        ("a frame beyond the screen", patched(frame + 1, &[20, 0, 9, 0])),
        ("a frame without a size", with(&bytes, end + 1, b"\x2c\0\0\0\0\0\0\0\0\0\x02\x01\x2c\0")),
        ("a frame without data", with(&bytes, end + 1, b"\x2c\0\0\0\0\x05\0\x05\0\0\x02\0")),
        ("an extension of another length", with(&bytes, frame, b"\x21\xf9\x05abcde\0")),
    ])
}

fn webps() -> Vec<(String, Vec<u8>)> {
    let all = samples::all();
    let lossy = all
        .iter()
        .find(|sample| sample.format == "webp" && sample.bytes.get(12..16) == Some(&b"VP8 "[..]));
    let lossy = lossy.map(|sample| sample.bytes.as_slice()).expect("there is such a sample");
    let told = |bytes: &[u8], len: usize| {
        let mut bytes = bytes.to_vec();
        bytes[4..8].copy_from_slice(&(len as u32).to_le_bytes());
        bytes
    };
    let extended = b"VP8X\x0a\0\0\0\x20\0\0\0\x5f\0\0\x3f\0\0";
    let odd = [&extended[..], b"ICCP\x03\0\0\0abc"].concat();
    let unpadded = with(lossy, 12, &odd);
    let len = unpadded.len() - 8;
    named([
        ("a length with the header", told(lossy, lossy.len())),
        ("a length without the name", told(lossy, lossy.len() - 12)),
        ("an odd chunk without padding", told(&unpadded, len)),
    ])
}
