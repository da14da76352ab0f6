//! What phones and cameras append behind a finished picture or film.

use crate::Sample;
use crate::random::Random;
use crate::video::{mp4, mp4_box};

/// What Insta360's trailers end with.
const INSTA360: &[u8] = b"8db42d694ccc418790edff439fe026bf";

/// Insta360's trailer of `len` bytes, at least 78: a record, its number and length, padding, the length
/// of all, a version, a magic.
///
/// Source: ExifTool, QuickTimeStream.pl, "ProcessInsta360".
pub fn insta360(seed: u64, len: usize) -> Vec<u8> {
    let mut out = Random::new(seed).bytes(len - 78);
    let record = out.len() as u32;
    out.extend([0, 3]);
    out.extend(record.to_le_bytes());
    out.extend([0; 32]);
    out.extend((len as u32).to_le_bytes());
    out.extend(3u32.to_le_bytes());
    out.extend(INSTA360);
    out
}

/// The GPS log of dashcams, with that many places of 132 bytes: its length at both ends.
///
/// Source: ExifTool, LigoGPS.pm.
pub fn ligo(places: usize) -> Vec<u8> {
    let len = (36 + 132 * places) as u32;
    let place = b"2024/05/17 18:03:22 N:48.858300 E:2.294400 31.5 km/h";
    let mut out = len.to_be_bytes().to_vec();
    out.extend(b"SKIPLIGOGPSINFO\0\0\0\0\x01");
    out.extend((places as u32).to_be_bytes());
    for number in 0..places as u32 {
        out.extend(number.to_le_bytes());
        out.extend(place);
        out.resize(out.len() + 128 - place.len(), 0);
    }
    out.extend(b"&&&&");
    out.extend(len.to_be_bytes());
    out
}

/// Films with what cameras append.
pub fn behind_films() -> Vec<Sample> {
    let film = |seed| mp4(seed, 6);
    let noise = |len| Random::new(8).bytes(len);
    let gps = [mp4_box(b"GPS ", &[&noise(300)]), mp4_box(b"3gf ", &[&noise(90)])].concat();
    let vendor = [gps.clone(), mp4_box(b"XMP_", &[&noise(40)]), mp4_box(b"thum", &[&noise(500)])];
    let sample = |name, film: Vec<u8>, trailer: &[u8]| {
        Sample::new("mp4", name, [&film[..], trailer].concat())
    };
    vec![
        sample("insta360", film(70), &insta360(7, 9000)),
        sample("ligo-gps", film(71), &ligo(20)),
        sample("vendor-boxes", film(72), &vendor.concat()),
        sample("skip-and-vendor-box", film(73), &[mp4_box(b"skip", &[&noise(50)]), gps].concat()),
        sample("samsung-film", film(74), &samsung(&[Block::new(0x0a01, "Image_UTC_Data", b"17")])),
    ]
}

/// One block of Samsung's trailer.
#[derive(Clone, Debug)]
pub struct Block {
    kind: u16,
    bytes: Vec<u8>,
}

impl Block {
    /// A block of that type, such as `0x0a30` for a motion photo's video.
    pub fn new(kind: u16, name: &str, data: &[u8]) -> Self {
        let mut bytes = vec![0, 0];
        bytes.extend(kind.to_le_bytes());
        bytes.extend((name.len() as u32).to_le_bytes());
        bytes.extend(name.as_bytes());
        bytes.extend(data);
        Block { kind, bytes }
    }
}

/// Samsung's trailer: the blocks, their directory, its length, `SEFT`.
///
/// Source: ExifTool, Samsung.pm, "ProcessSamsung".
pub fn samsung(blocks: &[Block]) -> Vec<u8> {
    let mut out: Vec<u8> = blocks.iter().flat_map(|block| block.bytes.clone()).collect();
    let directory_at = out.len();
    out.extend(b"SEFH");
    out.extend(101u32.to_le_bytes());
    out.extend((blocks.len() as u32).to_le_bytes());
    let mut at = 0;
    for Block { kind, bytes } in blocks {
        out.extend([0, 0]);
        out.extend(kind.to_le_bytes());
        out.extend(((directory_at - at) as u32).to_le_bytes());
        out.extend((bytes.len() as u32).to_le_bytes());
        at += bytes.len();
    }
    let len = out.len() - directory_at;
    out.extend((len as u32).to_le_bytes());
    out.extend(b"SEFT");
    out
}
