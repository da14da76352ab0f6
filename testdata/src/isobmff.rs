//! Files made of boxes: HEIC, AVIF, HEIF, CR3 and video.

mod cr3;
mod heif;
mod movie;
mod pictures;

use crate::Sample;

/// A lake under hills with Exif and a thumbnail: libheif 1.15 (x265) and ExifTool made it of a
/// drawn picture.
const LAKE_HEIC: &[u8] = include_bytes!("../files/lake.heic");

/// The same lake by libheif 1.15 (aom).
const LAKE_AVIF: &[u8] = include_bytes!("../files/lake.avif");

/// A grey JPEG of 8 x 8 pixels.
const JPEG: &[u8] = b"\xff\xd8\
    \xff\xdb\0\x43\0\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\
    \x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\
    \x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\
    \x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\
    \xff\xc0\0\x0b\x08\0\x08\0\x08\x01\x01\x11\0\
    \xff\xc4\0\x14\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\
    \xff\xc4\0\x14\x10\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\
    \xff\xda\0\x08\x01\x01\0\0\x3f\0\x3f\xff\xd9";

/// A small file of each, and the orders of boxes that devices write.
pub fn samples() -> Vec<Sample> {
    let mut samples = vec![
        Sample::new("heic", "lake", LAKE_HEIC.to_vec()),
        Sample::new("avif", "lake", LAKE_AVIF.to_vec()),
        Sample::new("heic", "sequence", heif::sequence(LAKE_HEIC)),
        Sample::new(
            "heif",
            "uncompressed",
            heif::one_item(b"unci", &noise(16, 16 * 8 * 3), (16, 8)),
        ),
        Sample::new("heif", "jpeg", heif::one_item(b"jpeg", JPEG, (8, 8))),
        Sample::new("cr3", "made", cr3::made()),
    ];
    for (format, file) in [("heic", LAKE_HEIC), ("avif", LAKE_AVIF)] {
        let orders = heif::orders(file).into_iter();
        samples.extend(orders.map(|(name, bytes)| Sample::new(format, name, bytes)));
    }
    samples
}

/// Video in the orders of boxes that devices write.
pub fn videos() -> Vec<Sample> {
    movie::samples()
}

/// Movies and pictures whose parts are whole picture files.
pub fn of_pictures() -> Vec<Sample> {
    pictures::samples()
}

/// The identifier that the halves of the made Live Photos share.
pub const CONTENT_IDENTIFIER: &str = "12345678-9ABC-4DEF-8123-456789ABCDEF";

/// The maker note that an iPhone writes into the picture of a Live Photo.
pub fn apple_note(identifier: &str) -> Vec<u8> {
    // One entry, ContentIdentifier, a text right behind the directory.
    let len = identifier.len() as u32 + 1;
    let entry = [&[0, 0x11, 0, 2], &len.to_be_bytes()[..], &32u32.to_be_bytes()].concat();
    let head = b"Apple iOS\0\0\x01MM\0\x01";
    [&head[..], &entry, &[0; 4], identifier.as_bytes(), b"\0"].concat()
}

/// QuickTime files of the time before `ftyp`. Behind another file of boxes they look like more of
/// its boxes, which no rule can tell, so they stand apart from what is held to the general laws.
pub fn old_quicktime() -> Vec<Sample> {
    movie::old_quicktime()
}

/// A box of that type around `parts`.
fn boxed(kind: &[u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    let len: usize = parts.iter().map(|part| part.len()).sum();
    let mut out = u32::try_from(len + 8).unwrap_or(u32::MAX).to_be_bytes().to_vec();
    out.extend_from_slice(kind);
    parts.iter().for_each(|part| out.extend_from_slice(part));
    out
}

/// A box with version 0 and no flags.
fn full(kind: &[u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    boxed(kind, &[&[&[0; 4][..]], parts].concat())
}

/// A track of chunks, each with its offset and the lengths of its samples.
fn trak(handler: &[u8; 4], entry: &[u8], chunks: &[(usize, &[usize])]) -> Vec<u8> {
    let number = |value: usize| (value as u32).to_be_bytes();
    let samples: usize = chunks.iter().map(|(_, lens)| lens.len()).sum();
    let (mut runs, mut sizes, mut offsets) = (Vec::new(), Vec::new(), Vec::new());
    for (chunk, (at, lens)) in (1..).zip(chunks) {
        runs.extend([number(chunk), number(lens.len()), number(1)]);
        sizes.extend(lens.iter().map(|&len| number(len)));
        offsets.extend((*at as u64).to_be_bytes());
    }
    let stbl = boxed(
        b"stbl",
        &[
            &full(b"stsd", &[&number(1), entry]),
            &full(b"stts", &[&number(1), &number(samples), &number(1)]),
            &full(b"stsc", &[&number(chunks.len()), &runs.concat()]),
            &full(b"stsz", &[&[0; 4], &number(samples), &sizes.concat()]),
            &full(b"co64", &[&number(chunks.len()), &offsets]),
        ],
    );
    let hdlr = full(b"hdlr", &[&[0; 4], handler, &[0; 13]]);
    let mdhd = full(b"mdhd", &[&[0; 20]]);
    let minf = boxed(b"minf", &[&stbl]);
    let tkhd = full(b"tkhd", &[&[0; 8], &number(1), &[0; 68]]);
    boxed(b"trak", &[&tkhd, &boxed(b"mdia", &[&mdhd, &hdlr, &minf])])
}

/// Noise that is the same on every machine (xorshift).
fn noise(seed: u64, len: usize) -> Vec<u8> {
    let mut state = seed | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    (0..len).map(|_| next()).collect()
}
