//! A CR3 with all that cameras put into one; its raw data is noise.

use super::{JPEG, boxed, full, noise, trak};

const CANON: [u8; 16] = *b"\x85\xc0\xb6\x87\x82\x0f\x11\xe0\x81\x11\xf4\xce\x46\x2b\x6a\x48";
const XMP: [u8; 16] = *b"\xbe\x7a\xcf\xcb\x97\xa9\x42\xe8\x9c\x71\x99\x94\x91\xe3\xaf\xac";
const PREVIEW: [u8; 16] = *b"\xea\xf4\x2b\x5e\x1c\x98\x4b\x88\xb9\xfb\xb7\xdc\x40\x6e\x4d\x16";

/// The file.
pub(super) fn made() -> Vec<u8> {
    let ftyp = boxed(b"ftyp", &[b"crx \0\0\0\x01crx isom"]);
    let packet = b"<?xpacket begin='' id='W5M0MpCehiHzreSzNTczkc9d'?><?xpacket end='w'?>";
    let xmp = boxed(b"uuid", &[&XMP, packet]);
    let len = (JPEG.len() as u32).to_be_bytes();
    let prvw = boxed(b"PRVW", &[b"\0\0\0\0\0\x01\0\x08\0\x08\0\x01", &len, JPEG]);
    let preview = boxed(b"uuid", &[&PREVIEW, b"\0\0\0\0\0\0\0\x01", &prvw]);
    let samples = [JPEG.to_vec(), noise(5, 900), noise(7, 60)];
    let mdat = boxed(b"mdat", &[&samples.concat()]);
    let boxes = [&xmp, &preview, &mdat];
    let lens: Vec<_> = samples.iter().map(Vec::len).collect();
    // The offsets in `moov` do not change its length.
    let before = ftyp.len() + moov(0, &boxes, &lens).len();
    [ftyp, moov(before, &boxes, &lens), xmp, preview, mdat].concat()
}

/// `moov` of a file in which `boxes` follow from `at` and the last holds samples of these lengths.
fn moov(at: usize, boxes: &[&Vec<u8>; 3], lens: &[usize]) -> Vec<u8> {
    let mut contents = 3u32.to_be_bytes().to_vec();
    let mut here = at;
    for (number, listed) in (1u32..).zip(boxes) {
        contents.extend_from_slice(&number.to_be_bytes());
        contents.extend_from_slice(&(here as u64).to_be_bytes());
        contents.extend_from_slice(&(listed.len() as u64).to_be_bytes());
        here += listed.len();
    }
    let mut here = at + boxes[0].len() + boxes[1].len() + 8;
    let mut parts = vec![canon(&contents), full(b"mvhd", &[&[0; 96]])];
    let entries = [entry(b"JPEG"), entry(b"CMP1"), boxed(b"CTMD", &[b"\0\0\0\0\0\0\0\x01"])];
    for ((len, entry), handler) in lens.iter().zip(&entries).zip([b"vide", b"vide", b"meta"]) {
        parts.push(trak(handler, entry, &[(here, &[*len])]));
        here += len;
    }
    boxed(b"moov", &[&parts.concat()])
}

fn canon(contents: &[u8]) -> Vec<u8> {
    let ifd0 = tiff(&[
        (0x100, 3, &[8, 0, 0, 0]),
        (0x101, 3, &[8, 0, 0, 0]),
        (0x10f, 2, b"Canon\0"),
        (0x110, 2, b"Canon EOS R6\0"),
    ]);
    let exif = tiff(&[(0x9003, 2, b"2023:11:14 15:42:13\0")]);
    let north = [48u32, 1, 8, 1, 0, 1].map(u32::to_le_bytes).concat();
    let gps = tiff(&[(1, 2, b"N\0"), (2, 5, &north)]);
    let len = (JPEG.len() as u32).to_be_bytes();
    let parts: &[&[u8]] = &[
        &CANON,
        &boxed(b"CNCV", &[b"CanonCR3_001/00.10.00/00.00.00"]),
        &boxed(b"CTBO", &[contents]),
        &boxed(b"CMT1", &[&ifd0]),
        &boxed(b"CMT2", &[&exif]),
        &boxed(b"CMT3", &[&tiff(&[])]),
        &boxed(b"CMT4", &[&gps]),
        &boxed(b"THMB", &[b"\0\0\0\0\0\x08\0\x08", &len, b"\0\x01\0\0", JPEG]),
    ];
    boxed(b"uuid", parts)
}

/// A sample entry of Canon's for pictures of 8 x 8 pixels; `coding` is the box in it.
fn entry(coding: &[u8; 4]) -> Vec<u8> {
    let size = [0, 8, 0, 8];
    let before: &[&[u8]] = &[b"\0\0\0\0\0\0\0\x01", &[0; 16], &size, &[0; 54]];
    boxed(b"CRAW", &[&before.concat(), &boxed(coding, &[&[0; 4]])])
}

/// A little-endian TIFF structure of one directory: tag, type and value of each entry.
fn tiff(entries: &[(u16, u16, &[u8])]) -> Vec<u8> {
    let mut out = b"II\x2a\0\x08\0\0\0".to_vec();
    out.extend_from_slice(&(entries.len() as u16).to_le_bytes());
    let mut values = Vec::new();
    let after = out.len() + entries.len() * 12 + 4;
    for &(tag, kind, value) in entries {
        let count = match kind {
            3 => 1,
            5 => value.len() / 8,
            _ => value.len(),
        };
        out.extend_from_slice(&tag.to_le_bytes());
        out.extend_from_slice(&kind.to_le_bytes());
        out.extend_from_slice(&(count as u32).to_le_bytes());
        if value.len() <= 4 {
            let mut inline = value.to_vec();
            inline.resize(4, 0);
            out.extend_from_slice(&inline);
        } else {
            out.extend_from_slice(&((after + values.len()) as u32).to_le_bytes());
            values.extend_from_slice(value);
        }
    }
    out.extend_from_slice(&[0; 4]);
    [out, values].concat()
}
