//! HEIF files in the orders of boxes that devices write.

use super::{boxed, full, noise, trak};

/// `file` with its boxes in other orders, its item locations moved along.
pub(super) fn orders(file: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let Some([ftyp, meta, mdat]) = split(file) else { return Vec::new() };
    let (wide, free) = (boxed(b"wide", &[]), boxed(b"free", &[&[0; 40]]));
    let video =
        [boxed(b"ftyp", &[b"mp42\0\0\0\0isom"]), boxed(b"mdat", &[&noise(3, 300)])].concat();
    let (mpvd, sefd) = (boxed(b"mpvd", &[&video]), boxed(b"sefd", &[&samsung()]));
    let vendor = boxed(b"abcd", &[b"of a vendor nobody knows"]);
    let mut open = mdat.to_vec();
    open[..4].fill(0);
    let order = |parts: &[&[u8]]| {
        let before: usize = parts
            .iter()
            .take_while(|part| part.get(4..8) != Some(b"mdat"))
            .map(|part| part.len())
            .sum();
        // Modulo 2^32, since media may move towards the start.
        let moved = (before as u32).wrapping_sub((ftyp.len() + meta.len()) as u32);
        let out: Vec<_> = parts
            .iter()
            .map(|&part| if part == meta { moved_by(meta, moved) } else { part.to_vec() })
            .collect();
        out.concat()
    };
    vec![
        ("meta-last", order(&[ftyp, mdat, meta])),
        ("wide-and-free", order(&[ftyp, &wide, meta, &free, mdat])),
        ("samsung", order(&[ftyp, mdat, meta, &mpvd, &sefd])),
        ("vendor-box", order(&[ftyp, meta, mdat, &vendor, &free])),
        ("mdat-without-size", order(&[ftyp, meta, &open])),
    ]
}

/// The three boxes of a file as libheif writes it.
fn split(file: &[u8]) -> Option<[&[u8]; 3]> {
    let len = |at: usize| Some(u32::from_be_bytes(file.get(at..at + 4)?.try_into().ok()?) as usize);
    let meta = len(0)?;
    let mdat = meta + len(meta)?;
    Some([file.get(..meta)?, file.get(meta..mdat)?, file.get(mdat..)?])
}

/// `meta` with `by` added to the base of every item in `iloc`, which libheif writes in version 0
/// with fields of four bytes.
fn moved_by(meta: &[u8], by: u32) -> Vec<u8> {
    let mut out = meta.to_vec();
    let Some(iloc) = meta.windows(4).position(|word| word == b"iloc") else { return out };
    let u16_at = |at: usize| usize::from(u16::from_be_bytes([meta[at], meta[at + 1]]));
    let mut at = iloc + 12;
    for _ in 0..u16_at(iloc + 10) {
        let base = at + 4;
        let old = u32::from_be_bytes([meta[base], meta[base + 1], meta[base + 2], meta[base + 3]]);
        out[base..base + 4].copy_from_slice(&old.wrapping_add(by).to_be_bytes());
        at += 10 + 8 * u16_at(base + 4);
    }
    out
}

/// Samsung's blocks with one of them in: the time of the picture in UTC.
fn samsung() -> Vec<u8> {
    let mut block = b"\0\0\x01\x0a".to_vec();
    block.extend_from_slice(&14u32.to_le_bytes());
    block.extend_from_slice(b"Image_UTC_Data1700000000000");
    let mut index = b"SEFH".to_vec();
    for number in [101, 1, 0x0a01_0000, block.len() as u32, block.len() as u32] {
        index.extend_from_slice(&number.to_le_bytes());
    }
    let len = index.len() as u32;
    [&block[..], &index, &len.to_le_bytes(), b"SEFT"].concat()
}

/// A file with one item of that type, a picture of `size` pixels.
pub(super) fn one_item(kind: &[u8; 4], payload: &[u8], size: (u32, u32)) -> Vec<u8> {
    let ftyp = boxed(b"ftyp", &[b"mif1\0\0\0\0mif1miaf"]);
    let meta = |at: u32| {
        let hdlr = full(b"hdlr", &[&[0; 4], b"pict", &[0; 13]]);
        let infe = boxed(b"infe", &[b"\x02\0\0\0", b"\0\x01\0\0", kind, &[0]]);
        let ispe = full(b"ispe", &[&size.0.to_be_bytes(), &size.1.to_be_bytes()]);
        let ipma = full(b"ipma", &[b"\0\0\0\x01\0\x01\x01\x81"]);
        let place = [at.to_be_bytes(), (payload.len() as u32).to_be_bytes()].concat();
        full(
            b"meta",
            &[
                &hdlr,
                &full(b"pitm", &[b"\0\x01"]),
                &full(b"iloc", &[b"\x44\0\0\x01\0\x01\0\0\0\x01", &place]),
                &full(b"iinf", &[b"\0\x01", &infe]),
                &boxed(b"iprp", &[&boxed(b"ipco", &[&ispe]), &ipma]),
            ],
        )
    };
    let at = ftyp.len() + meta(0).len() + 8;
    [ftyp, meta(at as u32), boxed(b"mdat", &[payload])].concat()
}

/// A sequence of three frames in two chunks, each the first coded unit of the picture in `file`.
pub(super) fn sequence(file: &[u8]) -> Vec<u8> {
    let Some([_, meta, mdat]) = split(file) else { return Vec::new() };
    let Some(hvcc) = meta.windows(4).position(|word| word == b"hvcC") else { return Vec::new() };
    let configuration = &meta[hvcc - 4..hvcc - 4 + usize::from(meta[hvcc - 1])];
    let len = 4 + usize::from(mdat[10]) * 256 + usize::from(mdat[11]);
    let frame = &mdat[8..8 + len];
    let ftyp = boxed(b"ftyp", &[b"hevc\0\0\0\0msf1hevc"]);
    let size = [1, 64, 0, 240];
    let before: &[&[u8]] = &[b"\0\0\0\0\0\0\0\x01", &[0; 16], &size, &[0; 50]];
    let entry = boxed(b"hvc1", &[&before.concat(), configuration]);
    let moov = |at: usize| {
        // Four bytes lie between the chunks.
        let chunks: [(usize, &[usize]); 2] = [(at, &[len, len]), (at + 2 * len + 4, &[len])];
        boxed(b"moov", &[&full(b"mvhd", &[&[0; 96]]), &trak(b"pict", &entry, &chunks)])
    };
    let at = ftyp.len() + moov(0).len() + 8;
    let media = [frame, frame, &[0; 4], frame].concat();
    [ftyp, moov(at), boxed(b"mdat", &[&media])].concat()
}
