//! The few boxes that make an MP4, for motion photos.
//!
//! Source: ISO/IEC 14496-12.

use crate::random::Random;

/// A box: length, type, contents.
pub(crate) fn mp4_box(kind: &[u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    let contents = parts.concat();
    let len = contents.len() as u32 + 8;
    [&len.to_be_bytes()[..], kind, &contents].concat()
}

/// A full box: version and flags before the contents, given as 32-bit numbers.
fn numbers(kind: &[u8; 4], flags: u32, values: &[u32]) -> Vec<u8> {
    let contents: Vec<u8> = values.iter().flat_map(|value| value.to_be_bytes()).collect();
    mp4_box(kind, &[&flags.to_be_bytes(), &contents])
}

/// No rotation. Source: 8.2.2.3.
const MATRIX: [u32; 9] = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000];

/// A video of `frames` frames whose pictures are noise: ftyp, mdat, moov.
pub fn mp4(seed: u64, frames: usize) -> Vec<u8> {
    let mut random = Random::new(seed);
    let sizes: Vec<u32> = (0..frames).map(|_| 700 + random.below(600) as u32).collect();
    let mut out = mp4_box(b"ftyp", &[b"mp42\0\0\0\0isommp42"]);
    let data_at = out.len() as u32 + 8;
    let mut data = Vec::new();
    for &size in &sizes {
        // One NAL unit: its length, then a coded slice.
        data.extend((size - 4).to_be_bytes());
        data.push(0x41);
        data.extend(random.bytes(size as usize - 5));
    }
    out.extend(mp4_box(b"mdat", &[&data]));
    let (time, duration) = (1000, frames as u32 * 33);
    let mut movie = vec![0, 0, time, duration, 0x1_0000, 0x100_0000, 0, 0];
    movie.extend(MATRIX);
    movie.extend([0, 0, 0, 0, 0, 0, 2]);
    let movie = numbers(b"mvhd", 0, &movie);
    out.extend(mp4_box(b"moov", &[&movie, &track(time, duration, data_at, &sizes)]));
    out
}

fn track(time: u32, duration: u32, data_at: u32, sizes: &[u32]) -> Vec<u8> {
    let mut head = vec![0, 0, 1, 0, duration, 0, 0, 0, 0];
    head.extend(MATRIX);
    head.extend([320 << 16, 240 << 16]);
    let head = numbers(b"tkhd", 3, &head);
    let media_head = numbers(b"mdhd", 0, &[0, 0, time, duration, 0x55c4_0000]);
    let handler = mp4_box(b"hdlr", &[&[0; 8], b"vide", &[0; 12], b"Video\0"]);
    let video_head = numbers(b"vmhd", 1, &[0, 0]);
    let here = numbers(b"url ", 1, &[]);
    let place = mp4_box(b"dref", &[&[0, 0, 0, 0, 0, 0, 0, 1], &here]);
    let place = mp4_box(b"dinf", &[&place]);
    let info = mp4_box(b"minf", &[&video_head, &place, &sample_table(data_at, sizes)]);
    let media = mp4_box(b"mdia", &[&media_head, &handler, &info]);
    mp4_box(b"trak", &[&head, &media])
}

fn sample_table(data_at: u32, sizes: &[u32]) -> Vec<u8> {
    let count = sizes.len() as u32;
    let codec = mp4_box(b"avcC", &[&[1, 66, 0, 30, 0xff, 0xe0, 0]]);
    let visual = [&[0, 0, 0, 0, 0, 0, 0, 1][..], &[0; 16], &[1, 64, 0, 240]].concat();
    let rest = [&[0, 72, 0, 0, 0, 72, 0, 0, 0, 0, 0, 0, 0, 1][..], &[0; 32], &[0, 24, 255, 255]];
    let entry = mp4_box(b"avc1", &[&visual, &rest.concat(), &codec]);
    let description = mp4_box(b"stsd", &[&[0, 0, 0, 0, 0, 0, 0, 1], &entry]);
    let times = numbers(b"stts", 0, &[1, count, 33]);
    let chunks = numbers(b"stsc", 0, &[1, 1, count, 1]);
    let lens = numbers(b"stsz", 0, &[&[0, count], sizes].concat());
    let offsets = numbers(b"stco", 0, &[1, data_at]);
    mp4_box(b"stbl", &[&description, &times, &chunks, &lens, &offsets])
}
