//! A small AVI writer: MJPEG frames and an index, with OpenDML's continuation, or as a camera
//! leaves it that died while it wrote.
//!
//! Source: Microsoft, "AVI RIFF File Reference"; Matrox, "OpenDML AVI File Format Extensions".

use crate::Sample;
use crate::jpeg::Jpeg;
use crate::scene::Picture;

fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut out = [name, &(data.len() as u32).to_le_bytes()[..], data].concat();
    out.resize(out.len().next_multiple_of(2), 0);
    out
}

fn list(name: &[u8; 4], kind: &[u8; 4], parts: &[Vec<u8>]) -> Vec<u8> {
    chunk(name, &[&kind[..], &parts.concat()].concat())
}

fn numbers(values: &[u32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

/// The list of headers of a video of one stream; `total` frames, `first` of them in the first part.
fn headers(width: u32, height: u32, total: u32, first: u32) -> Vec<u8> {
    let main = [33_333, 0, 0, 0x10, first, 0, 1, 0, width, height, 0, 0, 0, 0];
    let stream = [&b"vidsMJPG"[..], &numbers(&[0, 0, 0, 1, 30, 0, total, 0, 0, 0]), &[0; 8]];
    let format = [&numbers(&[40, width, height, 24 << 16 | 1])[..], b"MJPG", &[0; 20]].concat();
    let streams = [chunk(b"strh", &stream.concat()), chunk(b"strf", &format)];
    let total = chunk(b"dmlh", &numbers(&[total]));
    let parts = [
        chunk(b"avih", &numbers(&main)),
        list(b"LIST", b"strl", &streams),
        list(b"LIST", b"odml", &[total]),
    ];
    list(b"LIST", b"hdrl", &parts)
}

fn frames(count: u64) -> Vec<Vec<u8>> {
    let jpeg = Jpeg::default();
    (0..count).map(|seed| chunk(b"00dc", &jpeg.encode(&Picture::scene(seed, 64, 48)))).collect()
}

fn index(frames: &[Vec<u8>]) -> Vec<u8> {
    let mut at = 4;
    let mut entries = Vec::new();
    for frame in frames {
        entries.extend([&b"00dc\x10\0\0\0"[..], &numbers(&[at]), &frame[4..8]].concat());
        at += frame.len() as u32;
    }
    chunk(b"idx1", &entries)
}

fn whole(count: u64) -> Vec<u8> {
    let frames = frames(count);
    let junk = chunk(b"JUNK", &[0; 101]);
    let movie = list(b"LIST", b"movi", &frames);
    let headers = headers(64, 48, count as u32, count as u32);
    list(b"RIFF", b"AVI ", &[headers, junk, movie, index(&frames)])
}

/// Two parts, the second of which has no old index.
fn continued() -> Vec<u8> {
    let frames = frames(6);
    let first = list(b"LIST", b"movi", &frames[..4]);
    let parts = [headers(64, 48, 6, 4), first, index(&frames[..4])];
    let second = list(b"LIST", b"movi", &frames[4..]);
    [list(b"RIFF", b"AVI ", &parts), list(b"RIFF", b"AVIX", &[second])].concat()
}

/// Lengths of zero, no index, and no number of frames.
fn unfinished() -> Vec<u8> {
    let movie = [&b"LIST\0\0\0\0movi"[..], &frames(5).concat()].concat();
    [&b"RIFF\0\0\0\0AVI "[..], &headers(64, 48, 0, 0), &movie].concat()
}

/// Finished, continued and unfinished.
pub fn samples() -> Vec<Sample> {
    let samples = [("mjpeg", whole(5)), ("opendml", continued()), ("unfinished", unfinished())];
    samples.into_iter().map(|(name, bytes)| Sample::new("avi", name, bytes)).collect()
}
