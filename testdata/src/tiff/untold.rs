//! TIFF whose directory does not say how long its strips or tiles are, or says it wrongly.

use miniz_oxide::deflate::compress_to_vec_zlib;

use super::plain::{ROWS, SIZE, lzw, packbits};
use super::writer::{Value, Writer, long, short};
use super::{jpeg, noise};

/// What the directory says of the lengths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Truly,
    Zero,
    Nothing,
}

/// A picture of strips or tiles.
#[derive(Clone)]
struct File {
    empty: Writer,
    coding: u16,
    /// Bits of a sample, and samples of a pixel.
    depth: (u16, u16),
    tiled: bool,
    told: Told,
}

impl File {
    fn write(&self, size: (u32, u32), rows: u32, strips: &[Vec<u8>]) -> Vec<u8> {
        let attempt = |offsets: &[u32]| {
            let mut writer = self.empty.clone();
            let lens = strips.iter().map(|strip| strip.len() as u32);
            let lens = match self.told {
                Told::Truly => lens.collect(),
                _ => vec![0; strips.len()],
            };
            let (at, len) = if self.tiled { (0x144, 0x145) } else { (0x111, 0x117) };
            let mut fields = vec![
                (0x100, long(size.0)),
                (0x101, long(size.1)),
                (0x102, Value::Short(vec![self.depth.0; self.depth.1.into()])),
                (0x103, short(self.coding)),
                (0x106, short(if self.depth.1 == 3 { 2 } else { 1 })),
                (0x115, short(self.depth.1)),
            ];
            if self.tiled {
                fields.extend([(0x142, long(size.0)), (0x143, long(rows))]);
            } else {
                fields.push((0x116, long(rows)));
            }
            fields.push((at, Value::Long(offsets.to_vec())));
            if self.told != Told::Nothing {
                fields.push((len, Value::Long(lens)));
            }
            fields.sort_by_key(|field| field.0);
            writer.directory(&fields);
            let offsets: Vec<u32> = strips.iter().map(|strip| writer.append(strip)).collect();
            (offsets, writer.out)
        };
        let (offsets, _) = attempt(&vec![0; strips.len()]);
        attempt(&offsets).1
    }
}

/// Ones and zeros as bytes.
fn bits(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().map(|digit| digit - b'0').collect();
    let byte = |bits: &[u8]| bits.iter().fold(0, |sum, bit| sum << 1 | bit) << (8 - bits.len());
    digits.chunks(8).map(byte).collect()
}

/// The end of a line of a fax.
const EOL: &str = "000000000001";

/// White rows of 80 pixels in Group 3 with the end of a page, and the same in Group 4.
fn fax(rows: u32) -> [(u16, Vec<u8>); 2] {
    let row = format!("{EOL}11011101010");
    let group3 = row.repeat(rows as usize) + &EOL.repeat(6);
    let group4 = "1".repeat(rows as usize) + &EOL.repeat(2);
    [(3, bits(&group3)), (4, bits(&group4))]
}

/// What packs the rows of a picture.
type Packer = fn(&[u8]) -> Vec<u8>;

/// Files, each with what is odd about it.
pub fn files() -> Vec<(String, Vec<u8>)> {
    let mut out = Vec::new();
    let len = (SIZE.0 * 3 * ROWS) as usize;
    let plain = [1, 2, 3].map(|seed| noise(seed, len));
    let orders = [Writer::new(b"II*\0"), Writer::new(b"MM\0*"), Writer::big()];
    let codings: [(u16, &str, Packer); 4] = [
        (1, "plain", <[u8]>::to_vec),
        (8, "deflate", |rows| compress_to_vec_zlib(rows, 6)),
        (5, "lzw", lzw),
        (32773, "packbits", packbits),
    ];
    for (told, words) in [(Told::Zero, "lengths of zero"), (Told::Nothing, "no lengths")] {
        for ((coding, name, code), empty) in codings.into_iter().zip(orders.iter().cycle()) {
            let file = File { empty: empty.clone(), coding, depth: (8, 3), tiled: false, told };
            let strips = plain.each_ref().map(|rows| code(rows));
            out.push((format!("{name}, {words}"), file.write(SIZE, ROWS, &strips)));
            let one = [code(&plain.concat())];
            out.push((format!("{name} in one, {words}"), file.write(SIZE, SIZE.1, &one)));
            let tiled = File { tiled: true, ..file };
            out.push((format!("{name} tiles, {words}"), tiled.write(SIZE, ROWS, &strips)));
        }
        let one = File { empty: orders[0].clone(), coding: 7, depth: (8, 1), tiled: false, told };
        let jpegs = [0, 1].map(|_| jpeg::baseline(&[], 0));
        out.push((format!("jpeg, {words}"), one.write((8, 16), 8, &jpegs)));
        for (coding, page) in fax(SIZE.1) {
            let file = File { coding, depth: (1, 1), ..one.clone() };
            out.push((format!("fax {coding}, {words}"), file.write(SIZE, SIZE.1, &[page])));
        }
    }
    let told = File {
        empty: orders[0].clone(),
        coding: 8,
        depth: (8, 3),
        tiled: false,
        told: Told::Truly,
    };
    let row = (SIZE.0 * 3) as usize;
    for (coding, name, code) in codings {
        let mut strips = plain.each_ref().map(|rows| code(rows));
        strips[2] = code(&plain[2][..len - row / 2]);
        let file = File { coding, ..told.clone() };
        out.push((format!("{name}, half a row short"), file.write(SIZE, ROWS, &strips)));
    }
    let mut over = plain.each_ref().map(|rows| packbits(rows));
    over[2] = [&packbits(&plain[2][..len - 1])[..], &[0xfc, 7]].concat();
    let file = File { coding: 32773, ..told };
    out.push(("packbits, a run over the end".into(), file.write(SIZE, ROWS, &over)));
    out
}

/// Pictures in codings that only their makers know.
pub fn of_makers() -> Vec<(String, Vec<u8>)> {
    let codings = [50_001, 65_000, 34_713, 32_769];
    let write = |coding: u16| {
        let empty = Writer::new(b"II*\0");
        let file = File { empty, coding, depth: (8, 3), tiled: false, told: Told::Truly };
        file.write(SIZE, ROWS, &[1, 2, 3].map(|seed| noise(seed, 3000)))
    };
    codings.into_iter().map(|coding| (format!("coding {coding}"), write(coding))).collect()
}
