//! Files broken on purpose, each named by its defect.

use crate::exif::Exif;
use crate::jpeg::{Jpeg, Process, Segment};
use crate::png::{Png, chunk};
use crate::random::Random;
use crate::scene::Picture;
use crate::{Sample, ico, isobmff, pcx, scanner};
use miniz_oxide::deflate::compress_to_vec_zlib;

/// What must be said of a broken file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// It is no file of its format, or nothing of it can be shown.
    Rejected,
    /// Its beginning is true and shows something; the rest is missing.
    Partial,
    /// It is all there but does not decode: damaged, or partial up to the flaw.
    Damaged,
    /// It is whole; what is odd about it does no harm.
    Whole,
}

/// A broken file.
#[derive(Clone, Debug)]
pub struct Broken {
    /// The format, then the defect.
    pub name: &'static str,
    /// Name of the format that must say so.
    pub format: &'static str,
    /// The file.
    pub bytes: Vec<u8>,
    /// What must be said of it.
    pub expect: Expect,
}

/// Every broken file.
pub fn all() -> Vec<Broken> {
    [jpegs(), pngs(), icos(), pcxs(), tiffs(), heics()].concat()
}

/// Bytes of a cluster, the least that a disk loses at once.
const CLUSTER: usize = 4096;

fn broken(name: &'static str, bytes: Vec<u8>, expect: Expect) -> Broken {
    let format = name.split('-').next().unwrap_or(name);
    Broken { name, format, bytes, expect }
}

/// The file with `len` bytes at `at` replaced by those that `fill` gives.
fn overwritten(file: &[u8], at: usize, fill: &[u8]) -> Vec<u8> {
    let mut bytes = file.to_vec();
    bytes[at..at + fill.len()].copy_from_slice(fill);
    bytes
}

/// Where `what` begins in the file, which has it.
fn find(file: &[u8], what: &[u8]) -> usize {
    let at = file.windows(what.len()).position(|window| window == what);
    at.unwrap_or_else(|| panic!("the file has no {what:x?}"))
}

fn jpegs() -> Vec<Broken> {
    let picture = Picture::scene(30, 320, 240);
    let plain = Jpeg { segments: vec![Segment::jfif()], ..Jpeg::default() };
    let file = plain.encode(&picture);
    let scan = find(&file, b"\xff\xda");
    let (sof, dht) = (find(&file, b"\xff\xc0"), find(&file, b"\xff\xc4"));
    let middle = scan + (file.len() - scan - CLUSTER) / 2;
    let other = plain.encode(&Picture::scene(31, 320, 240));
    let restarts = Jpeg { restart: 4, ..plain.clone() }.encode(&picture);
    let web = Jpeg { process: Process::Progressive, ..plain.clone() };
    let web = web.encode(&picture);
    let head = [&file[..20], &[0; 492]].concat();
    vec![
        broken("jpeg-cut-in-scan", file[..middle].to_vec(), Expect::Partial),
        broken("jpeg-cut-before-eoi", file[..file.len() - 2].to_vec(), Expect::Partial),
        broken("jpeg-progressive-cut", web[..web.len() / 2].to_vec(), Expect::Partial),
        broken("jpeg-zeros-in-scan", overwritten(&file, middle, &[0; CLUSTER]), Expect::Damaged),
        broken(
            "jpeg-noise-in-scan",
            overwritten(&file, middle, &Random::new(1).bytes(CLUSTER)),
            Expect::Damaged,
        ),
        broken(
            "jpeg-other-photo-in-scan",
            overwritten(&file, middle, &other[middle..middle + CLUSTER]),
            Expect::Damaged,
        ),
        broken(
            "jpeg-zeros-between-restarts",
            overwritten(&restarts, restarts.len() / 2, &[0; 1024]),
            Expect::Damaged,
        ),
        broken("jpeg-cut-in-header", file[..dht + 9].to_vec(), Expect::Rejected),
        broken("jpeg-no-scan", [&file[..scan], &[0xff, 0xd9]].concat(), Expect::Rejected),
        broken("jpeg-width-zero", overwritten(&file, sof + 7, &[0, 0]), Expect::Rejected),
        broken("jpeg-segment-length-one", overwritten(&file, 4, &[0, 1]), Expect::Rejected),
        broken("jpeg-huffman-overfull", overwritten(&file, dht + 5, &[3]), Expect::Rejected),
        broken("jpeg-quantiser-missing", without_segment(&file, 0xdb), Expect::Rejected),
        broken("jpeg-head-every-512-bytes", head.repeat(64), Expect::Rejected),
        broken("jpeg-soi-storm", b"\xff\xd8\xff".repeat(20_000), Expect::Rejected),
    ]
}

/// The JPEG without its segments of that marker.
fn without_segment(file: &[u8], marker: u8) -> Vec<u8> {
    let (mut out, mut at) = (file[..2].to_vec(), 2);
    while file[at + 1] != 0xda {
        let end = at + 2 + usize::from(u16::from_be_bytes([file[at + 2], file[at + 3]]));
        if file[at + 1] != marker {
            out.extend(&file[at..end]);
        }
        at = end;
    }
    [&out, &file[at..]].concat()
}

fn pngs() -> Vec<Broken> {
    let png = Png { idat_len: 4000, ..Png::default() };
    let picture = Picture::scene(32, 160, 120);
    let file = png.encode(&picture);
    let second = find(&file[100..], b"IDAT") + 100 + 4000;
    let second = find(&file[second..], b"IDAT") + second;
    let bent = [file[second + 2000] ^ 0x10];
    // Signature and IHDR.
    let head = &file[..33];
    let end = &file[file.len() - 12..];
    vec![
        broken("png-cut", file[..file.len() / 2].to_vec(), Expect::Partial),
        broken("png-cut-before-iend", file[..file.len() - 12].to_vec(), Expect::Partial),
        broken("png-bad-crc", overwritten(&file, second + 4000 + 4, &[0; 4]), Expect::Partial),
        broken("png-bad-bit", overwritten(&file, second + 2000, &bent), Expect::Partial),
        broken("png-zeros", overwritten(&file, second + 100, &[0; CLUSTER]), Expect::Partial),
        broken(
            "png-chunk-length-huge",
            overwritten(&file, second - 4, &[0x7f, 0xff, 0xff, 0xff]),
            Expect::Partial,
        ),
        broken("png-bad-adler", bad_adler(&png, &picture), Expect::Whole),
        broken("png-no-idat", [head, end].concat(), Expect::Rejected),
        broken("png-header-crc", overwritten(&file, 29, &[1, 2, 3, 4]), Expect::Rejected),
        broken("png-width-zero", with_header(&file, 0, 120, 8, 2), Expect::Rejected),
        broken("png-depth-three", with_header(&file, 160, 120, 3, 0), Expect::Rejected),
        broken("png-noise-for-data", noise_stream(head, end), Expect::Rejected),
        broken("png-bomb", bomb(), Expect::Whole),
    ]
}

/// Image data whose Adler-32 is wrong in a chunk whose CRC is right: written that way.
fn bad_adler(png: &Png, picture: &Picture) -> Vec<u8> {
    let file = Png { idat_len: usize::MAX, ..png.clone() }.encode(picture);
    let data = &file[41..file.len() - 16];
    let mut out = file[..33].to_vec();
    chunk(&mut out, b"IDAT", &overwritten(data, data.len() - 4, &[0; 4]));
    chunk(&mut out, b"IEND", &[]);
    out
}

/// The PNG with another IHDR, whose CRC is right.
fn with_header(file: &[u8], width: u32, height: u32, depth: u8, colour: u8) -> Vec<u8> {
    let mut out = file[..8].to_vec();
    let sides = [width.to_be_bytes(), height.to_be_bytes()].concat();
    chunk(&mut out, b"IHDR", &[&sides[..], &[depth, colour, 0, 0, 0]].concat());
    [&out, &file[33..]].concat()
}

/// Image data of noise, its CRC wrong as well.
fn noise_stream(head: &[u8], end: &[u8]) -> Vec<u8> {
    let mut out = head.to_vec();
    chunk(&mut out, b"IDAT", &Random::new(3).bytes(100));
    let crc_at = out.len() - 4;
    [&overwritten(&out, crc_at, &[0; 4]), end].concat()
}

/// 16 million pixels of nothing in two kilobytes.
fn bomb() -> Vec<u8> {
    let side = 4096u32;
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    let sides = [side.to_be_bytes(), side.to_be_bytes()].concat();
    chunk(&mut out, b"IHDR", &[&sides[..], &[1, 0, 0, 0, 0]].concat());
    let rows = vec![0; side as usize * (side as usize / 8 + 1)];
    chunk(&mut out, b"IDAT", &compress_to_vec_zlib(&rows, 6));
    chunk(&mut out, b"IEND", &[]);
    out
}

/// The sample of that name.
fn sample(samples: Vec<Sample>, name: &str) -> Vec<u8> {
    let named = samples.into_iter().find(|sample| sample.name == name);
    named.map_or_else(|| panic!("no sample is called {name}"), |sample| sample.bytes)
}

fn icos() -> Vec<Broken> {
    let file = |name| sample(ico::samples(), name);
    let (bitmap, png, mixed) = (file("one-bitmap"), file("one-png"), file("mixed"));
    let unmasked = file("without-mask");
    let second = u32::from_le_bytes([mixed[34], mixed[35], mixed[36], mixed[37]]) as usize;
    let gap = overwritten(&mixed, 34, &(second as u32 + 4).to_le_bytes());
    let gap = [&gap[..second], &[0; 4], &gap[second..]].concat();
    let bent = [png[200] ^ 1];
    vec![
        broken("ico-cut", bitmap[..bitmap.len() - 1].to_vec(), Expect::Rejected),
        broken("ico-no-pictures", overwritten(&bitmap, 4, &[0, 0]), Expect::Rejected),
        broken("ico-19-pictures", overwritten(&bitmap, 4, &[19, 0]), Expect::Rejected),
        broken("ico-cursor", overwritten(&bitmap, 2, &[2]), Expect::Rejected),
        broken("ico-16-pixels", ico::sign(), Expect::Rejected),
        broken("ico-gap-between-pictures", gap, Expect::Rejected),
        broken(
            "ico-two-pictures-in-one-place",
            overwritten(&unmasked, 30, &unmasked[14..22]),
            Expect::Rejected,
        ),
        broken("ico-height-without-mask", overwritten(&bitmap, 30, &[48]), Expect::Rejected),
        broken("ico-mask-of-a-larger-picture", long_mask(&bitmap), Expect::Whole),
        broken("ico-length-of-another", overwritten(&bitmap, 15, &[99]), Expect::Rejected),
        broken("ico-png-bad-bit", overwritten(&png, 200, &bent), Expect::Rejected),
        broken("ico-png-of-another-size", overwritten(&png, 6, &[95]), Expect::Rejected),
    ]
}

/// The icon of one bitmap with a mask that is 512 bytes longer, as Pillow writes them.
fn long_mask(icon: &[u8]) -> Vec<u8> {
    let file = [icon, &[0; 512]].concat();
    overwritten(&file, 15, &[icon[15] + 2])
}

fn pcxs() -> Vec<Broken> {
    let file = |name| sample(pcx::samples(), name);
    let (palette, rgb) = (file("palette"), file("rgb"));
    let middle = rgb.len() / 2;
    let marker = palette.len() - 769;
    let large = overwritten(&file("sixteen-colours"), 4, &[[0; 4], [0xff; 4]].concat());
    vec![
        broken("pcx-cut", rgb[..middle].to_vec(), Expect::Partial),
        broken("pcx-cut-in-header", rgb[..100].to_vec(), Expect::Rejected),
        broken("pcx-cut-in-palette", palette[..palette.len() - 1].to_vec(), Expect::Partial),
        broken("pcx-no-palette", palette[..marker].to_vec(), Expect::Partial),
        broken("pcx-palette-marker", overwritten(&palette, marker, &[11]), Expect::Partial),
        broken("pcx-zeros-in-lines", overwritten(&rgb, middle, &[0; CLUSTER]), Expect::Partial),
        broken("pcx-run-over-a-line-end", overwritten(&rgb, 130, &[0xff; 2]), Expect::Rejected),
        broken("pcx-run-of-nothing", overwritten(&rgb, middle, &[0xc0; 2]), Expect::Partial),
        broken("pcx-reserved-bytes", overwritten(&rgb, 127, &[1]), Expect::Rejected),
        broken("pcx-line-too-short", overwritten(&rgb, 66, &[92]), Expect::Rejected),
        broken("pcx-seven-planes", overwritten(&rgb, 65, &[7]), Expect::Rejected),
        broken("pcx-right-before-left", overwritten(&rgb, 4, &[0xff, 0xff]), Expect::Rejected),
        broken("pcx-65536-by-65536", overwritten(&large, 66, &[0, 0x20]), Expect::Rejected),
    ]
}

fn tiffs() -> Vec<Broken> {
    let tiff = |next| scanner::tiff(&Picture::scene(33, 64, 48), next);
    let file = tiff(0);
    let strip_len = find(&file, b"\x17\x01\x04\0");
    vec![
        broken("tiff-cyclic-ifd", tiff(8), Expect::Whole),
        broken("tiff-65535-entries", overwritten(&file, 8, &[0xff, 0xff]), Expect::Rejected),
        broken("tiff-no-entries", overwritten(&file, 8, &[0, 0]), Expect::Rejected),
        broken("tiff-ifd-beyond-end", overwritten(&file, 4, &[0, 0, 0, 0x40]), Expect::Rejected),
        broken(
            "tiff-strip-beyond-end",
            overwritten(&file, strip_len + 8, &[0, 0, 0, 0x40]),
            Expect::Rejected,
        ),
        broken(
            "tiff-exif-block-only",
            Exif::new("Canon", "EOS 0D", "2024:05:17 18:03:22", (640, 480)).block(),
            Expect::Rejected,
        ),
    ]
}

fn heics() -> Vec<Broken> {
    let Some(Sample { bytes: file, .. }) =
        isobmff::samples().into_iter().find(|sample| sample.format == "heic")
    else {
        return Vec::new();
    };
    let (meta, mdat) = (find(&file, b"meta") - 4, find(&file, b"mdat") - 4);
    vec![
        broken("heic-mdat-cut", file[..mdat + (file.len() - mdat) / 2].to_vec(), Expect::Partial),
        broken("heic-mdat-size-zero", overwritten(&file, mdat, &[0; 4]), Expect::Whole),
        broken("heic-meta-size-one", overwritten(&file, meta, &[0, 0, 0, 1]), Expect::Rejected),
        broken("heic-ftyp-only", file[..meta].to_vec(), Expect::Rejected),
        broken("heic-ftyp-storm", file[..meta].repeat(2000), Expect::Rejected),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_two_files_have_one_name() {
        let files = all();
        let names: BTreeSet<_> = files.iter().map(|file| file.name).collect();
        assert_eq!(names.len(), files.len());
    }
}
