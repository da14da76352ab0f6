//! Beginnings of pictures and films that are none.

use crate::png::chunk;

pub(super) fn jfif() -> Vec<u8> {
    b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0".to_vec()
}

/// A head with everything before the picture data, one code of one bit in each table.
pub(super) fn jpeg() -> Vec<u8> {
    let mut bytes = jfif();
    bytes.extend(b"\xff\xdb\0\x43\0");
    bytes.extend([1; 64]);
    bytes.extend(b"\xff\xc0\0\x0b\x08\xff\xff\xff\xff\x01\x01\x11\0");
    for class in [0, 0x10] {
        bytes.extend(b"\xff\xc4\0\x15");
        bytes.push(class);
        bytes.extend([2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    }
    bytes.extend(b"\xff\xda\0\x08\x01\x01\0\0\x3f\0");
    bytes
}

/// A picture whose index lists 65,535 others.
pub(super) fn mpf() -> Vec<u8> {
    let version = Entry { tag: 0xb000, kind: 7, count: 4, value: 0x3030_3130 };
    let pictures = Entry { tag: 0xb002, kind: 7, count: 16 * 65_535, value: 50 };
    let mut bytes = b"\xff\xd8\xff\xe2\0\x38MPF\0".to_vec();
    bytes.extend(tiff(&[version, long(0xb001, 65_535), pictures], 0));
    bytes.extend(&jpeg()[20..]);
    bytes
}

pub(super) fn png(side: u32, kind: &[u8; 4], len: u64) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut header = [side.to_be_bytes(), side.to_be_bytes()].concat();
    header.extend([8, 2, 0, 0, 0]);
    chunk(&mut bytes, b"IHDR", &header);
    let len = u32::try_from(len.saturating_sub(200)).unwrap_or(0x7fff_ffff);
    bytes.extend(len.to_be_bytes());
    bytes.extend(kind);
    bytes.extend(b"\x78\x01");
    bytes
}

/// An entry of a directory, whose value may be a place in the file.
#[derive(Clone, Copy)]
struct Entry {
    tag: u16,
    kind: u16,
    count: u32,
    value: u32,
}

impl Entry {
    fn bytes(self) -> Vec<u8> {
        let numbers = [self.tag.to_le_bytes(), self.kind.to_le_bytes()].concat();
        [&numbers[..], &self.count.to_le_bytes(), &self.value.to_le_bytes()].concat()
    }
}

/// A header and a directory, before the one at `next`.
fn tiff(entries: &[Entry], next: u32) -> Vec<u8> {
    let mut bytes = b"II*\0\x08\0\0\0".to_vec();
    bytes.extend((entries.len() as u16).to_le_bytes());
    entries.iter().for_each(|entry| bytes.extend(entry.bytes()));
    bytes.extend(next.to_le_bytes());
    bytes
}

fn long(tag: u16, value: u32) -> Entry {
    Entry { tag, kind: 4, count: 1, value }
}

pub(super) fn cyclic() -> Vec<u8> {
    let side = [long(256, 65_535), long(257, 65_535), long(273, 8), long(279, 100)];
    tiff(&[&side[..], &[long(330, 8), long(0x8769, 8)]].concat(), 8)
}

pub(super) fn chained() -> Vec<u8> {
    tiff(&[long(256, 100), long(257, 100), long(273, 8), long(279, 100)], 512 + 8)
}

pub(super) fn many_entries() -> Vec<u8> {
    let mut bytes = b"II*\0\x08\0\0\0\xff\xff".to_vec();
    bytes.extend(long(256, 1).bytes().repeat(5000));
    bytes
}

pub(super) fn many_strips() -> Vec<u8> {
    let strips = |tag| Entry { tag, kind: 4, count: 30_000, value: 4096 };
    let coding = [long(258, 8), long(259, 5), long(262, 1)];
    let side = [long(256, 65_535), long(257, 65_535)];
    tiff(&[&side[..], &coding, &[strips(273), long(278, 1), strips(279)]].concat(), 0)
}

pub(super) fn heic(size: u8) -> Vec<u8> {
    let mut bytes = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic\0\0\0".to_vec();
    bytes.push(size);
    bytes.extend(b"mdat\0\0\0\0\0\0\0\x10");
    bytes
}

pub(super) fn empty_boxes() -> Vec<u8> {
    let mut bytes = b"\0\0\0\x18ftypisom\0\0\0\0mif1heic".to_vec();
    bytes.extend(b"\0\0\0\x08free".repeat(8));
    bytes
}

pub(super) fn gif() -> Vec<u8> {
    b"GIF89a\xff\xff\xff\xff\0\0\0\x2c\0\0\0\0\xff\xff\xff\xff\0\x08".to_vec()
}

pub(super) const VP8L: &[u8] = b"\x2f\xff\xff\xff\x0f";
pub(super) const VP8: &[u8] = b"\x30\x01\0\x9d\x01\x2a\xff\x3f\xff\x3f";

pub(super) fn webp(kind: &[u8; 4], head: &[u8], left: u64) -> Vec<u8> {
    let len = u32::try_from(left.saturating_sub(200)).unwrap_or(u32::MAX).max(100);
    let sizes = [len.to_le_bytes(), (len - 50).to_le_bytes()];
    [b"RIFF", &sizes[0][..], b"WEBP", kind, &sizes[1], head].concat()
}

pub(super) fn bmp() -> Vec<u8> {
    let mut bytes = b"BM".to_vec();
    for field in [54 + 4096 * 30, 0, 54, 40, 1024, 120] {
        bytes.extend(u32::to_le_bytes(field));
    }
    bytes.extend([1, 0, 8 * 3, 0]);
    bytes.resize(54, 0);
    bytes
}

pub(super) fn psd() -> Vec<u8> {
    let mut bytes = b"8BPS\0\x01\0\0\0\0\0\0\0\x03".to_vec();
    bytes.extend([30_000u32.to_be_bytes(), 30_000u32.to_be_bytes()].concat());
    bytes.extend([0, 8, 0, 3]);
    bytes.extend([0; 12]);
    bytes.extend([0, 1]);
    bytes
}

pub(super) fn j2k() -> Vec<u8> {
    let mut bytes = b"\xff\x4f\xff\x51\0\x2f\0\0\0\0\xff\xff\0\0\xff\xff".to_vec();
    bytes.extend([0; 8]);
    bytes.extend([0, 0, 0, 1, 0, 0, 0, 1]);
    bytes.extend([0; 8]);
    bytes.extend(b"\0\x03\x07\x01\x01\x07\x01\x01\x07\x01\x01");
    bytes
}

/// Headers of RAW files, one after the other.
pub(super) fn ciff() -> Vec<u8> {
    let mut bytes = b"II\x1a\0\0\0HEAPCCDR\x02\0\x01\0".to_vec();
    bytes.resize(26, 0);
    bytes
}

pub(super) fn x3f() -> Vec<u8> {
    let mut bytes = b"FOVb\0\0\x02\0".to_vec();
    bytes.resize(40, 0);
    bytes[28..36].copy_from_slice(&[0, 4, 0, 0, 0, 3, 0, 0]);
    bytes
}

pub(super) fn raf() -> Vec<u8> {
    let mut bytes = b"FUJIFILMCCD-RAW 0201FF389501FinePix 0".to_vec();
    bytes.resize(84, 0);
    bytes.extend([0, 0, 0, 148, 0, 1, 0, 0]);
    bytes.resize(128, 0);
    bytes
}

pub(super) fn mrw() -> Vec<u8> {
    b"\0MRM\0\0\x10\0\0PRD\0\0\0\x18".to_vec()
}

/// An icon of one picture that lies right after its directory.
pub(super) fn ico() -> Vec<u8> {
    let mut bytes = b"\0\0\x01\0\x01\0\x20\x20\0\0\x01\0\x20\0\xa8\x10\0\0\x16\0\0\0".to_vec();
    bytes.extend(b"\x28\0\0\0\x20\0\0\0\x40\0\0\0\x01\0\x20\0");
    bytes
}

/// A picture of 640 x 480 pixels in three planes.
pub(super) fn pcx() -> Vec<u8> {
    let mut bytes = b"\x0a\x05\x01\x08\0\0\0\0\x7f\x02\xdf\x01\x48\0\x48\0".to_vec();
    bytes.resize(65, 0);
    bytes.extend(b"\x03\x80\x02\x01\0");
    bytes.resize(128, 0);
    bytes
}

/// The boxes before a codestream of JPEG XL, and the first bytes of one.
pub(super) fn jxl_boxes() -> Vec<u8> {
    let mut bytes = b"\0\0\0\x0cJXL \r\n\x87\n\0\0\0\x14ftypjxl \0\0\0\0jxl ".to_vec();
    bytes.extend(b"\0\0\0\0jxlc\xff\x0a\xfa\x1f\x41\x91\x08\x06\x01\0");
    bytes
}

pub(super) fn jp2() -> Vec<u8> {
    let mut bytes = b"\0\0\0\x0cjP  \r\n\x87\n\0\0\0\x14ftypjp2 \0\0\0\0jp2 ".to_vec();
    bytes.extend(b"\0\0\0\x2djp2h\0\0\0\x16ihdr\0\0\xff\xff\0\0\xff\xff\0\x03\x07\x07\0\0");
    bytes.extend(b"\0\0\0\x0fcolr\x01\0\0\0\0\0\x10\0\0\0\0jp2c\xff\x4f\xff\x51");
    bytes
}

/// A header before what every film has: nothing but a box of no size.
pub(super) fn film() -> Vec<u8> {
    let mut bytes = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom".to_vec();
    bytes.extend(b"\0\0\x10\0moov\0\0\0\x6cmvhd\0\0\0\0");
    bytes.extend([0; 16]);
    bytes
}

pub(super) fn crx() -> Vec<u8> {
    let mut bytes = b"\0\0\0\x18ftypcrx \0\0\0\x01crx isom".to_vec();
    bytes.extend(b"\0\0\x40\0moov\0\0\x10\0uuid\x85\xc0\xb6\x87\x82\x0f\x11\xe0\x81\x11\xf4\xce");
    bytes
}

/// What most formats begin with, side by side: a file of magic numbers is full of them.
pub(super) fn magics() -> Vec<u8> {
    let mut bytes = b"\xff\xd8\xff\xe0GIF89a\x89PNG\r\n\x1a\nII*\0MM\0*8BPS\0\x01BM".to_vec();
    bytes
        .extend(b"RIFF\x10\0\0\0WEBPRIFF\x10\0\0\0AVI \xff\x0a\xff\x4f\xff\x51IIU\0IIRO\x08\0\0\0");
    bytes.extend(b"\0\0\0\x14ftypheic\0\0\x01\0\x01\0FUJIFILMCCD-RAWFOVb\x0a\x05\x01\x08\0MRM");
    bytes
}

/// What a local header of a zip archive, a stream of gzip and one of a PDF begin with.
pub(super) fn zip() -> Vec<u8> {
    b"PK\x03\x04\x14\0\0\0\x08\0\0\0\0\0\0\0\0\0\xff\xff\0\0\xff\xff\0\0\x01\0\0\0a".to_vec()
}

pub(super) fn gzip() -> Vec<u8> {
    b"\x1f\x8b\x08\0\0\0\0\0\0\x03\x01\x10\0\xef\xff".to_vec()
}

pub(super) fn pdf() -> Vec<u8> {
    b"1 0 obj\n<</Filter/FlateDecode/Length 9999>>\nstream\n\x78\x9c\xed\xc1".to_vec()
}
